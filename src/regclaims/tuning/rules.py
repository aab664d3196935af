"""Rules that choose a lambda from a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from regclaims.solvers import FoldErrors
from regclaims.vocabulary import Array


@dataclass(frozen=True)
class Choice:
    """A fit chosen from a path.

    Attributes
    ----------
    index : int
        Its place on the path.
    at_grid_end : bool
        It is the last of a grid that might have gone on: a smaller lambda may have been better.
    """

    index: int
    at_grid_end: bool


def smallest(errors: Array, n_lambdas: int) -> Choice:
    """Choose the largest lambda with the smallest error.

    Parameters
    ----------
    errors : (k,)
        By lambda, decreasing.
    n_lambdas : int
        Points of the grid as planned; a path that ended early has fewer, and ends for a reason.
    """
    index = int(np.argmin(errors))
    return Choice(index, index == n_lambdas - 1)


def at_df(df: Array, target: float) -> Choice:
    """Choose the largest lambda whose fit has at least `target` degrees of freedom.

    If none has, the fit with the most. Methods are then compared at like complexity.
    """
    # A fit that was solved for the target may miss it by rounding.
    enough = np.flatnonzero(df >= target - 1e-6)
    return Choice(int(enough[0]) if len(enough) else int(np.argmax(df)), False)


def choose(
    *,
    n_lambdas: int,
    validation_error: Array | None = None,
    oracle_risk: Array | None = None,
    folds: FoldErrors | None = None,
) -> Mapping[str, Choice]:
    """Apply every tuning rule whose ingredients are given.

    Parameters
    ----------
    n_lambdas : int
        Points of the planned grid.
    validation_error : (k,), optional
        Mean squared error on the validation rows.
    oracle_risk : (k,), optional
        Exact risk.
    folds : FoldErrors, optional
        From `cv_path` on the path's lambdas.

    Returns
    -------
    dict
        Choices by rule: ``validation``, ``oracle``, ``cv-min``.
    """
    chosen = {}
    if validation_error is not None:
        chosen["validation"] = smallest(validation_error, n_lambdas)
    if oracle_risk is not None:
        chosen["oracle"] = smallest(oracle_risk, n_lambdas)
    if folds is not None:
        chosen["cv-min"] = smallest(folds.mean, n_lambdas)
    return chosen
