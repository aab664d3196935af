"""Exact risk of logistic fits: against other quadrature, closed forms and simulation."""

from itertools import pairwise
from math import exp, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit, logit
from scipy.stats import norm

from regclaims.designs import Scenario
from regclaims.metrics.classification import (
    classification_risk,
    error_rate,
    expected_log_loss,
    log_loss,
    scenario_risk,
)

CASES = [
    # b0, a0, signal, variance, correlation
    (0.0, 0.0, 4.0, 4.0, 1.0),
    (0.5, -0.3, 1.0, 0.5, 0.6),
    (-2.0, 1.0, 20.0, 400.0, 0.3),
    (-2.0, -3.0, 6.0, 400.0, -0.4),
    (0.3, 0.2, 4.0, 10_000.0, 0.9),
    (0.3, 40.0, 4.0, 400.0, 0.999),
    (0.3, 0.5, 4.0, 1.0, 1 - 1e-9),
    (1.0, 0.1, 0.01, 1e-4, 0.0),
    (-1.0, 2.0, 100.0, 25.0, 0.999999),
]

QUADRATURE = 1e-11
"""Of adaptive quadrature, which is asked for 1e-12 on each of up to six pieces."""


def covariance(signal, variance, correlation):
    return correlation * np.sqrt(signal * variance)


def expectation(function, marks):
    """E g(Z) by adaptive quadrature between the marks."""
    ends = sorted({-10.0, 10.0, *np.clip(marks, -10.0, 10.0)})
    pieces = pairwise(ends)
    options = {"epsabs": 1e-12, "epsrel": 1e-12, "limit": 200}
    total = sum(
        quad(lambda z: exp(-z * z / 2) * function(z), *ends, **options)[0] for ends in pieces
    )
    return total / sqrt(2 * pi)


def turns(mean, root):
    """Where expit(mean + root z) turns."""
    return (np.array([-20.0, -3.0, 0.0, 3.0, 20.0]) - mean) / root


@pytest.mark.parametrize(("b0", "a0", "signal", "variance", "correlation"), CASES)
def test_log_loss_against_adaptive_quadrature(b0, a0, signal, variance, correlation):
    root, sd = np.sqrt(signal), np.sqrt(variance)
    normalizer = expectation(lambda z: np.logaddexp(0, a0 + sd * z), turns(a0, sd))
    # y f, by f given eta.
    joint = expectation(
        lambda z: expit(b0 + root * z) * (a0 + correlation * sd * z), turns(b0, root)
    )
    found = log_loss(b0, a0, signal, variance, covariance(signal, variance, correlation))
    np.testing.assert_allclose(found, normalizer - joint, rtol=0, atol=QUADRATURE * max(1, sd))


@pytest.mark.parametrize(("b0", "a0", "signal", "variance", "correlation"), CASES)
def test_error_rate_against_nested_quadrature(b0, a0, signal, variance, correlation):
    # The other way round: eta given f, whose sign splits the outer integral. The inner one is a sum
    # over equally spaced nodes, off by exp(-2 pi^2/(0.02 sd)) (Trefethen and Weideman 2014).
    root, rest = np.sqrt(signal), np.sqrt(signal * (1 - correlation**2))
    nodes = np.arange(-450, 451) * 0.02
    weights = 0.02 * np.exp(-(nodes**2) / 2) / np.sqrt(2 * np.pi)
    zero = -a0 / np.sqrt(variance)

    def wrong(z):
        share = weights @ expit(b0 + correlation * root * z + rest * nodes)
        return share if z < zero else 1 - share

    marks = [zero, *turns(b0, max(abs(correlation) * root, 0.1))]
    found = error_rate(b0, a0, signal, variance, covariance(signal, variance, correlation))
    np.testing.assert_allclose(found, expectation(wrong, marks), rtol=0, atol=QUADRATURE)


def test_against_simulation():
    rng = np.random.default_rng(0)
    n = 1_000_000
    b0, signal = 0.4, 3.0
    a0, variance = np.array([0.4, -1.0, 2.0]), np.array([1.0, 9.0, 400.0])
    correlation = np.array([0.9, 0.2, -0.5])
    risk = classification_risk(b0, a0, signal, variance, covariance(signal, variance, correlation))
    z, e = rng.standard_normal((2, n))
    y = rng.random(n) < expit(b0 + np.sqrt(signal) * z)
    for k in range(3):
        f = a0[k] + np.sqrt(variance[k]) * (
            correlation[k] * z + np.sqrt(1 - correlation[k] ** 2) * e
        )
        for name, draws in (
            ("log_loss", np.logaddexp(0, f) - y * f),
            ("error_rate", (f > 0) != y),
        ):
            # Five standard errors: one run in a million.
            assert abs(draws.mean() - risk[name][k]) < 5 * draws.std() / np.sqrt(n)


@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.5, 0.99])
def test_classes_without_overlap(correlation):
    # As the signal grows y is the sign of eta, and Sheppard's formula holds (1899).
    signal, variance = 1e14, 400.0
    found = error_rate(0.0, 0.0, signal, variance, covariance(signal, variance, correlation))
    # Rows within a few units of eta = 0 are a share of about 1e-7.
    np.testing.assert_allclose(found, np.arccos(correlation) / np.pi, rtol=0, atol=1e-6)


