"""From a study to its cells and shards."""

import random

import pytest
import yaml

from regclaims.config.plan import cells, families, shards
from regclaims.config.reference import STUDY
from regclaims.config.study import Study
from regclaims.keys import cell_id

GRID = {
    "shapes": [[100, 10], [50, 40]],
    "correlations": ["independent", {"kind": "blocks", "size": 5, "rho": 0.9}],
    "densities": [0.1, 0.5],
    "snrs": [0.5, 1.0, 2.0],
}


ENTRIES = 4000
"""Four cells of the first shape make a shard."""


def study(*grids, **changes):
    data = yaml.safe_load(STUDY) | {
        "population": list(grids) or [GRID],
        "entries_per_shard": ENTRIES,
    }
    return Study.model_validate(data | changes)


def ids(planned):
    return [cell_id(cell.spec) for cell in planned]


def test_a_grid_is_the_full_cross_of_its_levels():
    found = cells(study())
    assert len(found) == 2 * 2 * 2 * 3
    assert len(set(ids(found))) == len(found)


def test_shards_hold_every_cell_once():
    planned = study()
    sharded = [cell for shard in shards(planned) for cell in shard.cells]
    assert sorted(ids(sharded)) == sorted(ids(cells(planned)))


def test_a_shard_has_one_shape_and_not_too_many_cells():
    for shard in shards(study()):
        assert len({(c.spec["n_samples"], c.spec["n_features"]) for c in shard.cells}) == 1
        n_samples, n_features = (shard.cells[0].spec[key] for key in ("n_samples", "n_features"))
        assert len(shard.cells) == 1 or len(shard.cells) * n_samples * n_features <= ENTRIES


def test_an_appended_grid_leaves_earlier_shards_alone():
    appended = GRID | {"correlations": [{"kind": "ar1", "rho": 0.7}]}
    before, after = shards(study()), shards(study(GRID, appended))
    assert [shard.key for shard in after[: len(before)]] == [shard.key for shard in before]
    assert len(after) > len(before)


def test_an_appended_grid_that_repeats_cells_adds_only_the_others():
    appended = GRID | {"snrs": [2.0, 4.0]}
    before, after = cells(study()), cells(study(GRID, appended))
    assert ids(after[: len(before)]) == ids(before)
    assert len(after) == len(before) + 2 * 2 * 2
    assert len(set(ids(after))) == len(after)


def test_cells_do_not_depend_on_the_order_of_levels():
    rng = random.Random(1)
    shuffled = {key: rng.sample(levels, len(levels)) for key, levels in GRID.items()}
    assert set(ids(cells(study(shuffled)))) == set(ids(cells(study())))


def test_cells_do_not_depend_on_anything_but_the_population():
    other = study(seed=3, replicates=99, methods={"l1_ratios": [0.1]}, name="other")
    assert ids(cells(other)) == ids(cells(study()))


def test_densities_with_one_number_of_relevant_columns_are_one_cell():
    grid = GRID | {"densities": [0.001, 0.01, 0.5], "shapes": [[100, 10]]}
    found = cells(study(grid))
    assert len(found) == 2 * 2 * 3
    assert {cell.densities for cell in found} == {(0.001, 0.01), (0.5,)}


def test_a_density_from_a_later_grid_is_added_to_the_first_cell():
    later = GRID | {"densities": [0.11], "shapes": [[100, 10]]}
    found = cells(study(GRID, later))
    assert len(found) == len(cells(study()))
    assert {c.densities for c in found if c.spec["n_features"] == 10} == {(0.1, 0.11), (0.5,)}


def test_placements_are_one_where_columns_are_independent():
    grid = GRID | {"placements": ["spread", "whole-blocks"], "densities": [0.5]}
    found = cells(study(grid))
    independent = [c for c in found if c.spec["correlation"]["kind"] == "independent"]
    assert len(independent) == 2 * 3
    assert len(found) == len(independent) + 2 * 2 * 3


@pytest.mark.parametrize(
    ("n_features", "density", "placement", "relevant"),
    [
        (10, 0.001, "spread", 1),
        (10, 0.5, "spread", 5),
        (10, 1.0, "spread", 10),
        (50, 0.1, "whole-blocks", 5),
        (50, 0.14, "whole-blocks", 5),
        (50, 0.16, "whole-blocks", 10),
        (50, 0.001, "whole-blocks", 5),
        (12, 1.0, "whole-blocks", 10),  # two whole blocks are all there are
    ],
)
def test_number_of_relevant_columns(n_features, density, placement, relevant):
    grid = {
        "shapes": [[100, n_features]],
        "correlations": [{"kind": "blocks", "size": 5, "rho": 0.5}],
        "densities": [density],
        "placements": [placement],
        "snrs": [1.0],
    }
    (cell,) = cells(study(grid))
    assert cell.spec["n_relevant"] == relevant


def test_draws_hang_on_the_seed_and_the_replicates_but_not_on_methods():
    def keys(**changes):
        return [shard.key for shard in shards(study(**changes))]

    assert keys(methods={"l1_ratios": [0.1, 0.9]}) == keys()
    assert keys(tuning={"folds": 5}) == keys()
    assert not set(keys(seed=3)) & set(keys())
    assert not set(keys(replicates=30)) & set(keys())
    assert not set(keys(screening_replicates=9)) & set(keys())


def test_cross_validation_changes_no_draw():
    tuned = study(GRID | {"cross_validation": ["ridge"]})
    assert [shard.key for shard in shards(tuned)] == [shard.key for shard in shards(study())]
    assert shards(tuned)[0].cross_validated == [["ridge"]] * 4


def test_cost_grows_with_the_work():
    small, large = shards(study())[0], shards(study(replicates=200))[0]
    assert 0 < small.cost < large.cost


def test_families_are_named_after_their_methods():
    planned = study(methods={"l1_ratios": [0.1, 0.5]})
    assert families(planned) == ["least-squares", "lasso", "elastic-net-0.1", "elastic-net-0.5"]
