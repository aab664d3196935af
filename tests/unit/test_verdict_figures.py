"""Figures of verdicts: the overview in units of margins, and maps of where claims hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.decide import VERDICTS
from regclaims.figures import map_correlation_shape, map_density_snr, verdict_overview
from regclaims.figures.region_map import PANELS, most_divided
from regclaims.figures.verdict_looks import LOOKS, handles

CELLS = 40


def decisions(claims: list[str], margin: float = 0.1, scale: str = "difference") -> pd.DataFrame:
    rows = [
        {"claim_id": name, "reading": reading, "part": 0, "margin": margin, "scale": scale}
        | {"combine": "and"}
        for name in claims
        for reading in ("charitable", "strict")
    ]
    return pd.DataFrame(rows)


def verdicts(**of: str) -> pd.DataFrame:
    rows = [
        {"claim_id": name.replace("_", "-"), "group": "zeros", "origin": "article", "bar": 0.75}
        | {"verdict": kind, "effect": 0.2, "ci_low": 0.1, "ci_high": 0.3, "share_holds": 0.5}
        for name, kind in of.items()
    ]
    return pd.DataFrame(rows)


def test_effects_are_in_units_of_their_margin() -> None:
    given = verdicts(a="supported", b="supported", c="supported", d="refuted")
    given.loc[3, ["effect", "ci_low", "ci_high"]] = [-40.0, -41.0, -39.0]
    decided = decisions(list(given["claim_id"]))
    zero, digits = decided["claim_id"] == "b", decided["claim_id"] == "c"
    decided.loc[zero | digits, "margin"] = 0.0
    decided.loc[digits, "scale"] = "digits"
    data = verdict_overview.table(given, given.assign(verdict="refuted"), decided)
    np.testing.assert_allclose(data["effect"], [2, 0.2 / 0.05, 0.2, -400])
    np.testing.assert_allclose(data["ci_low"], [1, 0.1 / 0.05, 0.1, -410])
    assert data["clipped"].tolist() == [False, False, False, True]
    assert set(data["strict_verdict"]) == {"refuted"}
    with verdict_overview.draw(data) as drawn:
        texts = [text.get_text() for axes in drawn.axes for text in axes.texts]
    assert "\N{MINUS SIGN}400" in texts  # what is clipped says where it would be


def test_every_verdict_has_a_mark_of_its_own_and_can_be_drawn() -> None:
    assert set(LOOKS) == set(VERDICTS)
    looks = {(look["marker"], look["facecolor"] == "white") for look in LOOKS.values()}
    assert len(looks) == len(LOOKS), "in grey print marks alone tell verdicts apart"
    given = verdicts(**{f"claim_{i}": verdict for i, verdict in enumerate(VERDICTS)})
    given.loc[given["verdict"] == "not testable", ["effect", "ci_low", "ci_high"]] = np.nan
    data = verdict_overview.table(given, given, decisions(list(given["claim_id"])))
    with verdict_overview.draw(data) as drawn:
        sizes = [
            text.get_fontsize()
            for axes in drawn.axes
            for text in [*axes.get_yticklabels(), *axes.get_xticklabels(), *axes.texts]
        ]
    assert min(sizes) >= 7
    assert [handle.get_label() for handle in handles(given["verdict"])] == list(VERDICTS)


def population() -> pd.DataFrame:
    """Cells of two densities and two ratios of signal to noise, in turn."""
    rows = [
        {
            "cell_id": f"cell-{i:02d}",
            "response": "linear",
            "twins": False,
            "levels": [
                {"density": (0.05, 0.5)[i % 2], "snr": (1, 6)[i // 2 % 2], "shape": [20, 10]}
                | {"correlation": {"kind": "independent", "size": None, "rho": None}}
            ],
        }
        for i in range(CELLS)
    ]
    return pd.DataFrame(rows)


def contrasts(**holds: list[bool]) -> pd.DataFrame:
    """Cells that hold or are reversed, claim by claim."""
    rows = [
        {"claim_id": name, "reading": "charitable", "part": 0, "cell_id": f"cell-{i:02d}"}
        | {"why_not": "", "state": "holds" if good else "reversed", "effect": 0.3 if good else -0.3}
        | {"p_above": 0.5, "p_below": 0.5, "replicates": 9, "undefined": 0}
        for name, states in holds.items()
        for i, good in enumerate(states)
    ]
    return pd.DataFrame(rows)


BY_DENSITY = [i % 2 == 0 for i in range(CELLS)]


def test_a_map_counts_what_the_cells_of_two_levels_say() -> None:
    found = contrasts(a=BY_DENSITY)
    found.loc[0, "why_not"] = "nothing to win"
    tables = verdicts(a="boundary"), decisions(["a"]), found, population()
    data = map_density_snr.table(*tables).set_index(["row", "column"])
    assert data["cells"].to_dict() == {
        ("0.05", "1"): 9,
        ("0.05", "6"): 10,
        ("0.5", "1"): 10,
        ("0.5", "6"): 10,
    }
    assert data.loc[("0.05", "6"), ["share_holds", "share_reversed"]].tolist() == [1.0, 0.0]
    assert data.loc[("0.5", "6"), ["share_holds", "share_reversed"]].tolist() == [0.0, 1.0]
    assert data.loc["0.05", "share_holds_row"].eq(1.0).all()
    assert data["share_holds_column"].between(0.4, 0.5).all()


def test_a_combination_without_a_vote_is_there_and_hatched() -> None:
    found = contrasts(a=BY_DENSITY)
    places = population()
    gone = [level[0]["density"] == 0.5 and level[0]["snr"] == 6 for level in places["levels"]]
    found.loc[gone, "why_not"] = "nothing to win"
    data = map_density_snr.table(verdicts(a="boundary"), decisions(["a"]), found, places)
    empty = data[data["cells"] == 0]
    assert empty[["row", "column"]].to_numpy().tolist() == [["0.5", "6"]]
    assert empty["share_holds"].isna().all()
    with map_density_snr.draw(data) as drawn:
        hatched = [patch for patch in drawn.axes[0].patches if patch.get_hatch()]
        assert len(hatched) == 1


def test_claims_with_a_boundary_come_first_and_twins_of_a_claim_once() -> None:
    rng = np.random.default_rng(0)
    names = [f"claim-{i}" for i in range(PANELS + 2)]
    # Each is divided more than the one before, and differs in which cells hold.
    holds = {name: list(rng.permutation(CELLS) < 5 + i) for i, name in enumerate(names)}
    holds |= {"copy": holds[names[-1]], "whole": [True] * CELLS}
    given = verdicts(**dict.fromkeys(holds, "refuted"))
    given["claim_id"] = list(holds)
    given.loc[0, "verdict"] = "boundary"
    cells = contrasts(**holds)[["claim_id", "cell_id", "state", "effect"]]
    assert most_divided(cells, given) == [names[0], *names[-(PANELS - 1) :]]
    few = cells.groupby("claim_id").head(10)
    assert most_divided(few, given) == []


def test_parts_are_taken_together_as_the_rule_says() -> None:
    first, second = contrasts(a=BY_DENSITY), contrasts(a=[True] * CELLS)
    both = pd.concat([first, second.assign(part=1)])
    decided = decisions(["a"])
    data = map_density_snr.table(verdicts(a="refuted"), decided, both, population())
    assert data["share_holds"].tolist() == [1.0, 1.0, 0.0, 0.0]
    any_part = decided.assign(combine="or")
    assert map_density_snr.table(verdicts(a="refuted"), any_part, both, population()).empty


@pytest.mark.parametrize("module", [map_density_snr, map_correlation_shape])
def test_a_study_in_which_no_claim_is_divided_can_be_drawn(module: object) -> None:
    found = contrasts(a=[True] * CELLS)
    data = module.table(verdicts(a="supported"), decisions(["a"]), found, population())
    assert data.empty
    with module.draw(data) as drawn:
        assert drawn.texts