def test_the_truth_is_perfect():
    risk = classification_risk(0.7, 0.7, 5.0, 5.0, 5.0)
    np.testing.assert_array_equal(risk["rr"], 0)
    np.testing.assert_array_equal(risk["excess_error"], 0)
    # Bayes: the less probable class, and the entropy of its probability.
    root = np.sqrt(5.0)
    error = expectation(lambda z: expit(-abs(0.7 + root * z)), turns(0.7, root))
    np.testing.assert_allclose(risk["error_rate"], error, rtol=0, atol=QUADRATURE)


def test_the_null_model_has_risk_one():
    b0, signal = -1.2, 3.0
    share = expectation(lambda z: expit(b0 + np.sqrt(signal) * z), [0.0])
    risk = classification_risk(b0, logit(share), signal, 0.0, 0.0)
    np.testing.assert_allclose(risk["rr"], 1, rtol=0, atol=1e-10)
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    np.testing.assert_allclose(risk["log_loss"], entropy, rtol=0, atol=QUADRATURE)
    np.testing.assert_allclose(risk["error_rate"], share, rtol=0, atol=QUADRATURE)


def test_a_prediction_of_zero_is_half_an_error():
    found = error_rate(1.0, [0.0, 1.0, -1.0], 2.0, 0.0, 0.0)
    assert found[0] == pytest.approx(0.5, abs=1e-14)
    assert found[1] + found[2] == pytest.approx(1, abs=1e-14)
    assert found[1] < 0.5
    np.testing.assert_allclose(log_loss(1.0, 0.0, 2.0, 0.0, 0.0), np.log(2), rtol=1e-14)


def test_without_a_signal():
    # y is a coin, so a fit that wanders is wrong by its own probability.
    share = expit(0.5)
    positive = norm.cdf(1 / 2)
    expected = share * (1 - positive) + (1 - share) * positive
    np.testing.assert_allclose(error_rate(0.5, 1.0, 0.0, 4.0, 0.0), expected, rtol=1e-13)
    with pytest.raises(ValueError, match="signal must be above 0"):
        classification_risk(0.5, 1.0, 0.0, 4.0, 0.0)


def test_a_vanishing_fit_is_the_null_model():
    for variance in (1e-300, 1e-20, 1e-12):
        small = classification_risk(0.3, 0.2, 2.0, variance, np.sqrt(2 * variance))
        null = classification_risk(0.3, 0.2, 2.0, 0.0, 0.0)
        for name, value in null.items():
            # The loss changes by the covariance.
            np.testing.assert_allclose(small[name], value, atol=1e-13 + 30 * np.sqrt(variance))


def test_fits_do_not_see_each_other():
    rng = np.random.default_rng(1)
    a0, variance = rng.standard_normal(20), rng.uniform(0, 400, 20)
    shared = covariance(2.0, variance, rng.uniform(-1, 1, 20))
    together = classification_risk(0.1, a0, 2.0, variance, shared)
    for k in range(20):
        alone = classification_risk(0.1, a0[k], 2.0, variance[k], shared[k])
        for name, values in together.items():
            assert values.shape == (20,)
            np.testing.assert_allclose(alone[name], values[k], rtol=1e-13)


def test_bad_input():
    with pytest.raises(ValueError, match="must not be negative"):
        log_loss(0.0, 0.0, 1.0, -1.0, 0.0)
    with pytest.raises(ValueError, match="must not be negative"):
        error_rate(0.0, 0.0, -1.0, 1.0, 0.0)
    with pytest.raises(ValueError, match="at most sqrt"):
        log_loss(0.0, 0.0, 1.0, 1.0, 1.1)
    with pytest.raises(ValueError, match="finite"):
        error_rate(0.0, np.nan, 1.0, 1.0, 0.0)


def test_fits_of_a_scenario():
    spec = {
        "n_samples": 50_000,
        "n_features": 3,
        "correlation": {"kind": "ar1", "rho": 0.7},
        "scales": "log-normal",
        "response": "logistic",
        "class_share": 0.2,
        "n_relevant": 2,
        "placement": "spread",
        "snr": 1.22,
    }
    scenario = Scenario(spec)
    coefs = np.vstack([scenario.beta, np.zeros(3), 0.5 / scenario.sd])
    intercepts = np.array([scenario.intercept, logit(0.2), -1.0])
    risk = scenario_risk(scenario, coefs, intercepts)
    np.testing.assert_allclose(risk["rr"][:2], [0, 1], rtol=0, atol=1e-10)
    np.testing.assert_array_equal(expected_log_loss(scenario, coefs, intercepts), risk["log_loss"])
    draw = scenario.draw(0, 0)
    f = draw.X @ coefs.T + intercepts
    losses = np.logaddexp(0, f) - draw.y[:, None] * f
    errors = (f > 0) != (draw.y[:, None] == 1)
    for name, draws in (("log_loss", losses), ("error_rate", errors)):
        near = 5 * draws.std(axis=0) / np.sqrt(len(draws))
        assert (np.abs(draws.mean(axis=0) - risk[name]) < near).all()
