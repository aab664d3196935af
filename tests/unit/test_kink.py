"""The ablation of the kink: the experiment, zero shares by penalty, and faults that must show."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.decide import REFUTED, SUPPORTED, decide
from regclaims.config.claims import BARS, Rule
from regclaims.config.mechanisms.kink import Kink
from regclaims.evidence.contrasts import contrast
from regclaims.mechanisms import by_penalty, kink
from regclaims.mechanisms.by_penalty import zero_share_by_penalty
from regclaims.mechanisms.kink import run
from regclaims.mechanisms.penalties import KinkedPenalty, Rounded
from regclaims.mechanisms.scalar import minimize

POWER_1 = {"penalty": "power", "q": 1}
HALF = {"penalty": "power", "q": 0.5}
SPEC = {
    "pairs": [
        {"kinked": POWER_1, "smooth": {"penalty": "power", "q": 1.05}},
        {"kinked": POWER_1, "smooth": {"penalty": "rounded", "of": POWER_1, "width": 0.01}},
        {"kinked": HALF, "smooth": {"penalty": "rounded", "of": HALF, "width": 0.01}},
    ],
    "others": [{"penalty": "power", "q": 2}],
    "strengths": [0.5, 2],
    "truths": [
        {"truth": "gaussian", "sd": 1},
        {"truth": "sparse", "share": 0.1, "value": 3},
        {"truth": "t", "df": 3},
    ],
    "n_coefs": 50,
}
JUDGED = SPEC | {"truths": SPEC["truths"][:1]}


def of(frame, method):
    return frame[frame["method"] == method].reset_index(drop=True)


def test_run_is_tidy():
    frame = run(SPEC, seed=1, replicates=2)
    assert list(frame) == [
        *("cell_id", "kinked", "smooth", "lambda_", "truth", "replicate", "method"),
        *kink.METRICS,
    ]
    assert len(frame) == 3 * 2 * 3 * 2 * 2
    assert not frame.duplicated(["cell_id", "replicate", "method"]).any()
    assert frame["cell_id"].nunique() == 18
    assert frame["cell_id"].str.fullmatch("[0-9a-f]{16}").all()
    assert set(frame["method"]) == set(kink.METHODS)
    assert of(frame, "kinked")["zero_share"].between(0, 1).all()
    assert (of(frame, "smooth")["zero_share"] == 0).all()
    assert (of(frame, "smooth")["smallest"] > 0).all()


def test_soft_threshold_share_is_the_normal_probability():
    spec = SPEC | {"n_coefs": 20_000, "pairs": SPEC["pairs"][:1], "truths": SPEC["truths"][:1]}
    frame = of(run(spec | {"strengths": [2]}, seed=1, replicates=1), "kinked")
    # z is normal with variance 2: P(|z| <= 2) = .8427; five standard errors of a share.
    assert abs(frame["zero_share"][0] - 0.8427) < 5 * np.sqrt(0.8427 * 0.1573 / 20_000)


def test_all_zero_has_no_smallest():
    truth = {"truth": "sparse", "share": 0.1, "value": 0}
    spec = SPEC | {"strengths": [50], "truths": [truth], "pairs": SPEC["pairs"][1:2]}
    frame = of(run(spec, seed=1, replicates=1), "kinked")
    assert frame["zero_share"][0] == 1
    assert np.isnan(frame["smallest"][0])


def test_same_bits_in_other_threads_and_processes():
    expected = run(JUDGED, 5, 2)
    with ThreadPoolExecutor(3) as pool:
        frames = list(pool.map(run, [JUDGED] * 3, [5] * 3, [2] * 3))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        frames.append(pool.submit(run, JUDGED, 5, 2).result())
    for frame in frames:
        pd.testing.assert_frame_equal(frame, expected, check_exact=True)


@pytest.mark.parametrize("experiment", [kink, by_penalty])
def test_other_cells_and_more_replicates_change_no_draw(experiment):
    full = experiment.run(SPEC, 5, 3)
    fewer = SPEC | {"pairs": SPEC["pairs"][::-2], "truths": SPEC["truths"][1:]}
    part = experiment.run(fewer, 5, 2)
    keys = ["cell_id", "replicate", "method"]
    kept = full.set_index(keys).loc[part.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(part)], part, check_exact=True)
    assert not experiment.run(SPEC, 6, 3)["zero_share"].equals(full["zero_share"])


def test_zero_share_by_penalty():
    frame = zero_share_by_penalty(SPEC, seed=1, replicates=2)
    assert list(frame) == ["cell_id", "lambda_", "truth", "replicate", "method", "zero_share"]
    assert not frame.duplicated(["cell_id", "replicate", "method"]).any()
    # Six penalties (L1 is in two pairs) and non-negative least squares at two strengths.
    assert len(frame) == 7 * 2 * 3 * 2
    mean = frame.groupby("method")["zero_share"].agg(["min", "max"])
    assert (mean.loc[["power-1.05", "power-2", "rounded-l1-0.01"], "max"] == 0).all()
    assert (mean.loc[["l1", "power-0.5", by_penalty.NONNEGATIVE], "min"] > 0).all()


def test_arms_are_those_of_the_default_settings():
    spec = Kink().model_dump(exclude_none=True)
    frame = zero_share_by_penalty(spec | {"n_coefs": 10, "strengths": [1.0]}, 1, 1)
    assert list(dict.fromkeys(frame["method"])) == list(by_penalty.METHODS)


def test_all_penalties_of_a_cell_meet_the_same_coefficients():
    frame = zero_share_by_penalty(SPEC, seed=1, replicates=3)
    wide = frame.pivot(index=["cell_id", "replicate"], columns="method", values="zero_share")
    # Both are zero where |z| is at most the threshold, and half thresholding's is the larger at .5.
    assert (wide["power-0.5"] >= wide["l1"])[
        frame.groupby(wide.index.names)["lambda_"].max() < 1
    ].all()


def test_counter_example_zeros_are_the_negative_coefficients():
    truth = {"truth": "sparse", "share": 1, "value": 50}
    frame = zero_share_by_penalty(SPEC | {"truths": [truth]}, seed=1, replicates=1)
    assert (of(frame, by_penalty.NONNEGATIVE)["zero_share"] == 0).all()


def test_bad_pair_and_bad_truth():
    with pytest.raises(ValueError, match="one kinked and one smooth"):
        run(SPEC | {"pairs": [{"kinked": POWER_1, "smooth": HALF}]}, 1, 1)
    with pytest.raises(ValueError, match="unknown truth"):
        run(SPEC | {"truths": [{"truth": "cauchy"}]}, 1, 1)


CAUSES = {
    "bar": "plain",
    "parts": [
        {
            "evidence": "kink",
            "metric": "zero_share",
            "method": "kinked",
            "tuning": "none",
            "versus": {"method": "smooth", "tuning": "none"},
            "scale": "difference",
            "direction": "above",
            "margin": 0.05,
        }
    ],
}


def verdict(frame):
    rule = Rule.model_validate(CAUSES).model_dump()
    parts = [contrast(frame.assign(tuning="none"), part) for part in rule["parts"]]
    return decide(parts, rule, BARS["plain"]).verdict


def test_the_verdict_turns_if_a_rounded_kink_passes_for_a_kink(monkeypatch):
    assert verdict(run(JUDGED, 1, 10)) == SUPPORTED

    def rounded(penalty, z):
        # Hardly rounded at all: nothing but exact zeros tells the two apart.
        faulty = Rounded(penalty, 1e-9) if isinstance(penalty, KinkedPenalty) else penalty
        return minimize(faulty, z)

    monkeypatch.setattr(kink, "minimize", rounded)
    assert verdict(run(JUDGED, 1, 10)) == REFUTED


def test_the_verdict_turns_if_nearly_zero_passes_for_zero(monkeypatch):
    """A loose tolerance finds zeros under smooth penalties too."""
    monkeypatch.setattr(kink, "zero_share", lambda b: float(np.mean(np.abs(b) <= 0.2)))
    assert verdict(run(JUDGED, 1, 10)) == REFUTED
