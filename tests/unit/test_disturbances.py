"""What methods lose when data go wrong."""

from __future__ import annotations

import numpy as np
import pytest

from regclaims.designs.noise import NOISES
from regclaims.designs.scenario import Scenario
from regclaims.keys import generator
from regclaims.mechanisms import disturbances
from regclaims.mechanisms.disturbances import HEAVY, Sample, run

SPEC = {
    "shapes": [[40, 6]],
    "correlations": [{"kind": "blocks", "size": 3, "rho": 0.9}],
    "density": 0.5,
    "snr": 2.0,
    "disturbances": ["outliers", "heavy-tails", "noise-columns", "shifted-test"],
    "outlier_share": 0.1,
    "folds": 4,
    "n_lambdas": 15,
}


@pytest.fixture(scope="module")
def samples():
    scenario = Scenario(
        {
            "n_samples": 40,
            "n_features": 6,
            "correlation": SPEC["correlations"][0],
            "n_relevant": 3,
            "placement": "spread",
            "snr": 2.0,
        }
    )
    made = {}
    for name in SPEC["disturbances"]:  # of one and the same data set
        rng = generator(1, "disturbances", 5, 0)
        made[""], made[name] = disturbances._samples(scenario, SPEC, name, rng)
    return scenario, made


def test_each_disturbance_changes_what_it_says_and_nothing_else(samples):
    scenario, made = samples
    plain = made[""]
    for name in ("outliers", "heavy-tails", "shifted-test"):
        np.testing.assert_array_equal(made[name].X, plain.X)
    moved = made["outliers"].y != plain.y
    assert moved.sum() == 4
    signal = plain.X @ scenario.beta
    ratio = (made["outliers"].y - signal)[moved] / (plain.y - signal)[moved]
    np.testing.assert_allclose(ratio, 10)
    np.testing.assert_array_equal(made["shifted-test"].y, plain.y)
    np.testing.assert_array_equal(made["shifted-test"].sigma, np.eye(6))
    wide = made["noise-columns"]
    np.testing.assert_array_equal(wide.X[:, :6], plain.X)
    assert wide.X.shape == (40, 12)
    assert not wide.beta[6:].any()
    for each in made.values():
        np.testing.assert_array_equal(each.folds, plain.folds)


def test_heavy_tails_have_the_quartiles_of_the_noise_they_replace():
    """At the same variance least squares would expect to lose nothing, and nothing be tried."""
    noise = NOISES["t3"](np.random.default_rng(3), 200_000) * HEAVY
    np.testing.assert_allclose(np.quantile(noise, [0.25, 0.75]), [-0.6745, 0.6745], atol=0.01)


def test_least_squares_lose_the_variance_that_heavy_tails_add():
    """tr Cov(b) is in proportion to the noise's variance, which is HEAVY^2 times as large."""
    np.testing.assert_allclose(HEAVY**2, 2.333, atol=1e-3)
    table = run({**SPEC, "disturbances": ["heavy-tails"], "folds": 2, "n_lambdas": 10}, 1, 400)
    ols = table[table["method"] == "ols"]
    plain = (ols["disturbed_risk"] - ols["loss"]).mean()
    growth = ols["disturbed_risk"].mean() / plain
    assert growth == pytest.approx(HEAVY**2, rel=0.3)


def test_risk_is_the_quadratic_form():
    sigma = np.array([[1.0, 0.5], [0.5, 1.0]])
    sample = Sample(np.zeros((1, 2)), np.zeros(1), np.zeros(1, int), np.array([1.0, 0.0]), sigma)
    # (1, 1)'Sigma(1, 1) = 3.
    assert sample.excess(np.array([2.0, 1.0])) == pytest.approx(3.0)


def test_the_table_is_paired_and_repeatable():
    table = run(SPEC, 1, 3)
    assert len(table) == 4 * 3 * 3
    assert set(table["method"]) == {"ols", "ridge", "lasso"}
    more = run(SPEC, 1, 4)
    same = more[more["replicate"] < 3].reset_index(drop=True)
    wanted = ["cell_id", "disturbance", "method", "replicate"]
    left, right = (t.sort_values(wanted, ignore_index=True) for t in (table, same))
    assert left.equals(right)
    # Growth and loss tell of the same two risks.
    risk = table["disturbed_risk"]
    np.testing.assert_allclose(risk / table["growth"], risk - table["loss"], rtol=1e-9)


def test_each_disturbance_has_data_of_its_own():
    """Its cells are counted as independent ones, so no undisturbed fit may be shared."""
    table = run(SPEC, 1, 2)
    ols = table[(table["method"] == "ols") & (table["replicate"] == 0)]
    plain = (ols["disturbed_risk"] - ols["loss"]).round(12)
    assert plain.nunique() == len(SPEC["disturbances"])


def test_independent_columns_cannot_be_shifted_to_independence():
    table = run({**SPEC, "correlations": [{"kind": "independent"}]}, 1, 2)
    assert "shifted-test" not in set(table["disturbance"])


def test_outliers_cost_least_squares_most():
    table = run(SPEC, 1, 30)
    means = table[table["disturbance"] == "outliers"].groupby("method")["loss"].mean()
    # Their noise has ten times the scale in a tenth of the rows: about ten times the variance.
    assert means["ols"] > 2 * means["ridge"] > 0
