"""First-order methods: single steps against closed forms, and what is noted on the way."""

import numpy as np
import pytest
from scipy.linalg import qr

from regclaims.mechanisms.first_order import (
    AcceleratedProximalGradient,
    CoordinateDescent,
    LeastSubgradient,
    Point,
    PolyakSubgradient,
    ProximalGradient,
    SmoothedGradient,
    Subgradient,
    soft_threshold,
)
from regclaims.mechanisms.regressions import Regressions, lasso, ridge
from regclaims.mechanisms.tracking import EXACT, Goal, arrive, follow, passes_to

EPS = np.finfo(float).eps
LAMBDA = 0.3


def data_sets(count=3, n=30, p=6, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((count, n, p)) @ (np.eye(p) + 0.4)
    y = X @ np.linspace(1, 0, p) + rng.standard_normal((count, n))
    return Regressions(_standardized(X), _standardized(y))


def orthonormal(seed=0, n=30, p=6):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, p + 1))
    X = qr(rows - rows.mean(axis=0), mode="economic")[0][None, :, :p] * np.sqrt(n)
    return Regressions(X, _standardized(X @ np.linspace(1, 0, p) + rng.standard_normal((1, n))))


def _standardized(values):
    centred = values - values.mean(axis=1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True))


def lasso_goal(data, share=LAMBDA):
    lambdas = share * data.lambda_max
    return Goal.of(data.penalized(l1=lambdas), lasso(data, lambdas))


def ridge_goal(data, lambda_=0.1):
    lambdas = np.full(len(data.y), lambda_)
    return Goal.of(data.penalized(l2=lambdas), ridge(data, lambdas))


def at(goal, coef, k=0):
    gradient = goal.problem.gradient(coef)
    return Point(coef, gradient, goal.gap(coef, gradient), k)


def objective(data, problem, coef):
    penalty = problem.l1 * np.abs(coef) + problem.l2 * coef**2 / 2
    return data.loss(coef) + penalty.sum(axis=1)


def test_gradient_is_that_of_the_objective():
    data = data_sets()
    problem = data.penalized(l2=0.2)
    coef = np.random.default_rng(1).standard_normal(data.linear.shape)
    step = np.zeros_like(coef)
    step[:, 2] = 1e-4
    # Of a quadratic a central difference is the derivative but for rounding, here about eps/1e-4.
    slope = (objective(data, problem, coef + step) - objective(data, problem, coef - step)) / 2e-4
    np.testing.assert_allclose(slope, problem.gradient(coef)[:, 2], atol=1e-10)


def test_gradient_descent_on_ridge_has_its_closed_form():
    data = data_sets()
    goal = ridge_goal(data)
    start = data.linear / goal.problem.lipschitz
    trace = follow(Subgradient(), goal, start, 20)
    for r, (hessian, b) in enumerate(zip(data.gram + 0.1 * np.eye(6), goal.solution, strict=True)):
        contract = np.eye(6) - hessian / goal.problem.lipschitz[r]
        expected = b + np.linalg.matrix_power(contract, 20) @ (start[r] - b)
        np.testing.assert_allclose(trace.coefs[20, r], expected, atol=100 * EPS)


def test_orthonormal_lasso_takes_one_step():
    data = orthonormal()
    goal = lasso_goal(data)
    expected = soft_threshold(data.linear, goal.problem.l1)
    start = np.ones_like(expected)
    for method in (ProximalGradient(), AcceleratedProximalGradient(), CoordinateDescent()):
        coef, _ = method.step(goal.problem, at(goal, start))
        np.testing.assert_allclose(coef, expected, atol=20 * EPS)
        # The zeros are exact, not close.
        assert np.array_equal(coef == 0.0, expected == 0.0)
    assert (expected == 0.0).any()


def test_subgradient_step_moves_against_the_sign():
    goal = lasso_goal(data_sets())
    coef = np.random.default_rng(2).standard_normal(goal.solution.shape)
    coef[:, 0] = 0.0
    here = at(goal, coef, k=3)
    problem = goal.problem
    slope = here.gradient + problem.l1 * np.sign(coef)
    half, _ = Subgradient(0.5).step(problem, here)
    np.testing.assert_allclose(coef - half, 0.5 * slope / problem.lipschitz, atol=10 * EPS)
    fourth, _ = Subgradient(1.0, diminishing=True).step(problem, here)
    np.testing.assert_allclose(coef - fourth, slope / problem.lipschitz / 2, atol=10 * EPS)


def test_polyak_step_is_gap_over_square():
    goal = lasso_goal(data_sets())
    here = at(goal, np.ones_like(goal.solution))
    coef, _ = PolyakSubgradient().step(goal.problem, here)
    slope = here.gradient + goal.problem.l1
    expected = here.gap / (slope**2).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(here.coef - coef, expected * slope, rtol=1e-12)


def test_shortest_subgradient_leaves_zeros_that_may_stay():
    goal = lasso_goal(data_sets(), share=0.8)
    here = at(goal, np.zeros_like(goal.solution))
    coef, _ = LeastSubgradient().step(goal.problem, here)
    stays = np.abs(here.gradient) <= goal.problem.l1
    assert np.array_equal(coef == 0.0, stays)
    assert stays.any()
    assert not stays.all()


