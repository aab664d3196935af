"""Bounds on degrees of freedom along a path, from those of a few of its fits.

A fit with support A and penalty l2 has df(A, l2) = tr f(K), K = Z_A Z_A'/n, f(d) = d/(d + l2).

*One column.* To add z to A adds zz'/n to K, which has rank one, so eigenvalues interlace:
d'_1 >= d_1 >= d'_2 >= d_2 >= ... As f grows, no term of the trace falls, and the sum of
f(d'_i) - f(d_i) is at most that of f(d'_i) - f(d'_(i+1)), which is f(d'_1) < 1. Hence, for any part
B of A,

    df(B, l2) <= df(A, l2) <= df(B, l2) + |A less B|.

*Several columns* E = A less B. As f is concave with f(0) = 0, tr f(K_B + K_E) is at most
tr f(K_B) + tr f(K_E) (Rotfel'd 1969). On standardized columns the trace of K_E is |E|; of all r
numbers with this sum equal ones have the largest sum of f, so that for r from the rank of K_E up

    df(A, l2) <= df(B, l2) + r f(|E|/r) <= df(B, l2) + |E|/(1 + l2)     (r = |E|).

*Another penalty.* Where l2 falls to l2/c, f becomes g(f) = c f/(1 + (c - 1) f), which grows and is
concave in f. By Jensen's inequality over r eigenvalues, of which the others are 0,

    df(B, l2) <= df(B, l2/c) <= r g(df(B, l2)/r),

for any r from the rank up: |B|, or the number of rows if that is less. Read the other way, this
bounds df(B, l2) from below by df(B, l2/c).

*Two fits*, A at l2 and A' at l2' <= l2, compare by way of what they have in common, so each known
fit bounds all others on both sides. In particular df(A', l2') >= df(A, l2) - |A less A'|.
"""

from __future__ import annotations

import numpy as np

from regclaims.solvers import Path
from regclaims.vocabulary import Array

ROUNDING = 1e-6
"""By how much degrees of freedom may be off: the slack of every bound."""


class FreedomBounds:
    """Degrees of freedom of a path's fits: known of some, and bounded for the others.

    Parameters
    ----------
    path : Path
    rank : float, optional
        Most columns that can be independent: the number of rows will do.

    Attributes
    ----------
    lower, upper : (k,)
        Equal where degrees of freedom are known.
    evaluations : int
        How many fits' degrees of freedom were asked for because bounds did not do.
    """

    def __init__(self, path: Path, rank: float = np.inf) -> None:
        self.path = path
        # Centred columns are orthogonal to a constant.
        self.rank = max(rank - path.fit_intercept, 0)
        self.l2 = path.lambdas * (1 - path.l1_ratio)
        self.evaluations = 0
        # A lasso's are counted, ridge's come with its path. Logistic fits each have rows weighted
        # in their own way, so nothing of the above holds.
        if path.loss != "squared" or path.l1_ratio in (0.0, 1.0):
            self.lower = self.upper = path.df
            return
        # Counts are exact in single precision, and half as much to read.
        self.supports = (path.coefs != 0.0).astype(np.float32)
        self.sizes = self.supports.sum(axis=1, dtype=float)
        self.unknown = np.ones(len(path), dtype=bool)
        self.lower, self.upper = np.zeros(len(path)), np.full(len(path), np.inf)
        least = self.sizes / (self.sizes + self.l2) if path.standardize else np.zeros(len(path))
        # The sum of f over eigenvalues of a given sum is least if a single one has it all.
        self._settle(least, self._most(self.sizes, self.l2))

    def at(self, k: int) -> float:
        """Return the degrees of freedom of fit k, and bound others by them."""
        if self.lower[k] < self.upper[k]:
            df = float(self.path.degrees(np.array([k]))[0])
            self.evaluations += 1
            self._tighten(k, df)
        return float(self.lower[k])

    def _tighten(self, k: int, df: float) -> None:
        common = (self.supports @ self.supports[k]).astype(float)
        new = self._most(self.sizes - common, self.l2)
        gone = self._most(self.sizes[k] - common, self.l2[k])
        r = np.minimum(common, self.rank)
        after = np.arange(len(self.path)) > k
        falls = np.where(after, self.l2[k] / self.l2, self.l2 / self.l2[k])  # at least 1
        kept = np.maximum(df - gone, 0.0), np.minimum(df, r)
        lower = np.where(after, kept[0], _grown(kept[0], r, 1 / falls))
        upper = np.where(after, _grown(kept[1], r, falls), df) + new
        self._settle(lower, upper)
        self.unknown[k] = False
        self.lower[k] = self.upper[k] = df

    def _most(self, size: Array, l2: Array) -> Array:
        """Return what so many columns can have at most."""
        r = np.minimum(size, self.rank)
        if not self.path.standardize:
            return r
        return np.divide(size * r, size + l2 * r, out=np.zeros_like(size), where=r > 0)

    def _settle(self, lower: Array, upper: Array) -> None:
        np.maximum(self.lower, lower - ROUNDING, out=self.lower, where=self.unknown)
        np.minimum(self.upper, upper + ROUNDING, out=self.upper, where=self.unknown)


def _grown(df: Array, r: Array, c: Array) -> Array:
    """r g(df/r), or with 1/c its inverse; 0 for no columns."""
    left = np.maximum(r - df, 0.0)
    return np.divide(c * df * r, c * df + left, out=np.zeros_like(df), where=r > 0)
