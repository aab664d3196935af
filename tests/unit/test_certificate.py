"""The certificate: known errors, put in by hand, come out at their known size."""

from dataclasses import replace

import numpy as np
import pytest

from regclaims.solvers import (
    MAX_RESIDUAL,
    Path,
    certificate,
    gaussian_path,
    least_squares,
    ridge_path,
)
from regclaims.solvers.certificate import certified
from regclaims.solvers.preparation import prepare_like

N, P = 40, 5
RNG = np.random.default_rng(0)
BASIS = np.linalg.qr(np.column_stack([np.ones(N), RNG.standard_normal((N, P))]))[0]
X = np.sqrt(N) * BASIS[:, 1:]  # mean 0, X'X = n I
Y = X @ [2.0, -1.0, 0.5, 0.05, 0.0] + 0.5 * RNG.standard_normal(N) + 4
Z = X.T @ Y / N
TOP = np.abs(Z).max()
NULL = Y.var() / 2
# What is left of exact arithmetic: sums of 40 products of order one, relative to order one.
ROUNDING = 1e-13


def a_path(lambda_, coef, intercept, l1_ratio, standardize=True, fit_intercept=True):
    return Path(
        lambdas=np.array([lambda_]),
        coefs=np.array([coef], dtype=float),
        intercepts=np.array([intercept], dtype=float),
        l1_ratio=l1_ratio,
        freedom=np.full(1, np.nan),
        standardize=standardize,
        fit_intercept=fit_intercept,
        kkt=np.full(1, np.nan),
        gap=np.full(1, np.nan),
        status=np.array([""]),
        operations=np.zeros(1, dtype=np.int64),
    )


def exact(lambda_, l1_ratio):
    soft = np.sign(Z) * np.maximum(np.abs(Z) - lambda_ * l1_ratio, 0)
    return soft / (1 + lambda_ * (1 - l1_ratio))


def objective(coef, intercept, lambda_, l1_ratio, X=X, y=Y):
    residuals = y - X @ coef - intercept
    penalty = l1_ratio * np.abs(coef).sum() + (1 - l1_ratio) * (coef**2).sum() / 2
    return (residuals**2).mean() / 2 + lambda_ * penalty


def check(path, X=X, y=Y):
    kkt, gap = certificate(X, y, path)
    return float(kkt[0]), float(gap[0])


def judged(X, y, path, *limit):
    return certified(prepare_like(X, y, path), path, *limit)


PENALTIES = [(0.3, 1.0), (0.3, 0.5), (0.3, 0.0), (0.0, 0.0)]


@pytest.mark.parametrize(("lambda_", "l1_ratio"), PENALTIES)
def test_an_exact_fit_has_nothing_to_answer_for(lambda_, l1_ratio):
    kkt, gap = check(a_path(lambda_, exact(lambda_, l1_ratio), Y.mean(), l1_ratio))
    assert kkt < ROUNDING
    assert 0 <= gap < ROUNDING


@pytest.mark.parametrize(("lambda_", "l1_ratio"), PENALTIES)
@pytest.mark.parametrize("off", [1e-7, -1e-3, 0.05])
def test_a_coefficient_that_is_off(lambda_, l1_ratio, off):
    coef = exact(lambda_, l1_ratio)
    best = objective(coef, Y.mean(), lambda_, l1_ratio)
    coef[0] += off
    kkt, gap = check(a_path(lambda_, coef, Y.mean(), l1_ratio))
    # The gradient of an orthonormal problem changes by (1 + l2) times the error.
    expected = abs(off) * (1 + lambda_ * (1 - l1_ratio)) / TOP
    assert kkt == pytest.approx(expected, abs=ROUNDING)
    worse = (objective(coef, Y.mean(), lambda_, l1_ratio) - best) / NULL
    assert gap >= worse - ROUNDING
    # To first order in the error the dual scaling loses at most |b|_1 l1 times the violation.
    assert gap <= worse + 2 * expected * TOP * np.abs(coef).sum() / NULL + ROUNDING


@pytest.mark.parametrize(("lambda_", "l1_ratio"), PENALTIES)
@pytest.mark.parametrize("off", [1e-6, -0.01, 0.5])
def test_an_intercept_that_is_off(lambda_, l1_ratio, off):
    path = a_path(lambda_, exact(lambda_, l1_ratio), Y.mean() + off, l1_ratio)
    kkt, gap = check(path)
    assert kkt == pytest.approx(abs(off) / Y.std(), abs=ROUNDING)
    # The objective is worse by off^2/2, and a gap may not be smaller than that.
    assert gap >= off**2 / 2 / NULL - ROUNDING