def test_smoothed_gradient_is_that_of_hubers_function():
    goal = lasso_goal(data_sets())
    width = 0.1
    coef = np.array([[0.05, -0.05, 1.0, -1.0, 0.1, 0.0]] * 3)
    here = at(goal, coef)
    moved, _ = SmoothedGradient(width).step(goal.problem, here)
    slope = here.gradient + goal.problem.l1 * np.array([0.5, -0.5, 1, -1, 1, 0])
    size = goal.problem.lipschitz + goal.problem.l1 / width
    np.testing.assert_allclose(coef - moved, slope / size, atol=10 * EPS)


def test_accelerated_steps_are_beck_and_teboulles():
    data = data_sets()
    goal = lasso_goal(data)
    problem = goal.problem
    start = data.linear / problem.lipschitz
    x, y, t = start, start, 1.0
    for _ in range(30):  # as printed in their section 4, with the gradient taken at y
        after = soft_threshold(
            y - problem.gradient(y) / problem.lipschitz, problem.l1 / problem.lipschitz
        )
        following = (1 + np.sqrt(1 + 4 * t**2)) / 2
        y = after + (t - 1) / following * (after - x)
        x, t = after, following
    trace = follow(AcceleratedProximalGradient(), goal, start, 30)
    np.testing.assert_allclose(trace.coefs[30], x, atol=1e3 * EPS)


def test_coordinate_descent_is_one_coordinate_after_another():
    goal = lasso_goal(data_sets())
    problem, coef = goal.problem, np.ones_like(goal.solution)
    swept, passes = CoordinateDescent().step(problem, at(goal, coef))
    for r in range(len(coef)):
        moved = 0
        for j in range(6):
            downhill = problem.linear[r, j] - problem.gram[r, j] @ coef[r]
            diagonal = problem.gram[r, j, j]
            new = soft_threshold(downhill + diagonal * coef[r, j], problem.l1[r, 0]) / diagonal
            moved += new != coef[r, j]
            coef[r, j] = new
        assert passes[r] == pytest.approx((1 + moved / 6) / 2)
    np.testing.assert_allclose(swept, coef, atol=20 * EPS)


def test_a_trace_starts_at_the_start_and_costs_a_pass():
    data = data_sets()
    goal = lasso_goal(data)
    start = data.linear / goal.problem.lipschitz
    trace = follow(ProximalGradient(), goal, start, 12)
    assert np.array_equal(trace.coefs[0], start)
    assert np.array_equal(trace.passes[:, 0], np.arange(1, 14))
    assert np.array_equal(trace.at(trace.gaps, 5), trace.gaps[4])
    assert np.array_equal(trace.at(trace.coefs, 5), trace.coefs[4])
    assert not trace.zeros[0].any()


def test_steps_to_a_gap_count_the_start_and_end_with_the_run():
    data = data_sets()
    goal = lasso_goal(data)
    trace = follow(ProximalGradient(), goal, data.linear / goal.problem.lipschitz, 300)
    steps = trace.steps_to(1e-6)
    for r, step in enumerate(steps.astype(int)):
        assert trace.gaps[step - 1, r] <= 1e-6 < trace.gaps[step - 2, r]
    assert np.array_equal(trace.steps_to(EXACT / 2), [301, 301, 301])
    assert np.array_equal(trace.steps_to(np.inf), [1, 1, 1])


def test_visited_sees_zeros_that_do_not_last():
    data = data_sets()
    goal = lasso_goal(data)

    class Through:
        """Is at zero after the first step, and never again."""

        def step(self, problem, here):
            return (np.zeros_like if here.k == 0 else np.ones_like)(here.coef), 1.0

    trace = follow(Through(), goal, np.ones_like(goal.solution), 3)
    assert (trace.visited == 1).all()
    assert not trace.zeros[-1].any()


def test_arrival_tells_gap_zeros_and_when():
    data = data_sets()
    goal = lasso_goal(data)
    start = data.linear / goal.problem.lipschitz
    end = arrive(ProximalGradient(), goal, start, 1e-10, 10_000)
    assert (end.gap <= 1e-10).all()
    assert not end.wrong_zeros.any()
    trace = follow(ProximalGradient(), goal, start, int(end.identified.max()))
    right = goal.wrong_zeros(trace.coefs) == 0  # (K + 1, R)
    for r, step in enumerate(end.identified.astype(int)):
        assert right[step, r]
        assert step == 0 or not right[step - 1, r]


def test_a_run_without_patience_has_not_arrived():
    data = data_sets()
    goal = lasso_goal(data)
    start = data.linear / goal.problem.lipschitz
    assert (arrive(ProximalGradient(), goal, start, 1e-10, 2).gap > 1e-10).all()
    assert np.isnan(passes_to(1e-10, ProximalGradient(), goal, start, 2)).all()


def test_passes_to_a_gap_from_a_free_start():
    data = data_sets()
    goal = lasso_goal(data)
    null = np.zeros_like(goal.solution)
    assert np.array_equal(passes_to(1.0, ProximalGradient(), goal, null, 10), [0, 0, 0])
    found = passes_to(1e-6, ProximalGradient(), goal, null, 1000)
    trace = follow(ProximalGradient(), goal, null, 1000)
    assert np.array_equal(found, trace.steps_to(1e-6) - 1)
