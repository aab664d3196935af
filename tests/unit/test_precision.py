"""How precise contrasts will be, and who gets more replicates, on a table made by hand."""

import numpy as np
import pandas as pd
import pytest
import yaml

from regclaims.config.reference import STUDY
from regclaims.config.study import Study
from regclaims.designs.cells import cells
from regclaims.keys import cell_id
from regclaims.plan.costs import COLUMNS, Costs
from regclaims.plan.precision import allot, deviations, forecast, needed

GRID = {
    "shapes": [[100, 10], [50, 40]],
    "correlations": ["independent", {"kind": "ar1", "rho": 0.7}],
    "densities": [0.5],
    "snrs": [1.0],
}
STUDY_ = Study.model_validate(
    yaml.safe_load(STUDY)
    | {"replicates": 10, "screening_replicates": 2, "methods": {"n_lambdas": 100}}
    | {"population": [GRID]}
)
CELLS = cells(STUDY_)
IDS = [cell_id(cell.spec) for cell in CELLS]
FAMILIES = ("least-squares", "lasso", "elastic-net")
COSTS = Costs(
    pd.DataFrame(
        # A data set of a small cell takes 3 ms over all families, one of a large cell 30.
        [
            (family, n, p, 100, 1, 0, ms, ms, 1)
            for family in FAMILIES
            for (n, p), ms in (((100, 10), 1.0), ((50, 40), 10.0))
        ],
        columns=list(COLUMNS),
    )
)
BASE = 12 * (2 * 0.003 + 2 * 0.030)
"""Seconds of the study without an allotment."""


def test_the_four_cells_are_two_small_and_two_large_ones():
    assert [cell.spec["n_features"] for cell in CELLS] == [10, 10, 40, 40]
    assert [COSTS.of_cell(cell, STUDY_) for cell in CELLS] == pytest.approx([3, 3, 30, 30])


def contrasts(*rows):
    columns = ["claim_id", "part", "cell_id", "se", "replicates", "reading", "why_not"]
    return pd.DataFrame(rows, columns=columns)


def claim(*margins, bar="plain", evidence="fits"):
    return {"rule": {"bar": bar, "parts": [{"margin": m, "evidence": evidence} for m in margins]}}


REGISTRY = {
    "a": claim(0.05, 0.1),
    "b": claim(0.0),
    "c": claim(0.05, bar="existence"),
    "d": claim(0.05, evidence="kink"),
}


def test_deviations_of_deciding_contrasts():
    found = deviations(
        contrasts(
            ("a", 1, "y", 0.2, 25, "charitable", ""),
            ("a", 0, "x", 0.1, 16, "charitable", ""),
            ("a", 0, "z", 0.1, 16, "strict", ""),
            ("a", 0, "z", 0.1, 16, "charitable", "nothing to win"),
            ("a", 1, "z", 0.0, 16, "charitable", ""),
            ("a", 1, "w", np.nan, 16, "charitable", ""),
            ("b", 0, "x", 0.1, 16, "charitable", ""),
            # One cell decides that something exists; no allotment reaches an experiment.
            ("c", 0, "x", 0.1, 16, "charitable", ""),
            ("d", 0, "k", 0.1, 16, "charitable", ""),
        ),
        REGISTRY,
    )
    assert list(found.itertuples(index=False, name=None)) == [
        ("a", 0, "x", pytest.approx(0.4), 0.05),
        ("a", 1, "y", pytest.approx(1.0), 0.1),
    ]
    assert list(found) == ["claim_id", "part", "cell_id", "deviation", "margin"]


def spread(*rows):
    return pd.DataFrame(rows, columns=["claim_id", "part", "cell_id", "deviation", "margin"])


def needing(**replicates):
    """Return deviations by which cells need so many replicates; keys are c0 to c3."""
    rows = [
        ("a", 0, IDS[int(cell[1])], 0.1 / 3 * np.sqrt(n - 0.5), 0.1)
        for cell, n in replicates.items()
    ]
    return spread(*rows)


