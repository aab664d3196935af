"""First-order methods on random problems: what holds for all of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from regclaims.mechanisms.first_order import (
    CoordinateDescent,
    Point,
    ProximalGradient,
    Subgradient,
    soft_threshold,
)
from regclaims.mechanisms.regressions import Regressions, equally_fitting, lasso
from regclaims.mechanisms.tracking import Goal, follow

EPS = np.finfo(float).eps
P = 5
SEEDS = st.integers(0, 2**32 - 1)
SHARES = st.floats(0.02, 0.98)
COEFS = arrays(float, (1, P), elements=st.floats(-3, 3))


def goal_of(seed, share):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 20))  # fewer or more rows than columns
    X = rng.standard_normal((1, n, P)) @ (np.eye(P) + rng.random())
    y = X @ rng.standard_normal(P) + rng.standard_normal((1, n))
    X -= X.mean(axis=1, keepdims=True)
    y -= y.mean(axis=1, keepdims=True)
    X /= np.sqrt((X**2).mean(axis=1, keepdims=True))
    data = Regressions(X, y / np.sqrt((y**2).mean(axis=1, keepdims=True)))
    lambdas = share * data.lambda_max
    return data, Goal.of(data.penalized(l1=lambdas), lasso(data, lambdas))


def objective(data, goal, coef):
    return data.loss(coef) + (goal.problem.l1 * np.abs(coef)).sum(axis=1)


@given(seed=SEEDS, share=SHARES, coef=COEFS)
def test_gap_is_the_objective_above_its_minimum(seed, share, coef):
    data, goal = goal_of(seed, share)
    gap = goal.gap(coef, goal.problem.gradient(coef))[:, 0]
    direct = objective(data, goal, coef) - objective(data, goal, goal.solution)
    # Rounding of the objective, which is of the size of coef'G coef; a certificate allows 1e-9.
    size = 1 + P * (coef**2).sum()
    np.testing.assert_allclose(gap, direct, atol=1e-9 + 100 * EPS * size)
    assert (gap >= -100 * EPS * size).all()


@given(seed=SEEDS, share=SHARES)
def test_gap_vanishes_at_the_solution_alone(seed, share):
    _, goal = goal_of(seed, share)
    b = goal.solution
    assert abs(goal.gap(b, goal.problem.gradient(b))[0, 0]) <= 1e-12
    away = b + 0.01
    assert goal.gap(away, goal.problem.gradient(away))[0, 0] > 1e-12


@given(seed=SEEDS, share=SHARES, coef=COEFS)
def test_proximal_and_subgradient_steps_differ_only_across_zero(seed, share, coef):
    _, goal = goal_of(seed, share)
    gradient = goal.problem.gradient(coef)
    here = Point(coef, gradient, goal.gap(coef, gradient), 0)
    proximal, _ = ProximalGradient().step(goal.problem, here)
    subgradient, _ = Subgradient().step(goal.problem, here)
    crosses = (coef == 0) | (np.sign(subgradient) != np.sign(coef))
    # Rounding where the gradient is large against the step's other parts.
    slack = 10 * EPS * (1 + np.abs(coef) + np.abs(gradient))
    assert (np.abs(proximal - subgradient) <= slack)[~crosses].all()
    landed = proximal[crosses & (coef != 0)] * coef[crosses & (coef != 0)]
    assert (landed <= slack.max()).all()


@given(seed=SEEDS, share=SHARES, coef=COEFS)
def test_proximal_and_coordinate_steps_never_climb(seed, share, coef):
    _, goal = goal_of(seed, share)
    size = 1 + P * (coef**2).sum()
    for method in (ProximalGradient(), CoordinateDescent()):
        gaps = [
            goal.gap(b, goal.problem.gradient(b))[0, 0]
            for b in follow(method, goal, coef, 10).coefs
        ]
        assert (np.diff(gaps) <= 100 * EPS * size).all()


@given(seed=SEEDS, share=SHARES)
def test_the_solution_is_a_fixed_point_of_proximal_steps_alone(seed, share):
    _, goal = goal_of(seed, share)
    b = goal.solution
    gradient = goal.problem.gradient(b)
    here = Point(b, gradient, goal.gap(b, gradient), 0)
    for method in (ProximalGradient(), CoordinateDescent()):
        stays, _ = method.step(goal.problem, here)
        np.testing.assert_allclose(stays, b, atol=1e-9)  # as well as a certificate knows it
    if ((b == 0) & (np.abs(gradient) > 1e-6)).any():
        leaves, _ = Subgradient().step(goal.problem, here)
        assert (leaves[b == 0] != 0).any()


@given(
    values=arrays(float, 20, elements=st.floats(-1e6, 1e6)),
    threshold=st.floats(0, 1e6),
)
def test_soft_threshold_is_the_proximal_operator(values, threshold):
    found = soft_threshold(values, threshold)
    # 0 lies in found - values + threshold * sign(found), or within the threshold at zero.
    kept = found != 0
    np.testing.assert_allclose(
        (values - found)[kept], threshold * np.sign(found[kept]), atol=1e6 * EPS
    )
    assert (np.abs(values[~kept]) <= threshold).all()


@given(seed=SEEDS, share=SHARES)
def test_equally_fitting_ridge_exists_for_every_lasso(seed, share):
    data, goal = goal_of(seed, share)
    lambda_ = equally_fitting(data, goal.solution)
    ridge = np.linalg.solve(data.gram[0] + lambda_[0] * np.eye(P), data.linear[0])[None]
    # Of a loss of at most 1/2; lambda is found to 1e-12 of itself.
    np.testing.assert_allclose(data.loss(ridge), data.loss(goal.solution), atol=1e-9)
