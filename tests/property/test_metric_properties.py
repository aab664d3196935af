"""What must hold of the metrics whatever the coefficients."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from regclaims.metrics.generalization import coefficient_size, risk, training_gap
from regclaims.metrics.sparsity import sparsity
from regclaims.metrics.spread import concentration, within_block
from regclaims.metrics.support import Screening, recovery
from regclaims.metrics.variance import MEASURES, Truth

# Zeros are common, and sizes far from under- and overflow of squares.
values = st.one_of(st.just(0.0), st.floats(-1e3, 1e3).filter(lambda v: abs(v) > 1e-3))
coef = arrays(float, st.integers(1, 12), elements=values)
several = arrays(float, st.tuples(st.integers(1, 5), st.integers(1, 12)), elements=values)
coefs = arrays(float, array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=9), elements=values)
positive = st.floats(1e-3, 1e3)
EPS = np.finfo(float).eps


@st.composite
def two_sets(draw):
    p = draw(st.integers(1, 12))
    chosen = draw(arrays(bool, st.tuples(st.integers(1, 5), st.just(p))))
    truth = draw(arrays(bool, p))
    truth[draw(st.integers(0, p - 1))] = True
    return chosen, truth


def truth(p):
    """Return a truth of p correlated columns."""
    C = 0.6 ** np.abs(np.subtract.outer(np.arange(p), np.arange(p)))
    beta = np.ones(p)
    return Truth(lambda d: ((d @ C) * d).sum(axis=1), beta, float(beta @ C @ beta))


@given(several)
def test_zeros_and_nonzeros_are_all(b):
    found = sparsity(b)
    zeros = (b == 0).sum(axis=1)
    np.testing.assert_array_equal(found["n_nonzero"] + zeros, b.shape[1])
    # One subtraction and one division.
    assert (np.abs(found["zero_share"] - zeros / b.shape[1]) <= EPS).all()
    np.testing.assert_array_equal(found["has_zero"], zeros > 0)
    np.testing.assert_array_equal(np.isnan(found["smallest_nonzero"]), zeros == b.shape[1])


@given(several, st.floats(0, 1e12))
def test_what_is_zero_is_nearly_zero(b, unit):
    found = sparsity(b, unit)
    # The same share but for rounding; or a larger one, where there is a tiny coefficient.
    assert (found["near_zero_share"] >= found["zero_share"] - EPS).all()
    tiny = found["smallest_nonzero"] <= 1e-8 * unit
    np.testing.assert_array_equal(found["near_zero_share"] > found["zero_share"] + EPS, tiny)


@given(two_sets())
def test_f1_is_the_harmonic_mean_of_precision_and_recall(sets):
    chosen, relevant = sets
    found = recovery(chosen, relevant)
    assert ((found["tpr"] >= 0) & (found["tpr"] <= 1)).all()
    some = chosen.any(axis=1)
    np.testing.assert_array_equal(np.isnan(found["fdr"]), ~some)
    assert (found["f1"][~some] == 0).all()
    precision, recall = 1 - found["fdr"][some], found["tpr"][some]
    total = precision + recall
    expected = 2 * precision * recall / np.where(total > 0, total, 1.0)
    # A handful of roundings of numbers below one.
    assert (np.abs(found["f1"][some] - expected) <= 8 * EPS).all()
    equal = (chosen == relevant).all(axis=1)
    np.testing.assert_array_equal(found["f1"] == 1, equal)
    np.testing.assert_array_equal(found["exact_support"] == 1, equal)


@given(two_sets(), st.randoms(use_true_random=False))
def test_recovery_does_not_see_the_order_of_columns(sets, random):
    chosen, relevant = sets
    order = random.sample(range(len(relevant)), len(relevant))
    one, other = recovery(chosen, relevant), recovery(chosen[:, order], relevant[order])
    np.testing.assert_equal(one, other)


@given(st.integers(0, 10**6), st.lists(st.integers(0, 6), min_size=1, max_size=5))
def test_screening_chooses_as_many_columns_as_asked(seed, sizes):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((8, 6)), rng.standard_normal(8)
    size = np.array(sizes, dtype=float)
    # With every column relevant, F1 = 2 size/(size + p) says how many were chosen.
    found = Screening(X, y, np.ones(6, dtype=bool)).f1(size)
    np.testing.assert_array_equal(found, 2 * size / (size + 6))


@given(positive, positive, positive)
def test_measures_of_risk_agree_with_each_other(excess, signal, noise):
    found = {name: value[0] for name, value in risk(np.array([excess]), signal, noise).items()}
    snr = signal / noise
    # Every quantity is a few operations on positive numbers away from the other.
    assert np.isclose(found["rte"], 1 + snr * found["rr"], rtol=1e-14)
    assert np.isclose(found["pve"], 1 - found["rte"] / (1 + snr), rtol=1e-14, atol=1e-14)
    scaled = risk(np.array([7 * excess]), 7 * signal, 7 * noise)
    assert all(np.isclose(scaled[k][0], found[k], rtol=1e-13, atol=1e-13) for k in found)


@given(positive, positive, positive)
def test_training_gap_is_free_of_units(mse, excess, noise):
    mses, excesses = np.array([mse]), np.array([excess])
    one, other = (
        training_gap(mses, excesses, noise),
        training_gap(4 * mses, 4 * excesses, 4 * noise),
    )
    assert one[0] == other[0]  # a power of two


@given(coefs, st.integers(0, 8))
def test_the_triangle_inequality_holds_between_error_and_norm(b, which):
    beta = b[which % len(b)]
    assume(beta.any())
    found = coefficient_size(b, beta)
    error, norm = np.sqrt(found["coefficient_error"]), found["relative_norm"]
    # Sums of at most 9 squares.
    slack = 1e-13 * (1 + norm)
    assert (error <= 1 + norm + slack).all()
    assert (error >= np.abs(norm - 1) - slack).all()


@given(coef, st.integers(2, 5))
def test_spread_lies_between_its_bounds(b, size):
    found = within_block(b[None], size)
    inside = b[: len(b) // size * size]
    if not inside.any():
        assert np.isnan(found["block_spread"][0])
        assert np.isnan(found["one_of_block"][0])
        return
    # By Cauchy and Schwarz at most 1; sums of at most 12 squares.
    assert -20 * EPS <= found["block_spread"][0] <= 1 + 20 * EPS
    assert 0 <= found["one_of_block"][0] <= 1
    # Free of scale; exactly so for a power of two.
    assert within_block(-4 * b[None], size) == found


@given(several, st.floats(1e-3, 1e3), st.randoms(use_true_random=False))
def test_concentration_lies_between_its_bounds_and_is_free_of_scale_and_order(b, factor, random):
    p = b.shape[1]
    found = concentration(b)
    null = ~b.any(axis=1)
    bounds = {"participation_ratio": (1, p), "gini": (0, 1 - 1 / p), "largest_share": (1 / p, 1)}
    order = random.sample(range(p), p)
    changed = concentration(-factor * b[:, order])
    assert set(found) == set(bounds)
    # Sums of at most 12 terms of one order, and one rounding of each term by the factor.
    slack = 1e-13
    for name, (low, high) in bounds.items():
        np.testing.assert_array_equal(np.isnan(found[name]), null)
        seen = found[name][~null]
        assert ((seen >= low - slack) & (seen <= high + slack * p)).all(), name
        np.testing.assert_allclose(changed[name], found[name], rtol=1e-12, atol=slack)


@given(st.integers(1, 30), st.integers(0, 29), positive)
def test_concentration_of_equal_weights_and_of_a_single_one(p, which, size):
    single = np.zeros(p)
    single[which % p] = -size
    found = concentration(np.array([np.full(p, size), single]))
    # Sums of at most 30 equal terms.
    for name, expected in (
        ("participation_ratio", [p, 1]),
        ("gini", [0, 1 - 1 / p]),
        ("largest_share", [1 / p, 1]),
    ):
        np.testing.assert_allclose(found[name], expected, rtol=60 * EPS, atol=60 * EPS)


@given(coefs)
def test_stability_lies_between_its_bounds_or_is_undefined(b):
    n = len(b)
    bounds = {
        # |mean|^2 is at most the mean square, and at least 0: then R/(R-1).
        "scale_free_variance": (0, n / (n - 1)),
        "scale_free_prediction_variance": (0, n / (n - 1)),
        "coefficient_variance": (0, np.inf),
        "prediction_variance": (0, np.inf),
        "cosine": (-1, 1),
        "sign_agreement": (0, 1),
        # Nogueira et al. (2018), property 3: at least -1/(M-1), at most 1.
        "selection_stability": (-1 / (n - 1), 1),
    }
    assert set(bounds) == set(MEASURES) - {"squared_bias"}
    for name, (low, high) in bounds.items():
        value = MEASURES[name](b, truth(b.shape[1])).value
        # Sums of at most 81 terms of one order; plain variances are as large as the squares.
        slack = 1e-12 * (1 + (b**2).sum() if high == np.inf else 1)
        assert np.isnan(value) or low - slack <= value <= high + slack, name


@given(coefs, st.sampled_from([0.5, 0.125, 2.0**-20]))
def test_mere_shrinkage_makes_nothing_more_stable(b, factor):
    """Least squares shrunken by a number are as stable as least squares: no penalty can win so."""
    known = truth(b.shape[1])
    for name in (
        "scale_free_variance",
        "scale_free_prediction_variance",
        "cosine",
        "sign_agreement",
        "selection_stability",
    ):
        whole, shrunken = (MEASURES[name](c, known) for c in (b, factor * b))
        # Powers of two move no digit; only what falls below the smallest double could.
        np.testing.assert_allclose(shrunken.value, whole.value, rtol=1e-12, err_msg=name)


@given(coefs)
def test_squared_bias_and_variance_are_the_mean_risk(b):
    known = truth(b.shape[1])
    bias, variance = (
        MEASURES[name](b, known).value for name in ("squared_bias", "prediction_variance")
    )
    mean = known.quadratic(b - known.beta).mean() / known.signal
    # Both are sums of at most 81 products of the size of b's squares.
    assert np.isclose(bias + variance, mean, rtol=0, atol=1e-12 * (1 + (b**2).sum()))


@given(coefs)
def test_left_out_values_are_values_without_the_replicate(b):
    assume(len(b) >= 4)
    known = truth(b.shape[1])
    for name, measure in MEASURES.items():
        left_out = measure(b, known).left_out
        assert left_out.shape == (len(b),)
        for i, value in enumerate(left_out):
            kept = np.delete(b, i, axis=0)
            again = measure(kept, known).value
            # Totals less one replicate, up to 1e6 in size before they cancel: squares lose most,
            # relative to what remains, or as they are where they stay in plain units.
            rest, size = (kept**2).sum(), 1 + (b**2).sum()
            plain = name in ("coefficient_variance", "prediction_variance", "squared_bias")
            slack = 1e-12 * (size if plain or not rest else size / rest + 1)
            same = np.isclose(value, again, rtol=0, atol=slack, equal_nan=True)
            assert same, (name, i, value, again)
