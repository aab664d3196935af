"""Paths of fits: closed forms, invariances, degenerate data, and bad input."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso, Ridge

from regclaims.solvers import (
    MAX_RESIDUAL,
    NULL_DF,
    cv_path,
    draw_folds,
    gaussian_path,
    lambda_grid,
    least_squares,
    ridge_lambda,
    ridge_path,
)

EPS = np.finfo(float).eps
SOLVERS = {
    "lasso": gaussian_path,
    "elastic net": lambda X, y, **options: gaussian_path(X, y, l1_ratio=0.5, **options),
    "ridge": ridge_path,
    "least squares": lambda X, y, **options: least_squares(X, y, **options),
}
PENALIZED = ["lasso", "elastic net", "ridge"]
SPARSE = ["lasso", "elastic net"]


def correlated(n=60, p=8, seed=0, shared=1.0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + shared * rng.standard_normal((n, 1))
    y = X[:, : p // 2] @ np.arange(1, p // 2 + 1) + 2 * rng.standard_normal(n) + 3
    return X, y


def orthonormal(n=32, p=6, seed=0):
    """Columns with mean 0 and X'X = n I, and y with a mean."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(np.column_stack([np.ones(n), rng.standard_normal((n, p))]))[0]
    X = np.sqrt(n) * basis[:, 1:]
    return X, X @ np.linspace(-2, 2, p) + rng.standard_normal(n) + 5


