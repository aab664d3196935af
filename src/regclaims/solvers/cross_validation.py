"""Held-out error along a path, fold by fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regclaims.solvers import gaussian, logistic, logistic_ridge, ridge
from regclaims.solvers.checks import checked
from regclaims.solvers.grid import checked_grid, checked_lambdas, checked_ratio
from regclaims.solvers.path import Path
from regclaims.solvers.preparation import prepare
from regclaims.solvers.problem import Problem
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array


@dataclass(frozen=True)
class FoldErrors:
    """Error of each fold's held-out rows at each lambda.

    Attributes
    ----------
    lambdas : (k,)
    errors : (n_folds, k)
        Mean squared error, or mean deviance for the logistic loss; weighted, where rows are.
    converged : (n_folds, k) of bool
        Whether the fold's fit has a good certificate.
    """

    lambdas: Array
    errors: Array
    converged: NDArray[np.bool_]

    @property
    def mean(self) -> Array:
        """Mean over folds, shape (k,); infinite where a fold's fit failed, so it is not chosen."""
        return np.where(self.converged.all(axis=0), self.errors.mean(axis=0), np.inf)

    @property
    def standard_error(self) -> Array:
        """Standard error of the mean, shape (k,): folds' standard deviation over their root."""
        return np.asarray(self.errors.std(axis=0, ddof=1) / np.sqrt(len(self.errors)))

    @property
    def one_standard_error(self) -> int:
        """Place of the largest lambda within one standard error of the smallest mean.

        The rule of Breiman, Friedman, Olshen and Stone (1984), section 3.4.3; the standard error is
        that at the smallest mean.

        Raises
        ------
        ValueError
            If there is no lambda at which every fold's fit is certified.
        """
        mean = self.mean
        best = int(np.argmin(mean))
        if not np.isfinite(mean[best]):
            raise ValueError("at no lambda are the fits of all folds certified")
        return int(np.argmax(mean <= mean[best] + self.standard_error[best]))


@one_thread()
def cv_path(
    X: Any,
    y: ArrayLike,
    *,
    folds: NDArray[np.int64],
    l1_ratio: float = 1.0,
    lambdas: ArrayLike | None = None,
    n_lambdas: int = 100,
    lambda_min_ratio: float | None = None,
    standardize: bool = True,
    fit_intercept: bool = True,
    sample_weight: ArrayLike | None = None,
    loss: str = "squared",
) -> FoldErrors:
    """Fit the path without each fold in turn, and predict it.

    Columns are centred and scaled by the rows that are fitted, so nothing of a fold leaks.

    Parameters
    ----------
    X : (n, p), dense or scipy sparse
    y : (n,)
    folds : (n,)
        Number of the fold of each row, from 0.
    l1_ratio : float
        0 is ridge.
    lambdas : (k,), optional
        By default those of the path on all rows.
    n_lambdas, lambda_min_ratio, standardize, fit_intercept, sample_weight
        As for `gaussian_path`.
    loss : str
        ``"squared"`` or ``"logistic"``.

    Returns
    -------
    FoldErrors

    Raises
    ------
    ValueError
        If folds are not whole numbers for every row, at least two of them, each with a row of
        positive weight, or as the path does.
    """
    ratio = 0.0 if l1_ratio == 0 else checked_ratio(l1_ratio)
    X, response, weights, folds = _rows(X, y, sample_weight, folds)
    options: dict[str, Any] = {
        "standardize": standardize,
        "fit_intercept": fit_intercept,
        "loss": loss,
    }
    if lambdas is None:
        whole = prepare(X, response, sample_weight=weights, **options)
        grid = _default_grid(whole, ratio, n_lambdas, lambda_min_ratio)
    else:
        grid = checked_lambdas(lambdas)
    return _folds(X, response, weights, folds, [(ratio, grid)], options)[0]


