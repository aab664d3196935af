"""What must hold of posteriors, shrinkage measures and pulls whatever the numbers."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from regclaims.mechanisms.identities import central_difference
from regclaims.mechanisms.posterior import Laplace, Normal, RoundedLaplace, laplace_mean, mode
from regclaims.mechanisms.scalar import minimize
from regclaims.mechanisms.shrinkage import measures, proximal_step, subgradient_step
from regclaims.mechanisms.small_weights import L2, pulling

EPS = np.finfo(float).eps
positive = st.floats(0.05, 20)
seeds = st.integers(0, 10_000)
values = st.floats(-50, 50).filter(lambda v: abs(v) > 1e-3)
vectors = arrays(float, st.integers(2, 12), elements=values)


def problem(seed):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((9, 4))
    return (root.T @ root)[None], 5 * rng.standard_normal((1, 4))


@settings(max_examples=40)
@given(seed=seeds, scale=positive)
def test_laplace_modes_meet_the_lasso_conditions(seed, scale):
    gram, linear = problem(seed)
    b = mode(gram, linear, Laplace(scale))[0]
    pull = linear[0] - gram[0] @ b
    # The last sweep moves less than 1e-12 of the largest; gradients are some tens.
    slack = 1e-9
    assert (np.abs(pull) <= 1 / scale + slack).all()
    kept = b != 0
    np.testing.assert_allclose(pull[kept], np.sign(b[kept]) / scale, rtol=0, atol=slack)


# Each example is many sweeps.
@settings(max_examples=15)
@given(seed=seeds, scale=st.floats(0.05, 2), width=st.floats(1e-3, 1))
def test_modes_are_odd_and_those_of_smooth_priors_have_no_zeros(seed, scale, width):
    gram, linear = problem(seed)
    for prior in (Laplace(scale), Normal(scale), RoundedLaplace(scale, width)):
        found = mode(gram, linear, prior)
        assert np.array_equal(mode(gram, -linear, prior), -found)
        assert isinstance(prior, Laplace) or (found != 0).all()


@given(z=st.floats(1e-3, 40), variance=st.floats(0.01, 4), scale=positive)
def test_posterior_means_lie_between_zero_and_least_squares(z, variance, scale):
    found = laplace_mean(np.array([z, -z]), variance, scale)
    assert 0 < found[0] < z
    assert abs(found[0] + found[1]) <= 1e-9 * z


@given(ols=vectors, seed=seeds, factor=positive)
def test_measures_do_not_depend_on_units_order_or_signs(ols, seed, factor):
    rng = np.random.default_rng(seed)
    coef = ols * rng.uniform(0.1, 1.5, len(ols))
    order, signs = rng.permutation(len(ols)), rng.choice([-1.0, 1.0], len(ols))
    one = measures(ols, coef, 0.7)
    other = measures((factor * signs * ols)[order], (factor * signs * coef)[order], 0.7 * factor)
    for name, value in one.items():
        if "rank" in name:
            # Two nearly equal amounts may be a tie in one and none in the other.
            continue
        np.testing.assert_allclose(other[name], value, rtol=1e-7, atol=1e-12)


@given(ols=vectors, factor=st.floats(0.01, 0.99))
def test_scalar_shrinkage_is_proportional(ols, factor):
    found = measures(ols, factor * ols, np.nan)
    assert found["ratio_spread"] <= 1e-7
    assert found["growing_share"] == 0
    assert found["relative_rank_correlation"] == 0


@given(coef=vectors, step=positive)
def test_steps_take_the_step(coef, step):
    slack = 16 * EPS * (np.abs(coef).max() + step)
    after = proximal_step(coef, step)
    soft = np.sign(coef) * np.maximum(np.abs(coef) - step, 0)
    np.testing.assert_allclose(after, soft, rtol=0, atol=slack)
    # The prior's slope is 1 over 1 over the step: a last digit may be lost.
    clear = np.abs(np.abs(coef) - step) > slack
    assert np.array_equal((after == 0)[clear], (np.abs(coef) <= step)[clear])
    moved = coef - subgradient_step(coef, step)
    np.testing.assert_allclose(moved, step * np.sign(coef), rtol=0, atol=slack)


@given(z=vectors, pull=positive, size=positive)
def test_l2_keeps_the_same_part_of_every_weight(z, pull, size):
    part = minimize(pulling(L2, pull, size), z) / z
    np.testing.assert_allclose(part, size / (size + pull), rtol=1e-12)


@given(weights=vectors, scale=st.integers(-6, 6))
def test_the_slope_of_a_sum_of_squares_is_twice_the_weight(weights, scale):
    weights = weights * 10.0**scale
    slope = central_difference(lambda w: (w**2).sum(axis=-1), weights)
    # Of squares of up to (50/.001)^2 times a weight's own.
    np.testing.assert_allclose(slope, 2 * weights, rtol=64 * EPS * 12 * 50_000**2)
