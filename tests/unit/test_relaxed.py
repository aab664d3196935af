"""The relaxed lasso: closed forms, its two ends, invariances, degenerate data, and bad input."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy import sparse

from regclaims.solvers import (
    MAX_RESIDUAL,
    adaptive_path,
    gaussian_path,
    least_squares,
    logistic_path,
    projection,
    relaxed_path,
)

GAMMAS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
EPS = np.finfo(float).eps
# Two ways to the same least squares, each off by units of rounding times the condition number of
# the columns: those here have one below 60, so 1e-11 allows hundreds of that.
SAME = {"rtol": 1e-11, "atol": 1e-11}
ALWAYS_QR = ("WELL_CONDITIONED", np.inf)
DESIGNS = {"n > p": (60, 8), "p > n": (25, 60)}


def correlated(n=60, p=8, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal((n, 1))
    y = X[:, :4] @ [3.0, -2.0, 1.0, 0.5] + rng.standard_normal(n) + 4
    return X, y


def orthonormal(n=32, p=6, seed=0):
    """Columns with mean 0 and X'X = n I, and y with a mean."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(np.column_stack([np.ones(n), rng.standard_normal((n, p))]))[0]
    X = np.sqrt(n) * basis[:, 1:]
    return X, X @ np.linspace(-2, 2, p) + rng.standard_normal(n) + 5


# Closed forms


@pytest.mark.parametrize("standardize", [True, False])
def test_orthonormal_columns_are_shrunk_by_a_share_of_lambda(standardize):
    X, y = orthonormal()
    lambdas = np.array([3.0, 1.5, 0.7, 0.1])
    path = gaussian_path(X, y, lambdas=lambdas, standardize=standardize)
    found = relaxed_path(X, y, path, gammas=GAMMAS)
    z = X.T @ y / len(y)
    kept = np.where(np.abs(z) > lambdas[:, None], z, 0.0)
    # gamma soft(z) + (1 - gamma) z on the support: z less gamma lambda.
    shrunk = np.sign(kept) * lambdas[:, None]
    expected = kept - GAMMAS[:, None, None] * shrunk
    np.testing.assert_allclose(found.coefs, expected, **SAME)
    np.testing.assert_array_equal(found.coefs == 0.0, expected == 0.0)
    np.testing.assert_allclose(found.intercepts, y.mean(), rtol=1e-12)
    assert found.status.tolist() == ["converged"] * 4


@pytest.mark.parametrize("shape", DESIGNS.values(), ids=DESIGNS)
def test_gamma_one_is_the_path_to_the_last_bit(shape):
    X, y = correlated(*shape)
    path = gaussian_path(X, y)
    found = relaxed_path(X, y, path, gammas=[1.0])
    np.testing.assert_array_equal(found.coefs[0], path.coefs)
    np.testing.assert_array_equal(found.intercepts[0], path.intercepts)
    np.testing.assert_array_equal(found.predict(X)[0], path.predict(X))


