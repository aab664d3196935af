"""Variance and bias over fresh data sets, jackknifed; and the list of all measures of a cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regclaims.metrics import stability
from regclaims.metrics.spread import ratio
from regclaims.metrics.stability import Jackknifed, unbiased
from regclaims.vocabulary import Array


@dataclass(frozen=True)
class Truth:
    """What coefficients of a cell are held against.

    Attributes
    ----------
    quadratic : callable
        d'Cd of each row d (k, p), C the correlation matrix of the columns.
    beta : (p,)
        True coefficients per standard deviation of each column.
    signal : float
        beta'C beta.
    """

    quadratic: Callable[[Array], Array]
    beta: Array
    signal: float


def coefficient_variance(coefs: Array, truth: Truth) -> Jackknifed:
    """tr Cov(b)/|beta|^2: total variance in units of the true coefficients' squares."""
    values = _moments(coefs, lambda d: (d**2).sum(axis=1))
    return _variance(values, float(truth.beta @ truth.beta))


def prediction_variance(coefs: Array, truth: Truth) -> Jackknifed:
    """E_x Var(x'b) = tr(Sigma Cov(b)), in units of the signal's variance beta'Sigma beta.

    With `squared_bias` it adds up to the mean relative risk.
    """
    return _variance(_moments(coefs, truth.quadratic), truth.signal)


def scale_free_prediction_variance(coefs: Array, truth: Truth) -> Jackknifed:
    """tr(Sigma Cov(b)) / mean b'Sigma b: in units of the predictions' own mean square.

    Undefined if all coefficients of all replicates are zero.
    """
    values = _moments(coefs, truth.quadratic)
    plain = _variance(values, 1.0)
    return Jackknifed(
        float(ratio(np.asarray(plain.value), np.asarray(values.mean))),
        ratio(plain.left_out, values.mean_left_out),
    )


def squared_bias(coefs: Array, truth: Truth) -> Jackknifed:
    """(E b - beta)'Sigma(E b - beta)/beta'Sigma beta, without bias itself.

    The mean of R replicates is off by a share of the variance, tr(Sigma Cov(b))/R, which is taken
    away; so it may fall below 0 by error.
    """
    shifted = _moments(coefs - truth.beta, truth.quadratic)
    variance = _variance(shifted, 1.0)
    n = len(coefs)
    return Jackknifed(
        (shifted.at_mean - variance.value / n) / truth.signal,
        (shifted.at_mean_left_out - variance.left_out / (n - 1)) / truth.signal,
    )


MEASURES: dict[str, Callable[[Array, Truth], Jackknifed]] = {
    "scale_free_variance": lambda coefs, _: stability.scale_free_variance(coefs),
    "cosine": lambda coefs, _: stability.cosine(coefs),
    "sign_agreement": lambda coefs, _: stability.sign_agreement(coefs),
    "selection_stability": lambda coefs, _: stability.selection_stability(coefs),
    "coefficient_variance": coefficient_variance,
    "prediction_variance": prediction_variance,
    "scale_free_prediction_variance": scale_free_prediction_variance,
    "squared_bias": squared_bias,
}
"""Measures of a cell by name: a new one is a function here."""

OF_DIRECTION = ("cosine", "sign_agreement")
"""Measures to which a null fit contributes nothing, whatever its coefficients: it has no direction.

A ridge fit counts as null below .01 degrees of freedom, although its tiny coefficients point
somewhere; were they looked at, ridge and lasso would not be treated alike.
"""


@dataclass(frozen=True)
class _Moments:
    """Mean of a quadratic form over replicates, and the form at the mean; each replicate left out.

    Attributes
    ----------
    mean, at_mean : float
    mean_left_out, at_mean_left_out : (R,)
    """

    mean: float
    at_mean: float
    mean_left_out: Array
    at_mean_left_out: Array


def _moments(coefs: Array, quadratic: Callable[[Array], Array]) -> _Moments:
    n, total = len(coefs), coefs.sum(axis=0)
    each = quadratic(coefs)
    rest = max(n - 1, 1)
    return _Moments(
        mean=float(each.mean()),
        at_mean=float(quadratic(total[None] / n)[0]),
        mean_left_out=(each.sum() - each) / rest,
        at_mean_left_out=quadratic((total - coefs) / rest),
    )


def _variance(values: _Moments, unit: float) -> Jackknifed:
    n = len(values.mean_left_out)
    return Jackknifed(
        unbiased(n) * (values.mean - values.at_mean) / unit,
        unbiased(n - 1) * (values.mean_left_out - values.at_mean_left_out) / unit,
    )
