"""From what users hand in to a `Problem`: checked, weighted, centred and scaled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from regclaims.solvers.checks import check_size, checked, checked_factors
from regclaims.solvers.grid import checked_grid, checked_ratio
from regclaims.solvers.losses import LOSSES
from regclaims.solvers.path import Path
from regclaims.solvers.problem import Problem
from regclaims.vocabulary import Array

ROUNDING = 1e-13
"""A spread below this share of the largest value is rounding: some hundred units of it."""


def pose(
    X: Any,
    y: ArrayLike,
    *,
    l1_ratio: float,
    lambdas: ArrayLike | None,
    n_lambdas: int,
    lambda_min_ratio: float | None,
    penalty_factors: ArrayLike | None = None,
    **options: Any,
) -> tuple[Problem, float, Array]:
    """Return the problem of a path with an L1 part, its share of L1, and its lambdas.

    Parameters are those of `gaussian_path`; `options` are the others of `prepare`.

    Raises
    ------
    ValueError
        If `l1_ratio` or a lambda is out of range, there are factors beside an L2 part, or as
        `prepare` does.
    """
    ratio = checked_ratio(l1_ratio)
    if penalty_factors is not None and ratio < 1:
        raise ValueError("penalty_factors are for the lasso: l1_ratio must be 1")
    problem = prepare(X, y, penalty_factors=penalty_factors, **options)
    shape, top = (problem.n, problem.p), problem.max_gradient / ratio
    return problem, ratio, checked_grid(top, shape, lambdas, n_lambdas, lambda_min_ratio)


def prepare(
    X: Any,
    y: ArrayLike,
    *,
    standardize: bool,
    fit_intercept: bool,
    sample_weight: ArrayLike | None = None,
    penalty_factors: ArrayLike | None = None,
    loss: str = "squared",
) -> Problem:
    """Check and prepare data.

    Parameters
    ----------
    X : (n, p), dense or scipy sparse
    y : (n,)
        0 and 1 for the logistic loss.
    standardize, fit_intercept : bool
    sample_weight : (n,), optional
        Not negative; only their ratios matter. A row of weight 0 is as good as absent.
    penalty_factors : (p,), optional
        Above 0; the penalty of each column is multiplied by its own. Infinity keeps a column out.
    loss : str

    Returns
    -------
    Problem

    Raises
    ------
    ValueError
        If the shapes do not fit, fewer than two rows have a weight or there is no column, a value
        is not a finite real number or its square would not be one, or y is not 0 and 1 (both) for
        the logistic loss.
    """
    X, y, weights = checked(X, y, sample_weight)
    kind = LOSSES.get(loss)
    if kind is None:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}; it is {loss!r}")
    kind.check(y, fit_intercept)
    check_size("y", y)
    if not standardize:
        check_size("X", X.data if sparse.issparse(X) else X)
    rows_by = np.sqrt(weights) if kind.weighs_rows else np.ones(len(y))
    dense, D, center, spread, usable = (_sparse if sparse.issparse(X) else _dense)(
        X, weights, fit_intercept
    )
    scale = np.where(usable, spread, 1.0) if standardize else np.ones(len(center))
    factors = None if penalty_factors is None else checked_factors(penalty_factors, len(center))
    if factors is not None:
        usable = usable & np.isfinite(factors)
        scale = scale * np.where(usable, factors, 1.0)
    if D is None:
        dense[~usable] = 0.0
        dense /= scale[:, None]
        if kind.weighs_rows and sample_weight is not None:
            dense *= rows_by
        offset = np.zeros(len(center))
    else:
        D = sparse.csc_array(D.multiply(rows_by[:, None]).multiply(usable / scale))
        D.sort_indices()
        offset = np.where(usable, center / scale, 0.0)
    y, y_mean = kind.center(y, weights, fit_intercept)
    return Problem(
        rows=dense,
        sparse=D,
        offset=offset,
        y=y,
        weights=weights,
        root=rows_by,
        center=center,
        scale=scale,
        usable=usable,
        y_mean=y_mean,
        loss=kind,
        standardize=standardize,
        fit_intercept=fit_intercept,
        sample_weight=None if sample_weight is None else np.asarray(sample_weight, dtype=float),
        penalty_factors=factors,
    )


def prepare_like(X: Any, y: ArrayLike, path: Path) -> Problem:
    """Prepare data as they were for `path`."""
    return prepare(
        X,
        y,
        standardize=path.standardize,
        fit_intercept=path.fit_intercept,
        sample_weight=path.sample_weight,
        penalty_factors=path.penalty_factors,
        loss=path.loss,
    )


Prepared = tuple[Array, Any, Array, Array, NDArray[np.bool_]]


def _dense(X: Array, weights: Array, fit_intercept: bool) -> Prepared:
    n = len(weights)
    rows = np.array(X.T, order="C")  # a copy, each column in one piece
    largest = np.maximum(rows.max(axis=1), -rows.min(axis=1))
    center = np.zeros(len(rows))
    if fit_intercept:
        center = rows @ weights / n
        rows -= center[:, None]
        # Where columns lie far from 0 their rounded means leave a residue, the same in every row.
        residue = rows @ weights / n
        rows -= residue[:, None]
        center += residue
    # Of numbers below 1 by the division, lest squares of 1e200 overflow.
    unit = np.where(largest > 0, largest, 1.0)[:, None]
    spread = unit[:, 0] * np.sqrt(((rows / unit) ** 2) @ weights / n)
    # A constant column keeps a residue of rounding after centring; it must not be blown up.
    return rows, None, center, spread, spread > ROUNDING * largest


def _sparse(X: Any, weights: Array, fit_intercept: bool) -> Prepared:
    n = len(weights)
    D = sparse.csc_array(X)
    size = np.diff(D.indptr)
    column = np.repeat(np.arange(D.shape[1]), size)
    by_row = weights[D.indices]

    def total(values: Array) -> Array:
        sums = np.bincount(column, weights=values, minlength=D.shape[1])
        return np.asarray(sums, dtype=float)

    center = total(by_row * D.data) / n if fit_intercept else np.zeros(D.shape[1])
    # The entries that are not stored are zeros, at a distance of the center.
    squares = total(by_row * (D.data - center[column]) ** 2)
    left = np.where(size < n, np.maximum(n - total(by_row), 0.0), 0.0)
    squares += left * center**2
    largest = np.zeros(D.shape[1])
    np.maximum.at(largest, column, np.abs(D.data))
    spread = np.sqrt(squares / n)
    return np.empty((0, 0)), D, center, spread, spread > ROUNDING * largest