@pytest.mark.parametrize("name", ["lasso", "ridge", "least squares"])
def test_an_intercept_that_is_off_shows_whatever_the_units_of_the_columns(name):
    fit = {
        "lasso": lambda X: gaussian_path(X, Y, lambdas=np.array([1e3]), standardize=False),
        "ridge": lambda X: ridge_path(X, Y, lambdas=np.array([1e3]), standardize=False),
        "least squares": lambda X: least_squares(X, Y, standardize=False),
    }[name]
    scaled = 1e9 * X
    path = fit(scaled)
    wrong = replace(path, intercepts=path.intercepts + 0.5)
    assert judged(scaled, Y, path).status.tolist() == ["converged"]
    assert judged(scaled, Y, wrong).status.tolist() == ["failed"]


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_a_coefficient_that_is_zero_and_should_not_be(l1_ratio):
    coef = exact(0.3, l1_ratio)
    wrong = np.where(np.arange(P) == 1, 0.0, coef)
    assert coef[1] != 0
    kkt, gap = check(a_path(0.3, wrong, Y.mean(), l1_ratio))
    assert kkt == pytest.approx((abs(Z[1]) - 0.3 * l1_ratio) / TOP, rel=1e-12)
    worse = objective(wrong, Y.mean(), 0.3, l1_ratio) - objective(coef, Y.mean(), 0.3, l1_ratio)
    assert gap >= worse / NULL - ROUNDING


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("size", [1e-300, 1e-18, -1e-12])
def test_a_coefficient_that_is_not_zero_and_should_be(l1_ratio, size):
    # Far too small to move a prediction: only the optimality conditions can see it.
    coef = exact(0.3, l1_ratio)
    assert coef[4] == 0
    coef[4] = size
    kkt, gap = check(a_path(0.3, coef, Y.mean(), l1_ratio))
    expected = abs(Z[4] - np.sign(size) * 0.3 * l1_ratio) / TOP
    assert kkt == pytest.approx(expected, rel=1e-9)
    assert kkt > 1e4 * MAX_RESIDUAL
    assert gap < 1e-11  # and the gap cannot: both are needed


def test_a_wrong_sign_shows():
    coef = exact(0.3, 1.0)
    coef[0] = -coef[0]
    kkt, _ = check(a_path(0.3, coef, Y.mean(), 1.0))
    assert kkt == pytest.approx((2 * abs(Z[0]) - 2 * 0.3 + 0.6) / TOP, rel=1e-12)


def test_a_fit_for_another_lambda_shows():
    kkt, gap = check(a_path(0.2, exact(0.3, 1.0), Y.mean(), 1.0))
    assert kkt == pytest.approx(0.1 / TOP, rel=1e-12)
    assert gap > 1e-3


def test_the_null_model_is_optimal_from_lambda_max_on():
    for share, optimal in [(1.01, True), (1.0, True), (0.99, False)]:
        kkt, gap = check(a_path(share * TOP, np.zeros(P), Y.mean(), 1.0))
        assert (kkt < ROUNDING and gap < ROUNDING) == optimal
    assert kkt == pytest.approx(0.01, rel=1e-9)


@pytest.mark.parametrize("lambda_", [0.0, 1e-4, 0.7])
@pytest.mark.parametrize("shape", [(40, 5), (12, 30)])
@pytest.mark.parametrize("size", [1e-6, 1.0])
def test_without_l1_the_gap_bounds_the_excess_objective(lambda_, shape, size):
    rng = np.random.default_rng(1)
    A = rng.standard_normal(shape) + rng.standard_normal((shape[0], 1))
    A = (A - A.mean(axis=0)) / A.std(axis=0)
    y = A[:, :3].sum(axis=1) + rng.standard_normal(shape[0])
    y -= y.mean()
    n, p = shape
    if lambda_:
        best = np.linalg.solve(A.T @ A / n + lambda_ * np.eye(p), A.T @ y / n)
    else:
        best = np.linalg.pinv(A, rcond=1e-10) @ y
    step = size * rng.standard_normal(p)
    _, gap = certificate(A, y, a_path(lambda_, best + step, 0.0, 0.0))
    # A quadratic with minimum at `best`: the excess is its Hessian's form in the step.
    excess = ((A @ step) ** 2).mean() / 2 + lambda_ * (step**2).sum() / 2
    found = gap[0] * (y**2).mean() / 2
    # `best` is off by rounding times the condition number, which at 1e-4 is about 1e6.
    assert found >= excess * (1 - 1e-6)
    # The dual point is the residual. It is the best one for least squares; for ridge the gap weighs
    # the gradient by 1/lambda where the excess has 1/(eigenvalue + lambda).
    largest = np.linalg.norm(A, 2) ** 2 / n
    assert found <= excess * (1 + (largest / lambda_ if lambda_ else 0)) * (1 + 1e-6)


