"""Held-out error along a path, fold by fold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from regclaims.solvers.gaussian import gaussian_path
from regclaims.solvers.ridge import ridge_path
from regclaims.vocabulary import CONVERGED, Array


@dataclass(frozen=True)
class FoldErrors:
    """Mean squared error of each fold's held-out rows at each lambda.

    Attributes
    ----------
    errors : (n_folds, k)
    converged : (n_folds, k) of bool
        Whether the fold's fit has a good certificate.
    """

    errors: Array
    converged: NDArray[np.bool_]

    @property
    def mean(self) -> Array:
        """Mean over folds, shape (k,); infinite where a fold's fit failed, so it is not chosen."""
        return np.where(self.converged.all(axis=0), self.errors.mean(axis=0), np.inf)


def cv_path(
    X: Array,
    y: Array,
    *,
    l1_ratio: float,
    lambdas: Array,
    folds: NDArray[np.int64],
    standardize: bool = True,
    fit_intercept: bool = True,
) -> FoldErrors:
    """Fit the path without each fold in turn, and predict it.

    Columns are centred and scaled by the rows that are fitted, so nothing of a fold leaks.

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    l1_ratio : float
        0 is ridge.
    lambdas : (k,)
    folds : (n,)
        Number of the fold of each row, from 0.
    standardize, fit_intercept : bool

    Returns
    -------
    FoldErrors
    """
    solve = ridge_path if l1_ratio == 0 else partial(gaussian_path, l1_ratio=l1_ratio)
    errors, converged = [], []
    for fold in range(int(folds.max()) + 1):
        out = folds == fold
        path = solve(
            X[~out],
            y[~out],
            lambdas=lambdas,
            standardize=standardize,
            fit_intercept=fit_intercept,
        )
        errors.append(((path.predict(X[out]) - y[out]) ** 2).mean(axis=1))
        converged.append(path.status == CONVERGED)
    return FoldErrors(np.array(errors), np.array(converged))


def draw_folds(rng: np.random.Generator, n_samples: int, n_folds: int) -> NDArray[np.int64]:
    """Assign rows to folds of equal size, one row more or less, at random; returns (n_samples,)."""
    return rng.permutation(np.arange(n_samples) % n_folds)
