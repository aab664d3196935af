"""Best subset and forward selection for many responses on one fixed design.

With X fixed, the span of every subset of columns is found once; a response's residual sum is then
a product away, for all responses together.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import MAX_COLUMNS, Array


class Subsets:
    """Least squares on every subset of at most `max_size` columns of one design.

    Parameters
    ----------
    X : (n, p)
        Centred, independent columns; p is 12 at most.
    max_size : int

    Raises
    ------
    ValueError
        If p is above 12.
    """

    def __init__(self, X: Array, max_size: int) -> None:
        p = X.shape[1]
        if p > MAX_COLUMNS:
            raise ValueError(f"X must have {MAX_COLUMNS} columns at most; it has {p}")
        self._bases: dict[tuple[int, ...], Array] = {
            chosen: np.linalg.qr(X[:, list(chosen)])[0]
            for size in range(1, max_size + 1)
            for chosen in combinations(range(p), size)
        }
        self._columns, self._max_size = range(p), max_size

    def explained(self, Y: Array) -> dict[tuple[int, ...], Array]:
        """Return the sum of squares that each subset explains of responses (R, n), each (R,)."""
        with one_thread():
            return {chosen: ((Y @ basis) ** 2).sum(axis=1) for chosen, basis in self._bases.items()}

    def best(self, Y: Array) -> list[tuple[int, ...]]:
        """Return for each response the subset of `max_size` columns that explains most."""
        explained = self.explained(Y)
        candidates = [chosen for chosen in explained if len(chosen) == self._max_size]
        table = np.array([explained[chosen] for chosen in candidates])
        return [candidates[i] for i in table.argmax(axis=0)]

    def forward(self, Y: Array) -> list[tuple[int, ...]]:
        """Return for each response the columns that forward selection adds, one after another."""
        explained = self.explained(Y)
        return [self._forward(explained, response) for response in range(len(Y))]

    def _forward(self, explained: dict[tuple[int, ...], Array], response: int) -> tuple[int, ...]:
        chosen: tuple[int, ...] = ()
        for _ in range(self._max_size):
            larger = [tuple(sorted((*chosen, j))) for j in self._columns if j not in chosen]
            chosen = max(larger, key=lambda subset: explained[subset][response])
        return chosen

    def fitted(self, Y: Array, chosen: list[tuple[int, ...]]) -> NDArray[np.float64]:
        """Return least squares' fitted values (R, n) of each response on its own subset."""
        pairs = zip(Y, chosen, strict=True)
        return np.array([self._bases[subset] @ (y @ self._bases[subset]) for y, subset in pairs])
