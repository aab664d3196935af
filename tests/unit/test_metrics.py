"""Metrics of one fit, against values worked out by hand."""

import numpy as np
import pytest

from regclaims.metrics.generalization import coefficient_error, risk, training_gap
from regclaims.metrics.sparsity import sparsity
from regclaims.metrics.spread import within_block
from regclaims.metrics.support import recovery, screening_f1


def mask(bits):
    return np.array([bit == "1" for bit in bits])


def test_sparsity_by_hand():
    assert sparsity(np.array([0.0, -3.0, 0.5, 0.0])) == {
        "n_nonzero": 2,
        "zero_share": 0.5,
        "has_zero": 1,
        "smallest_nonzero": 0.5,
    }


def test_a_tiny_coefficient_is_no_zero_and_a_negative_zero_is_one():
    found = sparsity(np.array([1e-300, -0.0]))
    assert (found["n_nonzero"], found["zero_share"]) == (1, 0.5)
    assert found["smallest_nonzero"] == 1e-300


def test_sparsity_of_a_dense_fit():
    found = sparsity(np.array([1.0, 2.0, -3.0]))
    assert (found["zero_share"], found["has_zero"], found["smallest_nonzero"]) == (0, 0, 1)


def test_a_null_fit_has_no_smallest_nonzero():
    found = sparsity(np.zeros(3))
    assert (found["n_nonzero"], found["zero_share"], found["has_zero"]) == (0, 1, 1)
    assert np.isnan(found["smallest_nonzero"])


def test_recovery_by_hand():
    # Two hits, one false alarm, one miss.
    assert recovery(mask("11100"), mask("11010")) == pytest.approx(
        {"tpr": 2 / 3, "fdr": 1 / 3, "f1": 2 / 3, "exact_support": 0}
    )


def test_recovery_of_the_very_set():
    truth = mask("01010")
    assert recovery(truth, truth) == {"tpr": 1, "fdr": 0, "f1": 1, "exact_support": 1}


def test_recovery_of_a_subset_and_a_superset_is_not_exact():
    assert recovery(mask("100"), mask("110"))["exact_support"] == 0
    assert recovery(mask("111"), mask("110"))["exact_support"] == 0


def test_recovery_of_as_many_other_columns():
    assert recovery(mask("1100"), mask("0011")) == {
        "tpr": 0,
        "fdr": 1,
        "f1": 0,
        "exact_support": 0,
    }


def test_choosing_nothing_has_no_false_discovery_rate():
    found = recovery(mask("000"), mask("010"))
    assert np.isnan(found["fdr"])
    assert (found["tpr"], found["f1"], found["exact_support"]) == (0, 0, 0)


def test_risk_by_hand():
    assert risk(1.0, 4.0, 2.0) == {"rr": 0.25, "rte": 1.5, "pve": 0.5}


def test_risk_of_the_truth_and_of_the_null_model():
    signal, noise = 3.0, 2.0
    assert risk(0.0, signal, noise) == pytest.approx({"rr": 0, "rte": 1, "pve": 1 - 2 / 5})
    # snr + 1, as in Hastie, Tibshirani and Tibshirani (2020), section 3.
    assert risk(signal, signal, noise) == pytest.approx({"rr": 1, "rte": 1 + 1.5, "pve": 0})


def test_training_gap_by_hand():
    assert training_gap(1.5, 1.0, 2.0) == 0.75
    assert training_gap(4.0, 1.0, 2.0) == -0.5


def test_coefficient_error_by_hand():
    beta = np.array([1.0, 1.0, 0.0])
    assert coefficient_error(np.array([1.0, 0.0, 2.0]), beta) == 2.5
    assert coefficient_error(np.zeros(3), beta) == 1
    assert coefficient_error(beta, beta) == 0


def test_weight_spread_evenly():
    assert within_block(np.array([2.0, 2.0, -1.0, -1.0]), 2) == {
        "block_spread": 0,
        "one_of_block": 0,
    }


@pytest.mark.parametrize("size", [2, 5])
def test_one_column_of_each_block(size):
    coef = np.zeros(3 * size)
    coef[[0, size + 1]] = 3.0, -0.5
    found = within_block(coef, size)
    assert found["block_spread"] == pytest.approx(1 - 1 / size)
    assert found["one_of_block"] == 1


def test_spread_by_hand():
    # Blocks (3, 1) and (0, 2): deviations 1, -1 and -1, 1; squares sum to 14; one block keeps one.
    found = within_block(np.array([3.0, 1.0, 0.0, 2.0]), 2)
    assert found == pytest.approx({"block_spread": 4 / 14, "one_of_block": 0.5})


def test_a_last_incomplete_block_is_left_out():
    whole = within_block(np.array([3.0, 1.0]), 2)
    assert within_block(np.array([3.0, 1.0, 100.0]), 2) == whole


@pytest.mark.parametrize(
    ("coef", "size"),
    [([1.0, 2.0], 1), ([0.0, 0.0], 2), ([0.0, 0.0, 5.0], 2), ([1.0, 2.0], 5)],
)
def test_spread_is_undefined_without_blocks_or_weight(coef, size):
    found = within_block(np.array(coef), size)
    assert np.isnan(found["block_spread"])
    assert np.isnan(found["one_of_block"])


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
    assert screening_f1(X, Y, size, mask(truth)) == pytest.approx(expected)


def test_screening_does_not_see_units_or_signs():
    scaled = X * [1e-6, 1e6, -1, 1] + [0, 100, 0, 0]
    for size in range(5):
        for truth in ("1000", "0110", "0101"):
            assert screening_f1(scaled, -Y, size, mask(truth)) == screening_f1(
                X, Y, size, mask(truth)
            )


def test_screening_ties_go_to_the_earlier_column():
    twins = np.column_stack([Y, Y, Y])
    assert screening_f1(twins, Y, 1, mask("100")) == 1
    assert screening_f1(twins, Y, 1, mask("001")) == 0
