"""Degrees of freedom: the traces by hand, and each found once."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from regclaims.solvers import gaussian_path, ridge_path
from regclaims.solvers.freedom import degrees_of_freedom
from regclaims.solvers.path import Degrees
from regclaims.solvers.preparation import prepare


def drawn(n, p, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal((n, 1))
    return X, X[:, 0] + X[:, 1] + rng.standard_normal(n)


def counted(path):
    """Give the path's degrees of freedom as `Degrees`, and the places that were asked for."""
    df, asked = path.df, []

    def find(at):
        asked.extend(at.tolist())
        return df[at]

    return replace(path, freedom=Degrees(find, len(path))), asked


@pytest.mark.parametrize("shape", [(40, 10), (12, 30), (20, 20)])
@pytest.mark.parametrize("weighted", [True, False])
def test_they_are_the_trace_of_the_smoother(shape, weighted):
    X, y = drawn(*shape)
    weights = np.random.default_rng(1).uniform(0.5, 2, len(y)) if weighted else None
    path = gaussian_path(X, y, l1_ratio=0.3, n_lambdas=15, sample_weight=weights)
    problem = prepare(X, y, standardize=True, fit_intercept=True, sample_weight=weights)
    l2 = path.lambdas * 0.7
    found = degrees_of_freedom(problem, path.coefs, l2)
    assert found[0] == 0.0
    assert found[-1] > 5
    for coef, at, df in zip(path.coefs, l2, found, strict=True):
        Z = problem.dense(coef != 0.0)
        d = np.linalg.svd(Z, compute_uv=False) ** 2 / len(y)
        # Rounding times the condition number of K + l2, below 1e6.
        assert df == pytest.approx((d / (d + at)).sum(), rel=1e-9)


def test_each_is_found_once():
    path, asked = counted(gaussian_path(*drawn(40, 10), l1_ratio=0.5, n_lambdas=12))
    whole = gaussian_path(*drawn(40, 10), l1_ratio=0.5, n_lambdas=12).df
    np.testing.assert_array_equal(path.degrees([3, 7, 3]), whole[[3, 7, 3]])
    assert asked == [3, 7]
    np.testing.assert_array_equal(path.degrees([7, 8]), whole[[7, 8]])
    assert asked == [3, 7, 8]
    np.testing.assert_array_equal(path.df, whole)
    np.testing.assert_array_equal(path.degrees(np.arange(12)), whole)
    assert sorted(asked) == list(range(12))


def test_part_of_a_path_shares_what_is_known():
    path, asked = counted(gaussian_path(*drawn(40, 10), l1_ratio=0.5, n_lambdas=12))
    part = path.until(5)
    part.degrees([4])
    path.degrees([4])
    assert asked == [4]
    assert len(part.df) == 5
    assert sorted(asked) == list(range(5))


def test_a_copy_knows_them_all():
    path, _ = counted(gaussian_path(*drawn(40, 10), l1_ratio=0.5, n_lambdas=12))
    copy = pickle.loads(pickle.dumps(replace(path, freedom=Degrees(path.degrees, 12)).until(6)))
    np.testing.assert_array_equal(copy.degrees([2, 5]), path.df[[2, 5]])


@pytest.mark.parametrize("fit", [ridge_path, gaussian_path])
def test_of_every_path_some_may_be_asked_for(fit):
    path = fit(*drawn(40, 10), n_lambdas=9)
    np.testing.assert_array_equal(path.degrees([8, 0]), path.df[[8, 0]])