def standardized(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def off_by(path, curvature, max_gradient):
    """How far coefficients may be from optimal, from the certificates.

    A gradient off by g moves the minimizer of a function with curvature m by |g|/m at most; a
    certificate bounds g by kkt max |X'y|/n in each of p coordinates.
    """
    p = path.coefs.shape[1]
    return np.sqrt(p) * MAX_RESIDUAL * max_gradient / curvature


# Closed forms


@pytest.mark.parametrize("l1_ratio", [1.0, 0.9, 0.5, 0.1])
@pytest.mark.parametrize("standardize", [True, False])
def test_orthonormal_columns_are_soft_thresholded(l1_ratio, standardize):
    X, y = orthonormal()
    lambdas = np.array([3.0, 1.5, 0.7, 0.1, 0.001])
    path = gaussian_path(X, y, l1_ratio=l1_ratio, lambdas=lambdas, standardize=standardize)
    z = X.T @ y / len(y)
    l1, l2 = lambdas[:, None] * l1_ratio, lambdas[:, None] * (1 - l1_ratio)
    expected = np.sign(z) * np.maximum(np.abs(z) - l1, 0) / (1 + l2)
    np.testing.assert_allclose(path.coefs, expected, atol=off_by(path, 1, np.abs(z).max()))
    np.testing.assert_array_equal(path.coefs == 0.0, expected == 0.0)
    np.testing.assert_allclose(path.intercepts, y.mean(), rtol=1e-12)
    active = np.count_nonzero(expected, axis=1)
    np.testing.assert_allclose(path.df, active / (1 + l2[:, 0]), rtol=1e-12)
    assert (path.status == "converged").all()


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_one_column(l1_ratio):
    rng = np.random.default_rng(1)
    x, y = rng.normal(100, 5, 20), rng.normal(-7, 2, 20)
    z = standardized(x) @ y / 20
    lambdas = abs(z) / l1_ratio * np.array([1.2, 1.0, 0.5, 0.01])
    path = gaussian_path(x[:, None], y, l1_ratio=l1_ratio, lambdas=lambdas)
    shrunk = (
        np.sign(z) * np.maximum(abs(z) - l1_ratio * lambdas, 0) / (1 + (1 - l1_ratio) * lambdas)
    )
    tolerance = off_by(path, 1, abs(z)) / x.std()
    np.testing.assert_allclose(path.coefs[:, 0], shrunk / x.std(), atol=tolerance)
    np.testing.assert_allclose(path.intercepts, y.mean() - path.coefs[:, 0] * x.mean(), rtol=1e-12)


def test_two_correlated_columns_by_hand():
    # X'X/n = [[1, r], [r, 1]], X'y/n = (1, r): the second column matters only through the first,
    # so the lasso keeps it out: |r - r (1 - lambda)| = r lambda < lambda.
    X, _ = orthonormal(p=2)
    r = 0.9
    X = np.column_stack([X[:, 0], r * X[:, 0] + np.sqrt(1 - r**2) * X[:, 1]])
    path = gaussian_path(X, X[:, 0], lambdas=np.array([1.5, 0.5, 0.25]))
    np.testing.assert_allclose(path.coefs[:, 0], [0, 0.5, 0.75], atol=2 * MAX_RESIDUAL / 0.1)
    assert not path.coefs[:, 1].any()


@pytest.mark.parametrize("shape", [(60, 8), (20, 50)])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("standardize", [True, False])
def test_ridge_solves_its_normal_equations(shape, fit_intercept, standardize):
    X, y = correlated(*shape)
    n, p = shape
    lambdas = np.array([10.0, 1.0, 0.01])
    options = {"fit_intercept": fit_intercept, "standardize": standardize}
    path = ridge_path(X, y, lambdas=lambdas, **options)
    center = X.mean(axis=0) if fit_intercept else np.zeros(p)
    scale = np.sqrt(((X - center) ** 2).mean(axis=0)) if standardize else np.ones(p)
    Z = (X - center) / scale
    offset = y.mean() if fit_intercept else 0.0
    for k, lambda_ in enumerate(lambdas):
        matrix = Z.T @ Z / n + lambda_ * np.eye(p)
        b = np.linalg.solve(matrix, Z.T @ (y - offset) / n)
        # Two ways of solving, each off by some units of rounding times the condition number.
        tolerance = 100 * EPS * np.linalg.cond(matrix) * np.abs(b).max()
        np.testing.assert_allclose(path.coefs[k] * scale, b, rtol=0, atol=tolerance)
        trace = np.trace(Z @ np.linalg.solve(matrix, Z.T)) / n
        assert path.df[k] == pytest.approx(trace, rel=1e-9)
        assert path.intercepts[k] == pytest.approx(offset - path.coefs[k] @ center, abs=1e-9)
    assert (path.status == "converged").all()


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("standardize", [True, False])
def test_least_squares_is_lapacks(fit_intercept, standardize):
    X, y = correlated()
    fit = least_squares(X, y, fit_intercept=fit_intercept, standardize=standardize)
    ones = np.ones((len(y), int(fit_intercept)))
    b = np.linalg.lstsq(np.column_stack([ones, X]), y)[0]
    # Condition number about 10 here; hundreds of units of rounding.
    np.testing.assert_allclose(fit.coefs[0], b[int(fit_intercept) :], rtol=1e-11, atol=1e-12)
    assert fit.intercepts[0] == pytest.approx(b[0] if fit_intercept else 0.0, abs=1e-11)
    assert (fit.lambdas[0], fit.l1_ratio, fit.df[0]) == (0, 0, X.shape[1])
    assert fit.status.tolist() == ["converged"]


@pytest.mark.parametrize("shift", [0.0, 1e3, 1e6])
def test_least_squares_beyond_n_interpolates_with_least_norm(shift):
    X, y = correlated(20, 50)
    fit = least_squares(X + shift, y)
    Z, scale = standardized(X), X.std(axis=0)
    expected = np.linalg.pinv(Z, rcond=1e-10) @ (y - y.mean())
    # Adding `shift` itself rounds X by EPS shift/2; the fit magnifies that by about the inverse of
    # the smallest non-zero singular value, squared where the residual or norm is large.
    singular = np.linalg.svd(Z, compute_uv=False)
    condition = singular[0] / singular[18]
    tolerance = 100 * EPS * max(shift, 1) * condition**2 * np.abs(expected).max()
    np.testing.assert_allclose(fit.coefs[0] * scale, expected, rtol=0, atol=tolerance)
    predicted = fit.predict(X + shift)[0]
    np.testing.assert_allclose(predicted, y, rtol=0, atol=tolerance * np.sqrt(50))
    assert fit.df[0] == 19
    assert fit.status.tolist() == ["not unique"]


def test_ridge_becomes_least_squares_and_the_null_model():
    X, y = correlated()
    path, fit = ridge_path(X, y), least_squares(X, y)
    # At lambda, eigenvalue d, the coefficient is off by lambda/(d + lambda): 1e-6 of the largest.
    Z = standardized(X)
    condition = np.linalg.cond(Z.T @ Z)
    off = np.abs((path.coefs[-1] - fit.coefs[0]) / fit.coefs[0]).max()
    assert off < 1e-6 * condition * 10
    assert path.df[0] < NULL_DF
    assert np.abs(path.coefs[0]).max() < 1e-4 * np.abs(fit.coefs).max()


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_a_vanishing_penalty_gives_least_squares(l1_ratio):
    X, y = correlated()
    path = gaussian_path(X, y, l1_ratio=l1_ratio, lambdas=np.array([1.0, 1e-9]))
    Z = standardized(X)
    curvature = np.linalg.eigvalsh(Z.T @ Z / len(y))[0]
    top = np.abs(Z.T @ y).max() / len(y)
    tolerance = off_by(path, curvature, top) / X.std(axis=0)
    assert (np.abs(path.coefs[-1] - least_squares(X, y).coefs[0]) < tolerance + 1e-8).all()


# Properties of a path


@pytest.mark.parametrize("name", SOLVERS)
def test_standardized_fits_do_not_see_units(name):
    X, y = correlated()
    units = np.geomspace(1e-5, 1e5, X.shape[1])
    one = SOLVERS[name](X, y)
    other = SOLVERS[name](X * units + 17 * units, y)
    np.testing.assert_allclose(other.lambdas, one.lambdas, rtol=1e-9)
    np.testing.assert_allclose(other.df, one.df, rtol=1e-6, atol=1e-9)
    scale = X.std(axis=0)
    gap = np.abs((other.coefs * units - one.coefs) * scale).max()
    Z = standardized(X)
    curvature = np.linalg.eigvalsh(Z.T @ Z / len(y))[0]
    assert gap <= 2 * off_by(one, curvature, np.abs(Z.T @ y).max() / len(y))


@pytest.mark.parametrize("name", ["lasso", "ridge", "least squares"])
def test_units_of_y_scale_everything(name):
    # Not so for the Elastic Net: its L2 part grows with lambda, and lambda_max with y.
    X, y = correlated()
    one, other = SOLVERS[name](X, y), SOLVERS[name](X, 1024 * y)  # exact in binary
    scaled = 1024 if name == "lasso" else 1
    np.testing.assert_allclose(other.coefs, 1024 * one.coefs, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(other.intercepts, 1024 * one.intercepts, rtol=1e-6)
    np.testing.assert_allclose(other.lambdas, scaled * one.lambdas, rtol=1e-12)
    np.testing.assert_array_equal(other.coefs == 0.0, one.coefs == 0.0)


@pytest.mark.parametrize("name", SOLVERS)
def test_a_shift_of_y_moves_the_intercept_alone(name):
    X, y = correlated()
    one, other = SOLVERS[name](X, y), SOLVERS[name](X, y + 64)
    np.testing.assert_allclose(other.coefs, one.coefs, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(other.intercepts, one.intercepts + 64, rtol=1e-7)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.9, 0.75, 0.5, 0.25, 0.1])
def test_the_grid_begins_with_the_null_model_and_lambda_max_is_sharp(l1_ratio):
    for seed in range(150):
        rng = np.random.default_rng(seed)
        n, p = int(rng.integers(10, 60)), int(rng.integers(1, 40))
        X, y = rng.standard_normal((n, p)), rng.standard_normal(n)
        path = gaussian_path(X, y, l1_ratio=l1_ratio, n_lambdas=2, lambda_min_ratio=0.99)
        assert not path.coefs[0].any(), f"data of seed {seed}, shape {X.shape}"
        assert path.coefs[1].any(), f"data of seed {seed}, shape {X.shape}"
        assert (path.df[0], path.intercepts[0]) == (0, pytest.approx(y.mean(), abs=1e-12))


@pytest.mark.parametrize(
    ("l1_ratio", "shape", "floor"),
    [(1.0, (60, 8), 1e-4), (0.5, (20, 20), 1e-3), (0.5, (20, 99), 1e-3), (1.0, (20, 100), 1e-2)],
)
def test_default_grids(l1_ratio, shape, floor):
    X, y = correlated(*shape)
    path = gaussian_path(X, y, l1_ratio=l1_ratio)
    assert len(path) == 100
    assert path.lambdas[-1] / path.lambdas[0] == pytest.approx(floor, rel=1e-12)
    steps = np.diff(np.log(path.lambdas))
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)


