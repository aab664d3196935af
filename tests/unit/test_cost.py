"""Counted operations of lasso and ridge: by hand, and what faults do to the verdict."""

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.decide import EXISTS, decide
from regclaims.config.claims import Rule
from regclaims.config.mechanisms.cost import Cost
from regclaims.evidence.contrasts import contrast
from regclaims.mechanisms import cost
from regclaims.mechanisms.cost import METHODS, lasso_path_operations, ridge_path_operations, run
from regclaims.mechanisms.first_order import CoordinateDescent
from regclaims.solvers import gaussian_path

CONFIG = Cost(
    shapes=[(40, 30)],
    correlations=["independent", {"kind": "blocks", "size": 5, "rho": 0.9}],
    lambda_shares=[0.1, 0.05],
    patience=5000,
    replicates=30,
)
SPEC = CONFIG.model_dump(exclude={"replicates"}, exclude_none=True)
SEED = 11


@pytest.fixture(scope="module")
def table():
    return run(SPEC, SEED, CONFIG.replicates)


def decision(table):
    arms = {
        "evidence": "cost",
        "metric": "operations",
        "method": "lasso-coordinate-descent",
        "tuning": "none",
        "versus": {"method": "ridge-coordinate-descent", "tuning": "none"},
        "scale": "log-ratio",
    }
    parts = [
        arms | {"direction": "above", "margin": 0.05},
        arms | {"versus_metric": "twice_operations", "direction": "below", "margin": 0},
    ]
    rule = Rule.model_validate({"bar": "existence", "parts": parts}).model_dump()
    rows = table.assign(tuning="none")
    return decide([contrast(rows, part) for part in rule["parts"]], rule, None)


def test_one_row_per_cell_replicate_and_method(table):
    assert len(table) == 4 * 30 * len(METHODS)
    assert set(table["method"]) == set(METHODS)
    assert (table["operations"] > 0).all()
    assert (table["twice_operations"] == 2 * table["operations"]).all()


def test_more_replicates_change_no_earlier_one(table):
    fewer = run(SPEC, SEED, 2).sort_values(["cell_id", "method", "replicate"], ignore_index=True)
    early = table[table["replicate"] < 2]
    early = early.sort_values(["cell_id", "method", "replicate"], ignore_index=True)
    pd.testing.assert_frame_equal(fewer, early)


def test_orthonormal_columns_take_one_sweep_and_no_update_of_zeros():
    n, p = 32, 8
    signs = np.array([[1.0]])
    while len(signs) < n:
        signs = np.block([[signs, signs], [signs, -signs]])
    X = signs[:, 1 : p + 1]  # a Hadamard matrix: columns of mean 0 and mean square 1
    y = X @ np.arange(p, 0, -1.0)
    y /= np.sqrt((y**2).mean())
    data = cost.Regressions(X[None], y[None])
    counts = cost._count_all(data, 0.45, 100)
    kept = np.count_nonzero(np.abs(data.linear) > 0.45 * data.lambda_max)
    assert 0 < kept < p
    assert counts["lasso-coordinate-descent"] == n * p + n * kept
    assert counts["ridge-coordinate-descent"] == 2 * n * p


def test_a_gradient_is_2np(table):
    steps = table.loc[table["method"] == "ridge-accelerated", "operations"] / (2 * 40 * 30)
    assert (steps == steps.round()).all()


@pytest.mark.parametrize(("n", "p"), [(30, 10), (10, 30)])
def test_ridge_path_by_hand(n, p):
    products = 30 * 10 * 11 / 2  # of the smaller Gram matrix, which is symmetric
    eigenvectors = 4.5 * 10**3
    per_lambda = 10**2 + (n * p if p > n else 0)
    expected = products + eigenvectors + 300 + 10**2 + 100 * per_lambda
    assert ridge_path_operations(n, p) == expected


def test_lasso_path_has_the_gram_matrix_on_top():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 12))
    y = X[:, 0] + rng.standard_normal(40)
    path = gaussian_path(
        X, y, n_lambdas=100, deviance_stop=0.999, standardize=False, fit_intercept=False
    )
    own = 40 * 12 * 13 / 2 + 40 * 12
    assert lasso_path_operations(X, y) == own + path.operations.sum()
    wide = X.T - X.T.mean(axis=0)
    assert lasso_path_operations(wide, y[:12]) > 40 * 12


def test_verdict_without_a_fault(table):
    assert decision(table).verdict == EXISTS


def test_work_that_is_counted_thrice_flips_the_verdict(monkeypatch):
    exact = CoordinateDescent.step

    def padded(self, problem, here):
        coef, passes = exact(self, problem, here)
        return coef, passes * (3 if problem.l1.any() else 1)

    monkeypatch.setattr(CoordinateDescent, "step", padded)
    assert decision(run(SPEC, SEED, CONFIG.replicates)).verdict != EXISTS


def test_a_solver_that_does_not_arrive_has_no_cost():
    impatient = run(SPEC | {"patience": 1}, SEED, 3)
    slow = impatient[impatient["method"] == "lasso-coordinate-descent"]
    assert slow["operations"].isna().all()
    assert decision(impatient).verdict != EXISTS
