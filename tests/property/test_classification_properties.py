"""What must hold of the exact risk of a logistic fit, whatever the fit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit

from regclaims.metrics.classification import classification_risk, error_rate, log_loss

intercepts = st.floats(-5, 5)
signals = st.floats(0.01, 50)
# From a null fit to one that is far over-fitted.
deviations = st.one_of(st.just(0.0), st.floats(1e-3, 100))
correlations = st.one_of(st.sampled_from([-1.0, 0.0, 1.0]), st.floats(-1, 1))
factors = st.floats(1e-3, 1e3)


@st.composite
def fits(draw):
    """b0, a0, signal, variance, covariance."""
    signal, deviation = draw(signals), draw(deviations)
    shared = draw(correlations) * np.sqrt(signal) * deviation
    return draw(intercepts), draw(intercepts), signal, deviation**2, shared


def near(variance):
    """Rounding of an integral of size sqrt(variance), and of the quadrature: 3e-13 measured."""
    return 3e-12 * max(1.0, np.sqrt(variance))


@given(fits())
def test_nothing_beats_the_truth(fit):
    b0, _, signal, variance, _ = fit
    risk = classification_risk(*fit)
    best = log_loss(b0, b0, signal, signal, signal)
    assert risk["log_loss"][0] >= best[0] - near(variance)
    assert risk["excess_error"][0] >= -near(0)
    assert 0 <= risk["error_rate"][0] <= 1 + near(0)


@given(fits())
def test_classes_may_swap_names(fit):
    b0, a0, *moments = fit
    for measure in (log_loss, error_rate):
        one, other = measure(b0, a0, *moments), measure(-b0, -a0, *moments)
        np.testing.assert_allclose(one, other, rtol=0, atol=near(moments[1]))


@given(fits())
def test_the_opposite_decision_is_right_where_this_is_wrong(fit):
    b0, a0, signal, variance, shared = fit
    opposite = error_rate(b0, -a0, signal, variance, -shared)
    np.testing.assert_allclose(error_rate(*fit) + opposite, 1, rtol=0, atol=near(0))


@given(fits(), factors)
def test_a_decision_does_not_see_the_size_of_the_prediction(fit, factor):
    b0, a0, signal, variance, shared = fit
    scaled = error_rate(b0, factor * a0, signal, factor**2 * variance, factor * shared)
    # Rounding of variance - covariance^2/signal leaves a spread of 1e-8 where there is none.
    np.testing.assert_allclose(error_rate(*fit), scaled, rtol=0, atol=1e-7)


@given(fits(), st.floats(0.01, 0.99))
def test_log_loss_is_convex_in_the_fit(fit, part):
    # Along the segment from the null fit with intercept 0.
    b0, a0, signal, variance, shared = fit
    at = log_loss(b0, part * a0, signal, part**2 * variance, part * shared)
    chord = part * log_loss(*fit) + (1 - part) * np.log(2)
    assert at[0] <= chord[0] + near(variance)


@given(intercepts, signals)
def test_no_constant_beats_the_class_share(b0, signal):
    grid = np.linspace(-8, 8, 41)
    share = error_rate(b0, -1.0, signal, 0.0, 0.0)[0]  # of y = 1: always wrong there
    null = classification_risk(b0, logit(share), signal, 0.0, 0.0)
    others = classification_risk(b0, grid, signal, 0.0, 0.0)
    # In units of what the signal is worth, about 0.02 signal at the least.
    np.testing.assert_allclose(null["rr"], 1, rtol=0, atol=1e-8)
    assert (others["rr"] >= 1 - 1e-8).all()
