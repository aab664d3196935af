"""Rules that choose a lambda."""

from dataclasses import replace

import numpy as np
import pytest

from regclaims.errors import UnfitError
from regclaims.solvers import FoldErrors, gaussian_path, logistic_path, ridge_path
from regclaims.tuning import best_of, first_with_df, least_bic, smallest


def at_df(df, target):
    """Find the first of at least so many degrees of freedom, or the most, among all of them."""
    enough = np.flatnonzero(df >= target - 1e-6)  # solved for the target, and off by rounding
    return int(enough[0]) if len(enough) else int(np.argmax(df))


def drawn(n=60, p=8, noise=1.0, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal((n, 1))
    return X, X[:, 0] - X[:, 1] + noise * rng.standard_normal(n)


def rss(X, y, path):
    return ((y - path.predict(X)) ** 2).sum(axis=1)


def with_failures(path, *places):
    status = path.status.copy()
    status[list(places)] = "failed"
    return replace(path, status=status)


# By error


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([3.0, 1.0, 2.0], 1),
        # Equal errors go to the larger lambda.
        ([2.0, 1.0, 1.0], 1),
        ([1.0, 1.0], 0),
        ([1.0], 0),
        # What failed is not chosen, whatever stands there for an error.
        ([np.inf, 2.0, np.nan, -np.inf], 1),
    ],
)
def test_smallest_error(errors, expected):
    assert smallest(np.array(errors)) == expected


@pytest.mark.parametrize("errors", [[np.inf, np.nan], []])
def test_nothing_is_left_to_choose(errors):
    with pytest.raises(UnfitError, match="none of the fits is certified"):
        smallest(np.array(errors))
    with pytest.raises(UnfitError, match="none of the fits is certified"):
        best_of([np.array(errors), np.array(errors)])


def test_the_best_of_several_paths():
    paths = [np.array([5.0, 3.0]), np.array([5.0, 1.0]), np.array([5.0, 2.0, 4.0])]
    assert best_of(paths) == (1, 1)
    paths[1][1] = np.inf
    assert best_of(paths) == (2, 1)


def test_of_equal_errors_the_first_path_has_it():
    assert best_of([np.array([2.0, 1.0, 1.0]), np.array([1.0, 2.0])]) == (0, 1)


# By cross-validation


def folds(errors, converged=None):
    errors = np.array(errors, dtype=float)
    good = np.ones(errors.shape, dtype=bool) if converged is None else np.array(converged)
    return FoldErrors(np.arange(errors.shape[1], 0.0, -1), errors, good)


def test_the_standard_error_of_a_mean_over_folds():
    found = folds([[1.0, 2.0], [3.0, 2.0], [5.0, 2.0], [7.0, 2.0]])
    # Deviations of -3, -1, 1, 3 from 4: variance 20/3 over 4 folds.
    np.testing.assert_allclose(found.standard_error, [np.sqrt(20 / 3 / 4), 0.0], rtol=1e-15)


def test_within_one_standard_error_of_the_smallest():
    # Means 6, 4.5, 3.5, 7; the two folds of the smallest are 5 and 2: standard error 1.5.
    found = folds([[9.0, 1.0, 5.0, 5.0], [3.0, 8.0, 2.0, 9.0]])
    assert found.one_standard_error == 1
    # A mean exactly at the bound is within it.
    assert folds([[9.0, 4.0, 5.0], [3.0, 6.0, 2.0]]).one_standard_error == 1
    assert folds([[9.0, 5.0, 5.0], [3.0, 6.0, 2.0]]).one_standard_error == 2


def test_a_lambda_at_which_a_fold_failed_is_not_chosen():
    bad = [[True, False, True], [True, True, True]]
    found = folds([[9.0, 0.0, 1.0], [9.0, 0.0, 1.0]], bad)
    assert found.one_standard_error == 2
    failed = folds([[1.0, 2.0], [1.0, 2.0]], [[False, True], [True, False]])
    with pytest.raises(ValueError, match="at no lambda are the fits of all folds certified"):
        failed.one_standard_error  # noqa: B018


# By degrees of freedom


