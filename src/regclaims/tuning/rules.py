"""Rules that choose a lambda from a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regclaims.solvers import FoldErrors
from regclaims.tuning.bounds import ROUNDING
from regclaims.vocabulary import Array


@dataclass(frozen=True)
class Choice:
    """A fit chosen from a path.

    Attributes
    ----------
    index : int
        Its place on the path.
    at_grid_end : bool
        It is the last of a path of several fits, wherever that ended: a smaller lambda may have
        been better. The other end is the null model, and nothing lies beyond it.
    """

    index: int
    at_grid_end: bool


def choice(index: int, n_fits: int) -> Choice:
    """Return the choice of one of `n_fits` fits."""
    return Choice(int(index), index == n_fits - 1 > 0)


def smallest(errors: Array, certified: NDArray[np.bool_] | None = None) -> Choice:
    """Choose the largest lambda with the smallest error.

    Parameters
    ----------
    errors : (k,)
        By lambda, decreasing. Where one is not finite, its fit is left out.
    certified : (k,) of bool, optional
        Fits to choose among; what others have for an error means nothing.

    Raises
    ------
    ValueError
        If nothing is left to choose.
    """
    left = _certified_errors(errors, certified)
    if not np.isfinite(left).any():
        raise ValueError("none of the fits is certified")
    return choice(int(np.argmin(left)), len(left))


def best_of(
    errors: Mapping[float, Array], certified: Mapping[float, NDArray[np.bool_]] | None = None
) -> tuple[float, Choice]:
    """Choose l1_ratio and lambda together, by the smallest error of several paths.

    Of equal errors that of the larger l1_ratio, then of the larger lambda.

    Parameters
    ----------
    errors : mapping
        Errors (k,) of the path of each l1_ratio; paths may differ in length.
    certified : mapping, optional
        By l1_ratio, as for `smallest`.

    Returns
    -------
    l1_ratio : float
    Choice
        On the path of that l1_ratio.

    Raises
    ------
    ValueError
        If no path has a fit to choose.
    """
    left = {
        ratio: _certified_errors(errors[ratio], None if certified is None else certified[ratio])
        for ratio in sorted(errors, reverse=True)
    }
    least = {ratio: values.min() for ratio, values in left.items()}
    ratio = min(least, key=lambda ratio: least[ratio])  # the first, if several are equal
    return ratio, smallest(left[ratio])


def at_df(df: Array, target: float) -> Choice:
    """Choose the largest lambda whose fit has at least `target` degrees of freedom.

    If none has, the fit with the most. Methods are then compared at like complexity.
    """
    # A fit that was solved for the target may miss it by rounding.
    enough = np.flatnonzero(df >= target - ROUNDING)
    return choice(int(enough[0]) if len(enough) else int(np.argmax(df)), len(df))


def choose(
    *,
    validation_error: Array | None = None,
    oracle_risk: Array | None = None,
    bic: Choice | None = None,
    folds: FoldErrors | None = None,
    certified: NDArray[np.bool_] | None = None,
) -> dict[str, Choice]:
    """Apply every tuning rule whose ingredients are given.

    Parameters
    ----------
    validation_error : (k,), optional
        Mean squared error on the validation rows.
    oracle_risk : (k,), optional
        Exact risk.
    bic : Choice, optional
        By `least_bic`.
    folds : FoldErrors, optional
        From `cv_path` on the path's lambdas.
    certified : (k,) of bool, optional
        Fits of the path to choose among.

    Returns
    -------
    dict
        Choices by rule: ``validation``, ``oracle``, ``bic``, ``cv-min``, ``cv-1se``.

    Raises
    ------
    ValueError
        If a rule has no certified fit to choose.
    """
    chosen = {}
    if validation_error is not None:
        chosen["validation"] = smallest(validation_error, certified)
    if oracle_risk is not None:
        chosen["oracle"] = smallest(oracle_risk, certified)
    if bic is not None:
        chosen["bic"] = bic
    if folds is not None:
        if certified is not None:
            folds = replace(folds, converged=folds.converged & certified)
        chosen["cv-min"] = smallest(folds.mean)
        chosen["cv-1se"] = choice(folds.one_standard_error, len(folds.lambdas))
    return chosen


def _certified_errors(errors: Array, certified: NDArray[np.bool_] | None) -> Array:
    known = np.isfinite(errors)
    if certified is not None:
        known &= certified
    return np.where(known, errors, np.inf)
