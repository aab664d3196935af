"""Balanced fractions of a full cross."""

from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from regclaims.config import load_study
from regclaims.designs.cells import cells_by_grid
from regclaims.designs.fraction import balanced_fraction

ROOT = Path(__file__).resolve().parents[2]
SIZES = (8, 9, 4, 3, 4, 3, 4, 2, 2)


def fraction(n_rows, sizes=SIZES, seed=1, identity=lambda row: row):
    return balanced_fraction(sizes, n_rows, seed, identity)


@pytest.mark.parametrize("n_rows", [1, 7, 24, 96, 333])
def test_levels_are_used_evenly(n_rows):
    rows = np.array(fraction(n_rows))
    for factor, size in enumerate(SIZES):
        used = np.bincount(rows[:, factor], minlength=size)
        assert used.sum() == n_rows
        assert used.max() - used.min() <= 1


def test_a_larger_fraction_begins_with_the_smaller_one():
    large = fraction(120)
    for n_rows in (1, 24, 96):
        assert fraction(n_rows) == large[:n_rows]


def test_rows_differ():
    assert len(set(fraction(480))) == 480


def test_the_seed_changes_the_rows():
    assert set(fraction(96)) != set(fraction(96, seed=2))
    assert fraction(96, seed=2) == fraction(96, seed=2)


def test_pairs_are_used_more_evenly_than_by_chance():
    def imbalance(rows):
        total = 0.0
        for (i, one), (j, other) in combinations(enumerate(SIZES), 2):
            met = np.zeros((one, other))
            np.add.at(met, (rows[:, i], rows[:, j]), 1)
            expected = len(rows) / (one * other)
            total += ((met - expected) ** 2 / expected).sum()
        return total

    rng = np.random.default_rng(0)
    shuffled = [np.column_stack([rng.permutation(np.arange(96) % size) for size in SIZES])]
    shuffled += [np.column_stack([rng.permutation(c) for c in shuffled[0].T]) for _ in range(50)]
    best_by_chance = min(map(imbalance, shuffled))
    assert imbalance(np.array(fraction(96))) < best_by_chance / 2


def test_rows_that_stand_for_the_same_are_taken_once():
    rows = fraction(40, sizes=(8, 8, 3, 3), identity=lambda row: row[:2])
    assert len({row[:2] for row in rows}) == 40


def test_a_row_is_found_that_random_candidates_do_not_hit():
    # Of 216,000 rows, one stands for something else than the first; 2,000 are drawn.
    sizes, needle = (60, 60, 60), (12, 34, 56)
    (first, second) = fraction(2, sizes=sizes, identity=lambda row: row == needle)
    assert first != needle
    assert second == needle


def test_the_whole_cross_is_a_fraction():
    assert set(fraction(12, sizes=(3, 2, 2))) == set(np.ndindex(3, 2, 2))


@pytest.mark.parametrize(
    ("n_rows", "sizes", "identity", "most"),
    [
        (13, (3, 2, 2), lambda row: row, 12),
        (5, (2, 2), lambda row: row[0], 2),
        (2, (1,), lambda row: row, 1),
    ],
)
def test_a_fraction_that_is_too_large_says_how_large_it_may_be(n_rows, sizes, identity, most):
    with pytest.raises(ValueError, match=f"must be {most} or less"):
        fraction(n_rows, sizes=sizes, identity=identity)


# The study's own


@pytest.fixture(scope="module")
def study():
    return load_study(ROOT / "config" / "study.yaml").population[0]


@pytest.fixture(scope="module")
def levels():
    """Levels of the cells of the study's first grid, as text, and of those that more would take."""
    whole = load_study(ROOT / "config" / "study.yaml")
    longer = whole.population[0].model_copy(update={"fraction": 480})
    planned = cells_by_grid(whole.model_copy(update={"population": [longer]}))[0]
    found = []
    for cell in planned:
        (one,) = cell.levels
        found.append({factor: str(level) for factor, level in one.items()})
    return found


@pytest.mark.parametrize(("n_cells", "least"), [(96, 1), (160, 1), (480, 6)])
def test_every_pair_of_levels_meets_in_the_study(study, levels, n_cells, least):
    # The fewest are expected of shape and correlation: 480 / 72 = 6.67, 160 / 72 = 2.2 and
    # 96 / 72 = 1.33.
    for one, other in combinations(study.factors, 2):
        met = Counter((row[one], row[other]) for row in levels[:n_cells])
        assert len(met) == len(study.factors[one]) * len(study.factors[other])
        assert min(met.values()) >= least


def test_the_study_uses_levels_evenly(study, levels):
    for n_cells in (24, 96, 160, 480):
        for factor, values in study.factors.items():
            used = Counter(row[factor] for row in levels[:n_cells])
            assert len(used) == len(values)
            assert max(used.values()) - min(used.values()) <= 1
