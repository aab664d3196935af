"""Losses: what a fit pays for its residuals. Both are means over rows, weights having mean 1."""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np
from scipy.special import expit, xlog1py, xlogy

from regclaims.errors import UnfitError
from regclaims.vocabulary import Array

ROUNDING = 1e-13


class Loss(Protocol):
    """A smooth, convex loss F of predictions; residuals are -n F'."""

    name: ClassVar[str]
    weighs_rows: ClassVar[bool]
    """Whether weights are put into the rows of X and y, so that the loss need not know them."""

    def check(self, y: Array, fit_intercept: bool) -> None:
        """Raise ValueError if y (n,) is no response of this kind, UnfitError if nothing varies."""

    def center(self, y: Array, weights: Array, fit_intercept: bool) -> tuple[Array, float]:
        """Return y as the solvers take it, and its mean (0 without an intercept)."""

    def null_predictor(self, y_mean: float) -> float:
        """Return the prediction of the model without columns."""

    def residuals(self, y: Array, predictions: Array, weights: Array) -> Array:
        """Return -n F' at predictions (k, n)."""

    def value(self, y: Array, predictions: Array, weights: Array) -> Array:
        """Return F at predictions (k, n), shape (k,)."""

    def conjugate(self, y: Array, dual: Array, weights: Array) -> Array:
        """Return F*(-dual/n) for dual points (k, n), shape (k,)."""


class Squared:
    """Half the mean squared residual, |y - f|^2/(2n)."""

    name: ClassVar[str] = "squared"
    weighs_rows: ClassVar[bool] = True

    def check(self, y: Array, fit_intercept: bool) -> None:
        pass

    def center(self, y: Array, weights: Array, fit_intercept: bool) -> tuple[Array, float]:
        mean = float(y @ weights) / len(y) if fit_intercept else 0.0
        centred = y - mean
        if np.abs(centred).max() <= ROUNDING * np.abs(y).max():
            centred = np.zeros_like(y)
        return centred * np.sqrt(weights), mean

    def null_predictor(self, y_mean: float) -> float:
        return 0.0

    def residuals(self, y: Array, predictions: Array, weights: Array) -> Array:
        return y - predictions

    def value(self, y: Array, predictions: Array, weights: Array) -> Array:
        return np.asarray(((y - predictions) ** 2).mean(axis=1) / 2)

    def conjugate(self, y: Array, dual: Array, weights: Array) -> Array:
        return np.asarray((dual**2).mean(axis=1) / 2 - (dual * y).mean(axis=1))


class Logistic:
    """Half the mean deviance of y in {0, 1}: log(1 + exp f) - y f."""

    name: ClassVar[str] = "logistic"
    weighs_rows: ClassVar[bool] = False

    def check(self, y: Array, fit_intercept: bool) -> None:
        if not np.isin(y, (0.0, 1.0)).all():
            raise ValueError("y must be 0 and 1 for the logistic loss")
        if fit_intercept and y.min() == y.max():
            raise UnfitError(f"y is {y[0]:.0f} in every row: there is nothing to tell apart")

    def center(self, y: Array, weights: Array, fit_intercept: bool) -> tuple[Array, float]:
        return y.copy(), float(y @ weights) / len(y) if fit_intercept else 0.5

    def null_predictor(self, y_mean: float) -> float:
        return float(np.log(y_mean) - np.log1p(-y_mean))

    def residuals(self, y: Array, predictions: Array, weights: Array) -> Array:
        return weights * (y - expit(predictions))

    def value(self, y: Array, predictions: Array, weights: Array) -> Array:
        each = np.logaddexp(0.0, predictions) - y * predictions
        return np.asarray((weights * each).mean(axis=1))

    def conjugate(self, y: Array, dual: Array, weights: Array) -> Array:
        # Minus the entropy of y - dual/weights, which is that of its distance to y.
        q = np.clip(np.abs(dual) / weights, 0.0, 1.0)
        return np.asarray((weights * (xlogy(q, q) + xlog1py(1 - q, -q))).mean(axis=1))


LOSSES: dict[str, Loss] = {"squared": Squared(), "logistic": Logistic()}
