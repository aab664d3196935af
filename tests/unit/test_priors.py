"""Priors and peaks: identities, what has zeros, and faults that must show."""

import math

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from regclaims.claims.decide import REFUTED, SUPPORTED, decide
from regclaims.config.claims import BARS, Rule
from regclaims.config.mechanisms.priors import Priors
from regclaims.evidence.contrasts import contrast
from regclaims.mechanisms import peak, posterior, priors
from regclaims.mechanisms.columns import ORTHONORMAL, design_name, draw_columns
from regclaims.mechanisms.posterior import laplace_mean

SPEC = {
    "n_samples": 30,
    "n_features": 6,
    "correlations": [{"kind": "ar1", "rho": 0.7}],
    "truths": [{"truth": "gaussian", "sd": 1}],
    "scales": [0.5, 1],
    "rounding": 0.1,
    "burn_in": 20,
    "draws": 30,
}
REPLICATES = 10


@pytest.fixture(scope="module")
def frame():
    return priors.run(SPEC, 1, REPLICATES)


def test_run_is_tidy(frame):
    assert list(frame) == [
        *("cell_id", "correlation", "truth", "scale", "rounding", "replicate", "method"),
        *priors.METRICS,
    ]
    assert len(frame) == 2 * 2 * REPLICATES * len(priors.METHODS)
    assert not frame.duplicated(["cell_id", "replicate", "method"]).any()
    assert set(frame["correlation"]) == {"orthonormal", "ar1 0.7"}
    penalized = frame["method"].isin(["laplace-mode", "normal-mode"])
    for metric in ("penalized_deviation", "support_deviation", "objective_deviation"):
        assert (frame[metric].notna() == penalized).all()


def test_only_the_laplace_mode_has_zeros(frame):
    shares = frame.groupby("method")["zero_share"].max()
    assert shares.pop("laplace-mode") > 0
    assert (shares == 0).all()


def test_other_cells_and_more_replicates_change_no_draw(frame):
    part = priors.run(SPEC | {"correlations": [], "scales": [1]}, 1, 4)
    keys = ["cell_id", "replicate", "method"]
    kept = frame.set_index(keys).loc[part.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(part)], part, check_exact=True)


def test_orthonormal_columns_and_zero_shares_are_soft_thresholding():
    spec = SPEC | {"correlations": [], "scales": [2], "n_samples": 400, "n_features": 100}
    found = priors.run(spec | {"draws": 1, "burn_in": 1}, 1, 10)
    share = found.loc[found["method"] == "laplace-mode", "zero_share"].mean()
    # The threshold is half a standard error: P(|z| <= .5) of variance 2 is erf(.25) = .2763.
    assert abs(share - 0.27633) < 5 * math.sqrt(0.2763 * 0.7237 / 1000)


def test_columns_are_as_named():
    rng = np.random.default_rng(0)
    X = draw_columns(ORTHONORMAL, 20, 5, rng)
    np.testing.assert_allclose(X.T @ X / 20, np.eye(5), atol=1e-14)
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-15)
    X = draw_columns({"kind": "blocks", "size": 5, "rho": 0.9}, 4000, 5, rng)
    np.testing.assert_allclose((X**2).mean(axis=0), 1, rtol=1e-13)
    # Five standard errors of a correlation of .9.
    assert abs(np.corrcoef(X.T)[0, 1] - 0.9) < 5 * (1 - 0.81) / math.sqrt(4000)
    assert design_name({"kind": "blocks", "size": 5, "rho": 0.9}) == "blocks 5 0.9"
    assert design_name(ORTHONORMAL) == "orthonormal"


def test_wide_data_are_refused():
    with pytest.raises(ValidationError, match="n_features must be below n_samples"):
        Priors.model_validate({"n_samples": 10, "n_features": 10})


def test_slopes_of_densities():
    table = peak.run({"decades": [-3, 0, 3]}, 1, 5)
    assert list(table) == ["cell_id", "decade", "replicate", "method", *peak.METRICS]
    # Log densities of up to about 10, rounded, over a hundredth of a standard deviation; tenfold.
    assert table["slope_deviation"].max() < 1e-11
    jumps = table.groupby("method")["jump"].mean()
    assert jumps["laplace"] == pytest.approx(2 * math.sqrt(2), abs=1e-11)
    assert jumps["normal"] == pytest.approx(0, abs=1e-11)


def part(evidence, metric, method, versus, **more):
    scale = {"scale": "digits", "direction": "below", "margin": 0}
    if isinstance(versus, str):
        versus = {"method": versus, "tuning": "none"}
        scale = {"scale": "difference", "direction": "above", "margin": 0.05}
    named = {"evidence": evidence, "metric": metric, "method": method, "tuning": "none"}
    return named | {"versus": versus} | scale | more


