"""Stability over replicates: formulas against double loops, and the jackknife against deletion."""

from itertools import combinations

import numpy as np
import pytest

from regclaims.metrics.stability import (
    cosine,
    jackknife_error,
    scale_free_variance,
    selection_stability,
    sign_agreement,
)
from regclaims.metrics.variance import MEASURES, OF_DIRECTION, Truth


def sparse_coefs(seed, replicates=7, p=5, density=0.6):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((replicates, p)) * (rng.random((replicates, p)) < density)


def truth(p):
    """Return a truth of p correlated columns, the last one irrelevant if there are several."""
    C = 0.6 ** np.abs(np.subtract.outer(np.arange(p), np.arange(p)))
    beta = np.linspace(1.0, 0.0, p) if p > 1 else np.ones(1)
    return C, Truth(lambda d: ((d @ C) * d).sum(axis=1), beta, float(beta @ C @ beta))


def measure(name, coefs):
    return MEASURES[name](coefs, truth(coefs.shape[1])[1])


def naive_variance(coefs):
    total = sum(np.var(column, ddof=1) for column in coefs.T)
    return total / np.mean([row @ row for row in coefs])


def naive_cosine(coefs):
    rows = [row for row in coefs if row.any()]
    pairs = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in combinations(rows, 2)]
    return np.mean(pairs) if pairs else np.nan


def naive_signs(coefs):
    shares = []
    for a, b in combinations([row for row in coefs if row.any()], 2):
        used = [(np.sign(x), np.sign(y)) for x, y in zip(a, b, strict=True) if x or y]
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


def naive_coefficient_variance(coefs):
    _, known = truth(coefs.shape[1])
    return sum(np.var(column, ddof=1) for column in coefs.T) / (known.beta @ known.beta)


def naive_prediction_variance(coefs):
    C, known = truth(coefs.shape[1])
    return np.trace(C @ np.atleast_2d(np.cov(coefs.T))) / known.signal


def naive_scale_free_prediction_variance(coefs):
    C, _ = truth(coefs.shape[1])
    own = np.mean([b @ C @ b for b in coefs])
    return np.trace(C @ np.atleast_2d(np.cov(coefs.T))) / own if own else np.nan


def naive_squared_bias(coefs):
    """Mean over pairs of two replicates of (b - beta)'Sigma(c - beta): a U-statistic."""
    C, known = truth(coefs.shape[1])
    pairs = [(a - known.beta) @ C @ (b - known.beta) for a, b in combinations(coefs, 2)]
    return np.mean(pairs) / known.signal


SCALE_FREE = {
    "scale_free_variance": naive_variance,
    "cosine": naive_cosine,
    "sign_agreement": naive_signs,
    "selection_stability": naive_selection,
    "scale_free_prediction_variance": naive_scale_free_prediction_variance,
}
NAIVE = SCALE_FREE | {
    "coefficient_variance": naive_coefficient_variance,
    "prediction_variance": naive_prediction_variance,
    "squared_bias": naive_squared_bias,
}
WITH_NULL_FITS = np.vstack([sparse_coefs(3), np.zeros((2, 5))])
EXAMPLES = [sparse_coefs(0), sparse_coefs(1, 3, 2), sparse_coefs(2, 12, 1), WITH_NULL_FITS]


def test_every_measure_has_a_naive_form_here():
    assert set(MEASURES) == set(NAIVE)


