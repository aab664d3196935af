"""From a study to its shards: what is fitted in one job, and what leaves a job as it is."""

from collections import Counter

import numpy as np
import pytest
import yaml

from regclaims.config.methods import Methods
from regclaims.config.reference import STUDY
from regclaims.config.study import Study
from regclaims.designs.cells import cells
from regclaims.evidence.methods import Method, settings
from regclaims.evidence.names import FAMILIES, method_names
from regclaims.evidence.packing import (
    cross_validated,
    families,
    folder,
    sections,
    settings_of,
    shards,
)
from regclaims.keys import cell_id

GRID = {
    "shapes": [[100, 10], [50, 40]],
    "correlations": ["independent", {"kind": "blocks", "size": 5, "rho": 0.9}],
    "densities": [0.1, 0.5],
    "snrs": [0.5, 1.0, 2.0],
}
CLASSES = GRID | {"response": "logistic", "shapes": [[100, 10]], "snrs": [1.0]}


def study(*grids, **changes):
    """Return a study whose shards hold a few cells each."""
    data = yaml.safe_load(STUDY) | {"population": list(grids) or [GRID], "seconds_per_shard": 0.2}
    return Study.model_validate(data | changes)


def keys(planned, allotment=None):
    return [shard.key for shard in shards(planned, allotment or {})]


def ids(shard):
    return [cell_id(spec) for spec in shard.cells]


def test_every_cell_is_fitted_once_by_every_family_of_its_response():
    planned = study(GRID, CLASSES)
    found = Counter((shard.family, cell) for shard in shards(planned, {}) for cell in ids(shard))
    expected = Counter(
        (family, cell_id(cell.spec))
        for cell in cells(planned)
        for family in FAMILIES[cell.spec["response"]]
    )
    assert found == expected
    assert set(found.values()) == {1}
    assert {family for family, _ in found} == {
        "least-squares", "lasso", "elastic-net", "logistic"
    }  # fmt: skip


def test_a_shard_has_one_shape_and_one_response():
    for shard in shards(study(GRID, CLASSES), {}):
        assert len({(spec["n_samples"], spec["n_features"]) for spec in shard.cells}) == 1
        (response,) = {spec["response"] for spec in shard.cells}
        assert shard.family in FAMILIES[response]


def test_a_shard_is_full_when_it_costs_what_it_may():
    found = shards(study(), {})
    assert len(found) > 6
    by_kind = {}
    for shard in found:
        shape = shard.cells[0]["n_samples"]
        by_kind.setdefault((shard.family, shape), []).append(shard)
    for several in by_kind.values():
        for shard in several[:-1]:
            # It ends with the cell that fills it, no earlier and no later.
            last = shard.cost / len(shard.cells)
            assert 0.2 <= shard.cost < 0.2 + 1.01 * last
        assert sum(len(shard.cells) for shard in several) == 12
    one_each = shards(study(seconds_per_shard=1e-9), {})
    assert {len(shard.cells) for shard in one_each} == {1}
    assert len(shards(study(seconds_per_shard=1e9), {})) == 2 * 3


def test_an_appended_grid_leaves_earlier_shards_alone():
    for appended in (GRID | {"correlations": [{"kind": "ar1", "rho": 0.7}]}, CLASSES):
        before, after = keys(study()), keys(study(GRID, appended))
        assert after[: len(before)] == before
        assert len(set(after)) == len(after) > len(before)


def test_an_appended_grid_that_repeats_cells_adds_only_the_others():
    appended = GRID | {"snrs": [2.0, 4.0]}
    before, after = shards(study(), {}), shards(study(GRID, appended), {})
    assert [shard.key for shard in after[: len(before)]] == [shard.key for shard in before]
    added = {cell for shard in after[len(before) :] for cell in ids(shard)}
    assert len(added) == 2 * 2 * 2
    assert not added & {cell for shard in before for cell in ids(shard)}


def changed(allotment, planned):
    """Return shards with and without an allotment that are not in both."""
    before = {shard.key: shard for shard in shards(planned, {})}
    after = {shard.key: shard for shard in shards(planned, allotment)}
    gone = [shard for key, shard in before.items() if key not in after]
    new = [shard for key, shard in after.items() if key not in before]
    return gone, new


def test_an_allotted_cell_gets_its_replicates_in_every_family():
    planned = study()
    cell = cell_id(cells(planned)[3].spec)
    counts = Counter()
    for shard in shards(planned, {cell: 20}):
        for name, number in zip(ids(shard), shard.replicates, strict=True):
            assert number == (20 if name == cell else planned.replicates)
            counts[name == cell] += 1
    assert counts[True] == 3


def test_an_allotment_of_the_study_s_own_number_changes_nothing():
    planned = study()
    allotment = {cell_id(cell.spec): planned.replicates for cell in cells(planned)}
    assert keys(planned, allotment) == keys(planned)


@pytest.mark.parametrize("position", [0, 3, 11])
def test_an_allotment_leaves_shards_of_other_shapes_alone(position):
    planned = study()
    cell = cells(planned)[position]
    gone, new = changed({cell_id(cell.spec): 30}, planned)
    assert gone
    for shard in (*gone, *new):
        assert shard.cells[0]["n_samples"] == cell.spec["n_samples"]


def test_an_allotment_changes_only_the_shards_that_hold_the_cell():
    planned = study()
    cell = cell_id(cells(planned)[0].spec)
    gone, new = changed({cell: 30}, planned)
    assert len(gone) == len(new) == 3
    for before, after in zip(gone, new, strict=True):
        assert cell in ids(before)
        assert ids(before) == ids(after)
        # Its job takes longer, so that it begins sooner.
        assert before.cost < after.cost


