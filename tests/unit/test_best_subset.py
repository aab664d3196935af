"""Best subset and forward stepwise selection: brute force, ties, degenerate data, bad input."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regclaims.literature.best_subset import best_subset, forward_stepwise
from regclaims.vocabulary import MAX_COLUMNS

# Two orthogonal factorizations of the same columns, each off by rounding times their condition
# number, which is below 100 here.
SAME = {"rtol": 1e-11, "atol": 1e-11}


def data(n, p, seed, snr=1.0, rho=0.5):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rho * rng.standard_normal((n, 1)) + 3
    beta = np.zeros(p)
    beta[: max(1, p // 2)] = np.sqrt(snr)
    return X, X @ beta + rng.standard_normal(n) - 7


def refit(X, y, columns):
    """Least squares with an intercept: coefficients (p,), intercept, residual sum."""
    A = np.column_stack([np.ones(len(y)), X[:, list(columns)]])
    found = np.linalg.lstsq(A, y, rcond=None)[0]
    coefs = np.zeros(X.shape[1])
    coefs[list(columns)] = found[1:]
    return coefs, found[0], float(((y - A @ found) ** 2).sum())


def brute_force(X, y, size):
    fits = [refit(X, y, chosen) for chosen in combinations(range(X.shape[1]), size)]
    return min(fits, key=lambda fit: fit[2])


def residual_sums(X, y, coefs, intercepts):
    return ((y - coefs @ X.T - intercepts[:, None]) ** 2).sum(axis=1)


@settings(max_examples=25)
@given(
    st.integers(1, 7), st.integers(0, 10_000), st.sampled_from([0.05, 1.0, 6.0]), st.floats(0, 2)
)
def test_it_is_what_brute_force_finds(p, seed, snr, rho):
    X, y = data(25, p, seed, snr, rho)
    coefs, intercepts = best_subset(X, y)
    for size in range(p + 1):
        expected, intercept, _ = brute_force(X, y, size)
        np.testing.assert_allclose(coefs[size], expected, **SAME)
        np.testing.assert_allclose(intercepts[size], intercept, **SAME)


def test_ten_columns_are_searched_through():
    X, y = data(100, 10, seed=3, snr=0.2)
    coefs, intercepts = best_subset(X, y)
    sums = [brute_force(X, y, size)[2] for size in range(11)]
    np.testing.assert_allclose(residual_sums(X, y, coefs, intercepts), sums, rtol=1e-12)
    assert (np.count_nonzero(coefs, axis=1) == np.arange(11)).all()


@settings(max_examples=25)
@given(st.integers(1, 7), st.integers(0, 10_000))
def test_forward_stepwise_adds_the_best_column_each_time(p, seed):
    X, y = data(25, p, seed)
    coefs, _ = forward_stepwise(X, y)
    chosen = []
    for size in range(1, p + 1):
        rest = [j for j in range(p) if j not in chosen]
        chosen.append(min(rest, key=lambda j: refit(X, y, [*chosen, j])[2]))
        np.testing.assert_allclose(coefs[size], refit(X, y, chosen)[0], **SAME)


def test_best_subset_can_beat_forward_stepwise():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 200))
    # The sum is the best single column, and useless beside the two that make it.
    X = np.column_stack([a + b + 0.3 * rng.standard_normal(200), a, b])
    y = a + b
    (best, _), (greedy, _) = best_subset(X, y, max_size=2), forward_stepwise(X, y, max_size=2)
    assert np.flatnonzero(best[2]).tolist() == [1, 2]
    assert np.flatnonzero(greedy[2])[0] == 0


@pytest.mark.parametrize("search", [best_subset, forward_stepwise])
def test_of_equal_subsets_the_first_is_taken(search):
    X, y = data(30, 3, seed=1)
    doubled = X[:, [0, 1, 2, 0, 1, 2]]
    coefs, _ = search(doubled, y)
    single, _ = search(X, y)
    for size in range(4):
        assert np.flatnonzero(coefs[size]).tolist() == np.flatnonzero(single[size]).tolist()


@pytest.mark.parametrize("search", [best_subset, forward_stepwise])
@pytest.mark.parametrize("n", [4, 9])
def test_columns_that_depend_on_each_other_are_fitted_too(search, n):
    rng = np.random.default_rng(n)
    X = rng.standard_normal((n, 8))
    X[:, 5] = 2.0  # constant
    X[:, 6] = X[:, 0] - X[:, 1]
    y = rng.standard_normal(n)
    sums = residual_sums(X, y, *search(X, y))
    assert (np.diff(sums) <= 1e-12 * sums[0]).all()
    full = refit(X, y, range(8))[2]
    # |y|^2 is below 20, and residuals are rounding where the columns span everything.
    np.testing.assert_allclose(sums[-1], full, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("search", [best_subset, forward_stepwise])
def test_units_and_offsets_do_not_matter(search):
    X, y = data(40, 6, seed=2)
    units = np.array([1e-3, 1, 1e4, 10, 0.5, 1e2])
    coefs, intercepts = search(X, y)
    scaled, moved = search(X * units + 5, 2 * y + 1)
    np.testing.assert_allclose(scaled * units, 2 * coefs, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(moved, 2 * intercepts + 1 - 5 * scaled.sum(axis=1), rtol=1e-9)


def test_a_largest_size_is_kept():
    X, y = data(30, 6, seed=4)
    coefs, intercepts = best_subset(X, y, max_size=2)
    assert coefs.shape == (3, 6)
    np.testing.assert_array_equal(coefs, best_subset(X, y)[0][:3])
    assert intercepts[0] == pytest.approx(y.mean(), rel=1e-14)


def test_a_constant_response_needs_no_column():
    X, _ = data(20, 3, seed=5)
    coefs, intercepts = best_subset(X, np.full(20, 2.5))
    assert not coefs.any()
    assert (intercepts == 2.5).all()


def test_residual_sums_without_precision_are_refused():
    rng = np.random.default_rng(6)
    base = rng.standard_normal((50, 1))
    X = base + 1e-7 * rng.standard_normal((50, 3))
    y = X @ [1e7, -1e7, 1.0] + rng.standard_normal(50)
    with pytest.raises(FloatingPointError, match="too nearly dependent"):
        best_subset(X, y)


@pytest.mark.parametrize(
    ("p", "max_size", "message"),
    [
        (MAX_COLUMNS + 1, None, "12 columns at most; it has 13"),
        (3, 4, "between 0 and 3; it is 4"),
        (3, -1, "between 0 and 3; it is -1"),
    ],
)
def test_bad_input_is_refused(p, max_size, message):
    X, y = data(30, p, seed=7)
    with pytest.raises(ValueError, match=message):
        best_subset(X, y, max_size)