def test_lambda_grid_of_a_chosen_length():
    np.testing.assert_allclose(lambda_grid(8.0, 0.01, 3), [8, 0.8, 0.08])
    X, y = correlated()
    path = gaussian_path(X, y, n_lambdas=7, lambda_min_ratio=0.5)
    assert len(path) == 7
    assert path.lambdas[-1] / path.lambdas[0] == pytest.approx(0.5)


@pytest.mark.parametrize("shape", [(60, 8), (20, 50), (50, 1000)])
def test_ridge_grid_goes_from_null_to_nearly_full(shape):
    path = ridge_path(*correlated(*shape))
    assert len(path) == 100
    assert path.df[0] < NULL_DF
    assert (np.diff(path.lambdas) < 0).all()
    assert (np.diff(path.df) > 0).all()
    assert path.df[-1] <= min(shape[0] - 1, shape[1]) * (1 + 1e-12)
    assert path.df[-1] > 0.5 * min(shape[0] - 1, shape[1])


@pytest.mark.parametrize("name", PENALIZED)
@pytest.mark.parametrize("shape", [(60, 8), (20, 50)])
def test_fits_follow_the_trade_off(name, shape):
    X, y = correlated(*shape)
    path = SOLVERS[name](X, y)
    Z = path.coefs * X.std(axis=0)
    loss = ((y - path.predict(X)) ** 2).mean(axis=1) / 2
    penalty = path.l1_ratio * np.abs(Z).sum(axis=1) + (1 - path.l1_ratio) * (Z**2).sum(axis=1) / 2
    # As lambda falls the loss falls and the penalty rises. Both are off by what a duality gap of
    # MAX_RESIDUAL allows, the penalty by that over lambda.
    slack = 2 * MAX_RESIDUAL * y.var()
    assert (np.diff(loss) <= slack).all()
    assert (np.diff(penalty) >= -slack / path.lambdas[1:]).all()
    assert (path.status == "converged").all()