def test_what_is_needed_for_a_third_of_the_margin():
    found = needed(spread(("a", 0, "x", 0.1, 0.05), ("a", 1, "x", 0.3, 0.1), ("b", 0, "y", 1, 1)))
    # (3 x 3)^2 and 3^2, rounded up; the most demanding contrast of a cell counts.
    assert found["x"] in (81, 82)  # .3/.1 is 3 but for rounding
    assert found["y"] == 9


def give(table, extra, most=1000):
    """Allot with so many seconds more than the study costs."""
    return allot(STUDY_, CELLS, table, COSTS, seconds=BASE + extra, most=most)


def spent(found):
    extra = {cell: number - 10 for cell, number in found.replicates.items()}
    each = dict(zip(IDS, (0.003, 0.003, 0.030, 0.030), strict=True))
    return sum(number * each[cell] for cell, number in extra.items())


def test_cells_that_need_more_get_it_in_steps_of_ten():
    found = give(needing(c0=33, c1=10, c3=61), 100)
    assert found.replicates == {IDS[0]: 40, IDS[3]: 70}
    assert (found.served, found.asking) == (3, 3)


def test_nobody_gets_what_he_does_not_need():
    found = give(needing(c0=9, c1=10), 100)
    assert found.replicates == {}
    assert (found.served, found.asking) == (2, 2)


@pytest.mark.parametrize(
    ("extra", "cells"),
    [
        (0.0, []),
        (0.089, []),
        (0.091, [0]),
        (0.29, [0]),
        (0.31, [0, 1]),
        (0.89, [0, 1]),
        (0.91, [0, 1, 2]),
    ],
)
def test_the_cheapest_come_first_until_the_budget_is_spent(extra, cells):
    # 30 more small data sets cost .09 s, 70 more .21, 20 more large ones .6.
    found = give(needing(c0=40, c1=80, c2=30), extra)
    assert sorted(found.replicates) == sorted(IDS[i] for i in cells)
    assert spent(found) <= extra
    assert (found.served, found.asking) == (len(cells), 3)


def test_a_study_over_its_budget_gives_nothing():
    assert give(needing(c0=40), -0.1).replicates == {}


def test_a_cell_gets_no_more_than_it_may():
    found = give(needing(c0=400, c1=40), 100, most=50)
    assert found.replicates == {IDS[0]: 50, IDS[1]: 40}
    assert (found.served, found.asking) == (1, 2)


def test_a_cell_never_gets_less_than_the_others():
    assert give(needing(c0=40), 100, most=5).replicates == {}


def test_cells_of_another_study_do_not_ask():
    other = spread(("a", 0, "another", 1.0, 0.1))
    found = give(pd.concat([needing(c0=40), other]), 100)
    assert (found.served, found.asking) == (1, 1)


def test_a_forecast_by_claim_and_part():
    table = spread(
        ("a", 0, IDS[0], 0.3, 0.3),
        ("a", 0, IDS[1], 0.6, 0.3),
        ("a", 0, IDS[2], 1.2, 0.3),
        ("a", 0, "another", 9.0, 0.3),
        ("b", 1, IDS[0], 0.4, 0.6),
    )
    found = forecast(STUDY_, CELLS, table, {IDS[1]: 36}).set_index(["claim_id", "part"])
    # 10 replicates, but for the second cell's 36.
    one = found.loc["a", 0]
    assert one["cells"] == 3
    assert one["margin"] == 0.3
    assert one["median_error"] == pytest.approx(0.1)
    assert one["worst_error"] == pytest.approx(1.2 / np.sqrt(10))
    # .3/sqrt(10) < .1, .6/6 is .1 exactly, the third is far off.
    assert one["share_reached"] == pytest.approx(2 / 3)
    assert found.loc["b", 1][["cells", "share_reached"]].to_list() == [1, 1]


def test_what_is_allotted_reaches_the_aim_in_the_forecast():
    table = needing(c0=33, c1=120, c2=57, c3=9)
    found = give(table, 1000)
    after = forecast(STUDY_, CELLS, table, found.replicates)
    before = forecast(STUDY_, CELLS, table, {})
    assert after["share_reached"].item() == 1
    assert before["share_reached"].item() == 0.25


def test_no_pilot_of_these_cells_is_no_forecast():
    assert forecast(STUDY_, CELLS, spread(("a", 0, "another", 1.0, 0.1)), {}).empty