@pytest.mark.parametrize("lambda_", [0.0, 0.7])
def test_without_l1_the_gap_counts_the_intercept_too(lambda_):
    coef = exact(lambda_, 0.0) + 0.1
    best = objective(exact(lambda_, 0.0), Y.mean(), lambda_, 0.0)
    _, gap = check(a_path(lambda_, coef, Y.mean() + 0.3, 0.0))
    worse = objective(coef, Y.mean() + 0.3, lambda_, 0.0) - best
    # Columns are orthonormal: of the columns' part the gap is (1 + l2)/l2 times the excess.
    factor = (1 + lambda_) / lambda_ if lambda_ else 1.0
    expected = 0.3**2 / 2 + factor * (worse - 0.3**2 / 2)
    assert gap * NULL == pytest.approx(expected, rel=1e-10)


def test_least_squares_beyond_n_may_differ_along_the_null_space_but_not_across():
    rng = np.random.default_rng(2)
    A, y = rng.standard_normal((10, 30)), rng.standard_normal(10)
    fit = least_squares(A, y)
    null = np.linalg.svd(A - A.mean(axis=0))[2][-1]
    along = fit.coefs + 3 * null
    moved = replace(fit, coefs=along, intercepts=y.mean() - along @ A.mean(axis=0))
    kkt, gap = certificate(A, y, moved)
    assert kkt[0] < 1e-11
    assert gap[0] < 1e-11
    across = fit.coefs + 0.1 * A[:1]
    kkt, gap = certificate(A, y, replace(fit, coefs=across))
    assert kkt[0] > 1e-3
    assert gap[0] > 1e-3


def test_it_knows_nothing_of_what_the_solver_says():
    path = gaussian_path(X, Y, n_lambdas=5)
    boasting = replace(
        path,
        coefs=path.coefs + 0.1,
        kkt=np.zeros(5),
        gap=np.zeros(5),
        status=np.full(5, "converged"),
        operations=np.zeros(5, dtype=np.int64),
        freedom=np.zeros(5),
    )
    kkt, gap = certificate(X, Y, boasting)
    assert (kkt > 0.01).all()
    assert (gap > 1e-4).all()
    assert set(judged(X, Y, boasting).status) == {"failed"}


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_fit_that_is_not_finite_has_failed(bad):
    coef = exact(0.3, 1.0)
    coef[2] = bad
    assert judged(X, Y, a_path(0.3, coef, Y.mean(), 1.0)).status.tolist() == ["failed"]


def test_both_numbers_must_be_within_the_limit():
    path = a_path(0.3, exact(0.3, 1.0) + 1e-4, Y.mean(), 1.0)
    kkt, gap = check(path)
    limit = max(kkt, gap)
    assert judged(X, Y, path, limit).status.tolist() == ["converged"]
    assert judged(X, Y, path, limit * 0.99).status.tolist() == ["failed"]


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_relative_numbers_do_not_see_units(l1_ratio):
    coef = exact(0.3, l1_ratio) + 0.01
    l2 = 0.3 * (1 - l1_ratio)
    one = check(a_path(0.3, coef, Y.mean(), l1_ratio))
    units = np.array([1e-4, 1.0, 1e3, 7.0, 1e5])
    shifted = X * units + 5 * units
    moved = a_path(0.3, coef / units, Y.mean() - 5 * coef.sum(), l1_ratio)
    assert check(moved, shifted) == pytest.approx(one, rel=1e-9)
    if l2 == 0:
        scaled = a_path(0.3 * 8, coef * 8, Y.mean() * 8, l1_ratio)
        assert check(scaled, X, 8 * Y) == pytest.approx(one, rel=1e-12)


def test_an_unstandardized_fit_is_judged_on_its_own_scale():
    A = X * [1.0, 2.0, 3.0, 4.0, 5.0]
    path = gaussian_path(A, Y, lambdas=np.array([0.5]), standardize=False)
    assert check(path, A)[0] < MAX_RESIDUAL
    assert check(replace(path, standardize=True), A)[0] > 0.01


def test_without_an_intercept_means_are_left_in():
    A, y = X + 1, Y
    path = gaussian_path(A, y, lambdas=np.array([0.5]), fit_intercept=False)
    assert check(path, A, y)[0] < MAX_RESIDUAL
    assert check(replace(path, fit_intercept=True), A, y)[0] > 0.01


def test_refused_data_are_refused_here_too():
    with pytest.raises(ValueError, match="finite"):
        certificate(np.where(X[0, 0] == X, np.nan, X), Y, a_path(0.3, np.zeros(P), 0.0, 1.0))
