"""The trial of first-order methods: its table, and what faults do to its verdicts."""

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.decide import EXISTS, REFUTED, SUPPORTED, decide
from regclaims.config.claims import BARS, Rule
from regclaims.config.mechanisms.optimizers import Optimizers
from regclaims.evidence.contrasts import contrast
from regclaims.mechanisms import first_order, optimizers
from regclaims.mechanisms.first_order import Subgradient

CONFIG = Optimizers(
    shapes=[(40, 8), (20, 30)],
    correlations=[{"kind": "ar1", "rho": 0.7}],
    lambda_shares=[0.5, 0.1],
    passes=40,
    patience=20_000,
    replicates=8,
)
SPEC = CONFIG.model_dump(exclude={"replicates"}, exclude_none=True)
SEED = 11


def run(**changes):
    return optimizers.run(SPEC | changes, SEED, CONFIG.replicates)


@pytest.fixture(scope="module")
def table():
    return run()


def part(metric, method, versus, direction="above", scale="difference", margin=0.05):
    if isinstance(versus, str):
        versus = {"method": versus, "tuning": "none"}
    return {
        "evidence": "optimizers",
        "metric": metric,
        "method": method,
        "tuning": "none",
        "versus": versus,
        "scale": scale,
        "direction": direction,
        "margin": margin,
    }


def verdict(table, bar, *parts, combine="and"):
    rule = Rule.model_validate({"bar": bar, "combine": combine, "parts": parts}).model_dump()
    rows = table.assign(tuning="none")
    return decide([contrast(rows, one) for one in rule["parts"]], rule, BARS[bar]).verdict


FORCES = [part("visited_share", m, 0) for m in ("subgradient", "subgradient-diminishing")]
THRESHOLD = part("zero_share", "ista", "subgradient")
SHARP = part("visited_share", "subgradient", "smoothed")
SOLVES = [part("final_gap", m, 1e-9, "below", "digits", 0) for m in ("ista", "fista")]
ZEROS = [part("wrong_zeros", m, 1e-6, "below", "digits", 0) for m in ("ista", "fista")]
SLOWER = part("iterations_to_1e-4", "subgradient", "gradient-ridge", scale="log-ratio")
NEARER = part("gap", "subgradient-best", "ista", "below", "log-ratio")
FLIPS = part("flip_share", "subgradient", 0)
EXPLAINED = part("difference_left", "ista", 0.5, "below")


def test_one_row_per_cell_replicate_and_method(table):
    assert len(table) == 4 * 8 * len(optimizers.METHODS)
    assert set(table["method"]) == set(optimizers.METHODS)
    assert set(optimizers.METRICS) <= set(table)
    assert not table.duplicated(["cell_id", "replicate", "method"]).any()
    assert {"n_samples", "n_features", "correlation", "lambda_share"} <= set(table)


def test_more_replicates_change_no_earlier_one(table):
    fewer = optimizers.run(SPEC, SEED, 3)
    keys = ["cell_id", "method", "replicate"]
    early = table[table["replicate"] < 3]
    pd.testing.assert_frame_equal(
        fewer.sort_values(keys, ignore_index=True)[early.columns],
        early.sort_values(keys, ignore_index=True),
    )


def test_values_are_defined_where_they_should_be(table):
    by_method = table.groupby("method")
    gaps = by_method["gap"].count() > 0
    assert set(gaps[~gaps].index) == {"exact-lasso", "exact-ridge"}
    assert table.loc[gaps[table["method"]].to_numpy(), "gap"].notna().all()
    assert set(table.loc[table["final_gap"].notna(), "method"]) == {"ista", "fista"}
    assert (table["gap"].dropna() >= 1e-16).all()


def test_the_best_is_no_worse_than_any(table):
    wide = table.pivot(index=["cell_id", "replicate"], columns="method", values="gap")
    family = [*optimizers.SUBGRADIENTS, optimizers.FROM_ZERO]
    assert (wide[optimizers.BEST] == wide[family].min(axis=1)).all()