MAP = {
    "bar": "always",
    "parts": [
        part("priors", "penalized_deviation", "laplace-mode", 1e-7),
        part("priors", "objective_deviation", "laplace-mode", 1e-10),
    ],
}
SUPPORTS = {"bar": "always", "parts": [part("priors", "support_deviation", "laplace-mode", 1e-9)]}
OF_MODE = part("priors", "zero_share", "laplace-mode", "normal-mode")
OF_MEAN = part("priors", "zero_share", "laplace-mean", "normal-mean")
EXPLAINS = {"bar": "plain", "combine": "and", "parts": [OF_MODE, OF_MEAN]}
PEAK = {
    "bar": "always",
    "parts": [part("peak", "slope_deviation", method, 1e-10) for method in peak.METHODS],
}


def verdict(table, claim):
    rule = Rule.model_validate(claim).model_dump()
    parts = [contrast(table.assign(tuning="none"), one) for one in rule["parts"]]
    return decide(parts, rule, BARS[rule["bar"]]).verdict


def test_verdicts(frame):
    assert verdict(frame, MAP) == SUPPORTED
    assert verdict(frame, SUPPORTS) == SUPPORTED
    # The peak makes zeros in the mode alone.
    assert verdict(frame, {"bar": "plain", "parts": [OF_MODE]}) == SUPPORTED
    assert verdict(frame, EXPLAINS) == REFUTED
    assert verdict(peak.run({"decades": [-2, 0, 2]}, 1, 5), PEAK) == SUPPORTED


def test_a_lambda_that_is_off_is_refuted(monkeypatch):
    right = priors.matching_lambda
    monkeypatch.setattr(priors, "matching_lambda", lambda prior, n: right(prior, n) * (1 + 1e-6))
    assert verdict(priors.run(SPEC, 1, 3), MAP) == REFUTED


def test_a_prior_whose_kink_is_rounded_has_other_zeros(monkeypatch):
    exact = posterior.mode

    def rounded(gram, linear, prior):
        if isinstance(prior, posterior.Laplace):
            prior = posterior.RoundedLaplace(prior.scale, 1e-9)
        return exact(gram, linear, prior)

    monkeypatch.setattr(posterior, "mode", rounded)
    caught = priors.run(SPEC, 1, 3)
    assert verdict(caught, SUPPORTS) == REFUTED
    assert (caught["zero_share"] == 0).all()


def test_an_ascent_that_is_stopped_early_is_refuted(monkeypatch):
    monkeypatch.setattr(posterior, "STILL", 1e-3)
    assert verdict(priors.run(SPEC, 1, 3), MAP) == REFUTED


def test_a_thresholded_mean_would_turn_the_verdict(monkeypatch):
    """A mean that sets small coefficients to zero is what the claim would need."""
    sampler = posterior.laplace_draws

    def thresholded(gram, linear, scale, noise):
        chain = sampler(gram, linear, scale, noise)
        return np.where(np.abs(chain.mean(axis=1, keepdims=True)) < scale, 0.0, chain)

    monkeypatch.setattr(posterior, "laplace_draws", thresholded)
    assert verdict(priors.run(SPEC, 1, REPLICATES), EXPLAINS) == SUPPORTED


def test_a_peak_that_is_not_there_is_refuted(monkeypatch):
    normal = peak.DENSITIES["normal"][0]
    monkeypatch.setitem(peak.DENSITIES, "laplace", (normal, math.sqrt(2)))
    assert verdict(peak.run({"decades": [0]}, 1, 3), PEAK) == REFUTED


def test_the_mean_of_the_chain_is_the_exact_mean():
    """On orthonormal columns the posterior falls apart into coefficients that are known."""
    spec = SPEC | {"correlations": [], "scales": [1], "burn_in": 100, "draws": 4000}
    cell = {
        "shape": [30, 6],
        "correlation": ORTHONORMAL,
        "truth": SPEC["truths"][0],
        "scale": 1.0,
    }
    data = priors._draw(cell, 4100, 1, 2)
    found = posterior.laplace_draws(
        data["X"].transpose(0, 2, 1) @ data["X"],
        np.einsum("rnp,rn->rp", data["X"], data["y"]),
        1 / math.sqrt(30),
        data["noise"],
    )[:, spec["burn_in"] :]
    exact = laplace_mean(
        np.einsum("rnp,rn->rp", data["X"], data["y"]) / 30, 1 / 30, 1 / math.sqrt(30)
    )
    # Batch means: the error of an autocorrelated mean.
    batches = found.reshape(2, 40, 100, 6).mean(axis=2)
    error = batches.std(axis=1, ddof=1) / math.sqrt(40)
    assert (np.abs(found.mean(axis=1) - exact) < 5 * error).all()
