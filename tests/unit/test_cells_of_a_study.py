"""From a study to its cells: what is crossed, what is merged, what is cross-validated."""

import random
from pathlib import Path

import numpy as np
import pytest
import yaml

from regclaims.config import load_study
from regclaims.config.base import validate
from regclaims.config.population import Grid
from regclaims.config.reference import STUDY
from regclaims.config.study import Study
from regclaims.designs import Scenario
from regclaims.designs.cells import cells, cells_by_grid, combinations
from regclaims.errors import InputError
from regclaims.keys import cell_id

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = {"kind": "blocks", "size": 5, "rho": 0.9}
GRID = {
    "shapes": [[100, 10], [50, 40]],
    "correlations": ["independent", BLOCKS],
    "densities": [0.1, 0.5],
    "snrs": [0.5, 1.0, 2.0],
}
SHIPPED = ("study", "smoke", "htt", "zou-hastie")


def study(*grids, **changes):
    data = yaml.safe_load(STUDY) | {"population": list(grids) or [GRID]}
    return Study.model_validate(data | changes)


def shipped(name):
    return load_study(ROOT / "config" / f"{name}.yaml")


def ids(planned):
    return [cell_id(cell.spec) for cell in planned]


def specs(**levels):
    """Specs of a grid of one level of each factor, but for those that are given."""
    one = {"shapes": [[100, 20]], "correlations": [BLOCKS], "densities": [0.2], "snrs": [1.0]}
    return [cell.spec for cell in cells(study(one | levels))]


# What is crossed


def test_a_grid_is_the_full_cross_of_its_levels():
    found = cells(study())
    assert len(found) == 2 * 2 * 2 * 3
    assert len(set(ids(found))) == len(found)


def test_a_spec_says_everything():
    (spec,) = specs(profiles=["linear"], signs=["random"], noises=["t3"], scales=["log-normal"])
    assert spec == {
        "n_samples": 100,
        "n_features": 20,
        "correlation": BLOCKS,
        "n_relevant": 4,
        "placement": "spread",
        "profile": "linear",
        "signs": "plus",  # one relevant column a block
        "snr": 1.0,
        "noise": "t3",
        "scales": "log-normal",
        "response": "linear",
    }


def test_a_logistic_spec_has_a_class_share_in_place_of_noise():
    several = specs(response="logistic", class_shares=[0.5, 0.2])
    assert [spec.pop("class_share") for spec in several] == [0.5, 0.2]
    assert all(spec["response"] == "logistic" and "noise" not in spec for spec in several)


def test_given_coefficients_are_crossed_with_sigmas():
    coefs = [[0.0, 3.0], [1.0, -1.0]]
    grid = {
        "shapes": [[20, 2]],
        "correlations": ["independent"],
        "coefficients": coefs,
        "sigmas": [1, 2],
    }
    found = cells(study(grid))
    assert [(c.spec["coefficients"], c.spec["sigma"]) for c in found] == [
        (coef, sigma) for coef in coefs for sigma in (1.0, 2.0)
    ]
    assert "snr" not in found[0].spec
    assert Scenario(found[2].spec).beta.tolist() == [1, -1]


def test_combinations_are_counted_before_merging():
    assert combinations(study()) == 24
    assert combinations(study(GRID, GRID | {"signs": ["plus", "random"]})) == 24 + 48
    assert combinations(study(GRID | {"fraction": 5})) == 24


def test_cells_do_not_depend_on_the_order_of_levels():
    rng = random.Random(1)
    shuffled = {key: rng.sample(levels, len(levels)) for key, levels in GRID.items()}
    assert set(ids(cells(study(shuffled)))) == set(ids(cells(study())))


def test_cells_do_not_depend_on_anything_but_the_population():
    other = study(seed=3, replicates=99, methods={"l1_ratios": [0.1]}, name="other")
    assert ids(cells(other)) == ids(cells(study()))


# Several grids


def test_an_appended_grid_that_repeats_cells_adds_only_the_others():
    appended = GRID | {"snrs": [2.0, 4.0]}
    before, after = cells(study()), cells(study(GRID, appended))
    assert ids(after[: len(before)]) == ids(before)
    assert len(after) == len(before) + 2 * 2 * 2
    assert len(set(ids(after))) == len(after)


def test_cells_are_listed_by_grid():
    first, second = cells_by_grid(study(GRID, GRID | {"snrs": [2.0, 4.0]}))
    assert (len(first), len(second)) == (24, 8)


