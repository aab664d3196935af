"""The ablation of the vanishing gradient: closed forms, and faults that must show."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from regclaims.claims.decide import REFUTED, SUPPORTED, decide
from regclaims.config.claims import BARS, Rule
from regclaims.config.mechanisms.small_weights import SmallWeights
from regclaims.evidence.contrasts import contrast
from regclaims.mechanisms import small_weights
from regclaims.mechanisms.scalar import make_penalty, minimize
from regclaims.mechanisms.small_weights import L2, pulling, run

LINE = {"penalty": "power", "q": 1}
REVERSE = {"penalty": "reverse-huber", "knee": 1}
NEARLY = {"penalty": "power", "q": 1.05}
SPEC = {
    "ablations": [LINE, REVERSE, NEARLY],
    "pulls": [0.5, 1, 2],
    "small": 1,
    "kept": 0.1,
    "truths": [{"truth": "gaussian", "sd": 1}, {"truth": "sparse", "share": 0.1, "value": 3}],
    "n_coefs": 60,
}


def test_run_is_tidy():
    frame = run(SPEC, seed=1, replicates=2)
    assert list(frame) == [
        *("cell_id", "penalty", "pull", "truth", "small", "kept", "replicate", "method"),
        *small_weights.METRICS,
    ]
    assert len(frame) == 3 * 3 * 2 * 2 * 2
    assert not frame.duplicated(["cell_id", "replicate", "method"]).any()
    assert set(frame["penalty"]) == {"l1", "reverse-huber-1", "power-1.05"}
    shares = frame[["kept_share", "nonzero_share"]]
    assert shares.ge(0).all().all() and shares.le(1).all().all()
    assert (frame["kept_share"] <= frame["nonzero_share"]).all()


def test_other_cells_and_more_replicates_change_no_draw():
    full = run(SPEC, 5, 3)
    part = run(SPEC | {"ablations": [REVERSE], "truths": SPEC["truths"][1:]}, 5, 2)
    keys = ["cell_id", "replicate", "method"]
    kept = full.set_index(keys).loc[part.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(part)], part, check_exact=True)


@pytest.mark.parametrize("size", [0.5, 1.0, 3.0])
@pytest.mark.parametrize(
    "spec", [L2, *SPEC["ablations"], {"penalty": "rounded", "of": LINE, "width": 0.3}]
)
def test_all_penalties_pull_as_asked(spec, size):
    slope = pulling(spec, 1.7, size).derivative(np.array([size]))[0]
    assert slope == pytest.approx(1.7, rel=1e-14)


def test_what_is_kept_in_closed_form():
    frame = run(SPEC, seed=1, replicates=3)
    l2 = frame[frame["method"] == "l2"]
    # b = z/(1 + pull/small), whatever z: all keep the same part.
    np.testing.assert_allclose(l2["median_kept"], 1 / (1 + l2["pull"]), rtol=1e-13)
    assert (l2["kept_share"] == 1).all()
    # Soft thresholding at 1 or more leaves nothing of what is at most 1.
    strong = frame[(frame["method"] == "ablated") & (frame["pull"] >= 1)]
    gone = strong[strong["penalty"] != "power-1.05"]
    assert (gone["nonzero_share"] == 0).all()
    assert (strong.loc[strong["penalty"] == "power-1.05", "nonzero_share"] == 1).all()


def test_soft_threshold_shares_are_normal_probabilities():
    spec = SPEC | {"ablations": [LINE], "pulls": [0.5], "truths": SPEC["truths"][:1]}
    frame = run(spec | {"n_coefs": 40_000}, seed=1, replicates=1)
    found = frame[frame["method"] == "ablated"].iloc[0]
    # |z|/sqrt(2) is half-normal: P(|z| <= t) = erf(t/2); .5/.9 is the least that keeps a tenth.
    within = {0.5: 0.27632639, 0.5 / 0.9: 0.30561134, 1.0: 0.52049988}
    for metric, bound in (("nonzero_share", 0.5), ("kept_share", 0.5 / 0.9)):
        exact = 1 - within[bound] / within[1.0]
        # Five standard errors of a share of about 20,800 coefficients.
        assert abs(found[metric] - exact) < 5 * np.sqrt(exact * (1 - exact) / 20_800)


def test_reverse_huber_is_l2_for_large_and_l1_for_small_weights():
    penalty = make_penalty(REVERSE, 0.7)
    z = np.linspace(-6, 6, 241)
    soft = np.sign(z) * np.maximum(np.abs(z) - 0.7, 0)
    expected = np.where(np.abs(z) <= 1.7, soft, z / 1.7)
    np.testing.assert_allclose(minimize(penalty, z), expected, rtol=1e-14, atol=1e-15)


def test_no_small_coefficient_is_undefined():
    truth = {"truth": "sparse", "share": 1, "value": 50}
    frame = run(SPEC | {"truths": [truth]}, 1, 1)
    assert frame[list(small_weights.METRICS)].isna().all().all()


def test_penalties_of_which_no_strength_has_a_slope_are_refused():
    mcp = {"penalty": "mcp", "gamma": 3}
    for wrong in (mcp, {"penalty": "rounded", "of": mcp, "width": 0.1}):
        with pytest.raises(ValidationError, match="mcp and scad must not be in it"):
            SmallWeights.model_validate({"ablations": [wrong]})


PART = {
    "evidence": "small-weights",
    "method": "l2",
    "tuning": "none",
    "versus": {"method": "ablated", "tuning": "none"},
    "scale": "difference",
    "direction": "above",
    "margin": 0.05,
}
CHARITABLE = {"bar": "plain", "parts": [PART | {"metric": "kept_share"}]}
STRICT = {"bar": "always", "parts": [PART | {"metric": "nonzero_share"}]}


def verdict(frame, claim):
    rule = Rule.model_validate(claim).model_dump()
    parts = [contrast(frame.assign(tuning="none"), part) for part in rule["parts"]]
    return decide(parts, rule, BARS[rule["bar"]]).verdict


def test_verdicts_by_reading():
    frame = run(SPEC, 1, 12)
    assert verdict(frame, CHARITABLE) == SUPPORTED
    # Under |w|^1.05 nothing small becomes zero.
    assert verdict(frame, STRICT) == REFUTED
    assert verdict(frame[frame["penalty"] != "power-1.05"], STRICT) == SUPPORTED


def test_the_verdict_turns_if_the_vanishing_is_not_taken_away():
    """An ablation that leaves the gradient as it is changes nothing."""
    fake = run(SPEC | {"ablations": [L2, {"penalty": "power", "q": 1.8}]}, 1, 12)
    assert verdict(fake, CHARITABLE) == REFUTED


def test_the_verdict_turns_if_a_wrong_minimiser_spares_small_weights(monkeypatch):
    monkeypatch.setattr(small_weights, "minimize", lambda penalty, z: z / 2)
    assert verdict(run(SPEC, 1, 12), CHARITABLE) == REFUTED
