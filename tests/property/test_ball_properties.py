"""Least squares within balls, against answers in closed form."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regclaims.mechanisms.balls import gap, l1_ball, l2_ball, zero_margin
from regclaims.mechanisms.geometry import METHODS, touch

EPS = np.finfo(float).eps


def problem(seed, n, p, mixing):
    """Draw data whose columns share a factor."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + mixing * rng.standard_normal((n, 1))
    return X, X @ rng.standard_normal(p) + rng.standard_normal(n)


problems = st.builds(
    problem, st.integers(0, 10**6), st.integers(6, 20), st.integers(1, 5), st.floats(0, 2)
)
shares = st.floats(0.01, 0.99)
vectors = st.integers(0, 10**6).flatmap(
    lambda seed: st.integers(1, 12).map(lambda p: np.random.default_rng(seed).laplace(size=p))
)


def projected(y, radius):
    """Project onto the L1 ball by sorting (Duchi et al. 2008)."""
    size = np.sort(np.abs(y))[::-1]
    excess = (np.cumsum(size) - radius) / np.arange(1, len(y) + 1)
    threshold = excess[np.flatnonzero(size > excess)[-1]]
    return np.sign(y) * np.maximum(np.abs(y) - threshold, 0.0)


def solved(X, y, share):
    """Both balls at a share of the norm of least squares: coefficients, radius, norm."""
    best = np.linalg.lstsq(X, y)[0]
    for solve, norm in ((l1_ball, 1), (l2_ball, 2)):
        radius = share * float(np.linalg.norm(best, norm))
        yield solve(X, y, radius), radius, norm


@given(vectors, shares)
def test_orthonormal_columns_project_onto_the_balls(y, share):
    X = np.eye(len(y))
    for found, radius, norm in solved(X, y, share):
        if norm == 1:
            expected = projected(y, radius)
            # A zero within rounding of the edge may be either.
            assume(zero_margin(X, y, expected) > 1e-9)
            assert np.array_equal(found == 0, expected == 0)
        else:
            expected = radius * y / np.linalg.norm(y)
        np.testing.assert_allclose(found, expected, rtol=0, atol=100 * EPS * np.abs(y).max())


@given(problems, shares)
def test_the_best_point_is_certified(data, share):
    X, y = data
    for found, radius, norm in solved(X, y, share):
        assert np.linalg.norm(found, norm) == pytest.approx(radius, rel=1e-12)
        # Rounding of gradients, times the square of a condition number of at most about 1e3.
        assert gap(X, y, found, radius, norm) <= 1e-10


@given(problems, shares, st.integers(0, 10**6))
def test_no_point_of_the_ball_beats_the_gap(data, share, seed):
    X, y = data
    rng = np.random.default_rng(seed)
    for _, radius, norm in solved(X, y, share):
        draws = rng.laplace(size=(20, X.shape[1]))
        inside = radius * draws / np.linalg.norm(draws, norm, axis=1)[:, None]
        inside *= rng.random((20, 1))
        values = ((y - inside @ X.T) ** 2).sum(axis=1) / 2
        for point, value in zip(inside, values, strict=True):
            bound = gap(X, y, point, radius, norm) * (y @ y / 2)
            assert values.min() >= value - bound - 1e-12 * (value + bound)


@given(problems, shares)
def test_zeros_do_not_depend_on_the_solver(data, share):
    """In the L1 ball the support solves its own equations, and no other coordinate wants in."""
    X, y = data
    found, radius, _ = next(solved(X, y, share))
    assume(zero_margin(X, y, found) > 1e-8)
    A, signs = np.flatnonzero(found), np.sign(found[found != 0])
    # Least squares on the face: H b + multiplier * signs = c, signs'b = radius.
    system = np.block([[X[:, A].T @ X[:, A], signs[:, None]], [signs[None], np.zeros((1, 1))]])
    face = np.linalg.solve(system, np.append(X[:, A].T @ y, radius))
    tolerance = 1e-13 * np.linalg.cond(system) * np.abs(face[:-1]).max()
    np.testing.assert_allclose(found[A], face[:-1], rtol=0, atol=tolerance)
    assert (np.sign(face[:-1]) == signs).all()


@given(st.integers(0, 10**6), st.floats(-0.95, 0.95), shares)
def test_in_the_plane_a_corner_is_touched_where_its_edges_rise(seed, rho, share):
    """A corner is best exactly if the objective rises along both edges that leave it."""
    rng = np.random.default_rng(seed)
    hessian = np.array([[1.0, rho], [rho, 1.0]])
    root, optimum = np.linalg.cholesky(hessian).T, rng.standard_normal(2)
    radius = share * np.abs(optimum).sum()
    corners = radius * np.vstack([np.eye(2), -np.eye(2)])
    rises = []
    for corner in corners:
        slope = hessian @ (corner - optimum)
        rises.append(min((end - corner) @ slope for end in corners if end @ corner == 0))
    assume(min(abs(rise) for rise in rises) > 1e-7 * radius)
    point, _, certain = touch("l1-ball", root, optimum, share)
    assert certain
    assert (point == 0).any() == (max(rises) > 0)


@given(problems, st.floats(1.01, 3))
def test_a_ball_that_does_not_bind_leaves_least_squares(data, share):
    X, y = data
    best = np.linalg.lstsq(X, y)[0]
    for found, radius, norm in solved(X, y, share):
        assert np.linalg.norm(found, norm) <= radius * (1 + 1e-12)
        np.testing.assert_allclose(X @ found, X @ best, rtol=0, atol=1e-9 * np.abs(y).max())


@given(st.integers(0, 10**6), st.integers(2, 8), shares)
def test_signs_and_order_of_coordinates_do_not_matter(seed, p, share):
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(np.cov(rng.standard_normal((p, 3 * p)))).T
    optimum, flip = rng.standard_normal(p), rng.choice([-1.0, 1.0], p)
    order = rng.permutation(p)
    for method in METHODS:
        point, _, certain = touch(method, root, optimum, share)
        other, _, _ = touch(method, root[:, order] * flip, optimum[order] * flip, share)
        assume(certain)
        tolerance = 1e-12 * np.linalg.cond(root) ** 2 * np.abs(optimum).max()
        np.testing.assert_allclose(other, point[order] * flip, rtol=0, atol=tolerance)
        assert np.array_equal(other == 0, point[order] == 0)