def test_levels_from_a_later_grid_are_added_to_the_first_cell():
    later = GRID | {"densities": [0.11], "shapes": [[100, 10]]}
    found = cells(study(GRID, later))
    assert len(found) == len(cells(study()))
    densities = {tuple(one["density"] for one in cell.levels) for cell in found}
    assert densities == {(0.1,), (0.5,), (0.1, 0.11)}


@pytest.mark.parametrize("name", ["study", "smoke"])
def test_a_grid_changes_no_other_cell(name):
    whole = shipped(name)
    for number, grid in enumerate(whole.population):
        alone = cells(whole.model_copy(update={"population": [grid]}))
        assert ids(cells_by_grid(whole)[number]) == ids(alone)


def test_a_larger_fraction_begins_with_the_smaller_one():
    whole = shipped("study")
    larger = whole.population[0].model_copy(update={"fraction": 180})
    found = cells(whole.model_copy(update={"population": [larger]}))
    assert ids(found)[:160] == ids(cells_by_grid(whole)[0])
    assert len(set(ids(found))) == 180


def test_another_seed_takes_another_fraction():
    grid = GRID | {"fraction": 8}
    assert set(ids(cells(study(grid)))) != set(ids(cells(study(grid | {"fraction_seed": 2}))))
    assert set(ids(cells(study(grid)))) < set(ids(cells(study())))


def test_a_fraction_beyond_the_cells_that_differ_is_refused():
    # 12 combinations of independent columns, of which 4 differ.
    grid = GRID | {
        "shapes": [[100, 10]],
        "correlations": ["independent"],
        "densities": [0.5],
        "snrs": [1.0, 2.0],
        "profiles": ["equal", "linear"],
        "signs": ["plus", "random", "alternating"],
    }
    assert len(cells(study(grid | {"fraction": 4}))) == 4
    with pytest.raises(InputError, match=r"population\[0\].fraction: must be 4 or less"):
        cells(study(grid | {"fraction": 5}))


# What is merged


def test_densities_with_one_number_of_relevant_columns_are_one_cell():
    grid = GRID | {"densities": [0.001, 0.01, 0.5], "shapes": [[100, 10]]}
    found = cells(study(grid))
    assert len(found) == 2 * 2 * 3
    densities = {tuple(one["density"] for one in cell.levels) for cell in found}
    assert densities == {(0.001, 0.01), (0.5,)}


PLACEMENTS = ["spread", "end-to-end", "first", "mixed-blocks", "whole-blocks"]
SIGNS = ["plus", "random", "alternating"]
PROFILES = ["equal", "linear", "geometric", "gaussian"]
AR1 = {"kind": "ar1", "rho": 0.7}
TURNED = {"kind": "ar1", "rho": -0.7}
THREE = {"kind": "three-factor", "rho": 0.8}
ONE_EACH = [{"kind": "independent"}, BLOCKS, AR1, THREE]


@pytest.mark.parametrize(
    "correlation", ["independent", {"kind": "ar1", "rho": 0}, BLOCKS | {"rho": 0}]
)
def test_placement_and_signs_do_not_matter_where_columns_are_independent(correlation):
    (spec,) = specs(correlations=[correlation], placements=PLACEMENTS, signs=SIGNS)
    assert spec["correlation"] == {"kind": "independent"}
    assert (spec["placement"], spec["signs"]) == ("spread", "plus")


@pytest.mark.parametrize("correlation", ONE_EACH, ids=str)
def test_placement_does_not_matter_where_all_columns_are_relevant(correlation):
    several = specs(correlations=[correlation], densities=[1], placements=PLACEMENTS)
    assert [spec["placement"] for spec in several] == ["spread"]


@pytest.mark.parametrize("correlation", ONE_EACH, ids=str)
def test_profile_signs_and_placement_do_not_matter_for_one_relevant_column(correlation):
    (spec,) = specs(
        correlations=[correlation],
        densities=[0.01],
        placements=PLACEMENTS[:-1],
        signs=SIGNS,
        profiles=PROFILES,
    )
    levels = ("n_relevant", "placement", "profile", "signs")
    assert [spec[name] for name in levels] == [1, "spread", "equal", "plus"]


def test_one_whole_block_is_not_one_column():
    (spec,) = specs(densities=[0.01], placements=["whole-blocks"], profiles=["linear"])
    assert (spec["n_relevant"], spec["placement"]) == (5, "whole-blocks")
    assert spec["profile"] == "linear"


