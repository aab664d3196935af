"""The certified Elastic Net as a scikit-learn estimator, its penalty chosen by cross-validation.

A module of its own, loaded when first asked for: scikit-learn takes a second to import.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from regclaims.solvers.cross_validation import draw_folds
from regclaims.solvers.gaussian import solve
from regclaims.solvers.grid import checked_grid, checked_ratio
from regclaims.solvers.path import Path
from regclaims.solvers.preparation import prepare
from regclaims.solvers.problem import Problem
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import FAILED, NOT_UNIQUE, Array

RULES = ("min", "1se")

Split = tuple[NDArray[np.intp], NDArray[np.intp]]


class CertifiedElasticNetCV(RegressorMixin, BaseEstimator):
    """Lasso or Elastic Net with a certificate, lambda (and l1_ratio) chosen by cross-validation.

    Parameters
    ----------
    l1_ratio : float or list of float, default=1.0
        Share of L1 in the penalty, 0 < l1_ratio <= 1; 1 is the lasso. Of a list the best is chosen.
    n_lambdas : int, default=100
    lambda_min_ratio : float, optional
    lambdas : (k,), optional
        As for `gaussian_path`; a default grid is that of all rows, and each l1_ratio has its own.
    cv : int, splitter or iterable of (train, test), default=10
        A number of folds is drawn at random, of the rows whose weight is positive.
    standardize, fit_intercept : bool, default=True
        In a fold columns are centred and scaled by the rows that are fitted.
    random_state : int, RandomState or None, default=None
        For the folds that are drawn.
    rule : {"min", "1se"}, default="min"
        The penalty with the least error, the mean over folds, or the largest lambda (at that
        l1_ratio) whose error is within one standard error of it.

    Attributes
    ----------
    coef_ : (p,)
    intercept_ : float
    lambda_ : float
    l1_ratio_ : float
    path_ : Path
        Fits of all rows at `l1_ratio_`; `coef_` is ``path_.coefs[index_]``.
    index_ : int
    lambdas_ : (n_ratios, k)
        Of each l1_ratio.
    cv_errors_ : (n_ratios, k, n_folds)
        Mean squared error of the rows held out, weighted as rows are; infinite where the fold's fit
        failed, so that it is not chosen.
    n_features_in_ : int
    feature_names_in_ : (n_features_in_,)
        Of a data frame.

    Notes
    -----
    A row of weight 0 is as good as absent, whatever `cv` is. A row of weight 2 is as good as the
    same row twice if the copies share a fold: of folds drawn at random they need not, and a default
    grid may then end elsewhere too, as that depends on whether rows outnumber columns.
    """

    def __init__(
        self,
        l1_ratio: float | list[float] = 1.0,
        *,
        n_lambdas: int = 100,
        lambda_min_ratio: float | None = None,
        lambdas: ArrayLike | None = None,
        cv: Any = 10,
        standardize: bool = True,
        fit_intercept: bool = True,
        random_state: Any = None,
        rule: str = "min",
    ) -> None:
        self.l1_ratio = l1_ratio
        self.n_lambdas = n_lambdas
        self.lambda_min_ratio = lambda_min_ratio
        self.lambdas = lambdas
        self.cv = cv
        self.standardize = standardize
        self.fit_intercept = fit_intercept
        self.random_state = random_state
        self.rule = rule

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Choose the penalty and fit all rows.

        Parameters
        ----------
        X : (n, p), dense, data frame or scipy sparse
        y : (n,)
        sample_weight : (n,), optional
            Not negative; only their ratios matter.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter or the data are out of range, or there are too few rows for `cv`.
        RuntimeError
            If no penalty has a good certificate in every fold.

        Warns
        -----
        ConvergenceWarning
            If a fit has no good certificate: the one that is chosen, or one of a fold, whose
            penalty then could not be chosen.
        UserWarning
            If the fit that is chosen is not the only optimal one.
        """
        if self.rule not in RULES:
            raise ValueError(f"rule must be one of {RULES}; it is {self.rule!r}")
        ratios = [checked_ratio(ratio) for ratio in np.atleast_1d(self.l1_ratio).tolist()]
        if not ratios:
            raise ValueError("l1_ratio must not be an empty list")
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            dtype=np.float64,
            y_numeric=True,
            ensure_min_samples=3,  # two to fit when one is held out
        )
        weights = None if sample_weight is None else np.asarray(sample_weight)
        if weights is not None and not weights.any():
            raise ValueError("sample_weight is zero in every row")
        with one_thread():
            problem = self._prepare(X, y, weights)
            shape = (problem.n, problem.p)
            ends = (self.lambdas, self.n_lambdas, self.lambda_min_ratio)
            grids = [checked_grid(problem.max_gradient / ratio, shape, *ends) for ratio in ratios]
            self.lambdas_ = np.array(grids)
            self.cv_errors_ = self._errors(X, y, problem.sample_weight, ratios)
            best, self.index_ = self._choose()
            self.path_ = solve(problem, ratios[best], grids[best])
        self.l1_ratio_ = ratios[best]
        self.lambda_ = float(self.path_.lambdas[self.index_])
        self.coef_ = self.path_.coefs[self.index_].copy()
        self.intercept_ = float(self.path_.intercepts[self.index_])
        _warn(str(self.path_.status[self.index_]), self.lambda_)
        return self

    def predict(self, X: Any) -> Array:
        """Predict every row of `X` (n, p), dense, data frame or sparse; returns (n,)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, accept_sparse="csr", dtype=np.float64)
        return np.asarray(X @ self.coef_ + self.intercept_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _prepare(self, X: Any, y: Array, weights: Array | None) -> Problem:
        return prepare(
            X,
            y,
            standardize=self.standardize,
            fit_intercept=self.fit_intercept,
            sample_weight=weights,
        )

    def _errors(self, X: Any, y: Array, weights: Array | None, ratios: list[float]) -> Array:
        """Return the error of every l1_ratio, lambda and fold."""
        rows = np.arange(len(y)) if weights is None else np.flatnonzero(weights > 0)
        errors = []
        for train, test in _splits(self.cv, X, y, rows, self.random_state):
            if len(train) < 2 or not len(test):
                raise ValueError(
                    "every split of cv needs two rows to fit and one to predict, of positive "
                    f"weight; there is one of {len(train)} and {len(test)}"
                )
            fitted, held = (None, None) if weights is None else (weights[train], weights[test])
            problem = self._prepare(X[train], y[train], fitted)
            paths = [
                solve(problem, ratio, grid)
                for ratio, grid in zip(ratios, self.lambdas_, strict=True)
            ]
            errors.append([_error(path, X[test], y[test], held) for path in paths])
        if len(errors) < (2 if self.rule == "1se" else 1):
            raise ValueError(f"cv has too few splits for rule {self.rule!r}: {len(errors)}")
        return np.moveaxis(np.array(errors), 0, 2)

    def _choose(self) -> tuple[int, int]:
        """Return the index of the l1_ratio and of the lambda, by the rule."""
        mean = self.cv_errors_.mean(axis=2)
        lost = np.isinf(mean)
        if lost.all():
            raise RuntimeError("no penalty has a good certificate in every fold")
        if lost.any():
            warnings.warn(
                f"{lost.sum()} of {lost.size} penalties could not be chosen: a fold's fit has no "
                "good certificate",
                ConvergenceWarning,
                stacklevel=3,
            )
        # Of equal errors the first: the larger lambda.
        best, at = np.unravel_index(mean.argmin(), mean.shape)
        if self.rule == "1se":
            folds = self.cv_errors_[best, at]
            bar = mean[best, at] + folds.std(ddof=1) / np.sqrt(len(folds))
            at = (mean[best] <= bar).argmax()
        return int(best), int(at)


def _splits(cv: Any, X: Any, y: Array, rows: NDArray[np.intp], random_state: Any) -> list[Split]:
    """Return rows to fit and rows to predict, of `rows`, those of positive weight."""
    if isinstance(cv, Integral):
        n_folds = int(cv)
        if not 2 <= n_folds <= len(rows):
            raise ValueError(
                f"cv must be at least 2, and at most the number of rows of positive weight; it is "
                f"{n_folds}, and n_samples={len(rows)}"
            )
        seed = check_random_state(random_state).randint(2**31 - 1)
        folds = draw_folds(np.random.default_rng(seed), len(rows), n_folds)
        return [(rows[folds != fold], rows[folds == fold]) for fold in range(n_folds)]
    if hasattr(cv, "split"):
        return [(rows[train], rows[test]) for train, test in cv.split(X[rows], y[rows])]
    if not isinstance(cv, Iterable):
        raise ValueError(f"cv must be a number of folds, a splitter or an iterable; it is {cv!r}")
    every = np.arange(len(y))
    counts = np.isin(every, rows)
    given = [(every[train], every[test]) for train, test in cv]
    return [(train[counts[train]], test[counts[test]]) for train, test in given]


def _error(path: Path, X: Any, y: Array, weights: Array | None) -> Array:
    """Return the mean squared error (k,), infinite where the fit failed."""
    error = np.average((path.predict(X) - y) ** 2, axis=1, weights=weights)
    return np.where(path.certified, error, np.inf)


def _warn(status: str, lambda_: float) -> None:
    if status == FAILED:
        warnings.warn(
            f"the fit at lambda={lambda_:g} has no good certificate: see path_.kkt and path_.gap",
            ConvergenceWarning,
            stacklevel=3,
        )
    elif status == NOT_UNIQUE:
        warnings.warn(
            f"the fit at lambda={lambda_:g} is optimal but not unique: others have the same "
            "predictions, and their zeros are elsewhere",
            UserWarning,
            stacklevel=3,
        )