def every_kind():
    X, y = drawn()
    return {
        "lasso": gaussian_path(X, y),
        "net": gaussian_path(X, y, l1_ratio=0.3),
        "ridge": ridge_path(X, y),
        "raw net": gaussian_path(X * np.geomspace(0.1, 10, 8), y, l1_ratio=0.3, standardize=False),
        "logistic net": logistic_path(X, (y > 0).astype(float), l1_ratio=0.3),
    }


@pytest.mark.parametrize("kind", every_kind())
def test_any_path_can_be_searched(kind):
    path = every_kind()[kind]
    for target in (0, 0.5, 3, 7.5, 100):
        assert first_with_df(path, target) == at_df(path.df, target)
    errors = np.linspace(2, 1, len(path))
    values = 60 * np.log(errors / 60) + np.log(60) * path.df
    assert least_bic(path, errors, 60, 100) == (values.argmin(), values.min())


@pytest.mark.parametrize("l1_ratio", [0.5, 1.0])
def test_bic_by_hand(l1_ratio):
    X, y = drawn()
    path = gaussian_path(X, y, l1_ratio=l1_ratio)
    errors = rss(X, y, path)
    values = 60 * np.log(errors / 60) + np.log(60) * path.df
    index, value = least_bic(path, errors, 60, 30)
    assert 0 < index < 99
    assert index == values.argmin()
    assert value == values[index]
    capped, _ = least_bic(path, errors, 60, 1.5)
    assert capped == np.where(path.df <= 1.5, values, np.inf).argmin() < index


@pytest.mark.parametrize("l1_ratio", [0.5, 1.0])
def test_choices_by_df_pass_over_failed_fits(l1_ratio):
    X, y = drawn()
    path = gaussian_path(X, y, l1_ratio=l1_ratio)
    errors = rss(X, y, path)
    first = least_bic(path, errors, 60, 30)[0]
    second = least_bic(with_failures(path, first), errors, 60, 30)[0]
    assert second != first
    lacking = np.where(np.arange(100) == first, np.nan, errors)
    assert least_bic(path, lacking, 60, 30)[0] == second
    k = first_with_df(path, 3)
    assert first_with_df(with_failures(path, k), 3) == k + 1
    nothing = with_failures(path, *range(100))
    with pytest.raises(UnfitError, match="none of the fits is certified"):
        least_bic(nothing, errors, 60, 30)
    with pytest.raises(UnfitError, match="none of the fits is certified"):
        first_with_df(nothing, 3)


def test_no_fit_of_so_few_degrees_of_freedom():
    X, y = drawn()
    path = gaussian_path(X, y, lambdas=[0.1, 0.01])
    with pytest.raises(UnfitError, match=r"no certified fit has at most 0.5 degrees of freedom"):
        least_bic(path, rss(X, y, path), 60, 0.5)


def test_interpolation_does_not_win():
    X, y = drawn(12, 40)
    path = gaussian_path(X, y, lambda_min_ratio=1e-6, l1_ratio=0.9)
    errors = rss(X, y, path)
    assert errors[-1] < 1e-6 * errors[0]
    index, _ = least_bic(path, errors, 12, 6)
    assert path.df[index] <= 6


def test_a_constant_response_is_the_null_model():
    X, _ = drawn()
    for value in (0.0, 0.1, 3.0):
        y = np.full(60, value)
        path = gaussian_path(X, y, lambdas=[1.0, 0.1])
        index, bic = least_bic(path, rss(X, y, path), 60, 30)
        assert index == 0
        assert np.isfinite(bic)


def test_residuals_within_rounding_are_as_good_as_none():
    # Without noise, two fits that are both exact: of the fewer degrees of freedom.
    X, y = drawn()
    path = gaussian_path(X, y, lambdas=[1.0, 1e-3, 1e-4])
    assert (path.df[1:] >= 2).all()
    sparse = replace(
        path,
        coefs=np.where(np.arange(8) < [[0], [2], [3]], 1.0, 0.0),
        freedom=np.array([0.0, 2.0, 3.0]),
    )
    index, bic = least_bic(sparse, np.array([100.0, 1e-29, 0.0]), 60, 30)
    assert index == 1
    assert np.isfinite(bic)