def test_the_first_columns_may_be_a_whole_block():
    for correlation in (BLOCKS, AR1):
        (spec,) = specs(
            correlations=[correlation], densities=[0.25], placements=["first", "whole-blocks"]
        )
        assert spec["placement"] == "whole-blocks"
    # Two blocks stand apart.
    assert (
        len(specs(densities=[0.5], placements=["first", "whole-blocks"], correlations=[AR1])) == 2
    )


def test_weak_sparsity_without_weak_coefficients_is_equal():
    (spec,) = specs(densities=[1], profiles=["equal", "weak-sparsity"])
    assert spec["profile"] == "equal"


def test_signs_do_not_matter_where_a_block_has_one_relevant_column():
    assert [spec["signs"] for spec in specs(signs=SIGNS)] == ["plus"]
    # Two in a block.
    assert [spec["signs"] for spec in specs(signs=SIGNS, densities=[0.4])] == SIGNS
    # Without blocks, far columns are correlated too.
    for correlation in (AR1, THREE):
        assert len(specs(signs=SIGNS, correlations=[correlation])) == 3


def test_placements_with_as_many_columns_in_each_block_are_one():
    # Five of ten columns: three in one block, two in the other.
    half = {"shapes": [[100, 10]], "densities": [0.5], "placements": ["mixed-blocks", "spread"]}
    assert [spec["placement"] for spec in specs(**half)] == ["spread"]
    # Their distances matter in other designs.
    assert len(specs(**half, correlations=[AR1])) == 2
    # Of 20, spread has 3, 2, 3, 2 in a block and mixed blocks have 3, 3, 3, 1.
    assert len(specs(**half | {"shapes": [[100, 20]]})) == 2


FAIR = {"densities": [0.3], "signs": ["random"]}
TURNS = [
    # At distances of 4: all at positions of one parity.
    ({"densities": [0.25]}, {"densities": [0.25]}),
    # At distances of 5, and next to each other: parities alternate.
    ({}, {"signs": ["alternating"]}),
    ({"densities": [1], "signs": ["alternating"]}, {"densities": [1]}),
    # Fair signs stay fair.
    (FAIR, FAIR),
]


@pytest.mark.parametrize(("turned", "straight"), TURNS)
def test_a_negative_autoregression_may_be_a_positive_one(turned, straight):
    assert specs(correlations=[TURNED], **turned) == specs(correlations=[AR1], **straight)


def test_a_negative_autoregression_may_be_another_design():
    # Positions 0, 3, 6, 10, 13, 16: neither one parity nor alternating.
    (spec,) = specs(correlations=[TURNED], densities=[0.3])
    assert spec["correlation"] == TURNED


def test_blocks_that_are_cut_or_counted_to_no_effect():
    everything = {"kind": "blocks", "size": 20, "rho": 0.9}
    assert [s["correlation"] for s in specs(correlations=[everything | {"size": 30}])] == [
        everything
    ]
    assert [s["correlation"] for s in specs(correlations=[BLOCKS | {"count": 4}])] == [BLOCKS]
    assert [s["correlation"] for s in specs(correlations=[BLOCKS | {"count": 3}])] != [BLOCKS]


@pytest.mark.parametrize(
    ("n_features", "density", "placement", "relevant"),
    [
        (10, 0.001, "spread", 1),
        (10, 0.5, "spread", 5),
        (10, 1.0, "spread", 10),
        (100, 0.005, "spread", 1),
        (50, 0.1, "whole-blocks", 5),
        (50, 0.14, "whole-blocks", 5),
        (50, 0.16, "whole-blocks", 10),
        (50, 0.001, "whole-blocks", 5),
        (100, 0.5, "whole-blocks", 50),
        (12, 1.0, "whole-blocks", 10),  # two whole blocks are all there are
        (50, 0.5, "mixed-blocks", 25),
        (50, 1.0, "mixed-blocks", 50),
    ],
)
def test_number_of_relevant_columns(n_features, density, placement, relevant):
    (spec,) = specs(shapes=[[100, n_features]], densities=[density], placements=[placement])
    assert spec["n_relevant"] == Scenario(spec).relevant.sum() == relevant


# Shipped studies


@pytest.mark.parametrize("name", SHIPPED)
def test_no_two_cells_of_a_shipped_study_are_equal_in_law(name):
    found = cells(shipped(name))
    assert len({law(cell.spec) for cell in found}) == len(found)


