"""Metrics of fits, against values worked out by hand and against loops."""

import math
from itertools import combinations, permutations

import numpy as np
import pytest

from regclaims.metrics.generalization import coefficient_size, risk, training_gap
from regclaims.metrics.sparsity import description_share, sparsity
from regclaims.metrics.spread import concentration, dominance, ratio, within_block
from regclaims.metrics.support import Screening, most_important, recovery

EPS = np.finfo(float).eps


def mask(bits):
    return np.array([bit == "1" for bit in bits])


def one(found):
    """Return the values of the only fit."""
    assert all(values.shape == (1,) for values in found.values())
    return {name: float(values[0]) for name, values in found.items()}


def of(metric, coef, *others):
    return one(metric(np.array([coef], dtype=float), *others))


def sparse_coefs(seed, k=6, p=7):
    """Return fits with zeros, among them a null and a dense one."""
    rng = np.random.default_rng(seed)
    coefs = rng.standard_normal((k, p)) * (rng.random((k, p)) < 0.5)
    coefs[0], coefs[1] = 0.0, rng.standard_normal(p)
    return coefs


# Zeros


def test_sparsity_by_hand():
    assert of(sparsity, [0.0, -3.0, 0.5, 0.0]) == {
        "n_nonzero": 2,
        "zero_share": 0.5,
        "has_zero": 1,
        "near_zero_share": 0.5,
        "smallest_nonzero": 0.5,
    }


def test_a_tiny_coefficient_is_no_zero_and_a_negative_zero_is_one():
    found = of(sparsity, [1e-300, -0.0])
    assert (found["n_nonzero"], found["zero_share"]) == (1, 0.5)
    assert found["smallest_nonzero"] == 1e-300


def test_nearly_zero_is_relative_to_the_spread_of_y():
    coef = [0.0, 1e-8, 1.01e-8, 1.0]
    assert of(sparsity, coef)["near_zero_share"] == 0.5
    assert of(sparsity, coef, 1.02)["near_zero_share"] == 0.75
    assert of(sparsity, coef, 0.5)["near_zero_share"] == 0.25
    assert of(sparsity, coef, 1e9)["zero_share"] == 0.25


def test_sparsity_of_a_dense_fit():
    found = of(sparsity, [1.0, 2.0, -3.0])
    assert (found["zero_share"], found["has_zero"], found["smallest_nonzero"]) == (0, 0, 1)


def test_a_null_fit_has_no_smallest_nonzero():
    found = of(sparsity, [0.0, 0.0, 0.0])
    assert (found["n_nonzero"], found["zero_share"], found["has_zero"]) == (0, 1, 1)
    assert np.isnan(found["smallest_nonzero"])


def test_where_nothing_is_nearly_zero_both_shares_are_the_same_number():
    coefs = np.tril(np.ones((11, 11)))
    found = sparsity(coefs)
    np.testing.assert_array_equal(found["near_zero_share"], found["zero_share"])


# Support


def test_recovery_by_hand():
    # Two hits, one false alarm, one miss.
    assert one(recovery(mask("11100")[None], mask("11010"))) == pytest.approx(
        {
            "relevant_zeroed": 1 / 3,
            "irrelevant_zeroed": 1 / 2,
            "tpr": 2 / 3,
            "fdr": 1 / 3,
            "f1": 2 / 3,
            "exact_support": 0,
        }
    )


def test_recovery_of_the_very_set():
    truth = mask("01010")
    found = one(recovery(truth[None], truth))
    assert found == {
        "relevant_zeroed": 0,
        "irrelevant_zeroed": 1,
        "tpr": 1,
        "fdr": 0,
        "f1": 1,
        "exact_support": 1,
    }


def test_recovery_of_a_subset_and_a_superset_is_not_exact():
    sets = np.array([mask("100"), mask("111"), mask("110")])
    np.testing.assert_array_equal(recovery(sets, mask("110"))["exact_support"], [0, 0, 1])


def test_recovery_of_as_many_other_columns():
    found = one(recovery(mask("1100")[None], mask("0011")))
    assert (found["tpr"], found["fdr"], found["f1"], found["exact_support"]) == (0, 1, 0, 0)
    assert (found["relevant_zeroed"], found["irrelevant_zeroed"]) == (1, 0)


