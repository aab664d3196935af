"""What a study will cost, by what a pilot run measured."""

import pandas as pd
import pytest
import yaml

from regclaims.config.reference import STUDY
from regclaims.config.study import Study
from regclaims.designs.cells import cells
from regclaims.evidence.methods import settings
from regclaims.evidence.packing import sections, settings_of, shards
from regclaims.evidence.replicates import fit_shard
from regclaims.evidence.tables import TABLES, writing
from regclaims.keys import cell_id
from regclaims.plan.costs import (
    COLUMNS,
    Costs,
    estimate,
    fits_bytes,
    jobs,
    measured,
    n_paths,
    n_rows,
)
from regclaims.plan.stages import COLUMNS as STAGES
from regclaims.plan.stages import MB_HELD, forecast

GRID = {
    "shapes": [[100, 10], [50, 40]],
    "correlations": ["independent", {"kind": "ar1", "rho": 0.7}],
    "densities": [0.5],
    "snrs": [1.0],
}
FAMILIES = ("least-squares", "lasso", "elastic-net")
SHAPES = ((100, 10), (50, 40), (200, 100))
FIVE = [0.1, 0.25, 0.5, 0.75, 0.9]
NETS = [f"elastic-net-{ratio}" for ratio in FIVE]


def study(*grids, **changes):
    base = {"replicates": 10, "screening_replicates": 2, "methods": {"n_lambdas": 100}}
    data = yaml.safe_load(STUDY) | base | {"population": list(grids) or [GRID]}
    return Study.model_validate(data | changes)


def law(family, n, p, folds=0):
    """Milliseconds of a data set in a world of power laws."""
    first = {"least-squares": 1.0, "lasso": 2.0, "elastic-net": 4.0, "logistic": 8.0}[family]
    return first * 1e-3 * n * p**0.5 * min(n, p) ** 0.25 * (1 + folds)


