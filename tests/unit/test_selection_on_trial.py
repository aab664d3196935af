"""Faults planted in experiments on selection and over-fitting must turn the verdicts."""

from dataclasses import replace

import numpy as np
import pytest

from regclaims.claims.decide import INCONCLUSIVE, REFUTED, SUPPORTED, decide
from regclaims.config.claims import BARS, Rule
from regclaims.evidence.contrasts import contrast
from regclaims.mechanisms import data_sparsity, evenness, optimism, twins, two_stages
from regclaims.mechanisms.subsets import Subsets
from regclaims.solvers import gaussian_path, relaxed_path
from regclaims.solvers.preparation import prepare


def verdict(frame, bar, *parts, combine="and"):
    """Decide a rule from an experiment's table."""
    rule = Rule.model_validate({"bar": bar, "combine": combine, "parts": parts}).model_dump()
    tables = [contrast(frame.assign(tuning="none"), part) for part in rule["parts"]]
    return decide(tables, rule, BARS[bar]).verdict


def part(evidence, metric, method, versus, **changes):
    if isinstance(versus, str):
        versus = {"method": versus, "tuning": "none"}
    fixed = {"tuning": "none", "scale": "difference", "direction": "above", "margin": 0.05}
    own = {"evidence": evidence, "metric": metric, "method": method, "versus": versus}
    return fixed | own | changes


LOWER = {"scale": "log-ratio", "direction": "below"}
KNOB = [
    part("two-stages", "lambda_distance", "lasso", 0, margin=0.1),
    part("two-stages", "halving_cost", "lasso", 0),
]
PRUNE = [
    part("two-stages", "rr_at_support", method, "lasso", **LOWER)
    for method in two_stages.METHODS[1:]
]
ONE_CELL = {
    "shapes": [[60, 30]],
    "correlations": [{"kind": "independent"}],
    "n_relevant": [4],
    "snrs": [4.0],
    "n_lambdas": 40,
    "lambda_min_ratio": 0.03,
    "deviance_stop": 0.95,
    "risk_tolerance": 0.05,
    "f1_tolerance": 0.05,
}


@pytest.fixture(scope="module")
def knobs():
    return two_stages.run(ONE_CELL, 1, 15)


def test_one_knob_without_a_conflict(knobs, monkeypatch):
    assert verdict(knobs, "always", *KNOB) == SUPPORTED
    # As if the support were judged by prediction too.
    monkeypatch.setattr(two_stages, "lambda_gap", lambda fits: 0.0)
    assert verdict(two_stages.run(ONE_CELL, 1, 15), "always", *KNOB) == REFUTED


def test_two_stages_without_a_second_one(knobs, monkeypatch):
    assert verdict(knobs, "always", *PRUNE, combine="or") == SUPPORTED
    monkeypatch.setattr(
        two_stages, "relaxed_path", lambda X, y, path: relaxed_path(X, y, path, gammas=[1.0])
    )
    monkeypatch.setattr(two_stages, "adaptive_path", gaussian_path)
    # A harsh penalty where a gentle one belongs.
    monkeypatch.setattr(two_stages, "RIDGE_LAMBDAS", np.array([1e4]))
    caught = two_stages.run(ONE_CELL, 1, 15)
    assert verdict(caught, "always", *PRUNE, combine="or") == REFUTED


PICKS = part("twins", "one_kept", "lasso", 0.5, where={"rho": 0.99})
GROUPS = part(
    "twins", "bound_excess", "elastic-net", 2e-9, scale="digits", direction="below", margin=0
)
PAIRS = {
    "n_samples": 40,
    "n_pairs": 6,
    "n_relevant_pairs": [4],
    "rhos": [0.99, 1.0],
    "truths": ["one", "both"],
    "snrs": [0.5, 0.75, 1.0],
    "l1_ratio": 0.5,
    "bound_l1_ratios": [0.5],
    "n_lambdas": 10,
}


@pytest.fixture(scope="module")
def pairs():
    return twins.run(PAIRS, 1, 12)


def test_a_little_ridge_in_the_lasso_keeps_both_twins(pairs, monkeypatch):
    assert verdict(pairs, "plain", PICKS) == SUPPORTED

    def mixed(X, y, *, l1_ratio=1.0, n_lambdas):
        return gaussian_path(X, y, l1_ratio=min(l1_ratio, 0.3), n_lambdas=n_lambdas)

    monkeypatch.setattr(twins, "gaussian_path", mixed)
    assert verdict(twins.run(PAIRS | {"rhos": [0.99]}, 1, 12), "plain", PICKS) == REFUTED


