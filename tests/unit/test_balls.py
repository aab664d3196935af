"""Least squares within a ball: what goes wrong is said."""

import numpy as np
import pytest

from regclaims.mechanisms import balls


def test_columns_that_depend_on_each_other_are_refused():
    X = np.ones((4, 2))
    with pytest.raises(ValueError, match="full rank"):
        balls.l2_ball(X, np.arange(4.0), 0.1)


def test_more_columns_than_rows():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((5, 9)), rng.standard_normal(5)
    for solve, norm in ((balls.l1_ball, 1), (balls.l2_ball, 2)):
        found = solve(X, y, 0.2)
        assert np.linalg.norm(found, norm) == pytest.approx(0.2, rel=1e-14)
        assert balls.gap(X, y, found, 0.2, norm) < 1e-14


def test_the_gap_tells_a_wrong_fit_and_a_point_outside():
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((9, 4)), rng.standard_normal(9)
    best = np.linalg.lstsq(X, y)[0]
    radius = 0.5 * np.abs(best).sum()
    assert balls.gap(X, y, 0.5 * best, radius, 1) > 1e-3
    assert balls.gap(X, y, best, radius, 1) == pytest.approx(1.0)


def test_newton_is_given_up_in_the_end(monkeypatch):
    monkeypatch.setattr(balls, "STEPS", 1)
    X, y = np.eye(3), np.arange(1.0, 4.0)
    with pytest.raises(RuntimeError, match="did not settle"):
        balls.l2_ball(X, y, 0.5)


def test_margin_of_zeros():
    X, y = np.eye(3), np.array([4.0, 2.0, 1.0])
    # At a radius of 1 the fit is (1, 0, 0), with gradient (-3, -2, -1).
    assert balls.zero_margin(X, y, np.array([1.0, 0.0, 0.0])) == pytest.approx(1 / 3)
    # At a radius of 2 the second coordinate is about to enter.
    assert balls.zero_margin(X, y, np.array([2.0, 0.0, 0.0])) == 0
    # A coordinate that has hardly entered is in doubt too.
    assert balls.zero_margin(X, y, np.array([2.0, 1e-12, 0.0])) < 1e-11
