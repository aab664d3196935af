"""Two exact kernels, one problem: faces and the dual agree, and hand over to each other."""

import numpy as np
import pytest

from regclaims.solvers import gaussian, gaussian_path
from regclaims.solvers.kernels.dual import dual_path
from regclaims.solvers.kernels.states import FINISHED, STUCK, SWITCHED
from regclaims.solvers.preparation import prepare


def wide(n=20, p=120, shared=2.0, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + shared * rng.standard_normal((n, 1))
    return X, X[:, :5].sum(axis=1) + rng.standard_normal(n)


def by_dual(X, y, l1_ratio, lambdas, fewest=-1):
    problem = prepare(X, y, standardize=True, fit_intercept=True)
    coefs = np.zeros((len(lambdas) + 1, X.shape[1]))
    operations = np.zeros(len(lambdas), dtype=np.int64)
    done, state = dual_path(
        problem.for_kernel(),
        problem.y,
        problem.linear,
        lambdas,
        l1_ratio,
        fewest,
        2.0,
        coefs,
        operations,
    )
    return coefs[1 : done + 1], state


@pytest.mark.parametrize("l1_ratio", [0.9, 0.5, 0.1, 0.01])
@pytest.mark.parametrize("shared", [0.0, 2.0, 20.0])
def test_faces_and_the_dual_find_the_same_fits(l1_ratio, shared, monkeypatch):
    X, y = wide(shared=shared)
    monkeypatch.setattr(gaussian, "SWITCH", 1e9)
    path = gaussian_path(X, y, l1_ratio=l1_ratio)
    coefs, state = by_dual(X, y, l1_ratio, path.lambdas)
    assert state == FINISHED
    assert (path.status == "converged").all()
    Z = path.coefs * X.std(axis=0)
    np.testing.assert_array_equal(Z == 0.0, coefs == 0.0)
    # Both leave rounding of the gradient, 1e-13 of lambda_max; curvature is at least l2.
    top = path.lambdas[0] * l1_ratio
    tolerance = 1e-12 * top * np.sqrt(X.shape[1]) / (path.lambdas * (1 - l1_ratio))
    assert (np.abs(Z - coefs).max(axis=1) <= tolerance).all()


def test_a_path_crosses_over_and_back(monkeypatch):
    # At a limit of 8 columns both kernels have their part, and nobody can tell from the result.
    X, y = wide(shared=0.5)
    monkeypatch.setattr(gaussian, "SWITCH", 1e9)
    faces = gaussian_path(X, y, l1_ratio=0.2)
    monkeypatch.setattr(gaussian, "SWITCH", 0.4)
    both = gaussian_path(X, y, l1_ratio=0.2)
    sizes = np.count_nonzero(faces.coefs, axis=1)
    assert sizes.min() == 0
    assert sizes.max() > 20
    np.testing.assert_array_equal(both.coefs == 0.0, faces.coefs == 0.0)
    np.testing.assert_allclose(both.coefs, faces.coefs, rtol=0, atol=1e-10)
    assert (both.operations != faces.operations).any()


def test_the_dual_returns_where_the_support_is_small():
    X, y = wide()
    lambdas = gaussian_path(X, y, l1_ratio=0.5).lambdas
    coefs, state = by_dual(X, y, 0.5, lambdas, fewest=5)
    assert state == SWITCHED
    assert len(coefs) == 1


def test_where_l2_nearly_vanishes_faces_take_over(monkeypatch):
    X, y = wide(shared=20.0)
    l1_ratio = 1 - 1e-12
    monkeypatch.setattr(gaussian, "SWITCH", 0.3)
    path = gaussian_path(X, y, l1_ratio=l1_ratio)
    assert (path.status == "converged").all()
    _, state = by_dual(X, y, l1_ratio, path.lambdas)
    assert state == STUCK


def test_the_dual_is_exact_however_many_columns_come_and_go_between_its_steps():
    # 60 rows, few changes a step: the factor is updated; a grid of 5 lambdas: it is made anew.
    X, y = wide(n=60, p=200, shared=1.0)
    for n_lambdas in (5, 80):
        path = gaussian_path(X, y, l1_ratio=0.2, n_lambdas=n_lambdas, lambda_min_ratio=1e-3)
        coefs, state = by_dual(X, y, 0.2, path.lambdas)
        assert state == FINISHED
        sizes = np.count_nonzero(coefs, axis=1)
        assert sizes.max() > 60
        Z = path.coefs * X.std(axis=0)
        tolerance = 1e-12 * path.lambdas[0] * 0.2 * np.sqrt(200) / (path.lambdas * 0.8)
        assert (np.abs(Z - coefs).max(axis=1) <= tolerance).all()
