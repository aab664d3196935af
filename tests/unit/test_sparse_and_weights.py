"""A sparse X gives the dense fits and stays sparse; weights stand for repeated rows."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from regclaims.solvers import (
    cv_path,
    draw_folds,
    gaussian_path,
    least_squares,
    logistic_path,
    ridge_path,
)

PATHS = {
    "lasso": gaussian_path,
    "elastic net": lambda X, y, **options: gaussian_path(X, y, l1_ratio=0.3, **options),
    "ridge": ridge_path,
    "logistic": logistic_path,
    "logistic elastic net": lambda X, y, **options: logistic_path(X, y, l1_ratio=0.3, **options),
}
ALL = {**PATHS, "least squares": least_squares}
every = pytest.mark.parametrize("name", ALL)


def draw(n=50, p=8, density=0.3, seed=0):
    """Return sparse data whose columns differ in units and mean, and y of 0 and 1."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.integers(-1, 3, p)
    X *= (rng.random((n, p)) < density) * 10 ** rng.uniform(-2, 2, p)
    score = X[:, 0] / X[:, 0].std() - X[:, 1] / X[:, 1].std() + rng.logistic(size=n)
    return X, (score > np.median(score)).astype(float)


def weights_of(kind, n, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "none": None,
        "whole": rng.integers(1, 4, n),
        "zeros": np.where(np.arange(n) % 3 == 1, 0.0, rng.uniform(0.2, 3, n)),
    }[kind]


def lambdas_of(name, X, y, **options):
    if name == "least squares":
        return {}
    return {"lambdas": ALL[name](X, y, n_lambdas=12, **options).lambdas}


