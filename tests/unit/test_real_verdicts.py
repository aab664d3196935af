"""Claims on real data: what a data set says, and the verdict over all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regclaims.claims.count_test import at_least, at_least_dependent
from regclaims.claims.real import COLUMNS, DataSet, real_contrasts, real_verdicts
from regclaims.config.claims import BARS
from regclaims.config.real_rules import RealRule
from regclaims.evidence.judging import jackknife, student

N_TRAIN, N_TEST = 90, 30


def rule(**changes):
    part = {
        "method": "ridge",
        "tuning": "tuned",
        "metric": "relative_error",
        "versus": {"method": "lasso", "tuning": "tuned"},
        "scale": "difference",
        "direction": "below",
        "margin": 0.01,
    }
    whole = {"bar": "plain", "parts": [part | changes.pop("part", {})]} | changes
    return RealRule.model_validate(whole).model_dump()


def data_set(name="one", effect=0.1, task="regression", saturated=False, p=20, **about):
    """A data set on which ridge has a smaller error than the lasso, by `effect` on average."""
    rng = np.random.default_rng(3)
    prefix = "logistic-" if task == "classification" else ""
    noise, rows = rng.standard_normal(20) * 0.01, []
    tuning, at_end = about.pop("tuning", "cv-min"), about.pop("at_end", 0)
    for split in range(20):
        for method, error in (("ridge", 0.5), ("lasso", 0.5 + effect + noise[split])):
            rows.append(
                {"split": split, "method": prefix + method, "tuning": tuning}
                | {"status": "converged", "null": False, "relative_error": error}
                | {"n_train": N_TRAIN, "n_test": N_TEST, "at_grid_end": split < at_end}
            )
    stability = pd.DataFrame(
        columns=["method", "tuning", "metric", "value", "left_out", "n_undefined"]
    )
    known = {"n_features": p, "task": task, "neighbour_correlation": 0.9} | about
    return DataSet(name, pd.DataFrame(rows), stability, known, saturated), effect + noise


def decided(own_rule, *sets, registered=()):
    registry = {"claim": {"group": "g", "real_rule": own_rule}, "none": {"real_rule": None}}
    contrasts = real_contrasts(registry, {each.name: each for each in sets}, set(registered), 0.05)
    verdicts = real_verdicts(registry, BARS, contrasts)
    assert list(verdicts) == COLUMNS
    return contrasts, verdicts.set_index("scope")


def test_a_contrast_is_the_corrected_resampled_t():
    one, effects = data_set()
    contrasts, _ = decided(rule(), one)
    (row,) = contrasts.to_dict("records")
    se = np.sqrt((1 / 20 + N_TEST / N_TRAIN) * effects.var(ddof=1))
    assert row["effect"] == pytest.approx(effects.mean())
    assert row["se"] == pytest.approx(se)
    assert row["p_above"] == pytest.approx(stats.t.sf((effects.mean() - 0.01) / se, 19))
    assert row["state"] == "holds"


@pytest.mark.parametrize("tuning", ["cv-min", "validation"])
@pytest.mark.parametrize("task", ["regression", "classification"])
def test_tuned_finds_the_rule_and_classes_have_logistic_methods(task, tuning):
    one, effects = data_set(task=task, tuning=tuning)
    contrasts, verdicts = decided(rule(bar="existence"), one)
    assert contrasts["effect"].tolist() == pytest.approx([effects.mean()])
    assert verdicts.loc["all", "verdict"] == "supported (existence)"


def test_data_sets_are_taken_together_by_bonferroni():
    sets = [data_set(f"d{i}", effect=effect)[0] for i, effect in enumerate([0.1, 0.1, 0.1, -0.1])]
    contrasts, verdicts = decided(rule(), *sets)
    found = verdicts.loc["all"]
    # Three of four must hold: (4 - 3 + 1) times the third smallest p-value.
    third = np.sort(contrasts["p_above"])[2]
    assert found["p_supported"] == pytest.approx(2 * third)
    assert found["verdict"] == "supported"
    assert found["holds_on"] == "d0 d1 d2"
    assert found["reversed_on"] == "d3"
    assert found["datasets"] == 4
    half = 1.959963984540054 * contrasts["se"].mean()
    assert found["ci_high"] - found["effect"] == pytest.approx(half)


def test_refuted_where_too_few_hold():
    sets = [data_set(f"d{i}", effect=effect)[0] for i, effect in enumerate([0.1, -0.1, -0.1])]
    assert decided(rule(), *sets)[1].loc["all", "verdict"] == "refuted"


def test_saturated_data_and_other_conditions_do_not_vote():
    bad = data_set("bad", effect=-0.1, saturated=True)[0]
    wide = data_set("wide", effect=-0.1, p=500)[0]
    good = data_set("good")[0]
    contrasts, verdicts = decided(rule(bar="always", filters=["low-dimensional"]), bad, wide, good)
    why = contrasts.set_index("dataset")["why_not"].to_dict()
    assert why == {"bad": "saturated", "wide": "not low-dimensional", "good": "not low-dimensional"}
    assert verdicts.loc["all", "verdict"] == "not testable"
    contrasts, _ = decided(rule(bar="always", filters=["not-by-counting"]), wide, good)
    assert contrasts.set_index("dataset")["why_not"].to_dict() == {
        "wide": "not not-by-counting",
        "good": "",
    }
    contrasts, verdicts = decided(rule(bar="always", filters=["correlated"]), bad, good)
    assert verdicts.loc["all", ["verdict", "datasets"]].tolist() == ["supported", 1]


def test_an_arm_at_the_end_of_its_grid_does_not_vote():
    # One split of twenty may be there, two may not.
    sets = [data_set("some", at_end=1)[0], data_set("many", at_end=2)[0]]
    contrasts, _ = decided(rule(), *sets)
    why = contrasts.set_index("dataset")["why_not"].to_dict()
    assert why == {"some": "", "many": "at the grid's end"}


def test_a_data_set_of_yours_is_kept_apart():
    builtin, yours = data_set("builtin")[0], data_set("yours", effect=-0.1)[0]
    contrasts, verdicts = decided(rule(bar="always"), builtin, yours, registered=["builtin"])
    assert contrasts.set_index("dataset")["registered"].to_dict() == {
        "builtin": True,
        "yours": False,
    }
    assert verdicts["verdict"].to_dict() == {"all": "refuted", "registered": "supported"}
    alone = decided(rule(bar="always"), builtin, registered=["builtin"])[1]
    pd.testing.assert_series_equal(verdicts.loc["registered"], alone.loc["registered"])


def test_a_data_set_without_the_arm_has_no_say():
    one, _ = data_set()
    missing = rule(part={"versus": {"method": "elastic-net-0.5", "tuning": "tuned"}})
    contrasts, verdicts = decided(missing, one)
    assert contrasts.empty
    assert verdicts.loc["all", "verdict"] == "not testable"
    stable = rule(part={"metric": "cosine"})
    assert decided(stable, one)[1].loc["all", "verdict"] == "not testable"


p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12).map(np.array)


@given(p_values, st.data())
def test_the_dependent_test_is_monotone_symmetric_and_never_the_bolder(p, data):
    needed = data.draw(st.integers(1, len(p)))
    found = at_least_dependent(p, needed)
    assert 0 <= found <= 1
    assert found == at_least_dependent(p[::-1], needed)
    assert at_least_dependent(p * 0.5, needed) <= found
    if needed < len(p):
        # To ask for more cells costs: m - u + 1 falls, but the p-value it multiplies grows.
        assert at_least_dependent(p, len(p)) == np.max(p)
    if needed in (1, len(p)):
        assert found == at_least(p, needed)


@given(st.integers(3, 60), st.floats(0, 1))
def test_overlap_widens_and_agreement_counts_for_less(n, overlap):
    effects = np.random.default_rng(n).standard_normal(n) + 0.5
    plain, wider = student(effects, 0.0), student(effects, 0.0, overlap)
    assert wider.effect == plain.effect
    assert wider.se == pytest.approx(plain.se * np.sqrt(1 + n * overlap))
    left_out = (effects.sum() - effects) / (n - 1)
    # The jackknife of a mean is the mean's own standard error.
    assert jackknife(effects.mean(), left_out, 0.0, 0, overlap).se == pytest.approx(wider.se)
    same = student(np.ones(n), 0.0, overlap)
    assert same.p_above == pytest.approx(0.5 ** (1 / (1 / n + overlap)))


def test_the_dependent_test_keeps_its_level_where_cells_are_one():
    """Cells that are copies of one another: the worst dependence there is."""
    rng = np.random.default_rng(8)
    copies = [np.repeat(p, 8) for p in rng.random(4000)]
    # u - 1 of 8 hold with p = 0; the others are one null p-value. 99.9 % bound on 4,000 draws.
    for needed in (2, 5, 8):
        rejected = []
        for p in copies:
            held = p.copy()
            held[: needed - 1] = 0.0
            rejected.append(at_least_dependent(held, needed) <= 0.025)
        assert np.mean(rejected) <= 0.025 + 3.1 * np.sqrt(0.025 * 0.975 / 4000)


def test_of_needed_out_of_range():
    with pytest.raises(ValueError, match="from 1 to 2"):
        at_least_dependent(np.array([0.1, 0.2]), 3)