def pilot(shapes=SHAPES, families=FAMILIES, folds=(0, 10), spread=0.1):
    """Return a table of costs without error, of grids of 100 lambdas, one path a family."""
    rows = [
        (family, n, p, 100, 1, k, law(family, n, p, k), spread * law(family, n, p, k), 5)
        for family in families
        for n, p in shapes
        for k in folds
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def times(folder, name, *rows):
    path = folder / name
    columns = ["family", "n_samples", "n_features", "n_cross_validated", "n_lambdas"]
    columns += ["data_sets", "seconds"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    return path


def test_times_are_summed_up_by_kind(tmp_path):
    first = (("lasso", 100, 10, 0, 60, 10, 0.1), ("lasso", 100, 10, 0, 60, 5, 0.15))
    second = (("lasso", 100, 10, 1, 60, 10, 0.7), ("elastic-net", 100, 10, 2, 60, 10, 0.02))
    planned = study(methods={"n_lambdas": 60, "l1_ratios": FIVE}, tuning={"folds": 7})
    table = measured([times(tmp_path, "a", *first), times(tmp_path, "b", *second)], planned)
    assert list(table) == list(COLUMNS)
    assert (table["n_lambdas"] == 60).all()
    by = ["family", "n_samples", "n_features", "n_paths", "n_fold_paths"]
    found = table.set_index(by).drop(columns="n_lambdas")
    assert len(found) == 3
    # 10 and 30 milliseconds a data set.
    assert found.loc[("lasso", 100, 10, 1, 0)].to_list() == pytest.approx([20, 10 * 2**0.5, 2])
    # Of one cell the spread is taken to be the cost itself.
    assert found.loc[("lasso", 100, 10, 1, 7)].to_list() == pytest.approx([70, 70, 1])
    # Five nets, of which two are fitted to seven folds.
    assert found.loc[("elastic-net", 100, 10, 5, 14)].to_list() == pytest.approx([2, 2, 1])


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
    costs = Costs(pilot())
    cell = cells(planned)[0]
    assert costs.of(cell, "lasso", planned)[0] == pytest.approx(law("lasso", 100, 10, 10))
    assert costs.of(cell, "elastic-net", planned)[0] == pytest.approx(law("elastic-net", 100, 10))


def test_other_numbers_of_folds_follow_the_power_law():
    planned = study(GRID | {"cross_validation": ["lasso"]}, tuning={"folds": 5})
    # Each fold costs as much as the path in this world: a power of 1 + folds.
    mean, _, known = Costs(pilot()).of(cells(planned)[0], "lasso", planned)
    assert not known
    assert mean == pytest.approx(law("lasso", 100, 10, 5), rel=1e-9)


def test_cross_validation_that_was_never_measured_is_not_free():
    planned = study(GRID | {"cross_validation": ["lasso"]})
    mean, _, known = Costs(pilot(folds=(0,))).of(cells(planned)[0], "lasso", planned)
    assert not known
    # Ten folds, each as costly as the path.
    assert mean == pytest.approx(11 * law("lasso", 100, 10), rel=1e-9)


def nets(grid, *l1_ratios, **changes):
    return study(grid, methods={"n_lambdas": 100, "l1_ratios": list(l1_ratios)}, **changes)


def test_paths_are_those_that_a_study_chooses():
    ratios = {"l1_ratios": FIVE, "logistic_l1_ratios": [0.3, 0.6]}
    found = {family: n_paths(family, study(methods=ratios)) for family in (*FAMILIES, "logistic")}
    assert found == {"least-squares": 1, "lasso": 1, "elastic-net": 5, "logistic": 4}


def test_more_elastic_nets_cost_in_proportion():
    one, five = nets(GRID, 0.5), nets(GRID, *FIVE)
    cell = cells(one)[0]
    # A power law for other shapes does not change that.
    for costs in (Costs(pilot()), Costs(pilot(SHAPES[1:]))):
        mean, spread, known = costs.of(cell, "elastic-net", one)
        assert costs.of(cell, "elastic-net", five) == pytest.approx((5 * mean, 5 * spread, known))
        for family in ("least-squares", "lasso"):
            assert costs.of(cell, family, five) == costs.of(cell, family, one)


def test_costs_of_one_study_are_those_of_another(tmp_path):
    grid = GRID | {"shapes": [[100, 10]], "cross_validation": ["elastic-net-0.5"]}
    one, five = nets(grid, 0.5), nets(grid | {"cross_validation": NETS}, *FIVE)
    # A data set takes five times as long with five nets, all of them cross-validated.
    rows = (("elastic-net", 100, 10, 5, 100, 10, 5 * 0.2),)
    costs = Costs(measured([times(tmp_path, "a", *rows)], five))
    assert costs.of(cells(five)[0], "elastic-net", five) == pytest.approx((100, 100, True))
    assert costs.of(cells(one)[0], "elastic-net", one) == pytest.approx((20, 20, True))


def test_one_of_five_nets_cross_validated_is_not_all_of_one():
    some = nets(GRID | {"cross_validation": ["elastic-net-0.5"]}, *FIVE)
    mean, _, known = Costs(pilot()).of(cells(some)[0], "elastic-net", some)
    # Five paths, and ten more for folds: two for each.
    assert not known
    assert mean == pytest.approx(5 * law("elastic-net", 100, 10, 2), rel=1e-9)


def test_more_logistic_nets_cost_in_proportion():
    grid = GRID | {"response": "logistic"}
    one = study(grid, methods={"n_lambdas": 100, "logistic_l1_ratios": [0.5]})
    more = study(grid, methods={"n_lambdas": 100, "logistic_l1_ratios": FIVE})
    costs, cell = Costs(pilot(families=("logistic",), folds=(0,))), cells(one)[0]
    # Three paths and seven.
    there, here = costs.of(cell, "logistic", more)[0], costs.of(cell, "logistic", one)[0]
    assert there / here == pytest.approx(7 / 3)


def test_a_longer_grid_costs_more_but_less_than_in_proportion():
    costs, cell = Costs(pilot()), cells(study())[0]
    half = study(methods={"n_lambdas": 50})
    for family in FAMILIES:
        there, here = costs.of(cell, family, half), costs.of(cell, family, study())
        assert here[0] / 2 < there[0] < here[0]
        # The share of the spread stays.
        assert there[1] / there[0] == pytest.approx(here[1] / here[0])
        assert there[2]


def test_a_pilot_of_another_grid_is_scaled():
    cell = cells(study())[0]
    for shapes in (SHAPES, SHAPES[1:]):  # measured, and by a power law
        short = study(methods={"n_lambdas": 25})
        recorded = Costs(pilot(shapes).assign(n_lambdas=25))
        here = Costs(pilot(shapes)).of(cell, "lasso", study())
        # Costs of the grid that they were measured on are what was measured.
        assert recorded.of(cell, "lasso", short) == pytest.approx(here)
        ratio = recorded.of(cell, "lasso", study())[0] / here[0]
        assert ratio == pytest.approx(here[0] / Costs(pilot(shapes)).of(cell, "lasso", short)[0])
        assert 1 < ratio < 4


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
    # Ridge, the lasso and one net.
    assert found["logistic"].seconds == pytest.approx(3 * 2 * 12e-3 * law("logistic", 100, 10))
    assert found["lasso"] == estimate(study(), Costs(table), {})["lasso"]


def test_jobs_are_shards():
    assert jobs(study(), {}) == len(shards(study(), {})) == 6


def rows_of(planned):
    return [n_rows(cell, planned) for cell in cells(planned)]


def test_rows_of_methods_are_their_tuning_rules():
    plain = rows_of(study(GRID | {"shapes": [[100, 10]]}))[0]
    # ols none; ridge, lasso, net validation, oracle, bic, matched-df; the joint net has no matched
    # df, the adaptive lasso neither; relaxed and rescaled validation, oracle.
    assert plain == {
        "ols": 1,
        "ridge": 4,
        "lasso": 4,
        "relaxed-lasso": 2,
        "adaptive-lasso": 3,
        "elastic-net-0.5": 4,
        "elastic-net": 3,
        "elastic-net-rescaled": 2,
    }
    some = nets(GRID | {"cross_validation": ["lasso", "elastic-net-0.5"]}, *FIVE)
    # cv-min and cv-1se of two methods; the joint net lacks the folds of the other four.
    assert sum(rows_of(some)[0].values()) == sum(plain.values()) + 4 * 4 + 2 * 2
    every = nets(GRID | {"cross_validation": NETS}, *FIVE)
    assert sum(rows_of(every)[0].values()) == sum(plain.values()) + 4 * 4 + 2 * 5 + 1


def test_rows_of_logistic_methods():
    assert set(rows_of(study(GRID | {"response": "logistic"}))[0].values()) == {2}


def test_a_row_that_is_counted_is_written(tmp_path):
    small = {"shapes": [[30, 5]], "cross_validation": ["ridge", "elastic-net-0.5"]}
    planned = study(
        GRID | small,
        GRID | {"shapes": [[30, 5]], "response": "logistic", "snrs": [0.5]},
        replicates=3,
        screening_replicates=1,
        methods={"n_lambdas": 10},
        tuning={"folds": 3},
    )
    counted, written = {}, {}
    for cell in cells(planned):
        for method, rows in n_rows(cell, planned).items():
            counted[cell_id(cell.spec), method] = 4 * rows
    for shard in shards(planned, {}):
        chosen = settings(settings_of(shard.family, sections(planned)))
        with writing({name: tmp_path / name for name in TABLES}) as writer:
            fit_shard(shard, chosen, writer)
        fits = pd.read_parquet(tmp_path / "fits", columns=["cell_id", "method"])
        written |= fits.value_counts().to_dict()
    assert written == counted


def test_the_table_of_fits_grows_with_data_sets():
    planned = study()
    population = cells(planned)
    sizes = [fits_bytes(planned, population, {}) for planned in (planned, study(replicates=22))]
    more = {cell_id(cell.spec): 22 for cell in population}
    assert fits_bytes(planned, population, more) == sizes[1]
    # Twice the data sets make less than twice the bytes, as every block has its own overhead.
    assert sizes[0] < sizes[1] < 2 * sizes[0]
    assert fits_bytes(planned, population[:2], {}) < sizes[0]


def test_memory_grows_with_the_cells_where_they_are_held():
    rows = [("fit", "", 9, 0.0, 600.0, 1.0), ("report", "", 1, 5.0, 70.0, 1.0)]
    rows += [(stage, "", 1, 60.0, 200.0, 244.0) for stage in MB_HELD]
    stages = pd.DataFrame(rows, columns=list(STAGES))
    few, many = (forecast(stages, study(), n, 9, 100.0) for n in (244, 10_244))
    assert few.peak_mb == 600.0  # the largest fit
    assert many.peak_mb == 200.0 + 10_000 * max(MB_HELD.values())