def test_where_all_columns_are_relevant_none_is_rightly_left_out():
    assert np.isnan(one(recovery(mask("10")[None], mask("11")))["irrelevant_zeroed"])


def test_choosing_nothing_has_no_false_discovery_rate():
    found = one(recovery(mask("000")[None], mask("010")))
    assert np.isnan(found["fdr"])
    assert (found["tpr"], found["f1"], found["exact_support"]) == (0, 0, 0)


def test_the_most_important_by_hand():
    importance = np.array([3.0, 2.0, 1.0, 0.0])
    found = most_important(np.array([mask("1100"), mask("1010"), mask("0001")]), importance)
    np.testing.assert_array_equal(found["top_share"], [1, 0.5, 0])
    np.testing.assert_array_equal(found["top_chance"], [0.5, 0.5, 0.25])
    np.testing.assert_array_equal(found["top_exact"], [1, 0, 0])


def test_ties_for_the_last_place_are_broken_at_random():
    # One of the first two is in the top one: half of it, but a top one it is.
    found = one(most_important(mask("1000")[None], np.array([1.0, 1.0, 0.0, 0.0])))
    assert found == {"top_share": 0.5, "top_chance": 0.25, "top_exact": 1}
    # Two of three places are among the four without importance, and two of these are chosen.
    found = one(most_important(mask("10110")[None], np.array([1.0, 0.0, 0.0, 0.0, 0.0])))
    assert found == pytest.approx(
        {"top_share": (1 + 2 * 2 / 4) / 3, "top_chance": 0.6, "top_exact": 1}
    )
    assert np.isnan(list(one(most_important(mask("00")[None], np.ones(2))).values())).all()


def test_a_random_set_is_as_good_as_chance():
    importance = np.array([2.0, 1.0, 1.0, 1.0, 0.0, 0.0])
    for k in range(1, 7):
        sets = np.array([np.isin(np.arange(6), some) for some in combinations(range(6), k)])
        found = most_important(sets, importance)
        # All sets of one size are equally likely; sums of a few fractions, off by rounding.
        assert found["top_share"].mean() == pytest.approx(k / 6, rel=1e-12)


# Complexity


def test_a_description_by_hand():
    # One of eight columns: 3 bits to name it, 2 for a coefficient from 16 rows; all eight: 16 bits.
    found = description_share(np.array([0.0, 1.0, 8.0]), 16, 8)
    # The gamma function is good to some units in the last place.
    np.testing.assert_allclose(found, [0, 5 / 16, 1], atol=1e-13)


# Risk


def test_risk_by_hand():
    assert one(risk(np.array([1.0]), 4.0, 2.0)) == {"rr": 0.25, "rte": 1.5, "pve": 0.5}


def test_risk_of_the_truth_and_of_the_null_model():
    signal, noise = 3.0, 2.0
    found = risk(np.array([0.0, signal]), signal, noise)
    np.testing.assert_allclose(found["rr"], [0, 1])
    # snr + 1, as in Hastie, Tibshirani and Tibshirani (2020), section 3.
    np.testing.assert_allclose(found["rte"], [1, 1 + 1.5])
    np.testing.assert_allclose(found["pve"], [1 - 2 / 5, 0], atol=EPS)


def test_training_gap_by_hand():
    gaps = training_gap(np.array([1.5, 4.0]), np.array([1.0, 1.0]), 2.0)
    np.testing.assert_array_equal(gaps, [0.75, -0.5])


def test_coefficient_size_by_hand():
    beta = np.array([1.0, 1.0, 0.0])
    found = coefficient_size(np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], beta, -3 * beta]), beta)
    np.testing.assert_allclose(found["coefficient_error"], [2.5, 1, 0, 16])
    np.testing.assert_allclose(found["relative_norm"], [np.sqrt(2.5), 0, 1, 3])


# Spread


def test_weight_spread_evenly():
    found = of(within_block, [2.0, 2.0, -1.0, -1.0], 2)
    assert found == {"block_spread": 0, "one_of_block": 0}