@pytest.mark.parametrize("name", SPARSE)
def test_the_lasso_keeps_at_most_n_columns_and_the_elastic_net_may_keep_more(name):
    X, y = correlated(15, 60, shared=3.0)
    path = SOLVERS[name](X, y, lambda_min_ratio=1e-4)
    most = np.count_nonzero(path.coefs, axis=1).max()
    assert most <= 14 if name == "lasso" else most > 15


@pytest.mark.parametrize("name", SPARSE)
@pytest.mark.parametrize(("n", "p", "seed"), [(20, 50, 8), (100, 50, 19), (40, 30, 0)])
def test_a_column_that_leaves_the_path_leaves_nothing_behind(name, n, p, seed):
    # On the first two, least angle regression alone leaves a coefficient of 1e-19 for a zero.
    X, y = correlated(n, p, seed=seed)
    Z = np.abs(SOLVERS[name](X, y).coefs * X.std(axis=0))
    assert ((Z[:-1] != 0) & (Z[1:] == 0)).any()
    # That a true coefficient is smaller than this on the grid has a probability of about 100 p
    # times as much.
    assert Z[Z != 0].min() > 1e-10 * Z.max()


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("stop", [0.5, 0.9])
def test_a_path_ends_with_the_first_fit_that_explains_enough(l1_ratio, stop):
    X, y = correlated()
    whole = gaussian_path(X, y, l1_ratio=l1_ratio)
    path = gaussian_path(X, y, l1_ratio=l1_ratio, deviance_stop=stop)
    explained = 1 - ((y - path.predict(X)) ** 2).mean(axis=1) / y.var()
    assert 1 < len(path) < len(whole)
    assert explained[-1] >= stop
    assert (explained[:-1] < stop).all()
    np.testing.assert_allclose(path.coefs, whole.coefs[: len(path)], rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(path.lambdas, whole.lambdas[: len(path)])


def test_a_path_that_never_explains_enough_is_whole():
    X, y = correlated(shared=0.0)
    assert len(gaussian_path(X, y, deviance_stop=0.999)) == 100


def test_fits_at_given_lambdas_do_not_depend_on_the_others():
    X, y = correlated(20, 50)
    grid = gaussian_path(X, y, l1_ratio=1.0)
    alone = gaussian_path(X, y, l1_ratio=1.0, lambdas=grid.lambdas[30:31])
    np.testing.assert_allclose(alone.coefs[0], grid.coefs[30], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", SOLVERS)
def test_the_same_bits_on_a_second_call_and_nothing_is_written_into_the_data(name):
    X, y = correlated()
    X.flags.writeable = y.flags.writeable = False
    one, other = SOLVERS[name](X, y), SOLVERS[name](X.copy(), y.copy())
    assert one.coefs.tobytes() == other.coefs.tobytes()
    assert one.intercepts.tobytes() == other.intercepts.tobytes()


@pytest.mark.parametrize("name", SOLVERS)
def test_intercept_makes_residuals_average_to_zero(name):
    X, y = correlated()
    path = SOLVERS[name](X + 50, y)
    means = (y - path.predict(X + 50)).mean(axis=1)
    np.testing.assert_allclose(means, 0, atol=1e-10)  # sums of terms of 50 |b|, about 1e3


@pytest.mark.parametrize("name", SOLVERS)
def test_without_an_intercept_nothing_is_centred(name):
    X, y = correlated()
    path = SOLVERS[name](X + 2, y, fit_intercept=False)
    np.testing.assert_array_equal(path.intercepts, 0.0)
    mirrored = SOLVERS[name](np.vstack([X + 2, -X - 2]), np.hstack([y, -y]))
    # Data and their mirror image have mean 0 and the same moments about it.
    np.testing.assert_allclose(mirrored.lambdas, path.lambdas, rtol=1e-10)
    np.testing.assert_allclose(mirrored.coefs, path.coefs, rtol=1e-5, atol=1e-6)


def test_predict_and_until():
    X, y = correlated()
    path = gaussian_path(X, y, n_lambdas=6)
    predicted = path.predict(X[:3])
    assert predicted.shape == (6, 3)
    assert predicted[4, 1] == pytest.approx(path.coefs[4] @ X[1] + path.intercepts[4])
    short = path.until(2)
    assert len(short) == len(short.coefs) == len(short.kkt) == len(short.status) == 2
    np.testing.assert_array_equal(short.coefs, path.coefs[:2])


# Degenerate data


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("value", [0.0, 0.1, -1e6 / 3])
def test_a_constant_column_is_never_used(name, value):
    X, y = correlated()
    with_constant = np.insert(X, 3, value, axis=1)
    one, other = SOLVERS[name](X, y), SOLVERS[name](with_constant, y)
    assert not other.coefs[:, 3].any()
    np.testing.assert_allclose(np.delete(other.coefs, 3, axis=1), one.coefs, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(other.df, one.df, rtol=1e-6, atol=1e-9)
    assert (other.status == "converged").all()


@pytest.mark.parametrize("name", SOLVERS)
def test_columns_that_are_all_constant_leave_the_null_model(name):
    y = np.array([1.0, 2.0, 4.0])
    path = SOLVERS[name](np.full((3, 2), 0.1), y)
    assert not path.coefs.any()
    np.testing.assert_allclose(path.intercepts, y.mean())
    np.testing.assert_array_equal(path.df, 0)
    assert (path.status == "converged").all()


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("value", [0.0, 0.1, 1e6 / 3])
def test_a_constant_response_is_fitted_by_its_mean(name, value):
    X, _ = correlated(30, 4)
    path = SOLVERS[name](X, np.full(30, value))
    assert (path.status == "converged").all()
    np.testing.assert_allclose(path.intercepts, value, rtol=1e-14)
    # A few units of rounding of y at most.
    np.testing.assert_allclose(path.coefs, 0, atol=10 * EPS * value)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_lasso_with_a_duplicated_column_fits_as_well_as_without(sign):
    X, y = correlated(shared=0.3)
    one, other = gaussian_path(X, y), gaussian_path(np.column_stack([X, sign * X[:, 0]]), y)
    # Either may be in, or both, once one of them is.
    assert other.certified.all()
    used = other.coefs[:, 0] + sign * other.coefs[:, -1] != 0
    np.testing.assert_array_equal(other.status == "not unique", used)
    # Any split between the two has the same objective; weights never oppose each other.
    total = other.coefs[:, 0] + sign * other.coefs[:, -1]
    np.testing.assert_allclose(total, one.coefs[:, 0], rtol=1e-5, atol=1e-5)
    assert (other.coefs[:, 0] * sign * other.coefs[:, -1] >= 0).all()


@pytest.mark.parametrize("name", ["elastic net", "ridge", "least squares"])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_l2_part_shares_weight_among_duplicates(name, sign):
    X, y = correlated(shared=0.3)
    path = SOLVERS[name](np.column_stack([X, sign * X[:, 0]]), y)
    assert set(path.status) == {"not unique" if name == "least squares" else "converged"}
    # The certificate bounds how far apart: their gradients differ by l2 times the difference.
    l2 = path.lambdas * (1 - path.l1_ratio)
    bound = 2 * MAX_RESIDUAL * np.abs(standardized(X).T @ y).max() / len(y)
    allowed = 1e-9 if name == "least squares" else bound / l2 / X[:, 0].std() + 1e-9
    assert (np.abs(path.coefs[:, 0] - sign * path.coefs[:, -1]) <= allowed).all()


def test_two_rows_are_enough():
    X, y = np.array([[0.0, 1.0], [1.0, 5.0]]), np.array([1.0, 3.0])
    for name in PENALIZED:
        path = SOLVERS[name](X, y)
        assert path.certified.all(), name
        # Two centred rows have one dimension: the columns are each other's multiples.
        assert ("not unique" in path.status) == (name == "lasso")
    np.testing.assert_allclose(least_squares(X, y).predict(X)[0], y)


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("rho", [0.99, 0.99999])
def test_extreme_collinearity_is_solved(name, rho):
    rng = np.random.default_rng(2)
    shared = rng.standard_normal((40, 1))
    X = np.sqrt(rho) * shared + np.sqrt(1 - rho) * rng.standard_normal((40, 10))
    y = X.sum(axis=1) + rng.standard_normal(40)
    path = SOLVERS[name](X, y)
    assert (path.status == "converged").all()
    assert path.kkt.max() <= MAX_RESIDUAL
    assert path.gap.max() <= MAX_RESIDUAL


# Bad input

GOOD_X, GOOD_Y = correlated(6, 2)


def changed(values, where, value):
    values = values.astype(object if isinstance(value, str) else float)
    values[where] = value
    return values


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize(
    ("X", "y", "says"),
    [
        (changed(GOOD_X, (1, 1), np.nan), GOOD_Y, "finite"),
        (changed(GOOD_X, (1, 1), np.inf), GOOD_Y, "finite"),
        (GOOD_X, changed(GOOD_Y, 2, np.nan), "finite"),
        (GOOD_X, changed(GOOD_Y, 2, -np.inf), "finite"),
        (changed(GOOD_X, (0, 0), "red"), GOOD_Y, "number"),
        (GOOD_X, ["a"] * 6, "number"),
        (GOOD_X, None, r"\(n,\)|number"),
        (GOOD_X[:, 0], GOOD_Y, r"\(n, p\)"),
        (GOOD_X[None], GOOD_Y, r"\(n, p\)"),
        (GOOD_X, GOOD_Y[:-1], r"\(6, 2\) and \(5,\)"),
        (GOOD_X, GOOD_Y[:, None], r"\(6, 2\) and \(6, 1\)"),
        (GOOD_X[:1], GOOD_Y[:1], "two rows"),
        (GOOD_X[:0], GOOD_Y[:0], "two rows"),
        (GOOD_X[:, :0], GOOD_Y, "one column"),
        ([[1.0, 2.0], [3.0]], [1.0, 2.0], "number"),
    ],
)
def test_bad_data_are_refused_in_plain_words(name, X, y, says):
    with pytest.raises(ValueError, match=says):
        SOLVERS[name](X, y)


@pytest.mark.parametrize("l1_ratio", [0.0, -0.1, 1.1, np.nan])
def test_l1_ratio_out_of_range(l1_ratio):
    with pytest.raises(ValueError, match="l1_ratio"):
        gaussian_path(GOOD_X, GOOD_Y, l1_ratio=l1_ratio)


@pytest.mark.parametrize("name", SOLVERS)
def test_lists_and_whole_numbers_are_data_too(name):
    X, y = [[1, 2], [2, 0], [4, 1], [3, 3]], [1, 0, 2, 5]
    one = SOLVERS[name](X, y)
    other = SOLVERS[name](np.array(X, float), np.array(y, float))
    np.testing.assert_array_equal(one.coefs, other.coefs)


# Cross-validation


def naive_errors(X, y, folds, fit):
    rows = []
    for fold in np.unique(folds):
        train, test = folds != fold, folds == fold
        center, scale = X[train].mean(axis=0), X[train].std(axis=0)
        model = fit((X[train] - center) / scale, y[train])
        predicted = model.predict((X[test] - center) / scale)
        rows.append(np.mean((y[test] - predicted) ** 2))
    return rows


@pytest.mark.parametrize("l1_ratio", [1.0, 0.0])
def test_cross_validation_is_a_loop_over_folds(l1_ratio):
    X, y = correlated(50, 6)
    folds = draw_folds(np.random.default_rng(3), 50, 4)
    lambdas = np.array([2.0, 0.5, 0.05])
    found = cv_path(X, y, l1_ratio=l1_ratio, lambdas=lambdas, folds=folds)
    assert found.errors.shape == found.converged.shape == (4, 3)
    assert found.converged.all()
    for k, lambda_ in enumerate(lambdas):

        def fit(Z, t, lambda_=lambda_):
            if l1_ratio:
                return Lasso(alpha=lambda_, tol=1e-13, max_iter=10**6).fit(Z, t)
            return Ridge(alpha=len(t) * lambda_).fit(Z, t)

        expected = naive_errors(X, y, folds, fit)
        # Coefficients within 1e-6 relative (certificate, well-conditioned columns).
        np.testing.assert_allclose(found.errors[:, k], expected, rtol=1e-5)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
def test_held_out_rows_do_not_leak_into_their_own_fit(l1_ratio):
    X, y = correlated(40, 5)
    folds = np.repeat([0, 1], 20)
    lambdas = np.array([1.0, 0.1])
    one = cv_path(X, y, l1_ratio=l1_ratio, lambdas=lambdas, folds=folds)
    # The errors of fold 0 are those of a fit to fold 1 alone.
    solve = ridge_path if l1_ratio == 0 else gaussian_path
    options = {"l1_ratio": l1_ratio} if l1_ratio else {}
    fit = solve(X[20:], y[20:], lambdas=lambdas, **options)
    expected = ((fit.predict(X[:20]) - y[:20]) ** 2).mean(axis=1)
    np.testing.assert_allclose(one.errors[0], expected, rtol=1e-6)


@pytest.mark.parametrize(("n", "k"), [(50, 10), (53, 10), (16, 6), (5, 5)])
def test_folds_are_of_equal_size_and_random(n, k):
    folds = draw_folds(np.random.default_rng(0), n, k)
    sizes = np.bincount(folds, minlength=k)
    assert len(sizes) == k
    assert sizes.max() - sizes.min() <= 1
    assert sizes.sum() == n
    again = draw_folds(np.random.default_rng(0), n, k)
    np.testing.assert_array_equal(folds, again)
    others = [draw_folds(np.random.default_rng(s), n, k).tolist() for s in range(1, 4)]
    assert any(other != folds.tolist() for other in others)


@pytest.mark.parametrize("df", [0.5, 3.0, 9.9])
def test_the_lambda_of_given_degrees_of_freedom(df):
    X, y = correlated(40, 10)
    path = ridge_path(X, y, lambdas=np.array([ridge_lambda(X, y, df)]))
    assert path.df[0] == pytest.approx(df, abs=1e-9)  # the root is found to 1e-12 in log lambda


@pytest.mark.parametrize("df", [0.0, 10.0, 11.0])
def test_degrees_of_freedom_that_no_lambda_has(df):
    with pytest.raises(ValueError, match="above 0 and below the rank"):
        ridge_lambda(*correlated(40, 10), df)
