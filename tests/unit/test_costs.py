"""What a study will cost, by what a pilot run measured."""

import pandas as pd
import pytest
import yaml

from regclaims.config.reference import STUDY
from regclaims.config.study import Study
from regclaims.designs.cells import cells
from regclaims.evidence.packing import shards
from regclaims.keys import cell_id
from regclaims.plan.costs import COLUMNS, KIND, Costs, estimate, jobs, measured

GRID = {
    "shapes": [[100, 10], [50, 40]],
    "correlations": ["independent", {"kind": "ar1", "rho": 0.7}],
    "densities": [0.5],
    "snrs": [1.0],
}
FAMILIES = ("least-squares", "lasso", "elastic-net")
SHAPES = ((100, 10), (50, 40), (200, 100))


def study(*grids, **changes):
    base = {"replicates": 10, "screening_replicates": 2, "methods": {"n_lambdas": 100}}
    data = yaml.safe_load(STUDY) | base | {"population": list(grids) or [GRID]}
    return Study.model_validate(data | changes)


def law(family, n, p, folds=0):
    """Milliseconds of a data set in a world of power laws."""
    first = {"least-squares": 1.0, "lasso": 2.0, "elastic-net": 4.0, "logistic": 8.0}[family]
    return first * 1e-3 * n * p**0.5 * min(n, p) ** 0.25 * (1 + folds)


def pilot(shapes=SHAPES, families=FAMILIES, folds=(0, 2), spread=0.1):
    """Return a table of costs without error, of grids of 100 lambdas."""
    rows = [
        (family, n, p, k, 100, law(family, n, p, k), spread * law(family, n, p, k), 5)
        for family in families
        for n, p in shapes
        for k in folds
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def times(folder, name, *rows):
    path = folder / name
    columns = [*KIND, "n_lambdas", "data_sets", "seconds"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    return path


def test_times_are_summed_up_by_kind(tmp_path):
    first = (("lasso", 100, 10, 0, 60, 10, 0.1), ("lasso", 100, 10, 0, 60, 5, 0.15))
    second = (("lasso", 100, 10, 1, 60, 10, 0.7), ("ridge", 100, 10, 0, 60, 10, 0.02))
    table = measured([times(tmp_path, "a", *first), times(tmp_path, "b", *second)])
    assert list(table) == list(COLUMNS)
    assert (table["n_lambdas"] == 60).all()
    found = table.set_index(KIND).drop(columns="n_lambdas")
    # 10 and 30 milliseconds a data set.
    assert found.loc[("lasso", 100, 10, 0)].to_list() == pytest.approx([20, 10 * 2**0.5, 2])
    # Of one cell the spread is taken to be the cost itself.
    assert found.loc[("lasso", 100, 10, 1)].to_list() == pytest.approx([70, 70, 1])
    assert found.loc[("ridge", 100, 10, 0)].to_list() == pytest.approx([2, 2, 1])


def test_costs_that_were_measured_are_taken_as_they_are():
    planned = study()
    costs = Costs(pilot())
    for cell in cells(planned):
        n, p = cell.spec["n_samples"], cell.spec["n_features"]
        for family in FAMILIES:
            mean, spread, known = costs.of(cell, family, planned)
            assert (mean, spread, known) == pytest.approx(
                (law(family, n, p), 0.1 * law(family, n, p), True)
            )
        total = sum(law(family, n, p) for family in FAMILIES)
        assert costs.of_cell(cell, planned) == pytest.approx(total)


def test_costs_of_other_shapes_follow_a_power_law_and_say_so():
    planned = study(GRID | {"shapes": [[100, 40]]})
    # Enough shapes to tell rows, columns and the smaller of both apart.
    costs = Costs(pilot([*SHAPES, (40, 200), (30, 30)]))
    cell = cells(planned)[0]
    mean, spread, known = costs.of(cell, "lasso", planned)
    assert not known
    assert mean == pytest.approx(law("lasso", 100, 40), rel=1e-9)
    assert spread == mean


def test_cross_validated_methods_cost_their_folds():
    planned = study(GRID | {"cross_validation": ["ridge", "lasso"]})
    costs = Costs(pilot(folds=(0, 1)))
    cell = cells(planned)[0]
    assert costs.of(cell, "lasso", planned)[0] == pytest.approx(law("lasso", 100, 10, 1))
    assert costs.of(cell, "elastic-net", planned)[0] == pytest.approx(law("elastic-net", 100, 10))


def test_a_longer_grid_costs_in_proportion():
    costs, cell = Costs(pilot()), cells(study())[0]
    half = study(methods={"n_lambdas": 50})
    for family in FAMILIES:
        there, here = costs.of(cell, family, half), costs.of(cell, family, study())
        assert there == pytest.approx((here[0] / 2, here[1] / 2, True))


def test_a_pilot_of_another_grid_is_scaled():
    cell = cells(study())[0]
    for shapes in (SHAPES, SHAPES[1:]):  # measured, and by a power law
        there = Costs(pilot(shapes).assign(n_lambdas=25)).of(cell, "lasso", study())
        here = Costs(pilot(shapes)).of(cell, "lasso", study())
        assert there == pytest.approx((4 * here[0], 4 * here[1], here[2]))


def test_an_estimate_adds_up_data_sets():
    planned = study()
    found = estimate(planned, Costs(pilot()), {})
    assert set(found) == set(FAMILIES)
    for family, one in found.items():
        # Two cells of each shape, 12 data sets each.
        expected = sum(2 * 12 * 1e-3 * law(family, n, p) for n, p in SHAPES[:2])
        assert one.seconds == pytest.approx(expected)
        # Errors of the two cells of a shape are independent, those of two shapes agree.
        error = sum(2**0.5 * 12 * 1e-3 * 0.1 * law(family, n, p) for n, p in SHAPES[:2])
        assert one.error == pytest.approx(error)
        assert one.extrapolated == 0


def test_an_estimate_says_how_much_of_it_was_never_measured():
    found = estimate(study(), Costs(pilot(SHAPES[:1])), {})["lasso"]
    mean = Costs(pilot(SHAPES[:1])).of(cells(study())[-1], "lasso", study())[0]
    share = mean / (mean + law("lasso", 100, 10))
    assert 0 < share < 1
    assert found.extrapolated == pytest.approx(share)
    everything = estimate(study(), Costs(pilot([(30, 30)])), {})["lasso"]
    assert everything.extrapolated == 1


def test_an_allotment_is_paid_for():
    planned = study()
    cell = cells(planned)[0]
    costs = Costs(pilot())
    plain = sum(one.seconds for one in estimate(planned, costs, {}).values())
    more = estimate(planned, costs, {cell_id(cell.spec): 25}).values()
    extra = 15 * 1e-3 * costs.of_cell(cell, planned)
    assert sum(one.seconds for one in more) == pytest.approx(plain + extra)


def test_logistic_cells_are_estimated_by_their_own_family():
    logistic = GRID | {"response": "logistic", "shapes": [[100, 10]]}
    table = pd.concat([pilot(), pilot(families=("logistic",))])
    found = estimate(study(GRID, logistic), Costs(table), {})
    assert found["logistic"].seconds == pytest.approx(2 * 12e-3 * law("logistic", 100, 10))
    assert found["lasso"] == estimate(study(), Costs(table), {})["lasso"]


def test_jobs_are_shards():
    assert jobs(study(), {}) == len(shards(study(), {})) == 6
