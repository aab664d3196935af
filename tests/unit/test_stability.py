"""Stability over replicates: formulas against double loops, and the jackknife against deletion."""

from itertools import combinations

import numpy as np
import pytest

from regclaims.metrics.stability import (
    MEASURES,
    cosine,
    jackknife_error,
    scale_free_variance,
    selection_stability,
    sign_agreement,
)


def sparse_coefs(seed, replicates=7, p=5, density=0.6):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((replicates, p)) * (rng.random((replicates, p)) < density)


def naive_variance(coefs):
    total = sum(np.var(column, ddof=1) for column in coefs.T)
    return total / np.mean([row @ row for row in coefs])


def naive_cosine(coefs):
    rows = [row for row in coefs if row.any()]
    pairs = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in combinations(rows, 2)]
    return np.mean(pairs) if pairs else np.nan


def naive_signs(coefs):
    shares = []
    for a, b in combinations(coefs, 2):
        used = [(np.sign(x), np.sign(y)) for x, y in zip(a, b, strict=True) if x or y]
        if used:
            shares.append(np.mean([x == y for x, y in used]))
    return np.mean(shares) if shares else np.nan


def naive_selection(coefs):
    """Compute equation 4 of Nogueira, Sechidis and Brown (2018), symbol by symbol."""
    M, d = coefs.shape
    Z = [[1 if value != 0 else 0 for value in row] for row in coefs]
    frequency = [sum(Z[i][f] for i in range(M)) / M for f in range(d)]
    variance = [M / (M - 1) * q * (1 - q) for q in frequency]
    k = sum(sum(row) for row in Z) / M
    if k in (0, d):
        return np.nan
    return 1 - (sum(variance) / d) / (k / d * (1 - k / d))


NAIVE = {
    "scale_free_variance": naive_variance,
    "cosine": naive_cosine,
    "sign_agreement": naive_signs,
    "selection_stability": naive_selection,
}
WITH_NULL_FITS = np.vstack([sparse_coefs(3), np.zeros((2, 5))])
EXAMPLES = [sparse_coefs(0), sparse_coefs(1, 3, 2), sparse_coefs(2, 12, 1), WITH_NULL_FITS]


def test_every_measure_has_a_naive_form_here():
    assert set(MEASURES) == set(NAIVE)


