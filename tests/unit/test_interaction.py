"""Parts with an allowance, and interactions: what is added to an effect, and what taken away."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regclaims.claims.findings import Findings, votes
from regclaims.claims.interaction import less_mean_elsewhere
from regclaims.evidence.contrasts import contrast
from regclaims.evidence.judging import CellContrast, undecided, with_error
from regclaims.keys import digest

PART = {
    "evidence": "fits",
    "metric": "rr",
    "method": "lasso",
    "tuning": "validation",
    "versus": {"method": "ridge", "tuning": "validation"},
    "scale": "log-ratio",
    "direction": "below",
    "margin": 0.0,
    "non_null": False,
}


def fits(lasso, ridge):
    rows = [
        {"cell_id": "c", "replicate": r, "role": "evidence", "method": method, "rr": value}
        for method, values in (("lasso", lasso), ("ridge", ridge))
        for r, value in enumerate(values)
    ]
    return pd.DataFrame(rows).assign(tuning="validation", status="converged", null=False)


def stability(own, other):
    rows = [
        {"cell_id": "c", "method": method, "tuning": "validation", "metric": "cosine"}
        | {"value": float(np.mean(values)), "left_out": np.array(values), "n_undefined": 0}
        for method, values in (("lasso", own), ("ridge", other))
    ]
    return pd.DataFrame(rows)


def test_an_allowance_moves_the_effect_and_nothing_else():
    table = fits([0.54, 0.55, 0.55, 0.56], [0.5, 0.5, 0.51, 0.53])
    plain = contrast(table, PART).loc["c"]
    allowed = contrast(table, {**PART, "allowance": 0.2}).loc["c"]
    for name in ("effect", "ci_low", "ci_high"):
        assert allowed[name] == pytest.approx(plain[name] + 0.2)
    assert allowed["se"] == pytest.approx(plain["se"])
    # Worse than ridge beyond error, yet not by as much as is allowed.
    assert (plain["state"], allowed["state"]) == ("reversed", "holds")


def test_beyond_its_allowance_a_part_is_reversed():
    table = fits([1.0, 1.1, 1.05, 1.2], [0.5, 0.5, 0.51, 0.53])
    assert contrast(table, {**PART, "allowance": 0.2}).loc["c"]["state"] == "reversed"


def test_an_allowance_of_stability():
    table = stability([0.80, 0.801, 0.802, 0.799], [0.81, 0.811, 0.812, 0.809])
    part = {**PART, "evidence": "stability", "metric": "cosine", "scale": "difference"}
    part["direction"] = "above"
    effects = [contrast(table, {**part, "allowance": a}).loc["c"]["effect"] for a in (0.0, 0.02)]
    assert effects == pytest.approx([-0.01, 0.01])


def test_a_tie_is_within_any_allowance():
    values = [0.5] * 12
    found = contrast(fits(values, values), {**PART, "allowance": 0.05}).loc["c"]
    assert (found["effect"], found["state"]) == (pytest.approx(0.05), "holds")


def cells(effects, errors, replicates=50):
    rows = {
        name: vars(with_error(effect, error, 0.05, replicates, 0))
        for name, effect, error in zip("abcdef", effects, errors, strict=False)
    }
    table = pd.DataFrame(rows).T[list(CellContrast.__annotations__)]
    return table.astype(CellContrast.__annotations__).rename_axis("cell_id")


def test_an_interaction_is_a_difference_of_effects_with_both_errors():
    table = cells([0.30, 0.10, 0.20], [0.03, 0.02, 0.04])
    elsewhere = pd.Series({"a": False, "b": True, "c": True})
    found = less_mean_elsewhere(table, elsewhere, 0.05).loc["a"]
    error = np.sqrt(0.03**2 + (0.02**2 + 0.04**2) / 4)
    assert found["effect"] == pytest.approx(0.30 - 0.15)
    assert found["se"] == pytest.approx(error)
    assert found["p_above"] == pytest.approx(
        stats.t.sf((0.15 - 0.05) / error, found["replicates"] - 1)
    )
    assert found["p_above"] + found["p_below"] == pytest.approx(1)
    assert found["state"] == "holds"


def test_cells_with_nothing_to_win_are_no_elsewhere():
    """No method has an edge there: they would make any edge a large one."""
    part = {**PART, "margin": 0.05, "less_mean_of": "high-dimensional"}
    table = cells([0.30, 0.10, 0.0], [0.03, 0.02, 0.01])
    population = pd.DataFrame(
        {"n_samples": 100, "n_features": [10, 200, 200]}, index=pd.Index(list("abc"))
    )
    rule = {"filters": ["low-dimensional"], "parts": [part], "informative": True}
    informative = pd.Series({"a": True, "b": True, "c": False})
    findings = Findings({digest(part): table}, ({}, {}), informative, {})
    effects = {}
    for asked in (True, False):
        own = {**rule, "informative": asked}
        (found,) = votes(own, population, findings, findings.contrasts)
        assert list(found.index[found["why_not"] == ""]) == ["a"]
        effects[asked] = found.loc["a", "effect"]
    assert effects[True] == pytest.approx(0.30 - 0.10)
    assert effects[False] == pytest.approx(0.30 - 0.05)


def test_what_all_cells_gain_is_no_interaction():
    elsewhere = pd.Series({"a": False, "b": True, "c": True})
    one = less_mean_elsewhere(cells([0.3, 0.1, 0.2], [0.02] * 3), elsewhere, 0.05)
    other = less_mean_elsewhere(cells([1.3, 1.1, 1.2], [0.02] * 3), elsewhere, 0.05)
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_without_cells_elsewhere_nothing_is_said():
    table = cells([0.3, 0.1], [0.02, 0.02])
    for elsewhere in (pd.Series({"a": False, "b": False}), pd.Series({"z": True})):
        found = less_mean_elsewhere(table, elsewhere, 0.05)
        assert found["effect"].isna().all()
        assert set(found["state"]) == {"open"}


def test_a_cell_elsewhere_without_a_value_is_left_out_of_the_mean():
    table = cells([0.30, 0.10, 0.20], [0.03, 0.02, 0.04])
    table.loc["c"] = pd.Series(vars(undecided(50, 50)))
    elsewhere = pd.Series({"a": False, "b": True, "c": True})
    found = less_mean_elsewhere(table, elsewhere, 0.05).loc["a"]
    assert found["effect"] == pytest.approx(0.20)
    assert found["se"] == pytest.approx(np.hypot(0.03, 0.02))