def law(spec):
    """What a spec is up to the names and signs of columns, and the scale of y.

    Made from arrays, not from the rules of merging: beta is sorted as far as columns are
    exchangeable, and turned to the first of the forms that it has the choice of.
    """
    made = Scenario(spec | {"signs": "plus"} if spec.get("signs") == "random" else spec)
    gaussian = spec.get("profile") == "gaussian"
    beta = np.sign(made.unit_beta) if gaussian else made.unit_beta / np.abs(made.unit_beta).max()
    structure = dict(spec["correlation"])
    match structure["kind"]:
        case "independent":
            form = sorted(np.abs(beta).tolist())
        case "blocks":
            blocks = np.split(beta, range(structure["size"], len(beta), structure["size"]))
            form = sorted((len(b), *min(sorted(b.tolist()), sorted((-b).tolist()))) for b in blocks)
        case _:
            if structure["kind"] == "ar1" and structure["rho"] < 0:
                structure["rho"] *= -1
                beta = (
                    beta if spec.get("signs") == "random" else beta * (-1.0) ** np.arange(len(beta))
                )
            form = min(b.tolist() for b in (beta, -beta, beta[::-1], -beta[::-1]))
    factors = ("n_samples", "n_features", "snr", "sigma", "noise", "scales", "class_share")
    return str(
        (form, gaussian, spec.get("signs") == "random", structure, [spec.get(f) for f in factors])
    )


def test_the_study_has_its_cells():
    planned = shipped("study")
    fraction, twins, logistic = cells_by_grid(planned)
    # A cell is known by levels of the study, not by others that are equal in law.
    placements = {cell.spec["placement"] for cell in fraction}
    assert placements == {"spread", "whole-blocks", "mixed-blocks"}
    assert (len(fraction), len(logistic)) == (160, 12)
    assert (
        combinations(planned.model_copy(update={"population": planned.population[:1]})) == 165_888
    )
    assert all(Scenario(cell.spec).describe()["twins"] for cell in twins)
    assert {cell.spec["class_share"] for cell in logistic} == {0.2, 0.5}
    assert not any(Scenario(cell.spec).response == "logistic" for cell in fraction + twins)


def test_the_full_study_crosses_what_the_study_takes_a_fraction_of():
    full, part = shipped("full").population, shipped("study").population[0]
    assert [grid.factors for grid in full] == [part.factors]
    assert combinations(shipped("full")) == 165_888


def test_cells_of_the_study_can_be_drawn():
    for cell in cells(shipped("study"))[::7]:
        made = Scenario(cell.spec)
        draw = made.draw(0, 0)
        assert draw.X.shape == (cell.spec["n_samples"], cell.spec["n_features"])
        for name in ("X", "y", "X_validation", "y_validation"):
            assert np.isfinite(getattr(draw, name)).all()


def test_htt_is_the_published_grid():
    planned = shipped("htt")
    found = cells(planned)
    assert combinations(planned) == 480
    assert len(found) == 440
    merged = [cell for cell in found if len(cell.levels) == 2]
    assert len(merged) == 40
    for cell in merged:
        assert [one["placement"] for one in cell.levels] == ["end-to-end", "first"]
        assert cell.spec["correlation"] == {"kind": "independent"}
    settings = {(c.spec["n_samples"], c.spec["n_features"], c.spec["n_relevant"]) for c in found}
    assert settings == {(100, 10, 5), (500, 100, 5), (50, 1000, 5), (100, 1000, 10)}


def test_zou_and_hastie_have_their_four_examples():
    found = [Scenario(cell.spec) for cell in cells(shipped("zou-hastie"))]
    assert [(made.n_samples, made.n_features) for made in found] == [
        (20, 8),
        (20, 8),
        (100, 40),
        (50, 40),
    ]
    assert [made.noise_variance for made in found] == [9, 9, 225, 225]
    # Example 3, by hand: 20 coefficients of 2, correlations 1/2.
    assert found[2].signal_variance == pytest.approx(4 * (20 + 0.5 * 20 * 19))
    # Example 4: three sums of five columns z + e, times 3, with Var z = 1 and Var e = 0.01.
    assert found[3].signal_variance == pytest.approx(3 * 9 * (25 + 5 * 0.01), rel=1e-12)
    sigma = found[3].correlation.matrix(40)
    np.testing.assert_allclose(sigma[:5, :5], np.full((5, 5), 1 / 1.01) + np.eye(5) * (0.01 / 1.01))
    np.testing.assert_array_equal(sigma[15:, 15:], np.eye(25))


# What is cross-validated