@pytest.mark.parametrize("name", NAIVE)
@pytest.mark.parametrize("coefs", EXAMPLES, ids=["plain", "three", "one column", "null fits"])
def test_values_and_left_out_values(name, coefs):
    found = MEASURES[name](coefs)
    # Sums of at most 14 x 5 terms of order one: a few hundred units of rounding.
    np.testing.assert_allclose(found.value, NAIVE[name](coefs), rtol=0, atol=1e-13)
    deleted = [NAIVE[name](np.delete(coefs, i, axis=0)) for i in range(len(coefs))]
    np.testing.assert_allclose(found.left_out, deleted, rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", NAIVE)
@pytest.mark.parametrize("factor", [1e-9, 0.25, 3e7])
def test_no_method_wins_by_shrinking(name, factor):
    coefs = sparse_coefs(4)
    one, other = MEASURES[name](coefs), MEASURES[name](factor * coefs)
    np.testing.assert_allclose(other.value, one.value, rtol=1e-12)
    np.testing.assert_allclose(other.left_out, one.left_out, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", NAIVE)
def test_order_of_replicates_and_columns_does_not_matter(name):
    coefs = sparse_coefs(5)
    shuffled = coefs[::-1, [3, 1, 4, 0, 2]]
    np.testing.assert_allclose(
        MEASURES[name](shuffled).value, MEASURES[name](coefs).value, rtol=1e-12, atol=1e-13
    )


def test_perfect_stability():
    coefs = np.tile([1.0, 0.0, -2.0], (5, 1))
    assert scale_free_variance(coefs).value == pytest.approx(0, abs=1e-15)
    assert cosine(coefs).value == pytest.approx(1)
    assert sign_agreement(coefs).value == 1
    assert selection_stability(coefs).value == 1
    for measure in MEASURES.values():
        assert measure(coefs).standard_error == pytest.approx(0, abs=1e-14)


def test_selection_stability_by_hand():
    coefs = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
    # Shares 1, 2/3, 1/3; variances 0, 1/3, 1/3; k/p = 2/3: 1 - (2/9)/(2/9).
    assert selection_stability(coefs).value == pytest.approx(0, abs=1e-15)
    # Two disjoint halves: shares 1/2 everywhere, variance 2 x 1/4, k/p = 1/2: 1 - (1/2)/(1/4).
    halves = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    np.testing.assert_allclose(selection_stability(halves).left_out, [-1, 1 - 0.0, -1], atol=1e-15)


def test_selection_stability_is_kunchevas_index_for_sets_of_one_size():
    # Nogueira et al. (2018), theorem 8: with |set| = k, the mean over pairs of
    # (|overlap| - k^2/d)/(k - k^2/d).
    rng = np.random.default_rng(6)
    d, k = 9, 4
    sets = [set(rng.choice(d, k, replace=False).tolist()) for _ in range(8)]
    coefs = np.array([[float(j in chosen) for j in range(d)] for chosen in sets])
    pairs = [(len(a & b) - k**2 / d) / (k - k**2 / d) for a, b in combinations(sets, 2)]
    assert selection_stability(coefs).value == pytest.approx(np.mean(pairs), rel=1e-13)


def test_selection_at_random_has_stability_about_zero():
    rng = np.random.default_rng(7)
    replicates, p = 400, 300
    found = selection_stability((rng.random((replicates, p)) < 0.3).astype(float))
    # Mean over p columns of unbiased variances, each with relative error about sqrt(2/R): five
    # standard errors sqrt(2/(R p)).
    assert found.value == pytest.approx(0, abs=5 * np.sqrt(2 / (replicates * p)))


@pytest.mark.parametrize("value", [0.0, 2.5])
def test_selection_stability_is_undefined_for_none_and_for_all(value):
    found = selection_stability(np.full((4, 3), value))
    assert np.isnan(found.value)
    assert np.isnan(found.left_out).all()
    assert np.isnan(found.standard_error)


def test_selection_stability_where_one_replicate_alone_makes_it_defined():
    coefs = np.zeros((4, 3))
    coefs[1, 0] = 1.0
    found = selection_stability(coefs)
    assert np.isfinite(found.value)
    np.testing.assert_array_equal(np.isnan(found.left_out), [False, True, False, False])


@pytest.mark.parametrize("name", NAIVE)
def test_null_fits_alone_are_undefined(name):
    found = MEASURES[name](np.zeros((4, 3)))
    assert np.isnan(found.value)
    assert np.isnan(found.left_out).all()


def test_cosine_leaves_null_fits_out():
    coefs = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    assert cosine(coefs).value == pytest.approx(np.sqrt(0.5))
    assert np.isnan(cosine(coefs[:2]).value)


def test_signs_by_hand():
    coefs = np.array([[1.0, -1.0, 0.0, 0.0], [2.0, 1.0, 0.0, 3.0], [0.0, 0.0, 0.0, 0.0]])
    # First pair: columns 0, 1, 3 are used, one sign is equal; the pairs with the null fit agree on
    # nothing that either uses.
    assert sign_agreement(coefs).value == pytest.approx((1 / 3 + 0 + 0) / 3)


def test_scale_free_variance_of_noise_around_nothing_is_one():
    coefs = np.random.default_rng(8).standard_normal((5000, 4))
    # |mean|^2 / mean |b|^2 is of order 1/R.
    assert scale_free_variance(coefs).value == pytest.approx(1, abs=20 / 5000)


def test_two_replicates_have_a_value_but_nothing_is_left_when_one_is_deleted():
    coefs = np.array([[1.0, 0.0, 2.0], [1.0, 1.0, 0.0]])
    for name, measure in MEASURES.items():
        found = measure(coefs)
        assert found.value == pytest.approx(NAIVE[name](coefs), rel=1e-13), name
        assert np.isnan(found.left_out).all(), name


def test_jackknife_error_of_a_mean_is_the_standard_error():
    values = np.random.default_rng(9).standard_normal(30)
    left_out = (values.sum() - values) / 29
    expected = values.std(ddof=1) / np.sqrt(30)
    assert jackknife_error(left_out) == pytest.approx(expected, rel=1e-13)


def test_jackknife_error_is_about_the_spread_over_repetitions():
    rng = np.random.default_rng(10)
    found = [cosine(rng.normal([1.0, 0.5, 0.0], 1, (40, 3))) for _ in range(300)]
    actual = np.std([one.value for one in found], ddof=1)
    claimed = np.mean([one.standard_error for one in found])
    # The standard deviation of 300 values is known to 1/sqrt(600); five of these. The jackknife's
    # own bias upwards is of order 1/R.
    assert claimed == pytest.approx(actual, rel=5 / np.sqrt(600) + 1 / 40)
