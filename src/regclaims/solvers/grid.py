"""Grids of lambdas, and the checks of those that are given."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike

from regclaims.solvers.checks import as_numbers
from regclaims.vocabulary import Array

HAIR = 1e-12


def default_floor(n_samples: int, n_features: int) -> float:
    """Return the smallest lambda of a default grid as a share of lambda_max."""
    if n_features < n_samples:
        return 1e-4
    return 1e-3 if n_features < 5 * n_samples else 1e-2


def lambda_grid(lambda_max: float, lambda_min_ratio: float, n_lambdas: int) -> Array:
    """Return `n_lambdas` from `lambda_max` down to `lambda_min_ratio` of it, on a log scale.

    They are raised by a hair, so that rounding cannot let a coefficient into the null model.
    """
    return (1 + HAIR) * (lambda_max or 1.0) * np.geomspace(1.0, lambda_min_ratio, n_lambdas)


def checked_ratio(l1_ratio: float) -> float:
    """Return the share of L1.

    Raises
    ------
    ValueError
        If it is not above 0 and at most 1.
    """
    if not _is_number(l1_ratio) or not 0 < l1_ratio <= 1:
        raise ValueError(f"l1_ratio must be above 0 and at most 1; it is {l1_ratio!r}")
    return float(l1_ratio)


def checked_lambdas(lambdas: ArrayLike) -> Array:
    """Return lambdas as an array.

    Raises
    ------
    ValueError
        If they are not positive, finite and decreasing numbers in one row.
    """
    found = as_numbers("lambdas", lambdas).copy()  # kernels take writable arrays in one piece
    if found.ndim != 1 or not len(found):
        raise ValueError(f"lambdas must be (k,) with k > 0; they are {found.shape}")
    if not (np.isfinite(found).all() and (found > 0).all()):
        raise ValueError(
            "lambdas must be positive and finite; least_squares fits without a penalty"
        )
    if (np.diff(found) > 0).any():
        raise ValueError("lambdas must decrease")
    return found


def checked_grid(
    lambda_max: float,
    shape: tuple[int, int],
    lambdas: ArrayLike | None,
    n_lambdas: int,
    lambda_min_ratio: float | None,
) -> Array:
    """Return the lambdas that are given, or a grid from `lambda_max`.

    Raises
    ------
    ValueError
        If one of them is out of range.
    """
    if lambdas is not None:
        return checked_lambdas(lambdas)
    floor = default_floor(*shape) if lambda_min_ratio is None else lambda_min_ratio
    if not _is_number(floor) or not 0 < floor < 1:
        raise ValueError(f"lambda_min_ratio must be between 0 and 1; it is {floor!r}")
    return lambda_grid(lambda_max, floor, checked_count(n_lambdas))


def checked_count(n_lambdas: int) -> int:
    """Return the number of lambdas.

    Raises
    ------
    ValueError
        If it is not a whole number above 0.
    """
    if not isinstance(n_lambdas, Integral) or isinstance(n_lambdas, bool) or n_lambdas < 1:
        raise ValueError(f"n_lambdas must be a whole number above 0; it is {n_lambdas!r}")
    return int(n_lambdas)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
