"""Means, bias and variance along paths: running sums against all replicates kept."""

import numpy as np
import pytest

from regclaims.evidence.paths import GROUPS, PathMeans
from regclaims.metrics.stability import jackknife_error
from regclaims.metrics.variance import MEASURES, Truth

P = 4
C = 0.6 ** np.abs(np.subtract.outer(np.arange(P), np.arange(P)))
BETA = np.array([1.0, -0.5, 0.25, 0.0])
TRUTH = Truth(lambda d: ((d @ C) * d).sum(axis=1), BETA, float(BETA @ C @ BETA))
METRICS = ("rr", "zero_share", "variance", "squared_bias")


def paths(seed, replicates, k=3):
    """Return coefficients (replicates, k, P) that shrink towards 0 at the path's beginning."""
    rng = np.random.default_rng(seed)
    shrink = np.linspace(0.3, 1.0, k)[:, None]
    coefs = shrink * (BETA + 0.5 * rng.standard_normal((replicates, k, P)))
    return np.where(rng.random(coefs.shape) < 0.3, 0.0, coefs)


def risks(coefs):
    return TRUTH.quadratic(coefs - BETA) / TRUTH.signal


def added(each, first=0, largest=None):
    """Sum up paths; `each` holds a replicate's coefficients (k, P), of any length."""
    means = PathMeans(TRUTH)
    for i, coefs in enumerate(each):
        lambdas = (2.0 + i if largest is None else largest) * 0.5 ** np.arange(len(coefs))
        good = np.ones(len(coefs), dtype=bool)
        means.add(first + i, lambdas, good, coefs, risks(coefs))
    return means


def table(means):
    return {(row["metric"], row["lambda_index"]): row for row in means.rows()}


@pytest.mark.parametrize("replicates", [2, 3, 12, 30])
def test_sums_against_all_replicates_kept(replicates):
    kept = paths(0, replicates)
    found = table(added(kept, first=5))
    assert set(found) == {(metric, k) for metric in METRICS for k in range(3)}
    for k in range(3):
        coefs = kept[:, k]
        expected = {
            "rr": risks(coefs).mean(),
            "zero_share": (coefs == 0).mean(),
            "variance": MEASURES["prediction_variance"](coefs, TRUTH).value,
            "squared_bias": MEASURES["squared_bias"](coefs, TRUTH).value,
        }
        for metric, value in expected.items():
            row = found[metric, k]
            # Sums of at most 30 x 16 terms of order one.
            assert row["mean"] == pytest.approx(value, rel=1e-12, abs=1e-13), metric
            assert row["replicates"] == replicates
            assert row["lambda_ratio"] == 0.5**k


def test_bias_and_variance_add_up_to_the_risk():
    found = table(added(paths(1, 17)))
    for k in range(3):
        total = found["squared_bias", k]["mean"] + found["variance", k]["mean"]
        assert total == pytest.approx(found["rr", k]["mean"], rel=1e-12)


@pytest.mark.parametrize("lengths", [(3, 3, 3), (2, 4, 4), (4, 2, 3), (1, 4, 2)])
def test_only_places_that_every_path_reached_are_reported(lengths):
    kept = [paths(2, 3, 4)[i, :length] for i, length in enumerate(lengths)]
    found = table(added(kept))
    assert {k for _, k in found} == set(range(min(lengths)))
    for k in range(min(lengths)):
        coefs = np.array([each[k] for each in kept])
        assert found["rr", k]["mean"] == pytest.approx(risks(coefs).mean(), rel=1e-13)
        assert found["rr", k]["replicates"] == 3


def test_a_place_with_a_fit_that_does_not_count_is_not_reported():
    kept = paths(3, 4)
    means = added(kept[:3])
    coefs = kept[3].copy()
    coefs[1] = 1e9
    risk = np.where([True, False, True], risks(coefs), np.inf)
    means.add(3, 0.5 ** np.arange(3), np.array([True, False, True]), coefs, risk)
    found = table(means)
    assert {k for _, k in found} == {0, 2}
    assert found["rr", 2]["mean"] == pytest.approx(risks(kept[:, 2]).mean(), rel=1e-13)