def test_zeros_from_zero_were_there_all_along(table):
    own = table[table["method"] == optimizers.FROM_ZERO]
    marks = [name for name in own if name.startswith("zero_share_at_")]
    assert (own[marks].diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)
    assert (own["zero_share"] > 0).any()


def test_oscillation_stays_within_a_step(table):
    # A coefficient that the optimum has at zero is moved by less than 2 lambda/L a step.
    own = table[(table["method"] == "subgradient") & (table["lambda_share"] == 0.5)]
    assert own["amplitude"].max() < 2
    assert (own["flip_share"] > 0).all()


def test_conditioning_is_equal():
    cell, _ = next(iter(optimizers.cells(SPEC, "lambda_share", [0.2])))
    data = optimizers.draw(cell, "test", SEED, 4)
    solution = optimizers.regressions.lasso(data, 0.2 * data.lambda_max)
    seen = {}

    def spy(method, goal, start, steps):
        seen["l2"] = goal.problem.l2[:, 0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimizers, "follow", spy)
        optimizers._equally_conditioned(data, solution, data.linear, 1)
    for r, (gram, b) in enumerate(zip(data.gram, solution, strict=True)):
        inside = np.linalg.eigvalsh(gram[np.ix_(b != 0, b != 0)])
        penalized = np.linalg.eigvalsh(gram + seen["l2"][r] * np.eye(8))
        top = data.eigenvalues[r, -1]
        assert penalized[-1] / penalized[0] == pytest.approx(top / inside[0], rel=1e-9)


def test_verdicts_without_a_fault(table):
    assert verdict(table, "plain", *FORCES, combine="or") == REFUTED
    assert verdict(table, "plain", THRESHOLD) == SUPPORTED
    assert verdict(table, "plain", SHARP) == REFUTED
    assert verdict(table, "always", *SOLVES, *ZEROS) == SUPPORTED
    assert verdict(table, "existence", FLIPS) == EXISTS
    assert verdict(table, "plain", EXPLAINED) == REFUTED
    assert verdict(table, "plain", NEARER) == REFUTED


def test_a_threshold_that_is_off_is_found(monkeypatch):
    exact = first_order.soft_threshold
    monkeypatch.setattr(first_order, "soft_threshold", lambda v, t: exact(v, 1.001 * t))
    assert verdict(run(patience=500), "always", *SOLVES) == REFUTED


def test_an_optimizer_stopped_early_is_found():
    assert verdict(run(patience=100), "always", *SOLVES) == REFUTED


def test_a_rounded_threshold_makes_no_zeros(monkeypatch):
    monkeypatch.setattr(first_order, "soft_threshold", lambda v, t: v - t * np.tanh(v / (1e-3 * t)))
    faulty = run(patience=100)
    assert verdict(faulty, "plain", THRESHOLD) == REFUTED
    assert verdict(faulty, "always", *ZEROS) == REFUTED


def test_subgradients_that_snap_to_zero_are_seen(monkeypatch):
    exact = Subgradient.step

    def snap(self, problem, here):
        coef, passes = exact(self, problem, here)
        return np.where(np.abs(coef) < problem.l1 / problem.lipschitz, 0.0, coef), passes

    monkeypatch.setattr(Subgradient, "step", snap)
    faulty = run(patience=100)
    assert verdict(faulty, "plain", *FORCES, combine="or") == SUPPORTED
    assert verdict(faulty, "plain", SHARP) == SUPPORTED


def test_a_kink_that_costs_nothing_is_not_held_against_it():
    table = run(shapes=[(40, 8), (60, 8)], passes=300, patience=1)
    assert verdict(table, "plain", SLOWER) == SUPPORTED
    ridge = table[table["method"] == "gradient-ridge"]
    same = pd.concat([table[table["method"] != "subgradient"], ridge.assign(method="subgradient")])
    assert verdict(same, "plain", SLOWER) == REFUTED