def test_the_first_cells_of_a_grid_are_cross_validated():
    chosen = [{"methods": ["ridge", "lasso"], "cells": 5}, {"methods": ["lasso", "x"], "cells": 2}]
    found = cells(study(GRID | {"cross_validation": chosen}))
    assert [cell.cross_validated for cell in found[:2]] == [("ridge", "lasso", "x")] * 2
    assert [cell.cross_validated for cell in found[2:6]] == [("ridge", "lasso")] * 3 + [()]
    assert not any(cell.cross_validated for cell in found[5:])


def test_a_plain_list_of_methods_is_for_all_cells():
    found = cells(study(GRID | {"cross_validation": ["ridge"]}))
    assert {cell.cross_validated for cell in found} == {("ridge",)}


def test_cross_validation_changes_no_cell():
    assert ids(cells(study(GRID | {"cross_validation": ["ridge"]}))) == ids(cells(study()))


def test_the_study_cross_validates_a_balanced_beginning():
    fraction, twins, logistic = cells_by_grid(shipped("study"))
    counts = {}
    for cell in fraction:
        for method in cell.cross_validated:
            counts[method] = counts.get(method, 0) + 1
    nets = {f"elastic-net-{ratio}": 16 for ratio in (0.1, 0.5, 0.9)}
    # Least squares need no tuning: what is held against them is tuned on the training rows.
    assert counts == {"ridge": 160, "lasso": 160} | nets
    assert all(len(cell.cross_validated) == 5 for cell in fraction[:16])
    assert not any(cell.cross_validated for cell in twins + logistic)


# Grids that are refused

COEFFICIENTS = {
    "shapes": [[20, 2]],
    "correlations": ["independent"],
    "coefficients": [[1, 0]],
    "sigmas": [1],
}
BAD = [
    (GRID | {"densities": []}, "needs densities, or coefficients and sigmas"),
    (GRID | {"densities": [], "snrs": []}, "needs densities and snrs, or coefficients and sigmas"),
    (GRID | {"sigmas": [1]}, "needs both coefficients and sigmas, or none of them"),
    (COEFFICIENTS | {"sigmas": []}, "needs both coefficients and sigmas, or none of them"),
    (COEFFICIENTS | {"snrs": [1]}, "takes no snrs beside coefficients"),
    (COEFFICIENTS | {"placements": ["first"]}, "takes no placements beside coefficients"),
    (COEFFICIENTS | {"coefficients": [[1]]}, "coefficients must be 2, one per column; found 1"),
    (COEFFICIENTS | {"coefficients": [[0, 0]]}, "coefficients must not all be 0"),
    (COEFFICIENTS | {"response": "logistic"}, "response logistic takes no coefficients"),
    (GRID | {"class_shares": [0.2]}, "response linear takes no class_shares"),
    (GRID | {"response": "logistic", "noises": ["t3"]}, "response logistic takes no noises"),
    (GRID | {"fraction": 25}, "fraction must be 24 or less, the full cross; found 25"),
    (GRID | {"fraction_seed": 2}, "fraction_seed needs fraction"),
    (
        GRID | {"shapes": [[100, 4]], "placements": ["whole-blocks"]},
        "whole-blocks of 5 columns do not fit in 4",
    ),
    (
        GRID | {"correlations": [AR1], "shapes": [[100, 4]], "placements": ["whole-blocks"]},
        "whole-blocks of 5 columns do not fit in 4",
    ),
    (
        GRID | {"shapes": [[100, 20]], "placements": ["mixed-blocks"], "densities": [0.7]},
        "mixed-blocks of 5 columns hold at most 12 relevant ones of 20; density 0.7 needs 14",
    ),
    (GRID | {"correlations": [THREE | {"count": 2}]}, "kind three-factor takes no count"),
    (GRID | {"correlations": [THREE | {"rho": -0.5}]}, "kind three-factor needs rho >= 0"),
    (GRID | {"cross_validation": ["ridge", {"methods": ["lasso"]}]}, r"cross_validation\[0\]"),
]


@pytest.mark.parametrize(("grid", "problem"), BAD)
def test_grids_that_make_no_cells_are_refused(grid, problem):
    with pytest.raises(InputError, match=problem):
        validate(Grid, grid, "a.yaml")


def test_independent_columns_need_no_room_for_blocks():
    grid = GRID | {"correlations": ["independent"], "shapes": [[100, 4]]}
    found = cells(study(grid | {"placements": ["whole-blocks", "mixed-blocks"]}))
    assert [cell.spec["n_relevant"] for cell in found] == [1] * 3 + [2] * 3
