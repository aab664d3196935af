"""What must hold of the metrics whatever the coefficients."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from regclaims.metrics.generalization import risk, training_gap
from regclaims.metrics.sparsity import sparsity
from regclaims.metrics.spread import within_block
from regclaims.metrics.stability import MEASURES
from regclaims.metrics.support import recovery, screening_f1

# Zeros are common, and sizes far from under- and overflow of squares.
values = st.one_of(st.just(0.0), st.floats(-1e3, 1e3).filter(lambda v: abs(v) > 1e-3))
coef = arrays(float, st.integers(1, 12), elements=values)
coefs = arrays(float, array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=9), elements=values)
positive = st.floats(1e-3, 1e3)
EPS = np.finfo(float).eps


@st.composite
def two_sets(draw):
    p = draw(st.integers(1, 12))
    chosen = draw(arrays(bool, p))
    truth = draw(arrays(bool, p))
    truth[draw(st.integers(0, p - 1))] = True
    return chosen, truth


@given(coef)
def test_zeros_and_nonzeros_are_all(b):
    found = sparsity(b)
    zeros = sum(1 for value in b if value == 0)
    assert found["n_nonzero"] + zeros == len(b)
    # One subtraction and one division.
    assert abs(found["zero_share"] - zeros / len(b)) <= EPS
    assert found["has_zero"] == (zeros > 0)
    assert np.isnan(found["smallest_nonzero"]) == (zeros == len(b))


@given(two_sets())
def test_f1_is_the_harmonic_mean_of_precision_and_recall(sets):
    chosen, truth = sets
    found = recovery(chosen, truth)
    assert 0 <= found["tpr"] <= 1
    if not chosen.any():
        assert np.isnan(found["fdr"])
        assert found["f1"] == 0
        return
    precision, recall = 1 - found["fdr"], found["tpr"]
    expected = 2 * precision * recall / (precision + recall) if precision + recall else 0
    # A handful of roundings of numbers below one.
    assert abs(found["f1"] - expected) <= 8 * EPS
    assert (found["f1"] == 1) == (found["exact_support"] == 1) == (chosen == truth).all()


@given(two_sets(), st.randoms(use_true_random=False))
def test_recovery_does_not_see_the_order_of_columns(sets, random):
    chosen, truth = sets
    order = random.sample(range(len(truth)), len(truth))
    one, other = recovery(chosen, truth), recovery(chosen[order], truth[order])
    np.testing.assert_equal(one, other)


@given(st.integers(0, 10**6), st.integers(0, 6))
def test_screening_chooses_as_many_columns_as_asked(seed, size):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((8, 6)), rng.standard_normal(8)
    # With every column relevant, F1 = 2 size/(size + p) says how many were chosen.
    assert screening_f1(X, y, size, np.ones(6, dtype=bool)) == 2 * size / (size + 6)


@given(positive, positive, positive)
def test_measures_of_risk_agree_with_each_other(excess, signal, noise):
    found = risk(excess, signal, noise)
    snr = signal / noise
    # Every quantity is a few operations on positive numbers away from the other.
    assert np.isclose(found["rte"], 1 + snr * found["rr"], rtol=1e-14)
    assert np.isclose(found["pve"], 1 - found["rte"] / (1 + snr), rtol=1e-14, atol=1e-14)
    scaled = risk(7 * excess, 7 * signal, 7 * noise)
    assert all(np.isclose(scaled[k], found[k], rtol=1e-13, atol=1e-13) for k in found)


@given(positive, positive, positive)
def test_training_gap_is_free_of_units(mse, excess, noise):
    one, other = training_gap(mse, excess, noise), training_gap(4 * mse, 4 * excess, 4 * noise)
    assert one == other  # a power of two


@given(coef, st.integers(2, 5))
def test_spread_lies_between_its_bounds(b, size):
    found = within_block(b, size)
    inside = b[: len(b) // size * size]
    if not inside.any():
        assert np.isnan(found["block_spread"])
        assert np.isnan(found["one_of_block"])
        return
    # By Cauchy and Schwarz at most 1; sums of at most 12 squares.
    assert -20 * EPS <= found["block_spread"] <= 1 + 20 * EPS
    assert 0 <= found["one_of_block"] <= 1
    # Free of scale; exactly so for a power of two.
    assert within_block(-4 * b, size) == found


@given(coefs)
def test_stability_lies_between_its_bounds_or_is_undefined(b):
    n = len(b)
    bounds = {
        # |mean|^2 is at most the mean square, and at least 0: then R/(R-1).
        "scale_free_variance": (0, n / (n - 1)),
        "cosine": (-1, 1),
        "sign_agreement": (0, 1),
        # Nogueira et al. (2018), property 3: at least -1/(M-1), at most 1.
        "selection_stability": (-1 / (n - 1), 1),
    }
    for name, (low, high) in bounds.items():
        value = MEASURES[name](b).value
        # Sums of at most 81 terms of one order.
        assert np.isnan(value) or low - 1e-12 <= value <= high + 1e-12, name


@given(coefs)
def test_left_out_values_are_values_without_the_replicate(b):
    assume(len(b) >= 4)
    for name, measure in MEASURES.items():
        left_out = measure(b).left_out
        assert left_out.shape == (len(b),)
        for i, value in enumerate(left_out):
            again = measure(np.delete(b, i, axis=0)).value
            # Totals less one replicate, up to 1e6 in size before they cancel: the squares of
            # scale-free variance lose most, relative to what remains.
            rest = (np.delete(b, i, axis=0) ** 2).sum()
            slack = 1e-12 * (1 + (b**2).sum() / rest) if rest else 1e-12
            same = np.isclose(value, again, rtol=0, atol=slack, equal_nan=True)
            assert same, (name, i, value, again)
