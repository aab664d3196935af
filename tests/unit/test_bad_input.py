"""What the solvers refuse, in which words, and which forms of the same numbers they take."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from regclaims.solvers import (
    certificate,
    cv_path,
    draw_folds,
    gaussian_path,
    least_squares,
    logistic_path,
    ridge_path,
)

RNG = np.random.default_rng(0)
X = RNG.standard_normal((12, 4)) * np.array([1.0, 10.0, 0.1, 1.0])
Y = np.array([0.0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1])
FOLDS = draw_folds(np.random.default_rng(1), 12, 3)


def elastic_net(X, y, **options):
    return gaussian_path(X, y, l1_ratio=0.5, **options)


def cross_validated(X, y, **options):
    return cv_path(X, y, folds=FOLDS, **options)


PATHS = {
    "lasso": gaussian_path,
    "elastic net": elastic_net,
    "ridge": ridge_path,
    "least squares": least_squares,
    "logistic": logistic_path,
}
ALL = {**PATHS, "cross-validation": cross_validated}
LAMBDAS = {name: solve for name, solve in ALL.items() if name != "least squares"}
every = pytest.mark.parametrize("name", ALL)


def with_value(values, value):
    changed = values.astype(complex if isinstance(value, complex) else object)
    changed.flat[1] = value
    return changed


# Data


@every
@pytest.mark.parametrize(
    ("value", "says"),
    [
        (np.nan, "finite"),
        (-np.inf, "finite"),
        (None, "finite|number"),
        ("red", "number"),
        ([1.0, 2.0], "number"),
        (1j, "number|complex"),
        (10**400, "number|finite|large"),
        (pd.NA, "number"),
    ],
    ids=["nan", "inf", "none", "text", "list", "complex", "huge integer", "missing"],
)
@pytest.mark.parametrize("where", ["X", "y"])
def test_a_value_that_is_no_finite_number(name, value, says, where):
    changed = with_value(X if where == "X" else Y, value)
    data = (changed, Y) if where == "X" else (X, changed)
    with pytest.raises(ValueError, match=says):
        ALL[name](*data)


@every
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_stored_value_that_is_not_finite(name, value):
    data = sparse.csr_array(X)
    data.data[3] = value
    with pytest.raises(ValueError, match="finite"):
        ALL[name](data, Y)


@every
@pytest.mark.parametrize(
    ("data", "y"),
    [
        (X[:, 0], Y),
        (X[None], Y),
        (X, Y[:-1]),
        (X, Y[:, None]),
        (X, Y[None]),
        (X, 1.0),
        (X.T, Y),
        (X[:1], Y[:1]),
        (X[:0], Y[:0]),
        (X[:, :0], Y),
        (sparse.csr_array(X[:, :0]), Y),
        (sparse.csr_array(X[:5]), Y),
        (sparse.csr_array(X[:1]), Y[:1]),
        ([], []),
        ([[1.0, 2.0], [3.0]], [1.0, 0.0]),
        (None, Y),
        (X, None),
        ({"a": 1}, Y),
    ],
)
def test_data_of_another_shape(name, data, y):
    with pytest.raises(ValueError, match=r"."):
        ALL[name](data, y)


@pytest.mark.parametrize("other", ["logistic", "cross-validation"])
@pytest.mark.parametrize(
    "y", [np.arange(12.0) % 3, 2 * Y - 1, Y + 1, Y * 0.5, Y + 1e-12, Y.astype(bool) * 255]
)
def test_classes_are_0_and_1(other, y):
    options = {} if other == "logistic" else {"loss": "logistic"}
    with pytest.raises(ValueError, match="0 and 1"):
        ALL[other](X, y, **options)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_one_class_has_no_logistic_fit_with_an_intercept(value):
    with pytest.raises(ValueError, match="nothing to tell apart"):
        logistic_path(X, np.full(12, value))
    # Nor does one whose only rows of the other class weigh nothing.
    with pytest.raises(ValueError, match="nothing to tell apart"):
        logistic_path(X, Y, sample_weight=(value == Y).astype(float))
    path = logistic_path(X, np.full(12, value), fit_intercept=False)
    assert (path.status == "converged").all()


# Weights, lambdas and options


@every
@pytest.mark.parametrize(
    "weights",
    [
        -np.ones(12),
        np.r_[-1e-300, np.ones(11)],
        np.r_[np.nan, np.ones(11)],
        np.zeros(12),
        np.r_[1.0, np.zeros(11)],
        np.ones(11),
        np.ones((12, 1)),
        1.0,
        [],
        ["a"] * 12,
        np.ones(12) * 1j,
    ],
)
def test_weights(name, weights):
    with pytest.raises(ValueError, match=r"sample_weight|weight|number"):
        ALL[name](X, Y, sample_weight=weights)


@pytest.mark.parametrize("name", LAMBDAS)
@pytest.mark.parametrize(
    "lambdas",
    [
        [-1.0],
        [1.0, 0.0],
        [1.0, np.nan],
        [np.inf, 1.0],
        [1.0, 2.0],
        [],
        [[1.0, 0.5]],
        0.5,
        "abc",
        ["a"],
        [1j],
    ],
)
def test_lambdas(name, lambdas):
    with pytest.raises(ValueError, match="lambdas"):
        LAMBDAS[name](X, Y, lambdas=lambdas)


@pytest.mark.parametrize("name", LAMBDAS)
@pytest.mark.parametrize("count", [0, -1, 2.5, "ten", np.nan])
def test_numbers_of_lambdas(name, count):
    with pytest.raises(ValueError, match="n_lambdas"):
        LAMBDAS[name](X, Y, n_lambdas=count)


@pytest.mark.parametrize("solve", [gaussian_path, logistic_path, cross_validated])
@pytest.mark.parametrize("floor", [0.0, 1.0, -0.1, 2.0, np.nan, "small"])
def test_floors(solve, floor):
    with pytest.raises(ValueError, match="lambda_min_ratio"):
        solve(X, Y, lambda_min_ratio=floor)


@pytest.mark.parametrize("solve", [gaussian_path, logistic_path, cross_validated])
@pytest.mark.parametrize("ratio", [-0.1, 1.0000001, np.nan, "half", None])
def test_ratios(solve, ratio):
    with pytest.raises(ValueError, match="l1_ratio"):
        solve(X, Y, l1_ratio=ratio)


@pytest.mark.parametrize("solve", [gaussian_path, logistic_path])
@pytest.mark.parametrize(
    "factors",
    [np.zeros(4), -np.ones(4), np.full(4, np.nan), np.ones(3), np.ones((4, 1)), 1.0, ["a"] * 4],
)
def test_penalty_factors(solve, factors):
    with pytest.raises(ValueError, match="penalty_factors"):
        solve(X, Y, penalty_factors=factors)


@pytest.mark.parametrize(
    "folds",
    [
        FOLDS[:-1],
        FOLDS[:, None],
        np.zeros(12, dtype=int),
        FOLDS - 1,
        FOLDS + 1,
        2 * FOLDS,
        FOLDS.astype(float),
        FOLDS.astype(str),
        np.full(12, np.nan),
        [],
        None,
        3,
    ],
)
def test_folds(folds):
    with pytest.raises(ValueError, match="folds"):
        cv_path(X, Y, folds=folds)


@pytest.mark.parametrize("loss", ["hinge", None])
def test_losses(loss):
    with pytest.raises(ValueError, match="loss"):
        cv_path(X, Y, folds=FOLDS, loss=loss)


def test_a_training_set_of_one_class_is_refused_like_any_other():
    folds = np.where(np.arange(12) == 1, 0, 1)
    y = np.zeros(12)
    y[1] = 1.0
    with pytest.raises(ValueError, match="nothing to tell apart"):
        cv_path(X, y, folds=folds, loss="logistic")


def test_a_certificate_is_for_the_data_of_the_path():
    path = gaussian_path(X, Y, n_lambdas=3)
    with pytest.raises(ValueError, match=r"."):
        certificate(X[:, :3], Y, path)


# The same numbers in other forms

WHOLE = np.random.default_rng(2).integers(-3, 4, (12, 4)).astype(float)
WHOLE[5] = 0.0


def read_only(data):
    data = data.copy()
    data.flags.writeable = False
    return data


DENSE = {
    "list": np.ndarray.tolist,
    "Fortran": np.asfortranarray,
    "strided": lambda data: np.repeat(data, 2, axis=0)[::2],
    "backwards": lambda data: data[::-1].copy()[::-1],
    "read-only": read_only,
    "float32": lambda data: data.astype(np.float32),
    "int8": lambda data: data.astype(np.int8),
    "object": lambda data: data.astype(object),
    "big-endian": lambda data: data.astype(">f8"),
    "pandas": lambda data: (pd.DataFrame if data.ndim == 2 else pd.Series)(data),
    "matrix": lambda data: data.view(np.matrix) if data.ndim == 2 else data,
}


def assert_same(one, other):
    for part in ("lambdas", "coefs", "intercepts", "errors"):
        if hasattr(one, part):
            assert getattr(one, part).tobytes() == getattr(other, part).tobytes(), part


@every
@pytest.mark.parametrize("form", DENSE)
def test_a_dense_form_gives_the_same_bits_and_is_left_alone(name, form):
    data, y = DENSE[form](WHOLE), DENSE[form](Y)
    before = np.asarray(data).tobytes(), np.asarray(y).tobytes()
    assert_same(ALL[name](data, y), ALL[name](WHOLE, Y))
    assert (np.asarray(data).tobytes(), np.asarray(y).tobytes()) == before


@every
def test_truth_values_are_0_and_1(name):
    assert_same(ALL[name](WHOLE > 0, Y > 0), ALL[name]((WHOLE > 0) * 1.0, Y))
