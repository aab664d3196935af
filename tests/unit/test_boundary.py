"""Where a claim flips, and how much it owes to the design."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regclaims.claims.boundary import LEAST_CELLS, find_boundary
from regclaims.claims.design import design_dependent, levels_of, reweighted_shares
from regclaims.evidence.judging import student

RULE = {"bar": "plain", "combine": "and", "parts": [{"margin": 0.05}]}


def population(per_level=30, snrs=(0.25, 1.22, 6.0)):
    """Cells that cross a moderator with two other factors."""
    rows = [
        {"snr": snr, "density": density, "noise": noise, "n_samples": 100, "n_features": 10}
        | {"n/p": 10.0, "within_rho": 0.0}
        for snr in snrs
        for density in (0.1, 0.5)
        for noise in ("gaussian", "t3")
        for _ in range(per_level // 4 + 1)
    ]
    frame = pd.DataFrame(rows)
    frame.index = pd.Index([f"c{i:03d}" for i in range(len(frame))], name="cell_id")
    return frame


def half(about, effect_of, seed, sd=0.1, replicates=30):
    """Contrasts of one part from one half of the replicates."""
    rng = np.random.default_rng(seed)
    rows = [
        student(effect_of(row) + sd * rng.standard_normal(replicates), 0.05).__dict__
        for _, row in about.iterrows()
    ]
    return [pd.DataFrame(rows, index=about.index)]


def both(about, effect_of, seed=1, **options):
    return [half(about, effect_of, seed + i, **options) for i in range(2)]


def test_a_flip_is_found_between_its_levels_and_confirmed():
    about = population()
    flips = both(about, lambda row: 0.3 if row["snr"] > 1 else -0.3)
    found = find_boundary(flips, RULE, 0.75, ["density", "snr"], about)
    assert (found.moderator, found.above, found.low, found.high) == ("snr", True, 0.25, 1.22)
    assert found.region == "snr >= 1.22, not snr <= 0.25"
    assert max(found.p_found, found.p_confirmed) <= 0.025
    other = both(about, lambda row: -0.3 if row["snr"] > 1 else 0.3)
    assert find_boundary(other, RULE, 0.75, ["snr"], about).region == (
        "snr <= 0.25, not snr >= 1.22"
    )


@pytest.mark.parametrize(
    ("moderator", "one", "other"),
    [("density", (0.4, 0.48, 0.5), 0.1), ("within_rho", (0.41, 0.412, 0.4147), 0.9)],
)
def test_values_that_whole_columns_make_of_one_level_are_not_split(moderator, one, other):
    about = population(per_level=60)
    values = [other, *one]
    about[moderator] = [values[i % 4] for i in range(len(about))]
    within = both(about, lambda row: 0.3 if row[moderator] >= one[1] else -0.3)
    # The flip is inside a level; a split beside the level has a side on which both are found.
    found = find_boundary(within, RULE, 0.75, [moderator], about)
    assert found is None or (found.low, found.high) != (one[0], one[1])
    between = both(about, lambda row: 0.3 if row[moderator] in one else -0.3)
    found = find_boundary(between, RULE, 0.75, [moderator], about)
    bracket = sorted((other, one[0] if other < one[0] else one[2]))
    assert [found.low, found.high] == bracket


def test_no_boundary_where_one_effect_holds_everywhere_or_nothing_is_known():
    about = population()
    for effect in (0.3, -0.3, 0.05):
        same = both(about, lambda row, effect=effect: effect)
        assert find_boundary(same, RULE, 0.75, ["snr", "density"], about) is None


def test_what_one_half_shows_and_the_other_does_not_is_no_boundary():
    about = population()
    by_chance = [
        half(about, lambda row: 0.3 if row["snr"] > 1 else -0.3, 1),
        half(about, lambda row: 0.3, 2),
    ]
    assert find_boundary(by_chance, RULE, 0.75, ["snr"], about) is None


def test_both_sides_need_cells_and_variety():
    flip = lambda row: 0.3 if row["snr"] > 1 else -0.3  # noqa: E731
    few = population(per_level=LEAST_CELLS // 2, snrs=(0.25, 6.0))
    assert find_boundary(both(few, flip), RULE, 0.75, ["snr"], few) is None
    about = population(snrs=(0.25, 6.0))
    uniform = about[(about["snr"] > 1) | (about["noise"] == "t3")]
    many = pd.concat([uniform] * 3)
    many.index = pd.Index([f"d{i:03d}" for i in range(len(many))], name="cell_id")
    # On the lower side there is one law of the noise only: what flips may be that.
    assert find_boundary(both(many, flip), RULE, 0.75, ["snr"], many) is None


@pytest.mark.parametrize("bar", ["existence", "rarely"])
def test_bars_without_a_share_have_no_boundary(bar):
    about = population()
    flips = both(about, lambda row: 0.3 if row["snr"] > 1 else -0.3)
    assert find_boundary(flips, {**RULE, "bar": bar}, None, ["snr"], about) is None


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_cells_does_not_matter(seed):
    about = population()
    flips = both(about, lambda row: 0.3 if row["snr"] > 1 else -0.3)
    order = np.random.default_rng(seed).permutation(len(about))
    moved = [[part.iloc[order] for part in parts] for parts in flips]
    assert find_boundary(moved, RULE, 0.75, ["snr"], about.iloc[order]) == (
        find_boundary(flips, RULE, 0.75, ["snr"], about)
    )


def test_false_boundaries_are_rare():
    """Cells with effects at random about the bar: any boundary is an accident."""
    about = population()
    rng, found = np.random.default_rng(5), 0
    for seed in range(60):
        effects = pd.Series(rng.choice([0.3, -0.3], len(about)), index=about.index)
        made = both(about, lambda row, effects=effects: effects[row.name], seed=10 * seed)
        found += find_boundary(made, RULE, 0.75, ["snr", "density"], about) is not None
    # At a true rate of .025 four or more of sixty have a probability of .06; of .05, of .35.
    assert found <= 4


def cells_with(about, holds):
    return pd.DataFrame({"p_above": np.where(holds, 0.01, 0.99)}, index=about.index)


def test_reweighting_doubles_a_level():
    about = population(snrs=(0.25, 6.0))
    holds = (about["snr"] > 1).to_numpy()
    shares = reweighted_shares(cells_with(about, holds), levels_of(about))
    assert shares[""] == 0.5
    assert shares["snr=6.0"] == pytest.approx(2 / 3)
    assert shares["snr=0.25"] == pytest.approx(1 / 3)
    assert shares["noise=t3"] == pytest.approx(0.5)
    assert design_dependent(cells_with(about, holds), levels_of(about), 0.6)
    assert not design_dependent(cells_with(about, holds), levels_of(about), 0.75)
    assert not design_dependent(cells_with(about, holds), levels_of(about), None)


def test_what_holds_everywhere_does_not_depend_on_the_design():
    about = population()
    everywhere = cells_with(about, np.ones(len(about), dtype=bool))
    assert not design_dependent(everywhere, levels_of(about), 1.0)