def stopped_early(X, y, *, l1_ratio=1.0, n_lambdas):
    """An Elastic Net whose coordinate descent ends after one sweep from zero."""
    path = gaussian_path(X, y, l1_ratio=l1_ratio, n_lambdas=n_lambdas)
    scale = X.std(axis=0)
    Z, coefs = (X - X.mean(axis=0)) / scale, np.zeros_like(path.coefs)
    for lambda_, row in zip(path.lambdas, coefs, strict=True):
        residuals = y - y.mean()
        for j, z in enumerate(Z.T):
            c = z @ residuals / len(y)
            row[j] = np.sign(c) * max(abs(c) - l1_ratio * lambda_, 0)
            row[j] /= 1 + (1 - l1_ratio) * lambda_
            residuals = residuals - row[j] * z
    return replace(path, coefs=coefs / scale)


def test_an_elastic_net_stopped_early_breaks_the_bound(pairs, monkeypatch):
    assert verdict(pairs, "always", GROUPS) == SUPPORTED
    monkeypatch.setattr(twins, "gaussian_path", stopped_early)
    # Its status still says that it converged: without a certificate of ours nothing else tells.
    assert verdict(twins.run(PAIRS | {"snrs": [1.0]}, 1, 2), "always", GROUPS) == REFUTED


SPARSE = [part("optimism", "avoided", method, 0.5) for method in ("best-subset", "forward")]
PATHWAYS = [
    part("optimism", "avoided", "unshrunk-lasso", "ols", direction=way)
    for way in ("above", "below")
]
FIXED_X = {
    "n_samples": 30,
    "n_features": 6,
    "sizes": [2, 3],
    "correlations": [{"kind": "independent"}],
    "n_relevant": [2, 6],
    "snrs": [0.05, 0.25],
    "calibration_draws": 20,
    "n_lambdas": 20,
    "lambda_min_ratio": 0.01,
}


@pytest.fixture(scope="module")
def optimisms():
    return optimism.run(FIXED_X, 1, 40)


def test_columns_chosen_beforehand_do_not_overfit(optimisms, monkeypatch):
    assert verdict(optimisms, "plain", *SPARSE) == REFUTED

    def beforehand(self, Y):
        return [max(self._bases, key=len)] * len(Y)

    # Without a search sparsity does what the claim says.
    monkeypatch.setattr(Subsets, "best", beforehand)
    monkeypatch.setattr(Subsets, "forward", beforehand)
    assert verdict(optimism.run(FIXED_X, 1, 40), "plain", *SPARSE) == SUPPORTED


def test_a_lasso_that_forgets_its_support_goes_the_way_of_ridge(optimisms, monkeypatch):
    assert verdict(optimisms, "plain", *PATHWAYS, combine="or") == SUPPORTED
    known = optimism.on_supports
    monkeypatch.setattr(
        optimism, "on_supports", lambda X, Y, coefs: known(X, Y, np.ones_like(coefs))
    )
    caught = optimism.run(FIXED_X, 1, 40)
    assert verdict(caught, "plain", *PATHWAYS, combine="or") == REFUTED


EVEN = part("evenness", "rr", "ridge", "uneven-ridge", where={"better": "ridge"}, **LOWER)
BLOCKS = {
    "n_samples": 60,
    "n_blocks": 4,
    "block_size": 4,
    "rhos": [0.5, 0.7],
    "truths": ["even"],
    "relevant_blocks": [4],
    "snrs": [1.22, 6.0],
    "n_lambdas": 25,
    "screening_replicates": 4,
}


def test_ridge_that_stays_even_shows_no_cause(monkeypatch):
    assert verdict(evenness.run(BLOCKS, 1, 10), "plain", EVEN) == SUPPORTED
    monkeypatch.setattr(evenness, "swapped", lambda means_of, deviations_of, size: means_of)
    assert verdict(evenness.run(BLOCKS, 1, 10), "plain", EVEN) == REFUTED


def test_where_ridge_is_not_better_nobody_asks_why(monkeypatch):
    monkeypatch.setattr(evenness, "GAIN", 10.0)
    frame = evenness.run(BLOCKS | {"snrs": [6.0]}, 1, 3)
    assert contrast(frame.assign(tuning="none"), EVEN).empty


DATA = part("data-sparsity", "data_zeros_gained", "lasso", 0)
TABLES = {
    "shapes": [[30, 8]],
    "zero_shares": [0.0, 0.5],
    "n_relevant": 2,
    "l1_ratio": 0.5,
    "n_lambdas": 5,
}


def test_a_solver_that_writes_into_the_data_is_seen(monkeypatch):
    assert verdict(data_sparsity.run(TABLES, 1, 10), "plain", DATA) == REFUTED

    def careless(X, y, **options):
        problem = prepare(X, y, **options)
        X[:, ::2] = 0
        return problem

    monkeypatch.setattr(data_sparsity, "prepare", careless)
    assert verdict(data_sparsity.run(TABLES, 1, 10), "plain", DATA) == SUPPORTED


def test_one_replicate_decides_nothing(knobs):
    assert verdict(knobs[knobs["replicate"] == 0], "always", *KNOB) == INCONCLUSIVE