@pytest.mark.parametrize("size", [2, 5])
def test_one_column_of_each_block(size):
    coef = np.zeros(3 * size)
    coef[[0, size + 1]] = 3.0, -0.5
    found = of(within_block, coef, size)
    assert found["block_spread"] == pytest.approx(1 - 1 / size)
    assert found["one_of_block"] == 1


def test_spread_by_hand():
    # Blocks (3, 1) and (0, 2): deviations 1, -1 and -1, 1; squares sum to 14; one block keeps one.
    found = of(within_block, [3.0, 1.0, 0.0, 2.0], 2)
    assert found == pytest.approx({"block_spread": 4 / 14, "one_of_block": 0.5})


def test_a_last_incomplete_block_is_left_out():
    assert of(within_block, [3.0, 1.0, 100.0], 2) == of(within_block, [3.0, 1.0], 2)


@pytest.mark.parametrize(
    ("coef", "size"),
    [([1.0, 2.0], 1), ([0.0, 0.0], 2), ([0.0, 0.0, 5.0], 2), ([1.0, 2.0], 5)],
)
def test_spread_is_undefined_without_blocks_or_weight(coef, size):
    found = of(within_block, coef, size)
    assert np.isnan(found["block_spread"])
    assert np.isnan(found["one_of_block"])


def naive_gini(coef):
    """Mean absolute difference of all pairs over twice the mean."""
    size = np.abs(coef)
    return np.abs(size[:, None] - size).mean() / (2 * size.mean())


def naive_concentration(coef):
    if not coef.any():
        return dict.fromkeys(("participation_ratio", "gini", "largest_share"), np.nan)
    squares = sum(b**2 for b in coef)
    return {
        "participation_ratio": squares**2 / sum(b**4 for b in coef),
        "gini": naive_gini(coef),
        "largest_share": max(map(abs, coef)) / sum(map(abs, coef)),
    }


def test_concentration_of_equal_weights_and_of_one():
    coefs = np.array([[2.0, -2.0, 2.0, 2.0], [0.0, -7.0, 0.0, 0.0]])
    found = concentration(coefs)
    np.testing.assert_allclose(found["participation_ratio"], [4, 1], rtol=4 * EPS)
    np.testing.assert_allclose(found["gini"], [0, 1 - 1 / 4], atol=4 * EPS)
    np.testing.assert_allclose(found["largest_share"], [1 / 4, 1], rtol=4 * EPS)


def test_concentration_by_hand():
    # Squares 9, 1: (10)^2/82; |differences| of pairs 2, twice, over 2 x 2^2 x mean 2.
    found = of(concentration, [3.0, -1.0])
    expected = {"participation_ratio": 100 / 82, "gini": 4 / 16, "largest_share": 3 / 4}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("scale", [1e-150, 1e-80, 1e80, 1e150])
def test_concentration_survives_fourth_powers_beyond_the_numbers(scale):
    coefs = sparse_coefs(0)[1:]
    for name, values in concentration(scale * coefs).items():
        # Each coefficient is scaled with one rounding.
        np.testing.assert_allclose(values, concentration(coefs)[name], rtol=1e-13)


# Many fits at once


def naive_sparsity(coef):
    nonzero = [abs(b) for b in coef if b != 0.0]
    share = sum(b == 0.0 for b in coef) / len(coef)
    return {
        "n_nonzero": len(nonzero),
        "zero_share": share,
        "has_zero": float(share > 0),
        "near_zero_share": sum(abs(b) <= 1e-8 for b in coef) / len(coef),
        "smallest_nonzero": min(nonzero, default=np.nan),
    }


def naive_spread(coef):
    blocks = [coef[i : i + 3] for i in (0, 3)]
    weight = sum((block**2).sum() for block in blocks)
    kept = [int((block != 0).sum()) for block in blocks]
    used = sum(count > 0 for count in kept)
    spread = sum(((block - block.mean()) ** 2).sum() for block in blocks)
    return {
        "block_spread": spread / weight if weight else np.nan,
        "one_of_block": kept.count(1) / used if used else np.nan,
    }