@pytest.mark.parametrize("replicates", [3, 7, 10])
def test_up_to_ten_replicates_are_left_out_one_by_one(replicates):
    kept = paths(4, replicates)
    found = table(added(kept))
    for metric, name in (("variance", "prediction_variance"), ("squared_bias", "squared_bias")):
        for k in range(3):
            left_out = MEASURES[name](kept[:, k], TRUTH).left_out
            expected = jackknife_error(left_out)
            # Sums of ten less one.
            assert found[metric, k]["mcse"] == pytest.approx(expected, rel=1e-11)
    standard = risks(kept[:, 0]).std(ddof=1) / np.sqrt(replicates)
    assert found["rr", 0]["mcse"] == pytest.approx(standard, rel=1e-11)


def test_errors_are_about_the_spread_over_repetitions():
    found = [table(added(paths(100 + seed, 40))) for seed in range(200)]
    for metric in METRICS:
        for k in range(3):
            values = [one[metric, k]["mean"] for one in found]
            claimed = np.mean([one[metric, k]["mcse"] for one in found])
            # A standard deviation of 200 values is known to 1/sqrt(400), five of these; one from
            # ten groups is on average too small by 1/36 of it, as a chi with 9 d.f. is.
            rel = 5 / np.sqrt(400) + 1 / 36
            assert claimed == pytest.approx(np.std(values, ddof=1), rel=rel), metric


@pytest.mark.parametrize("replicates", [12, 15, 25])
def test_errors_of_groups_of_unequal_size_are_about_right(replicates):
    """Of 12 replicates two groups hold two, the others one."""
    found = [table(added(paths(1000 + seed, replicates, 1))) for seed in range(200)]
    values = [one["rr", 0]["mean"] for one in found]
    claimed = np.mean([one["rr", 0]["mcse"] for one in found])
    # As above; the variance of a mean is claimed 9/10 sum n_g/(n - n_g) times as large as it is, at
    # most 1.015 with groups of one and two.
    rel = 5 / np.sqrt(400) + 1 / 36 + 0.015
    assert claimed == pytest.approx(np.std(values, ddof=1), rel=rel)


def test_memory_does_not_grow_with_replicates():
    def size(means):
        groups = means.groups.values()
        return sum(a.nbytes for group in groups for a in group.__dict__.values())

    few, many = added(paths(5, GROUPS)), added(paths(5, 20 * GROUPS))
    assert size(few) == size(many) > 0
    assert many.total == 20 * GROUPS


def test_the_order_of_replicates_does_not_matter():
    kept = paths(6, 12)
    there, back = PathMeans(TRUTH), PathMeans(TRUTH)
    for means, order in ((there, range(12)), (back, reversed(range(12)))):
        for i in order:
            means.add(i, 0.5 ** np.arange(3), np.ones(3, dtype=bool), kept[i], risks(kept[i]))
    one, other = table(there), table(back)
    for key, row in one.items():
        assert other[key]["mean"] == pytest.approx(row["mean"], rel=1e-12, abs=1e-13)
        assert other[key]["mcse"] == pytest.approx(row["mcse"], rel=1e-9)


def test_one_replicate_has_means_and_neither_variance_nor_errors():
    found = table(added(paths(7, 1)))
    assert found["rr", 0]["mean"] == pytest.approx(risks(paths(7, 1)[:, 0]).mean())
    assert np.isnan(found["variance", 0]["mean"])
    assert np.isnan(found["squared_bias", 0]["mean"])
    assert all(np.isnan(row["mcse"]) for row in found.values())


def test_no_path_has_no_means():
    assert list(PathMeans(TRUTH).rows()) == []