def assert_alike(one, other, X, tolerance=1e-7):
    """Compare fits on the scale of y.

    Both have a certificate of 1e-9 (reached: about 1e-13), which moves a fit by as much over the
    smallest curvature: that of the designs here, penalty included, is above 0.01.
    """
    assert one.certified.all()
    assert other.certified.all()
    size = np.abs(X).max(axis=0) + 1e-300
    reach = max(np.abs(other.coefs * size).max(), 1.0)
    np.testing.assert_allclose(one.coefs * size, other.coefs * size, rtol=0, atol=tolerance * reach)
    np.testing.assert_allclose(one.intercepts, other.intercepts, rtol=0, atol=tolerance * reach)
    np.testing.assert_allclose(one.df, other.df, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(one.status, other.status)


@every
@pytest.mark.parametrize("shape", [(50, 8), (20, 40)])
@pytest.mark.parametrize("weights", ["none", "whole", "zeros"])
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_sparse_fits_are_the_dense_ones(name, shape, weights, standardize, fit_intercept):
    X, y = draw(*shape)
    options = {
        "standardize": standardize,
        "fit_intercept": fit_intercept,
        "sample_weight": weights_of(weights, len(y)),
    }
    options |= lambdas_of(name, X, y, **options)
    dense, thin = ALL[name](X, y, **options), ALL[name](sparse.csr_array(X), y, **options)
    if name == "least squares" and shape[1] > shape[0]:
        np.testing.assert_allclose(thin.predict(X), dense.predict(X), rtol=0, atol=1e-7)
    else:
        assert_alike(thin, dense, X)
    again = thin.predict(sparse.csc_array(X))
    np.testing.assert_allclose(again, thin.predict(X), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("loss", "l1_ratio"),
    [("squared", 1.0), ("squared", 0.3), ("squared", 0.0), ("logistic", 1.0), ("logistic", 0.3)],
)
@pytest.mark.parametrize("weights", ["none", "whole", "zeros"])
def test_sparse_cross_validation_is_the_dense_one(loss, l1_ratio, weights):
    X, y = draw(60, 6)
    folds = draw_folds(np.random.default_rng(0), 60, 4)
    options = {"folds": folds, "l1_ratio": l1_ratio, "loss": loss, "n_lambdas": 10}
    options["sample_weight"] = weights_of(weights, 60)
    dense, thin = cv_path(X, y, **options), cv_path(sparse.csr_array(X), y, **options)
    np.testing.assert_allclose(thin.lambdas, dense.lambdas, rtol=1e-9)
    np.testing.assert_allclose(thin.errors, dense.errors, rtol=1e-6)
    assert thin.converged.all()
    assert dense.converged.all()


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_a_sparse_array_is_not_made_dense(loss, l1_ratio):
    n, p = 2000, 20_000
    X = sparse.random_array(
        (n, p), density=1e-3, rng=np.random.default_rng(0), format="csr", dtype=float
    )
    score = X[:, :5].sum(axis=1) + 0.1 * np.random.default_rng(1).standard_normal(n)
    y = (score > np.median(score)).astype(float) if loss == "logistic" else score
    solve = logistic_path if loss == "logistic" else gaussian_path
    options = {"l1_ratio": l1_ratio, "n_lambdas": 6, "lambda_min_ratio": 0.65}
    solve(X, y, **options)  # compiling allocates too
    tracemalloc.start()
    try:
        path = solve(X, y, **options)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.certified.all()
    # Some copies of the stored entries (8 + 8 bytes), p and n numbers for each fit and in passing,
    # and products among the working set, in two square arrays that may have room for half as
    # many again: all far from the 8 n p = 320 MB of a dense X.
    support = np.count_nonzero(path.coefs, axis=1).max()
    bound = 10 * 16 * X.nnz + 8 * 20 * len(path) * (n + p) + 2 * 8 * (1.5 * support + 50) ** 2
    assert bound < 8 * n * p / 4
    assert peak < bound


# Forms of a sparse array

WHOLE = np.random.default_rng(2).integers(-3, 4, (12, 4)).astype(float)
WHOLE[5] = 0.0
CLASSES = np.array([0.0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1])


def parts(data):
    return [getattr(data, part).tobytes() for part in ("data", "indices", "indptr")]


def untidy(data):
    """Duplicates, columns out of order, and zeros that are stored; halves add up exactly."""
    rows, columns = np.indices(data.shape).reshape(2, -1)
    halves = np.tile(data.ravel() / 2, 2)
    coo = sparse.coo_array((halves, (np.tile(rows, 2), np.tile(columns, 2))), shape=data.shape)
    order = np.lexsort((-coo.col, coo.row))
    starts = np.r_[0, np.cumsum(np.bincount(coo.row, minlength=len(data)))]
    return sparse.csr_array((coo.data[order], coo.col[order], starts), shape=data.shape)


@every
@pytest.mark.parametrize("form", ["coo", "csc", "csr", "dia", "dok", "lil", "csr_matrix"])
@pytest.mark.parametrize("dtype", [float, np.float32, np.int8])
def test_sparse_formats_give_the_same_bits(name, form, dtype):
    make = getattr(sparse, form if "_" in form else f"{form}_array")
    found = ALL[name](make(WHOLE.astype(dtype)), CLASSES)
    assert found.coefs.tobytes() == ALL[name](sparse.csr_array(WHOLE), CLASSES).coefs.tobytes()


@every
def test_an_untidy_sparse_array_is_the_same_data_and_is_left_alone(name):
    data = untidy(WHOLE)
    before = parts(data)
    found, tidy = ALL[name](data, CLASSES), ALL[name](sparse.csr_array(WHOLE), CLASSES)
    # The order of sums differs, as there are stored zeros.
    np.testing.assert_allclose(found.coefs, tidy.coefs, rtol=1e-6, atol=1e-8)
    assert parts(data) == before


# Weights


@every
@pytest.mark.parametrize("shape", [(50, 8), (20, 40)])
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_whole_weights_repeat_rows(name, shape, standardize, fit_intercept, kind):
    X, y = draw(*shape, density=0.6)
    weights = weights_of("whole", len(y), seed=4)
    repeat = np.repeat(np.arange(len(y)), weights)
    options = {"standardize": standardize, "fit_intercept": fit_intercept}
    options |= lambdas_of(name, X, y, sample_weight=weights, **options)
    weighed = ALL[name](kind(X), y, sample_weight=weights, **options)
    repeated = ALL[name](kind(X[repeat]), y[repeat], **options)
    if name == "least squares" and shape[1] > shape[0]:
        np.testing.assert_allclose(weighed.predict(X), repeated.predict(X), rtol=0, atol=1e-7)
    else:
        assert_alike(weighed, repeated, X)


@every
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_a_row_without_weight_is_absent_to_the_bit(name, kind):
    X, y = draw()
    weights = weights_of("zeros", len(y))
    kept = weights > 0
    X[~kept], y = 1e9, np.where(kept, y, 7.0)  # it is not looked at, even by the check of classes
    one = ALL[name](kind(X), y, sample_weight=weights)
    other = ALL[name](kind(X[kept]), y[kept], sample_weight=weights[kept])
    assert one.coefs.tobytes() == other.coefs.tobytes()
    assert one.intercepts.tobytes() == other.intercepts.tobytes()
    assert one.lambdas.tobytes() == other.lambdas.tobytes()


@every
@pytest.mark.parametrize("factor", [2.0**-900, 0.25, 2.0**900])
def test_a_common_factor_of_the_weights_is_irrelevant_to_the_bit(name, factor):
    X, y = draw()
    weights = weights_of("whole", len(y))
    one = ALL[name](X, y, sample_weight=weights)
    other = ALL[name](X, y, sample_weight=factor * weights)  # exact in binary
    assert one.coefs.tobytes() == other.coefs.tobytes()


@every
def test_equal_weights_are_no_weights(name):
    X, y = draw()
    options = lambdas_of(name, X, y)
    one = ALL[name](X, y, sample_weight=np.full(len(y), 0.3), **options)
    assert_alike(one, ALL[name](X, y, **options), X)


def test_weights_of_held_out_rows_weigh_their_errors():
    X, y = draw(60, 4)
    weights = weights_of("whole", 60)
    folds = np.arange(60) % 3
    lambdas = [0.1, 0.01]
    repeat = np.repeat(np.arange(60), weights)
    one = cv_path(X, y, folds=folds, lambdas=lambdas, sample_weight=weights)
    other = cv_path(X[repeat], y[repeat], folds=folds[repeat], lambdas=lambdas)
    np.testing.assert_allclose(one.errors, other.errors, rtol=1e-6)