@pytest.mark.parametrize(
    ("metric", "naive"),
    [
        (sparsity, naive_sparsity),
        (lambda coefs: within_block(coefs, 3), naive_spread),
        (concentration, naive_concentration),
    ],
    ids=["sparsity", "spread", "concentration"],
)
@pytest.mark.parametrize("seed", range(3))
def test_many_fits_are_measured_as_one_by_one(metric, naive, seed):
    coefs = sparse_coefs(seed)
    found = metric(coefs)
    rows = [naive(coef) for coef in coefs]
    assert set(found) == set(rows[0])
    for name, values in found.items():
        # Sums of 7 terms of order one, divided.
        np.testing.assert_allclose(values, [row[name] for row in rows], rtol=1e-13, atol=1e-15)


def test_a_ratio_with_nothing_below_is_undefined():
    found = ratio(np.array([1.0, 0.0, 2.0]), np.array([0.0, 0.0, 4.0]))
    np.testing.assert_array_equal(found, [np.nan, np.nan, 0.5])


# Screening

X = np.array(
    [
        [1.0, 1.0, 1.0, 5.0],
        [2.0, -1.0, 1.0, 5.0],
        [3.0, 1.0, -1.0, 5.0],
        [4.0, -1.0, -1.0, 5.0],
    ]
)
Y = np.array([1.0, 2.0, 3.0, 4.0])  # |correlation| 1, .447, .894 and none (constant)


def screened(X, y, size, truth):
    (found,) = Screening(X, y, truth).f1(np.array([float(size)]))
    return found


@pytest.mark.parametrize(
    ("size", "truth", "expected"),
    [
        (1, "1000", 1),
        (2, "1010", 1),
        (2, "1100", 0.5),
        (3, "1110", 1),
        (3, "0001", 0),
        (0, "1000", 0),
        (4, "1000", 0.4),
    ],
)
def test_screening_takes_the_strongest_marginal_correlations(size, truth, expected):
    assert screened(X, Y, size, mask(truth)) == pytest.approx(expected)


def test_screening_of_several_sizes():
    found = Screening(X, Y, mask("1010")).f1(np.array([4.0, 0.0, 2.0, 1.0]))
    np.testing.assert_allclose(found, [4 / 6, 0, 1, 2 / 3])


def test_screening_does_not_see_units_or_signs():
    scaled = X * [1e-6, 1e6, -1, 1] + [0, 100, 0, 0]
    for size in range(5):
        for truth in ("1000", "0110", "0101"):
            told = screened(scaled, -Y, size, mask(truth))
            assert told == screened(X, Y, size, mask(truth))


def test_screening_ties_go_to_the_earlier_column():
    twins = np.column_stack([Y, Y, Y])
    assert screened(twins, Y, 1, mask("100")) == 1
    assert screened(twins, Y, 1, mask("001")) == 0


def shapley(coef, sigma):
    """Shapley's shares of a prediction's variance: a column's mean gain over all orders."""
    p = len(coef)

    def variance(chosen):
        kept = coef * np.isin(np.arange(p), chosen)
        return kept @ sigma @ kept

    shares = np.zeros(p)
    for order in permutations(range(p)):
        for place, column in enumerate(order):
            before = list(order[:place])
            shares[column] += variance([*before, column]) - variance(before)
    return shares / math.factorial(p)


def test_dominance_is_the_largest_of_shapleys_shares():
    rng = np.random.default_rng(4)
    root = rng.standard_normal((4, 4))
    sigma, coef = root @ root.T, rng.standard_normal(4)
    shares = shapley(coef, sigma)
    assert shares.sum() == pytest.approx(coef @ sigma @ coef)
    expected = np.abs(shares).max() / np.abs(shares).sum()
    assert dominance(coef[None], (sigma @ coef)[None])[0] == pytest.approx(expected)


def test_dominance_of_independent_columns_is_the_largest_square():
    coef = np.array([[3.0, 0.0, 1.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(dominance(coef, coef), [0.9, 1 / 3, np.nan])


def test_dominance_does_not_depend_on_the_scale():
    sigma = np.array([[1.0, 0.9], [0.9, 1.0]])
    coef = np.array([[5.0, -4.0], [0.5, -0.4]])
    one, other = dominance(coef, coef @ sigma)
    assert one == pytest.approx(other)
    # 5 (5 - 3.6) = 7 against -4 (4.5 - 4) = -2: one has seven ninths.
    assert one == pytest.approx(7 / 9)
