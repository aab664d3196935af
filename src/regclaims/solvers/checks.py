"""Checks of what users hand in, before anything is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from regclaims.vocabulary import Array

SIZES = (1e-150, 1e150)
"""What squares can be taken of."""


def checked(X: Any, y: ArrayLike, sample_weight: ArrayLike | None) -> tuple[Any, Array, Array]:
    """Return X, y and weights of mean 1 as numbers, without rows of weight 0.

    Raises
    ------
    ValueError
        As `prepare` does.
    """
    y = as_numbers("y", y)
    if sparse.issparse(X):
        rows = sparse.csr_array(X)
        parts = (as_numbers("X", rows.data), rows.indices, rows.indptr)
        X = sparse.csr_array(parts, shape=rows.shape)
    else:
        X = as_numbers("X", X)
    if X.ndim != 2 or y.shape != X.shape[:1]:
        raise ValueError(f"X must be (n, p) and y (n,); they are {X.shape} and {y.shape}")
    if sparse.issparse(X) and not X.has_canonical_format:
        X = X.copy()  # the arrays may be the caller's
        X.sum_duplicates()
    if not (np.isfinite(X.data if sparse.issparse(X) else X).all() and np.isfinite(y).all()):
        raise ValueError("X and y must be finite")
    weights = np.ones(len(y))
    if sample_weight is not None:
        X, y, weights = _weighed(X, y, sample_weight)
    if X.shape[0] < 2 or X.shape[1] < 1:
        raise ValueError(f"at least two rows and one column are needed; X is {X.shape}")
    return X, y, weights


def as_numbers(name: str, values: Any) -> Array:
    """Return real numbers in double precision.

    Raises
    ------
    ValueError
        If they are not real numbers; it names them `name`.
    """
    try:
        found = np.asarray(values)
        if found.dtype.kind == "c":
            raise TypeError("they are complex")
        return np.asarray(found, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} must be real numbers: {error}") from None


def check_size(name: str, values: Array) -> None:
    """Refuse numbers whose squares leave the range of double precision.

    Raises
    ------
    ValueError
        If the largest is not 0 and not between 1e-150 and 1e150.
    """
    largest = float(np.abs(values).max(initial=0.0))
    if largest and not SIZES[0] <= largest <= SIZES[1]:
        raise ValueError(f"{name} is of the order of {largest:.0e}; choose units nearer to 1")


def _weighed(X: Any, y: Array, sample_weight: ArrayLike) -> tuple[Any, Array, Array]:
    """Check weights, leave rows of weight 0 out, and scale the others to mean 1."""
    weights = as_numbers("sample_weight", sample_weight)
    if weights.shape != y.shape:
        raise ValueError(f"sample_weight must be {y.shape}; it is {weights.shape}")
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError("sample_weight must be finite and not negative")
    counts = weights > 0
    if counts.sum() < 2:
        raise ValueError("at least two rows need a positive sample_weight")
    weights = weights[counts] / weights.max()
    return X[counts], y[counts], weights / weights.mean()


def checked_factors(penalty_factors: ArrayLike, p: int) -> Array:
    """Return factors of p columns as numbers.

    Raises
    ------
    ValueError
        If there are not p of them, or one is not above 0.
    """
    factors = as_numbers("penalty_factors", penalty_factors)
    if factors.shape != (p,) or not (factors > 0).all():
        raise ValueError(f"penalty_factors must be ({p},) and above 0")
    return factors