@one_thread()
def cv_paths(
    X: Any,
    y: ArrayLike,
    requests: Sequence[tuple[float, ArrayLike]],
    *,
    folds: NDArray[np.int64],
    loss: str = "squared",
) -> list[FoldErrors]:
    """Cross-validate several paths at once: `cv_path` for each, but a fold is prepared only once.

    Parameters
    ----------
    X, y, folds, loss
        As for `cv_path`.
    requests : sequence of (l1_ratio, lambdas)
        An l1_ratio of 0 is ridge.

    Returns
    -------
    list of FoldErrors
        In the order of the requests.

    Raises
    ------
    ValueError
        As `cv_path` does.
    """
    checked_requests = [
        (0.0 if ratio == 0 else checked_ratio(ratio), checked_lambdas(lambdas))
        for ratio, lambdas in requests
    ]
    X, response, weights, folds = _rows(X, y, None, folds)
    options: dict[str, Any] = {"standardize": True, "fit_intercept": True, "loss": loss}
    return _folds(X, response, weights, folds, checked_requests, options)


def _folds(
    X: Any,
    y: Array,
    weights: Array | None,
    folds: NDArray[np.int64],
    requests: Sequence[tuple[float, Array]],
    options: Mapping[str, Any],
) -> list[FoldErrors]:
    """Leave out each fold in turn; one problem, with its Gram matrix, serves all requests."""
    errors: list[list[Array]] = [[] for _ in requests]
    converged: list[list[NDArray[np.bool_]]] = [[] for _ in requests]
    for fold in range(int(folds.max()) + 1):
        out = folds == fold
        kept, held = (None, None) if weights is None else (weights[~out], weights[out])
        problem = prepare(X[~out], y[~out], sample_weight=kept, **options)
        for i, (ratio, lambdas) in enumerate(requests):
            path = _solve(problem, ratio, lambdas)
            errors[i].append(_error(path, X[out], y[out], held))
            converged[i].append(path.certified)
    return [
        FoldErrors(lambdas, np.array(errors[i]), np.array(converged[i]))
        for i, (_, lambdas) in enumerate(requests)
    ]


def draw_folds(rng: np.random.Generator, n_samples: int, n_folds: int) -> NDArray[np.int64]:
    """Assign rows to folds of equal size, one row more or less, at random; returns (n_samples,)."""
    return rng.permutation(np.arange(n_samples) % n_folds)


def _rows(
    X: Any, y: ArrayLike, sample_weight: ArrayLike | None, folds: ArrayLike
) -> tuple[Array, Array, Array | None, NDArray[np.int64]]:
    """Check rows and folds; rows of weight 0 are left out."""
    numbers = np.asarray(folds)
    if numbers.ndim != 1 or numbers.shape != np.shape(y) or numbers.dtype.kind not in "iu":
        raise ValueError(f"folds must be whole numbers, one a row; they are {numbers.shape}")
    X, response, weights = checked(X, y, sample_weight)
    if sample_weight is not None:
        numbers = numbers[np.asarray(sample_weight) > 0]
    counts = np.bincount(numbers) if numbers.min(initial=0) >= 0 else np.zeros(1)
    if len(counts) < 2 or not counts.all():
        raise ValueError("folds must be numbered from 0, at least two, each with a weighted row")
    return X, response, None if sample_weight is None else weights, numbers


def _default_grid(
    problem: Problem, l1_ratio: float, n_lambdas: int, lambda_min_ratio: float | None
) -> Array:
    if l1_ratio == 0:
        if problem.loss.name == "logistic":
            return logistic_ridge.default_logistic_ridge_grid(problem, n_lambdas)
        return ridge.solve_ridge(problem, None, n_lambdas).lambdas
    shape = (problem.n, problem.p)
    return checked_grid(problem.max_gradient / l1_ratio, shape, None, n_lambdas, lambda_min_ratio)


def _solve(problem: Problem, l1_ratio: float, lambdas: Array) -> Path:
    if l1_ratio == 0:
        if problem.loss.name == "logistic":
            return logistic_ridge.solve_logistic_ridge(problem, lambdas)
        return ridge.solve_ridge(problem, lambdas)
    if problem.loss.name == "logistic":
        return logistic.solve_logistic(problem, l1_ratio, lambdas)
    return gaussian.solve(problem, l1_ratio, lambdas)


def _error(path: Path, X: Array, y: Array, weights: Array | None) -> Array:
    predictions = path.predict(X)
    if path.loss == "logistic":
        each = 2 * (np.logaddexp(0.0, predictions) - y * predictions)
    else:
        each = (predictions - y) ** 2
    return np.asarray(each.mean(axis=1) if weights is None else each @ weights / weights.sum())