@pytest.mark.parametrize("shape", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_gamma_zero_is_least_squares_on_the_support(shape, standardize, fit_intercept, weighted):
    X, y = correlated(*shape)
    X = X * np.geomspace(1e-3, 1e3, shape[1])  # units that differ
    weights = np.random.default_rng(1).uniform(0.2, 2, len(y)) if weighted else None
    options = {"fit_intercept": fit_intercept, "sample_weight": weights}
    path = gaussian_path(X, y, standardize=standardize, lambda_min_ratio=0.1, **options)
    found = relaxed_path(X, y, path, gammas=[0.0])
    assert set(found.status) == {"converged"}
    for k, coef in enumerate(path.coefs):
        support = np.flatnonzero(coef)
        assert (np.flatnonzero(found.coefs[0, k]) == support).all()
        if not len(support):
            continue
        alone = least_squares(X[:, support], y, **options)
        scale = X[:, support].std(axis=0)
        np.testing.assert_allclose(
            found.coefs[0, k, support] * scale, alone.coefs[0] * scale, **SAME
        )
        np.testing.assert_allclose(found.intercepts[0, k], alone.intercepts[0], **SAME)


def test_the_normal_equations_hold_on_the_raw_columns():
    X, y = correlated(25, 60)
    w = np.random.default_rng(1).uniform(0.2, 2, len(y))
    found = relaxed_path(X, y, gaussian_path(X, y, sample_weight=w), gammas=[0.0])
    residuals = y - found.predict(X)[0]
    for k, r in enumerate(residuals):
        gradient = X[:, found.path.coefs[k] != 0.0].T @ (w * r)
        # A certificate allows 1e-9 of the null model's gradient; these are far better.
        assert np.abs(gradient).max(initial=0.0) < 1e-12 * np.abs(X.T @ (w * y)).max()
        assert abs(w @ r) < 1e-12 * (w @ np.abs(y))
    assert (found.kkt < 1e-12).all()
    assert (found.gap < 1e-24).all()  # the square of a gradient


def test_predictions_and_coefficients_agree():
    X, y = correlated()
    found = relaxed_path(X, y, gaussian_path(X, y, n_lambdas=7))
    assert found.coefs.shape == (5, 7, 8)
    assert found.intercepts.shape == (5, 7)
    by_hand = np.einsum("gkp,np->gkn", found.coefs, X) + found.intercepts[:, :, None]
    np.testing.assert_allclose(found.predict(X), by_hand, **SAME)
    np.testing.assert_allclose(found.predict(sparse.csr_array(X)), by_hand, **SAME)


def test_the_less_it_is_shrunk_the_closer_it_fits():
    X, y = correlated(25, 60)
    found = relaxed_path(X, y, gaussian_path(X, y))
    squares = ((y - found.predict(X)) ** 2).sum(axis=2)
    # Least squares is a minimum and the blend a line from it: a sum of squares that only grows.
    assert (np.diff(squares, axis=0) >= -1e-12 * squares[-1].max()).all()


# Invariances


def test_weights_are_repeated_rows():
    X, y = correlated()
    weights = np.random.default_rng(2).integers(0, 4, len(y))
    lambdas = np.geomspace(1.0, 0.01, 10)
    weighted = gaussian_path(X, y, lambdas=lambdas, sample_weight=weights)
    again, response = X.repeat(weights, axis=0), y.repeat(weights)
    repeated = gaussian_path(again, response, lambdas=lambdas)
    one = relaxed_path(X, y, weighted)
    other = relaxed_path(again, response, repeated)
    np.testing.assert_allclose(one.coefs, other.coefs, **SAME)
    np.testing.assert_allclose(one.intercepts, other.intercepts, **SAME)


def test_units_do_not_matter():
    X, y = correlated()
    units, shift = np.geomspace(1e-6, 1e6, 8), np.arange(8.0)
    base = relaxed_path(X, y, gaussian_path(X, y, n_lambdas=20))
    other = X * units + shift
    moved = relaxed_path(other, 5 * y - 2, gaussian_path(other, 5 * y - 2, n_lambdas=20))
    # Shifts of the smallest column are 1e6 times its spread: so many digits are lost.
    np.testing.assert_allclose(moved.coefs * units, 5 * base.coefs, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(moved.predict(other), 5 * base.predict(X) - 2, rtol=0, atol=1e-6)


def test_the_order_of_columns_does_not_matter():
    X, y = correlated(25, 60)
    order = np.random.default_rng(0).permutation(60)
    base = relaxed_path(X, y, gaussian_path(X, y, n_lambdas=20))
    moved = relaxed_path(X[:, order], y, gaussian_path(X[:, order], y, n_lambdas=20))
    np.testing.assert_allclose(moved.coefs, base.coefs[:, :, order], **SAME)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_sparse_is_dense(weighted, fit_intercept):
    rng = np.random.default_rng(3)
    X = np.where(rng.uniform(size=(50, 70)) < 0.2, rng.standard_normal((50, 70)), 0.0)
    y = X[:, :4] @ [3.0, -2.0, 1.0, 0.5] + 0.1 * rng.standard_normal(50)
    weights = rng.uniform(0.2, 2, 50) if weighted else None
    path = gaussian_path(
        X, y, lambda_min_ratio=0.1, fit_intercept=fit_intercept, sample_weight=weights
    )
    dense = relaxed_path(X, y, path)
    for kind in (sparse.csr_array, sparse.csc_matrix):
        found = relaxed_path(kind(X), y, path)
        np.testing.assert_allclose(found.coefs, dense.coefs, **SAME)
        np.testing.assert_allclose(found.intercepts, dense.intercepts, **SAME)
        assert (found.status == dense.status).all()


def test_the_penalty_of_a_column_does_not_matter_once_it_is_in():
    X, y = correlated()
    path = adaptive_path(X, y)
    assert path.penalty_factors.max() > 10 * path.penalty_factors.min()
    found = relaxed_path(X, y, path, gammas=[0.0])
    last = np.flatnonzero(path.coefs[-1])
    alone = least_squares(X[:, last], y)
    np.testing.assert_allclose(found.coefs[0, -1, last], alone.coefs[0], **SAME)


# Degenerate data


def test_the_null_model_is_its_own_least_squares():
    X, y = correlated()
    path = gaussian_path(X, y, lambdas=[1e3])
    found = relaxed_path(X, y, path)
    assert not found.coefs.any()
    np.testing.assert_allclose(found.intercepts, y.mean(), rtol=1e-15)
    assert found.status.tolist() == ["converged"]


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_a_saturated_support_interpolates(fit_intercept):
    X, y = correlated(10, 40)
    path = gaussian_path(X, y, lambda_min_ratio=1e-6, fit_intercept=fit_intercept)
    assert np.count_nonzero(path.coefs[-1]) == 10 - fit_intercept
    found = relaxed_path(X, y, path, gammas=[0.0])
    assert set(found.status) == {"converged"}
    # Rounding times the condition number of the columns, below 20.
    np.testing.assert_allclose(found.predict(X)[0, -1], y, atol=1e-11)


def test_least_squares_on_a_support_that_depends_on_itself_is_not_unique():
    X, y = correlated()
    twice = np.column_stack([X, X[:, 0]])
    path = gaussian_path(twice, y, l1_ratio=0.5, n_lambdas=20)
    found = relaxed_path(twice, y, path)
    both = (path.coefs[:, 0] != 0.0) & (path.coefs[:, 8] != 0.0)
    assert both.any()
    assert (path.status == "converged").all()
    assert (found.status == np.where(both, "not unique", "converged")).all()
    assert found.certified.all()
    # Of all fits the one of least norm: the twins share.
    np.testing.assert_allclose(found.coefs[:, :, 0], found.coefs[:, :, 8], **SAME)
    k = int(np.flatnonzero(both)[-1])
    support = np.flatnonzero(path.coefs[k, :8])
    alone = least_squares(X[:, support], y).predict(X[:, support])[0]
    np.testing.assert_allclose(found.predict(twice)[0, k], alone, **SAME)


def test_an_elastic_net_with_more_columns_than_rows_is_not_unique_without_its_penalty():
    X, y = correlated(15, 60)
    path = gaussian_path(X, y, l1_ratio=0.1)
    assert np.count_nonzero(path.coefs[-1]) > 15
    found = relaxed_path(X, y, path, gammas=[0.0])
    assert found.status[-1] == "not unique"
    np.testing.assert_allclose(found.predict(X)[0, -1], y, **SAME)
    support = np.flatnonzero(path.coefs[-1])
    alone = least_squares(X[:, support], y)
    np.testing.assert_allclose(found.coefs[0, -1, support], alone.coefs[0], **SAME)


def test_as_many_centred_columns_as_rows_depend_on_each_other():
    X, y = correlated(12, 12)
    path = gaussian_path(X, y, l1_ratio=0.5, lambda_min_ratio=1e-7)
    assert np.count_nonzero(path.coefs[-1]) == 12
    assert relaxed_path(X, y, path).status[-1] == "not unique"
    path = gaussian_path(X, y, l1_ratio=0.5, lambda_min_ratio=1e-7, fit_intercept=False)
    assert np.count_nonzero(path.coefs[-1]) == 12
    assert relaxed_path(X, y, path).status[-1] == "converged"


def test_a_path_that_is_not_unique_stays_so():
    X, y = correlated()
    twice = np.column_stack([X, X[:, 0]])
    path = gaussian_path(twice, y, n_lambdas=20)
    assert "not unique" in path.status
    found = relaxed_path(twice, y, path)
    assert (found.status == path.status).all()


def test_constant_columns_and_a_constant_y():
    X, y = correlated()
    X[:, 2] = 7.0
    found = relaxed_path(X, y, gaussian_path(X, y))
    assert not found.coefs[:, :, 2].any()
    assert set(found.status) == {"converged"}
    flat = relaxed_path(X, np.full(60, 3.0), gaussian_path(X, np.full(60, 3.0)))
    assert not flat.coefs.any()
    np.testing.assert_allclose(flat.intercepts, 3.0, rtol=1e-15)


# Certificates


def test_a_failed_fit_stays_failed():
    X, y = correlated()
    path = gaussian_path(X, y, n_lambdas=5)
    status = path.status.copy()
    status[3] = "failed"
    found = relaxed_path(X, y, replace(path, status=status))
    assert found.status.tolist() == ["converged"] * 3 + ["failed", "converged"]
    assert found.certified.tolist() == [True] * 3 + [False, True]


def off_by(monkeypatch, size, *solvers):
    """Let solvers of `projection` return what is wrong by `size` in every coefficient."""
    for name in solvers:
        solve = getattr(projection, name)

        def wrong(*args, solve=solve, **options):
            found = solve(*args, **options)
            if isinstance(found, tuple):
                return (found[0] + size, *found[1:])
            return found + size

        monkeypatch.setattr(projection, name, wrong)


@pytest.mark.parametrize("off", [1e-6, 0.1])
def test_wrong_least_squares_fail(monkeypatch, off):
    X, y = correlated()
    path = gaussian_path(X, y, lambdas=[0.1])
    off_by(monkeypatch, off, "dpotrs", "solve_triangular")
    found = relaxed_path(X, y, path)
    assert found.status.tolist() == ["failed"]
    assert found.kkt[0] > MAX_RESIDUAL


def test_wrong_normal_equations_are_made_good(monkeypatch):
    X, y = correlated()
    path = gaussian_path(X, y, n_lambdas=10)
    right = relaxed_path(X, y, path)
    off_by(monkeypatch, 0.1, "dpotrs")
    found = relaxed_path(X, y, path)
    assert set(found.status) == {"converged"}
    np.testing.assert_allclose(found.coefs, right.coefs, **SAME)


@pytest.mark.parametrize(
    ("solver", "limit"), [("dpotrs", ("GOOD", np.inf)), ("solve_triangular", ALWAYS_QR)]
)
def test_what_least_squares_would_gain_is_the_gap(monkeypatch, solver, limit):
    X, y = orthonormal()
    path = gaussian_path(X, y, lambdas=[0.7])
    size = np.count_nonzero(path.coefs)
    monkeypatch.setattr(projection, *limit)
    off_by(monkeypatch, 0.01, solver)
    found = relaxed_path(X, y, path)
    # Each of the orthonormal coefficients is off by .01, so the mean square is off by its square.
    assert found.gap[0] == pytest.approx(size * 0.01**2 / y.var(), rel=1e-9)
    assert found.kkt[0] == pytest.approx(0.01 / np.abs(X.T @ y / 32).max(), rel=1e-9)


def test_every_support_is_refitted_once(monkeypatch):
    X, y = correlated()
    path = gaussian_path(X, y, n_lambdas=50)
    calls = []
    factor = projection.dpotrf
    monkeypatch.setattr(
        projection, "dpotrf", lambda G, **k: calls.append(G.shape) or factor(G, **k)
    )
    relaxed_path(X, y, path)
    supports = {tuple(support) for support in path.coefs != 0.0 if support.any()}
    assert len(calls) == len(supports) < 50


# Two ways to the same least squares


def with_qr(monkeypatch, *args):
    with monkeypatch.context() as patch:
        patch.setattr(projection, *ALWAYS_QR)
        return relaxed_path(*args)


@pytest.mark.parametrize("shape", [(60, 8), (25, 60), (80, 79), (40, 40)])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_normal_equations_and_qr_agree(monkeypatch, shape, fit_intercept):
    X, y = correlated(*shape)
    path = gaussian_path(X, y, fit_intercept=fit_intercept)
    found, other = relaxed_path(X, y, path), with_qr(monkeypatch, X, y, path)
    scale = np.abs(other.least_squares_coefs).max()
    # Supports of nearly n columns have condition numbers of some 1e3.
    np.testing.assert_allclose(
        found.least_squares_coefs, other.least_squares_coefs, 0, 1e-11 * scale
    )
    np.testing.assert_array_equal(found.status, other.status)


def exact_least_squares(A, t):
    """Solve the normal equations in rational numbers."""
    rows = [[Fraction(float(value)) for value in row] for row in A]
    target, m = [Fraction(float(value)) for value in t], A.shape[1]
    system = [
        [sum(row[i] * row[j] for row in rows) for j in range(m)]
        + [sum(row[i] * value for row, value in zip(rows, target, strict=True))]
        for i in range(m)
    ]
    for i in range(m):  # Gauss and Jordan: pivots of a positive definite matrix are not 0
        for j in set(range(m)) - {i}:
            share = system[j][i] / system[i][i]
            system[j] = [a - share * b for a, b in zip(system[j], system[i], strict=True)]
    return np.array([float(system[i][m] / system[i][i]) for i in range(m)])


def nearly_twins(power):
    X, y = correlated()
    X[:, 1] = X[:, 0] + 10.0**-power * X[:, 1]
    path = gaussian_path(X, y, l1_ratio=0.1, n_lambdas=20)
    assert (path.coefs[-1, :2] != 0.0).all()
    return X, y, path


@pytest.mark.parametrize("power", range(1, 7))
def test_columns_that_nearly_depend_on_each_other(power):
    X, y, path = nearly_twins(power)
    found = relaxed_path(X, y, path)
    assert set(found.status) == {"converged"}
    support = np.flatnonzero(path.coefs[-1])
    expected = exact_least_squares(np.column_stack([np.ones(60), X[:, support]]), y)
    error = np.abs(found.least_squares_coefs[-1, support] - expected[1:]).max()
    # Rounding of the columns over their distance, at most a hundred times.
    assert error < 100 * EPS * 10.0**power * np.abs(expected).max()


@pytest.mark.parametrize("power", range(9, 17))
def test_what_cannot_be_told_apart_is_said_as_qr_says_it(monkeypatch, power):
    X, y, path = nearly_twins(power)
    found, other = relaxed_path(X, y, path), with_qr(monkeypatch, X, y, path)
    np.testing.assert_array_equal(found.status, other.status)
    # Coefficients 1e8 times the others no longer predict to 1e-9; twins within rounding are one.
    assert found.status[-1] == ("failed" if power < 14 else "not unique")


# Bad input


def test_a_logistic_path_is_refused():
    X, y = correlated()
    path = logistic_path(X, (y > 4).astype(float), n_lambdas=5)
    with pytest.raises(ValueError, match=r"squared loss can be relaxed; this one is logistic"):
        relaxed_path(X, (y > 4).astype(float), path)


@pytest.mark.parametrize("gammas", [[], [1.1], [-0.1], [np.nan], [[0.5]], 0.5, "half", None])
def test_gammas_out_of_range_are_refused(gammas):
    X, y = correlated()
    path = gaussian_path(X, y, n_lambdas=3)
    with pytest.raises(ValueError, match="gammas must be"):
        relaxed_path(X, y, path, gammas=gammas)


def test_other_data_are_refused():
    X, y = correlated()
    path = gaussian_path(X, y, n_lambdas=3)
    with pytest.raises(ValueError, match="X has 7 columns, the path 8"):
        relaxed_path(X[:, :7], y, path)
    weighted = gaussian_path(X, y, n_lambdas=3, sample_weight=np.ones(60))
    with pytest.raises(ValueError, match="sample_weight must be"):
        relaxed_path(X[:50], y[:50], weighted)
