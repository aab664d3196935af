"""Exact risk of a logistic fit where the columns are Gaussian.

The truth is P(y = 1 | x) = expit(eta), eta = b0 + x'beta, and x is N(0, Sigma). A fit predicts
f = a0 + x'b and decides for y = 1 where f > 0. Then (eta, f) is bivariate normal with means b0, a0,
variances beta'Sigma beta, b'Sigma b and covariance b'Sigma beta, and every expectation is an
integral over one standard normal variable.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtr, xlog1py, xlogy

from regclaims.designs import Scenario
from regclaims.vocabulary import Array

NODES = 40
"""Gauss-Legendre nodes between two breaks. Over 400 random fits (signal variance up to 100,
variance of a fit up to 2e4) the largest error of a log loss, in units of max(1, sd of the fit), was
2e-9 with 32 and 3e-13 with 40; of an error rate, 3e-10 and 1e-14."""

EDGE = 9.0
"""Standard deviations beyond which nothing is left: 2e-19 of the probability."""

LOGISTIC_REACH, NORMAL_REACH = 40.0, 9.0
"""Where log(1 + exp f) is max(f, 0), and a normal distribution function 0 or 1, to rounding."""

MOST_CORRELATED = 1 + 1e-9
"""A correlation this large is 1, and rounding."""


def log_loss(
    b0: float, a0: ArrayLike, signal: float, variance: ArrayLike, covariance: ArrayLike
) -> Array:
    """Return the expected log loss E[log(1 + exp f) - y f] of fits, in nats.

    By Stein's lemma, E[y f] = a0 E[expit eta] + b'Sigma beta E[expit' eta].

    Parameters
    ----------
    b0 : float
        True intercept.
    a0 : (k,) or float
        Intercepts of the fits.
    signal : float
        beta'Sigma beta.
    variance, covariance : (k,) or float
        b'Sigma b and b'Sigma beta.

    Returns
    -------
    (k,)

    Raises
    ------
    ValueError
        If a number is not finite, a variance is negative, or a covariance is too large for them.
    """
    a0, variance, covariance = _checked(b0, a0, signal, variance, covariance)
    scale = np.sqrt(variance)
    share, slope = _truth(b0, signal)

    def normalizer(z: Array) -> Array:
        """log(1 + exp f), six times as fast as by logaddexp."""
        f = a0[:, None] + scale[:, None] * z
        return np.asarray(np.maximum(f, 0.0) + np.log1p(np.exp(-np.abs(f))))

    expected = _expectation(normalizer, _around(a0, scale, LOGISTIC_REACH))
    return np.asarray(expected - a0 * share - covariance * slope)


def error_rate(
    b0: float, a0: ArrayLike, signal: float, variance: ArrayLike, covariance: ArrayLike
) -> Array:
    """Return P(y = 1, f < 0) + P(y = 0, f > 0) of fits; f = 0 counts as one half.

    Given eta, f is normal, so the event f > 0 has a probability in closed form.

    Parameters
    ----------
    b0, a0, signal, variance, covariance
        As for `log_loss`.

    Returns
    -------
    (k,)

    Raises
    ------
    ValueError
        As `log_loss` does.
    """
    a0, variance, covariance = _checked(b0, a0, signal, variance, covariance)
    root = np.sqrt(signal)
    # f = a0 + slope z + rest e, where eta = b0 + root z and e is standard normal.
    slope = covariance / root if root > 0 else np.zeros_like(a0)
    rest = np.sqrt(np.maximum(variance - slope**2, 0.0))

    def wrong(z: Array) -> Array:
        positive = _positive(a0[:, None] + slope[:, None] * z, rest[:, None])
        share = expit(b0 + root * z)
        return np.asarray(share * (1 - positive) + (1 - share) * positive)

    truth = np.full_like(a0, b0), np.full_like(a0, root)
    breaks = _around(*truth, LOGISTIC_REACH), _around(a0, slope, NORMAL_REACH * rest)
    return _expectation(wrong, np.hstack(breaks))


def classification_risk(
    b0: float, a0: ArrayLike, signal: float, variance: ArrayLike, covariance: ArrayLike
) -> dict[str, Array]:
    """Measure fits against the truth and against the null model, which knows P(y = 1) alone.

    Parameters
    ----------
    b0, a0, signal, variance, covariance
        As for `log_loss`; `signal` above 0.

    Returns
    -------
    dict of (k,)
        ``rr`` = (log loss - Bayes log loss)/(the null model's - Bayes log loss), relative risk: 0
        is perfect, 1 the null model with the true class share; ``log_loss`` in nats;
        ``error_rate``, a probability; ``excess_error``, that less the Bayes rule's.

    Raises
    ------
    ValueError
        If `signal` is 0, as nothing can then beat the null model, or as `log_loss` does.
    """
    loss = log_loss(b0, a0, signal, variance, covariance)
    error = error_rate(b0, a0, signal, variance, covariance)
    if signal == 0:
        raise ValueError("signal must be above 0: relative risk compares the truth with no signal")
    share, _ = _truth(b0, signal)
    best = log_loss(b0, b0, signal, signal, signal)
    null = -(xlogy(share, share) + xlog1py(1 - share, -share))
    return {
        "rr": (loss - best) / (null - best),
        "log_loss": loss,
        "error_rate": error,
        "excess_error": error - error_rate(b0, b0, signal, signal, signal),
    }


def expected_log_loss(scenario: Scenario, coefs: Array, intercepts: Array) -> Array:
    """Return the expected log loss (k,), in nats, of fits to a logistic scenario.

    Parameters
    ----------
    scenario : Scenario
    coefs : (k, p)
    intercepts : (k,)
    """
    return log_loss(*_moments(scenario, coefs, intercepts))


def scenario_risk(scenario: Scenario, coefs: Array, intercepts: Array) -> dict[str, Array]:
    """Return `classification_risk` of fits (k, p), (k,) to a logistic scenario."""
    return classification_risk(*_moments(scenario, coefs, intercepts))


def _moments(
    scenario: Scenario, coefs: Array, intercepts: Array
) -> tuple[float, Array, float, Array, Array]:
    signal = scenario.signal_variance
    variance, covariance = scenario.prediction_variance(coefs), scenario.cross(coefs)
    return scenario.intercept, intercepts, signal, variance, covariance


def _checked(
    b0: float, a0: ArrayLike, signal: float, variance: ArrayLike, covariance: ArrayLike
) -> tuple[Array, Array, Array]:
    """Return what belongs to the fits as arrays (k,)."""
    given = (np.asarray(value, dtype=float) for value in (a0, variance, covariance))
    a0, variance, covariance = np.broadcast_arrays(*(np.atleast_1d(value) for value in given))
    if not all(np.isfinite(value).all() for value in (b0, a0, signal, variance, covariance)):
        raise ValueError("intercepts, variances and covariances must be finite")
    if signal < 0 or (variance < 0).any():
        raise ValueError("signal and variance must not be negative")
    if (np.abs(covariance) > MOST_CORRELATED * np.sqrt(signal) * np.sqrt(variance)).any():
        raise ValueError("covariance must be at most sqrt(signal * variance)")
    return a0, variance, covariance


def _truth(b0: float, signal: float) -> tuple[float, float]:
    """Return E[expit eta], the share of y = 1, and E[expit' eta]."""
    root = np.sqrt([signal])
    breaks = _around(np.array([b0]), root, LOGISTIC_REACH)
    share = _expectation(lambda z: expit(b0 + root * z), breaks)
    slope = _expectation(lambda z: expit(b0 + root * z) * expit(-b0 - root * z), breaks)
    return float(share[0]), float(slope[0])


def _positive(mean: Array, deviation: Array) -> Array:
    """P(mean + deviation e > 0) for a standard normal e; one half where both are 0."""
    size = np.broadcast_to(deviation, mean.shape)
    sure = (1 + np.sign(mean)) / 2
    away = np.divide(mean, size, out=np.zeros_like(mean), where=size > 0)
    return np.where(size > 0, ndtr(away), sure)


def _around(mean: Array, slope: Array, reach: Array | float) -> Array:
    """Return where mean + slope z is -reach, 0 and reach, shape (k, 3); at the edge if nowhere."""
    levels = np.multiply.outer(np.array([-1.0, 0.0, 1.0]), np.broadcast_to(reach, mean.shape))
    # Far beyond the edge it does not matter where, nor may the division overflow.
    inside = np.abs(levels - mean) < EDGE * np.abs(slope)
    places = np.divide(levels - mean, slope, out=np.full_like(levels, EDGE), where=inside)
    return np.asarray(places.T)


@cache
def _rule() -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(NODES)


def _expectation(function: Callable[[Array], Array], breaks: Array) -> Array:
    """Return E g(Z), Z standard normal, of functions that are smooth but for what `breaks` mark.

    Gauss-Legendre quadrature between the breaks. A Gauss-Hermite rule needs thousands of nodes
    where g turns within a hundredth of a standard deviation, as that of an over-fitted model does.

    Parameters
    ----------
    function : callable
        From z (k, m) to g (k, m).
    breaks : (k, b)
        Within the edges.
    """
    ends = np.pad(
        np.sort(breaks, axis=1), ((0, 0), (1, 1)), constant_values=((0, 0), (-EDGE, EDGE))
    )
    nodes, weights = _rule()
    middle, half = (ends[:, 1:] + ends[:, :-1]) / 2, np.diff(ends, axis=1) / 2
    z = (middle[:, :, None] + half[:, :, None] * nodes).reshape(len(ends), -1)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    mass = (half[:, :, None] * weights).reshape(len(ends), -1) * density
    return np.asarray((function(z) * mass).sum(axis=1))