def test_keys_hang_on_draws_and_not_on_settings():
    assert keys(study(methods={"gammas": [0.5]})) == keys(study())
    assert keys(study(methods={"n_lambdas": 9}, tuning={"matched_df": 0.5})) == keys(study())
    assert not set(keys(study(seed=3))) & set(keys(study()))
    assert not set(keys(study(replicates=30))) & set(keys(study()))
    assert not set(keys(study(screening_replicates=9))) & set(keys(study()))


def test_cross_validation_concerns_the_family_of_the_method_alone():
    tuned = study(GRID | {"cross_validation": ["ridge"]}, seconds_per_shard=1e9)
    before = {shard.key: shard for shard in shards(study(seconds_per_shard=1e9), {})}
    for shard in shards(tuned, {}):
        assert (shard.key in before) == (shard.family != "least-squares")
        methods = ["ridge"] if shard.family == "least-squares" else []
        assert [list(names) for names in shard.cross_validated] == [methods] * 12


def test_what_is_cross_validated_by_family():
    tuned = study(GRID | {"cross_validation": ["elastic-net-0.5", "lasso", "ridge"]})
    cell = cells(tuned)[0]
    assert cross_validated(cell, "least-squares", tuned) == ("ridge",)
    assert cross_validated(cell, "lasso", tuned) == ("lasso",)
    assert cross_validated(cell, "elastic-net", tuned) == ("elastic-net-0.5",)


def test_a_shard_survives_plain_data():
    for shard in shards(study(GRID | {"cross_validation": ["lasso"]}), {}):
        again = type(shard)(**shard.plain)
        assert again.key == shard.key
        assert again.plain == shard.plain


def test_cost_is_no_part_of_a_shard_and_grows_with_the_work():
    small, large = (shards(study(replicates=n), {})[0] for n in (12, 200))
    assert 0 < small.cost / len(small.cells) < large.cost / len(large.cells)
    assert "cost" not in small.plain


def test_families_cover_all_methods_once():
    names = method_names(Methods(l1_ratios=[0.1, 0.5]))
    assert set(names) == {family for response in FAMILIES for family in families(response)}
    every = [name for several in names.values() for name in several]
    assert len(set(every)) == len(every)
    assert names["elastic-net"] == [
        "elastic-net-0.1", "elastic-net-0.5", "elastic-net", "elastic-net-rescaled"
    ]  # fmt: skip
    assert names["logistic"] == ["logistic-ridge", "logistic-lasso", "logistic-elastic-net-0.5"]


@pytest.mark.parametrize(
    ("changes", "concerned"),
    [
        ({"methods": {"l1_ratios": [0.1, 0.5]}}, {"elastic-net"}),
        ({"methods": {"logistic_l1_ratios": [0.9]}}, {"logistic"}),
        ({"methods": {"gammas": [0.0, 1.0]}}, {"lasso"}),
        ({"methods": {"n_lambdas": 9}}, {"least-squares", "lasso", "elastic-net", "logistic"}),
        (
            {"methods": {"lambda_floor": {"low_dimensional": 0.01}}},
            {"lasso", "elastic-net", "logistic"},
        ),
        ({"tuning": {"matched_df": 0.5}}, {"least-squares", "lasso", "elastic-net"}),
        ({"tuning": {"folds": 5}}, {"least-squares", "lasso", "elastic-net"}),
        ({"methods": {"deviance_stop": 0.99}}, {"lasso", "elastic-net", "logistic"}),
        ({"methods": {"solver": "sklearn"}}, {"least-squares", "lasso", "elastic-net"}),
        ({"tuning": {"max_at_end": 0.5}}, {"least-squares", "lasso", "elastic-net", "logistic"}),
    ],
    ids=lambda change: next(iter(next(iter(change.values())))) if isinstance(change, dict) else "",
)
def test_an_edit_changes_only_the_settings_of_families_it_concerns(changes, concerned):
    every = [family for names in FAMILIES.values() for family in names]
    before, after = sections(study()), sections(study(**changes))
    differ = {
        family for family in every if settings_of(family, before) != settings_of(family, after)
    }
    assert differ == concerned


@pytest.mark.parametrize("family", [family for names in FAMILIES.values() for family in names])
def test_every_family_has_the_settings_that_its_fits_take(family):
    found = settings(settings_of(family, sections(study())))
    names = method_names(found)[family]
    whole = settings(sections(study()))
    assert names == method_names(whole)[family]
    if family != "least-squares":
        assert found.grid(100, 10, False) == whole.grid(100, 10, False)


def test_what_a_family_does_not_use_makes_no_path():
    found = settings(settings_of("least-squares", sections(study())))
    X = np.arange(12.0).reshape(6, 2) ** 2
    with pytest.raises(ValueError, match="lambda_min_ratio must be"):
        Method("lasso", 1.0).fit(X, X[:, 0], found)


def test_folders_are_named_after_all_that_their_tables_depend_on():
    planned, edited = study(), study(methods={"gammas": [0.5]})
    before = {folder(shard, sections(planned)) for shard in shards(planned, {})}
    after = {folder(shard, sections(edited)) for shard in shards(edited, {})}
    assert len(before) == len(after) == len(shards(planned, {}))
    assert {name.partition("/")[0] for name in before} == {name.partition("/")[0] for name in after}
    assert all(name.startswith("lasso-") for name in before ^ after)
