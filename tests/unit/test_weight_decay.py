"""Weight decay: optimizers against closed forms, and what faults do to the identity."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import lsq_linear

from regclaims.claims.decide import REFUTED, SUPPORTED, decide
from regclaims.config.claims import Rule
from regclaims.config.mechanisms.weight_decay import WeightDecay
from regclaims.evidence.contrasts import contrast
from regclaims.mechanisms import weight_decay
from regclaims.mechanisms.regressions import cells, draw, ridge
from regclaims.mechanisms.weight_decay import METHODS, METRICS, Adam, DecayedGradient, run

CONFIG = WeightDecay(
    shapes=[(40, 5), (20, 30)],
    correlations=[{"kind": "ar1", "rho": 0.7}],
    strengths=[0.1, 1.0],
    steps=500,
    adam_step=0.05,
    replicates=3,
)
SPEC = CONFIG.model_dump(exclude={"replicates"}, exclude_none=True)
SEED = 11


@pytest.fixture(scope="module")
def table():
    return run(SPEC, SEED, CONFIG.replicates)


@pytest.fixture(scope="module")
def data():
    cell, _ = next(iter(cells(SPEC, "strength", [1.0])))
    return draw(cell, "test", SEED, 3)


def verdict(table, method="gradient-descent", tolerance=1e-10):
    part = {
        "evidence": "weight-decay",
        "metric": "deviation",
        "method": method,
        "tuning": "none",
        "versus": tolerance,
        "scale": "digits",
        "direction": "below",
        "margin": 0,
    }
    rule = Rule.model_validate({"bar": "always", "parts": [part]}).model_dump()
    return decide([contrast(table.assign(tuning="none"), rule["parts"][0])], rule, 1.0).verdict


def test_one_row_per_cell_replicate_and_method(table):
    assert len(table) == 4 * 3 * len(METHODS)
    assert set(table["method"]) == set(METHODS)
    assert table[list(METRICS)].notna().all(axis=None)
    assert (table["deviation"] == table[f"deviation_at_{CONFIG.steps}"]).all()
    assert (table.loc[table["method"] == "closed-form", "deviation"] == 0).all()


def test_more_replicates_change_no_earlier_one(table):
    fewer = run(SPEC, SEED, 2).sort_values(["cell_id", "method", "replicate"], ignore_index=True)
    early = table[table["replicate"] < 2]
    early = early.sort_values(["cell_id", "method", "replicate"], ignore_index=True)
    pd.testing.assert_frame_equal(fewer, early)


def test_a_decayed_step_is_a_step_on_ridges_objective(data):
    strength = np.full((3, 1), 0.7)
    coef = np.random.default_rng(0).standard_normal(data.linear.shape)
    loss = data.penalized().gradient(coef)
    moved = DecayedGradient(np.full((3, 1), 0.2), strength).step(coef, loss, 0)
    expected = coef - 0.2 * data.penalized(l2=0.7).gradient(coef)
    np.testing.assert_allclose(moved, expected, atol=1e-14)


def test_adams_first_steps_are_as_printed():
    # Kingma and Ba (2015), algorithm 1, on one weight, with a step that does not fall.
    adam = Adam(0.1, 10**12, np.array([[0.0]]), decoupled=False)
    coef, mean, square = np.array([[1.0]]), 0.0, 0.0
    expected = 1.0
    for k, gradient in enumerate((0.5, -2.0, 0.25)):
        coef = adam.step(coef, np.array([[gradient]]), k)
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        bias = mean / (1 - 0.9 ** (k + 1)), square / (1 - 0.999 ** (k + 1))
        expected -= 0.1 * bias[0] / (np.sqrt(bias[1]) + 1e-8)
        assert coef[0, 0] == pytest.approx(expected, rel=1e-12)


def test_decay_stands_inside_or_beside_adams_step():
    strength, gradient = np.array([[0.5]]), np.array([[1.0]])
    inside = Adam(0.1, 10**12, strength, decoupled=False).step(np.array([[2.0]]), gradient, 0)
    beside = Adam(0.1, 10**12, strength, decoupled=True).step(np.array([[2.0]]), gradient, 0)
    # The first rescaled gradient is its sign; 1e-8 beside it is Adam's epsilon.
    assert inside[0, 0] == pytest.approx(2 - 0.1, abs=1e-8)
    assert beside[0, 0] == pytest.approx(2 - 0.1 * (1 + 0.5 * 2), abs=1e-8)


def test_decoupled_adam_minimizes_the_loss_in_a_box(data):
    # Xie and Li (2024): weights of at most 1/lambda, and no other penalty.
    adam = Adam(0.05, 10_000, 8.0 * np.ones((3, 1)), decoupled=True)
    coefs = weight_decay._train(adam, data, [10_000])[-1]
    shrunk = ridge(data, np.full(3, 8.0))
    for X, y, coef, other in zip(data.X, data.y, coefs, shrunk, strict=True):
        boxed = lsq_linear(X, y, bounds=(-1 / 8, 1 / 8), tol=1e-12).x
        # Near a bound its steps shrink with the memory of larger gradients: it is slow there. Half
        # as far takes twice the steps.
        assert np.abs(coef - boxed).max() < 0.02
        assert np.abs(other - boxed).max() > 0.05


def test_identity_and_its_boundary(table):
    assert verdict(table) == SUPPORTED
    assert verdict(table, "adam-l2", 1e-6) == SUPPORTED
    assert verdict(table, "adam-decoupled", 0.01) == REFUTED


def test_decay_that_forgets_the_steps_length_is_found(monkeypatch):
    def forgetful(self, coef, gradient, k):
        return (1 - self.strength / 100) * coef - self.size * gradient

    monkeypatch.setattr(DecayedGradient, "step", forgetful)
    assert verdict(run(SPEC, SEED, 3)) == REFUTED


def test_training_stopped_early_is_found():
    assert verdict(run(SPEC | {"steps": 20}, SEED, 3)) == REFUTED


def test_excess_is_ridges_share_of_the_null_models(table):
    wide = table.pivot(index=["cell_id", "replicate"], columns="method", values="training_excess")
    np.testing.assert_allclose(wide["gradient-descent"], wide["closed-form"], rtol=1e-9)
    assert wide["closed-form"].between(0, 1).all()
