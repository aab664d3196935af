"""A balanced fraction of a full cross, row by row.

A factor's levels are used evenly at any time: a row takes, in every factor, one of the levels that
were used least so far. Among many such rows, drawn at random, the one is added whose pairs of
levels have met least often, relative to what is expected of the pair. So a larger fraction begins
with the smaller one, and every beginning is balanced.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from regclaims.keys import generator

CANDIDATES = 200
"""Random rows from which one is chosen."""

ATTEMPTS = 10
"""Times that so many rows are drawn before all that are left are listed."""

Row = tuple[int, ...]


def balanced_fraction(
    sizes: Sequence[int], n_rows: int, seed: int, identity: Callable[[Row], Hashable]
) -> list[Row]:
    """Choose rows of a full cross such that levels, and pairs of levels, are used evenly.

    Parameters
    ----------
    sizes : sequence of int
        Levels of each factor.
    n_rows : int
        Rows to choose.
    seed : int
        Seed of the random candidates.
    identity : callable
        What a row stands for; a row is skipped if another that stands for the same is there.

    Returns
    -------
    list of tuple of int
        Level numbers by factor. The first k rows are the fraction of k rows, and in them the
        levels of a factor are used equally often, give or take one.

    Raises
    ------
    ValueError
        If no row is left that keeps the levels balanced and stands for something new; the message
        says how many there are. This may be before the cross is used up: earlier rows are not
        taken back, or a larger fraction would not begin with the smaller one.
    """
    rng = generator(seed, "fraction", 0, 0)
    tally, taken, rows = _Tally(sizes), set(), list[Row]()
    while len(rows) < n_rows:
        for row in _best_first(tally, rng):
            if (what := identity(row)) not in taken:
                break
        else:
            raise ValueError(
                f"must be {len(rows)} or less, as no other row keeps the levels balanced and "
                f"differs from all before it; found {n_rows}"
            )
        taken.add(what)
        rows.append(row)
        tally.add(row)
    return rows


def _best_first(tally: _Tally, rng: np.random.Generator) -> Iterator[Row]:
    """Give some candidates, the best of them first; if none will do others, and at last all."""
    for _ in range(ATTEMPTS):
        yield from tally.ranked(tally.random(rng))
    yield from tally.ranked(tally.all())


class _Tally:
    """How often levels, and pairs of levels, were used.

    Levels of all factors are numbered through, so that pairs are entries of one matrix; an entry
    is the count times the number of pairs of its two factors, that is, relative to expectation.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = np.array(sizes)
        self.offsets = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        self.used = [np.zeros(size, dtype=np.int64) for size in sizes]
        self.met = np.zeros((self.sizes.sum(), self.sizes.sum()), dtype=np.int64)
        pairs = np.array(list(combinations(range(len(sizes)), 2)), dtype=np.int64).reshape(-1, 2)
        self.one, self.other = pairs.T

    def least_used(self) -> list[NDArray[np.int64]]:
        """List the levels of each factor that were used least."""
        return [np.flatnonzero(used == used.min()) for used in self.used]

    def random(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw candidates, (CANDIDATES, factors)."""
        uniform = rng.random((CANDIDATES, len(self.sizes)))
        levels = self.least_used()
        return np.column_stack(
            [least[(uniform[:, j] * len(least)).astype(int)] for j, least in enumerate(levels)]
        )

    def all(self) -> NDArray[np.int64]:
        """List all candidates there are, (k, factors)."""
        crossed = np.meshgrid(*self.least_used(), indexing="ij")
        return np.column_stack([levels.ravel() for levels in crossed])

    def ranked(self, candidates: NDArray[np.int64]) -> Iterator[Row]:
        """Give candidates in ascending order of how often their pairs have met."""
        numbers = candidates + self.offsets
        score = self.met[numbers[:, self.one], numbers[:, self.other]].sum(axis=1)
        for row in candidates[np.argsort(score, kind="stable")]:
            yield tuple(row.tolist())

    def add(self, row: Row) -> None:
        """Count a row."""
        for used, level in zip(self.used, row, strict=True):
            used[level] += 1
        numbers = np.array(row) + self.offsets
        weights = self.sizes[self.one] * self.sizes[self.other]
        self.met[numbers[self.one], numbers[self.other]] += weights