@pytest.mark.parametrize("name", NAIVE)
@pytest.mark.parametrize("coefs", EXAMPLES, ids=["plain", "three", "one column", "null fits"])
def test_values_and_left_out_values(name, coefs):
    found = measure(name, coefs)
    # Sums of at most 14 x 5 terms of order one: a few hundred units of rounding.
    np.testing.assert_allclose(found.value, NAIVE[name](coefs), rtol=0, atol=1e-13)
    deleted = [NAIVE[name](np.delete(coefs, i, axis=0)) for i in range(len(coefs))]
    np.testing.assert_allclose(found.left_out, deleted, rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", SCALE_FREE)
@pytest.mark.parametrize("factor", [1e-9, 0.25, 3e7])
def test_no_method_wins_by_shrinking(name, factor):
    coefs = sparse_coefs(4)
    one, other = measure(name, coefs), measure(name, factor * coefs)
    np.testing.assert_allclose(other.value, one.value, rtol=1e-12)
    np.testing.assert_allclose(other.left_out, one.left_out, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ["coefficient_variance", "prediction_variance"])
def test_plain_variance_falls_with_the_square_of_what_is_shrunk(name):
    coefs = sparse_coefs(4)
    one, other = measure(name, coefs), measure(name, 0.25 * coefs)
    np.testing.assert_allclose(other.value, one.value / 16, rtol=1e-14)


@pytest.mark.parametrize("name", NAIVE)
def test_order_of_replicates_does_not_matter(name):
    coefs = sparse_coefs(5)
    one, other = measure(name, coefs), measure(name, coefs[::-1])
    np.testing.assert_allclose(other.value, one.value, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(other.left_out[::-1], one.left_out, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ["cosine", "sign_agreement", "selection_stability"])
def test_order_of_columns_does_not_matter(name):
    coefs = sparse_coefs(5)
    shuffled = measure(name, coefs[:, [3, 1, 4, 0, 2]])
    np.testing.assert_allclose(shuffled.value, measure(name, coefs).value, rtol=1e-12)


def test_perfect_stability():
    coefs = np.tile([1.0, 0.0, -2.0], (5, 1))
    assert scale_free_variance(coefs).value == pytest.approx(0, abs=1e-15)
    assert cosine(coefs).value == pytest.approx(1)
    assert sign_agreement(coefs).value == 1
    assert selection_stability(coefs).value == 1
    for name in NAIVE:
        assert measure(name, coefs).standard_error == pytest.approx(0, abs=1e-14), name
    for name in ("coefficient_variance", "prediction_variance", "scale_free_prediction_variance"):
        assert measure(name, coefs).value == pytest.approx(0, abs=1e-14), name


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


@pytest.mark.parametrize("name", SCALE_FREE)
def test_null_fits_alone_are_undefined(name):
    found = measure(name, np.zeros((4, 3)))
    assert np.isnan(found.value)
    assert np.isnan(found.left_out).all()


def test_null_fits_have_no_variance_and_all_of_the_bias():
    nothing = np.zeros((4, 3))
    for name, expected in (
        ("coefficient_variance", 0),
        ("prediction_variance", 0),
        ("squared_bias", 1),
    ):
        found = measure(name, nothing)
        assert found.value == pytest.approx(expected, abs=1e-15), name
        np.testing.assert_allclose(found.left_out, expected, atol=1e-15)


# Bias and variance


@pytest.mark.parametrize("coefs", EXAMPLES, ids=["plain", "three", "one column", "null fits"])
def test_squared_bias_and_variance_add_up_to_the_mean_relative_risk(coefs):
    C, known = truth(coefs.shape[1])
    risks = np.array([(b - known.beta) @ C @ (b - known.beta) for b in coefs]) / known.signal
    bias, variance = measure("squared_bias", coefs), measure("prediction_variance", coefs)
    # Sums of at most 14 x 25 terms of order one.
    assert bias.value + variance.value == pytest.approx(risks.mean(), rel=1e-13)
    if len(coefs) > 3:
        rest = (risks.sum() - risks) / (len(coefs) - 1)
        np.testing.assert_allclose(bias.left_out + variance.left_out, rest, rtol=1e-13)


def test_squared_bias_is_unbiased():
    rng = np.random.default_rng(11)
    _, known = truth(3)
    shrunk = 0.5 * known.beta
    found = [
        measure("squared_bias", shrunk + rng.standard_normal((4, 3))).value for _ in range(4000)
    ]
    # Half of beta is missing: a quarter of the signal. Without the correction the mean would be
    # larger by tr(C)/4 of it.
    assert 3 / 4 / known.signal > 0.2
    error = np.std(found) / np.sqrt(4000)
    assert np.mean(found) == pytest.approx(0.25, abs=5 * error)


def test_memory_and_time_are_linear_in_replicates():
    """A list of all pairs, or a copy without each replicate, would not fit."""
    coefs = sparse_coefs(12, 20_000, 6)
    for name in set(NAIVE) - set(OF_DIRECTION):
        found = measure(name, coefs)
        assert found.left_out.shape == (20_000,)
        again = measure(name, coefs[1:]).value
        # Totals of 20,000 terms lose some digits when one is taken off.
        assert found.left_out[0] == pytest.approx(again, rel=1e-9), name


def test_only_measures_of_direction_look_past_null_fits():
    one = sparse_coefs(13, 6)
    both = np.vstack([one, np.zeros((2, 5))])
    assert set(OF_DIRECTION) == {"cosine", "sign_agreement"}
    for name in OF_DIRECTION:
        assert measure(name, both).value == pytest.approx(measure(name, one).value, rel=1e-13), name
    for name in set(NAIVE) - set(OF_DIRECTION):
        assert measure(name, both).value != pytest.approx(measure(name, one).value, rel=1e-3), name


def test_cosine_leaves_null_fits_out():
    coefs = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    assert cosine(coefs).value == pytest.approx(np.sqrt(0.5))
    assert np.isnan(cosine(coefs[:2]).value)


def test_signs_by_hand():
    coefs = np.array([[1.0, -1.0, 0.0, 0.0], [2.0, 1.0, 0.0, 3.0], [0.0, 0.0, 0.0, 0.0]])
    # The first pair uses columns 0, 1, 3, and one sign is equal; pairs with the null fit are none.
    assert sign_agreement(coefs).value == pytest.approx(1 / 3)
    assert np.isnan(sign_agreement(coefs[1:]).value)


def test_scale_free_variance_of_noise_around_nothing_is_one():
    coefs = np.random.default_rng(8).standard_normal((5000, 4))
    # |mean|^2 / mean |b|^2 is of order 1/R.
    assert scale_free_variance(coefs).value == pytest.approx(1, abs=20 / 5000)


def test_two_replicates_have_a_value_but_nothing_is_left_when_one_is_deleted():
    coefs = np.array([[1.0, 0.0, 2.0], [1.0, 1.0, 0.0]])
    for name in NAIVE:
        found = measure(name, coefs)
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
