"""Best subset and forward stepwise selection, exact: every subset's residual sum at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regclaims.solvers.preparation import prepare
from regclaims.solvers.problem import Problem
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import MAX_COLUMNS, Array

DEPENDENT = 1e-12
"""A column with this share of its square outside the span of others, or less, adds nothing."""

TIE = 1e-12
"""Residual sums of squares this close, as a share of |y|^2, are equal: they differ by rounding."""

PRECISION = 1e-8
"""Residual sums from the Gram matrix and from a refit agree to this share of |y|^2, or none counts.

The Gram matrix squares the condition number: this is kept up to one of about 1e4.
"""

Search = Callable[[Array, NDArray[np.bool_], int], Iterator[int]]


@one_thread()
def best_subset(X: ArrayLike, y: ArrayLike, max_size: int | None = None) -> tuple[Array, Array]:
    """Find the subset of least residual sum of squares of every size, and fit it.

    Of equally good subsets the first in lexicographic order of its columns is taken.

    Parameters
    ----------
    X : (n, p), dense
        p is 12 at most.
    y : (n,)
    max_size : int, optional
        Largest size; p by default.

    Returns
    -------
    coefs : (max_size + 1, p)
        Row k has k columns, fitted by least squares; zero elsewhere. Where the columns depend on
        each other, the fit is the one of least norm on the standardized columns.
    intercepts : (max_size + 1,)

    Raises
    ------
    ValueError
        If p is above 12, `max_size` is not between 0 and p, or as `prepare` does.
    FloatingPointError
        If the columns are so nearly dependent that residual sums lose their precision.

    Notes
    -----
    O(n p^2 + 2^p) operations, and p + 1 refits. With column j in the subset or not, what is left of
    the Gram matrix for the columns after j is a Schur complement, or the matrix itself: p steps
    double the number of matrices and shrink each by a row and a column, so that all of them cost
    little more than the last.
    """
    return _fits(X, y, max_size, _best)


@one_thread()
def forward_stepwise(
    X: ArrayLike, y: ArrayLike, max_size: int | None = None
) -> tuple[Array, Array]:
    """Add, one after another, the column that lowers the residual sum of squares most.

    Parameters, returned values and errors are those of `best_subset`; of equally good columns the
    first is taken.
    """
    return _fits(X, y, max_size, _greedy)


def _fits(X: ArrayLike, y: ArrayLike, max_size: int | None, search: Search) -> tuple[Array, Array]:
    """Fit the subsets that `search` chooses among all."""
    problem = prepare(X, y, standardize=True, fit_intercept=True)
    p = problem.p
    if p > MAX_COLUMNS:
        raise ValueError(f"X must have {MAX_COLUMNS} columns at most; it has {p}")
    largest = p if max_size is None else max_size
    if not 0 <= largest <= p:
        raise ValueError(f"max_size must be between 0 and {p}; it is {max_size}")
    left, members = _residual_shares(problem), _members(p)
    coefs = np.zeros((largest + 1, p))
    for size, subset in enumerate(search(left, members, largest)):
        coefs[size, members[subset]] = _refit(problem, members[subset], float(left[subset]))
    original = coefs / problem.scale
    return original, problem.y_mean - original @ problem.center


@cache
def _members(p: int) -> NDArray[np.bool_]:
    """Tell which columns each of the 2^p subsets has, shape (2^p, p).

    Subsets of one size are in the lexicographic order of their columns.
    """
    digits = np.arange(2**p)[:, None] >> np.arange(p)[::-1]
    return digits % 2 == 0


def _residual_shares(problem: Problem) -> Array:
    """Residual sum of squares of every subset as a share of |y|^2, shape (2^p,)."""
    total = float(problem.y @ problem.y) / problem.n
    state = np.block(
        [
            [problem.gram, problem.linear[:, None]],
            [problem.linear[None], np.array([[total]])],
        ]
    )[None]
    for _ in range(problem.p):
        pivot, row, without = state[:, 0, 0], state[:, 0, 1:], state[:, 1:, 1:]
        independent = pivot > DEPENDENT
        inverse = np.where(independent, 1 / np.where(independent, pivot, 1.0), 0.0)
        with_ = without - (inverse[:, None] * row)[:, :, None] * row[:, None, :]
        state = np.stack([with_, without], axis=1).reshape(-1, *without.shape[1:])
    return np.asarray(state[:, 0, 0] / (total or 1.0))


def _best(left: Array, members: NDArray[np.bool_], largest: int) -> Iterator[int]:
    """Give the best subset of every size."""
    sizes = members.sum(axis=1)
    for size in range(largest + 1):
        subsets = np.flatnonzero(sizes == size)
        yield int(subsets[_first_least(left[subsets])])


def _greedy(left: Array, members: NDArray[np.bool_], largest: int) -> Iterator[int]:
    """Give the subsets on forward stepwise selection's way from none to all columns."""
    n_subsets, p = members.shape
    # A column that is in lacks its digit.
    digits = 2 ** np.arange(p)[::-1]
    subset = n_subsets - 1
    yield subset
    for _ in range(largest):
        larger = subset - digits[~members[subset]]
        subset = int(larger[_first_least(left[larger])])
        yield subset


def _first_least(left: Array) -> int:
    return int(np.argmax(left <= left.min() + TIE))


def _refit(problem: Problem, chosen: NDArray[np.bool_], expected: float) -> Array:
    """Fit a subset by least squares on the prepared scale, and check its residual sum."""
    Z, y = problem.dense(chosen), problem.y
    coefs = np.linalg.lstsq(Z, y, rcond=None)[0]
    residuals = y - Z @ coefs
    found = float(residuals @ residuals) / (float(y @ y) or 1.0)
    if abs(found - expected) > PRECISION:
        raise FloatingPointError(
            f"a subset leaves {found:.3g} of |y|^2, by the Gram matrix {expected:.3g}: "
            "the columns are too nearly dependent"
        )
    return np.asarray(coefs)
