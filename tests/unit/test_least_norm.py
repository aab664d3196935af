"""Fits of least norm: published phase transition, zeros that are zeros, and faults that show."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import linprog, minimize_scalar
from scipy.stats import norm

from regclaims.claims.decide import REFUTED, SUPPORTED, decide
from regclaims.config.claims import BARS, Rule
from regclaims.config.mechanisms.least_norm import LeastNorm
from regclaims.evidence.contrasts import contrast
from regclaims.figures import least_norm as figure
from regclaims.mechanisms import interpolation, least_norm
from regclaims.mechanisms.interpolation import (
    Interpolation,
    least_l1,
    least_l2,
    weak_curve,
    weak_threshold,
)
from regclaims.mechanisms.least_norm import run
from regclaims.report.mechanisms.least_norm import numbers
from regclaims.report.tex import write_macros

SPEC = {"n_features": 30, "rows": [0.3, 0.6], "sparsities": [0.1, 0.5, 0.9], "dense": True}

TANNER = {
    0.021: 0.125,
    0.058: 0.160,
    0.100: 0.190,
    0.190: 0.238,
    0.305: 0.293,
    0.399: 0.337,
    0.490: 0.381,
    0.580: 0.428,
    0.691: 0.493,
    0.794: 0.568,
    0.900: 0.678,
    0.963: 0.791,
}
"""The weak transition of the cross-polytope as tabulated on Tanner's page, to three decimals."""


@pytest.mark.parametrize(("delta", "rho"), TANNER.items())
def test_published_phase_transition(delta, rho):
    # Both numbers are rounded to three decimals.
    slope = (weak_threshold(delta + 0.001) - weak_threshold(delta - 0.001)) / 0.002
    assert abs(weak_threshold(delta) - rho) <= 0.0005 * (1 + slope) + 1e-9


@pytest.mark.parametrize("delta", [0.02, 0.25, 0.5, 0.75, 0.98])
def test_minimax_form_of_the_phase_transition(delta):
    """Donoho, Maleki and Montanari (2009), equation 5, maximized numerically."""

    def rho(z):
        part = (1 + z**2) * norm.sf(z) - z * norm.pdf(z)
        return (1 - 2 / delta * part) / (1 + z**2 - 2 * part)

    best = minimize_scalar(lambda z: -rho(z), bounds=(1e-6, 8), method="bounded")
    # At a maximum an error of 1e-5 in z is one of its square.
    assert weak_threshold(delta) == pytest.approx(-best.fun, abs=1e-8)


@pytest.mark.parametrize("delta", [0.1, 0.5, 0.9])
def test_statistical_dimension_at_the_phase_transition(delta):
    """Amelunxen et al. (2014): there the descent cone's statistical dimension is n."""
    share = delta * weak_threshold(delta)

    def bound(tau):
        tail = quad(lambda u: (u - tau) ** 2 * norm.pdf(u), tau, np.inf)[0]
        return share * (1 + tau**2) + (1 - share) * 2 * tail

    least = minimize_scalar(bound, bounds=(1e-6, 8), method="bounded").fun
    assert least == pytest.approx(delta, abs=1e-7)


def test_ends_of_the_phase_transition():
    delta, rho = weak_curve(np.geomspace(1e-6, 30, 200))
    assert (np.diff(delta) < 0).all() and (np.diff(rho) < 0).all()
    assert delta[0] == pytest.approx(1, abs=1e-4) and rho[0] == pytest.approx(1, abs=1e-4)
    # Donoho and Tanner (2009): rho is about 1/(2 log(1/delta)) as delta vanishes.
    assert weak_threshold(1e-200) == pytest.approx(1 / (2 * 200 * math.log(10)), rel=0.02)
    for delta in (0, 1, -0.1):
        with pytest.raises(ValueError, match="delta must be"):
            weak_threshold(delta)


def test_least_l1_in_one_row():
    """With one row the least L1 norm uses the largest column alone."""
    X = np.array([[1.0, -4.0, 2.0]])
    fit = least_l1(X, np.array([8.0]))
    assert fit.coef.tolist() == [0.0, -2.0, 0.0]
    assert fit.gap == 0
    np.testing.assert_allclose(least_l2(X, np.array([8.0])).coef, 8 * X[0] / 21, rtol=1e-14)


def test_a_sparse_truth_is_found_with_its_zeros():
    rng = np.random.default_rng(0)
    X, truth = rng.standard_normal((40, 60)), np.zeros(60)
    truth[:6] = rng.standard_normal(6)
    fit = least_l1(X, X @ truth)
    assert np.array_equal(fit.coef == 0, truth == 0)
    np.testing.assert_allclose(fit.coef[:6], truth[:6], rtol=1e-12)
    assert fit.gap < 1e-12


def test_small_but_needed_coefficients_are_kept():
    """Zeros are decided by whether the fit does without the column, not by size."""
    rng = np.random.default_rng(1)
    X, truth = rng.standard_normal((20, 30)), np.zeros(30)
    truth[:2] = [1.0, 1e-8]
    fit = least_l1(X, X @ truth)
    assert np.flatnonzero(fit.coef).tolist() == [0, 1]
    assert fit.gap < 1e-12
    assert least_l1(X, X[:, 0]).coef[1] == 0
    # What the linear program cannot see any more is told, not hidden.
    truth[1] = 1e-10
    fit = least_l1(X, X @ truth)
    assert np.flatnonzero(fit.coef).tolist() == [0, 1] or fit.gap == math.inf


def test_least_l1_agrees_with_another_algorithm():
    rng = np.random.default_rng(2)
    for _ in range(5):
        X, y = rng.standard_normal((12, 20)), rng.standard_normal(12)
        other = linprog(np.ones(40), A_eq=np.hstack([X, -X]), b_eq=y, method="highs-ipm")
        fit = least_l1(X, y)
        assert np.abs(fit.coef).sum() == pytest.approx(other.fun, rel=1e-9)
        assert np.count_nonzero(fit.coef) == 12
        assert fit.gap < 1e-12
        # No fit is shorter than that by singular values, and it is the pseudo-inverse's.
        np.testing.assert_allclose(least_l2(X, y).coef, np.linalg.pinv(X) @ y, rtol=1e-9)


def test_a_program_without_solution_is_told():
    with pytest.raises(RuntimeError, match="basis pursuit"):
        least_l1(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([1.0, 2.0]))


def test_the_gap_tells_a_fit_that_is_not_the_shortest(monkeypatch):
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((5, 8)), rng.standard_normal(5)
    first = np.append(np.linalg.solve(X[:, :5], y), np.zeros(3))
    longer = np.abs(first).sum() / np.abs(least_l1(X, y).coef).sum()
    assert longer > 1.01
    monkeypatch.setattr(interpolation, "_on_support", lambda *_: first)
    assert least_l1(X, y).gap == pytest.approx(1 - 1 / longer)


def test_run_is_tidy():
    frame = run(SPEC, seed=1, replicates=3)
    assert list(frame) == [
        *("cell_id", "n_samples", "n_features", "n_relevant", "sparsity", "truth"),
        *("replicate", "method"),
        *least_norm.METRICS,
    ]
    assert len(frame) == 2 * 4 * 3 * 2
    assert not frame.duplicated(["cell_id", "replicate", "method"]).any()
    assert not frame.isna().any().any()
    l1 = frame[frame["method"] == "least-l1"]
    assert (l1["nonzeros_per_row"] <= 1).all()
    assert (l1.loc[l1["truth"] == "dense", "fewer_than_rows"] == 0).all()
    assert (frame.loc[frame["method"] == "least-l2", "zero_share"] == 0).all()
    # A truth that is found has fewer non-zeros than rows.
    assert (l1["recovered"] <= l1["fewer_than_rows"]).all()


def test_other_cells_and_more_replicates_change_no_draw():
    full = run(SPEC, 5, 3)
    part = run(SPEC | {"rows": [0.6], "sparsities": [0.5], "dense": False}, 5, 2)
    keys = ["cell_id", "replicate", "method"]
    kept = full.set_index(keys).loc[part.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(part)], part, check_exact=True)


def test_recovery_far_from_the_phase_transition():
    spec = {"n_features": 80, "rows": [0.5], "sparsities": [0.1, 0.9], "dense": False}
    frame = run(spec, seed=2, replicates=8)
    found = frame[frame["method"] == "least-l1"].groupby("sparsity")["recovered"].mean()
    assert found.tolist() == [1.0, 0.0]


def test_bad_spec():
    with pytest.raises(ValueError, match="rows must leave"):
        run(SPEC | {"rows": [0.99]}, 1, 1)
    with pytest.raises(ValueError, match="must be 1 or more"):
        LeastNorm.model_validate({"n_features": 10, "rows": [0.01], "sparsities": [0.5]})
    with pytest.raises(ValueError, match="distinct"):
        LeastNorm.model_validate({"n_features": 10, "rows": [0.5], "sparsities": [0.6, 0.62]})


BASE = {"evidence": "least-norm", "method": "least-l1", "tuning": "none", "scale": "difference"}
BASE |= {"direction": "above", "margin": 0.05}
CHARITABLE = BASE | {"metric": "zero_share", "versus": {"method": "least-l2", "tuning": "none"}}
STRICT = BASE | {"metric": "fewer_than_rows", "versus": 0.5}


def verdict(frame, part):
    rule = Rule.model_validate({"bar": "plain", "parts": [part]}).model_dump()
    tables = [contrast(frame.assign(tuning="none"), one) for one in rule["parts"]]
    return decide(tables, rule, BARS["plain"]).verdict


# Sixteen cells, in a quarter of which the truth is sparse enough to be found.
JUDGED = {
    "n_features": 16,
    "rows": [0.5, 0.6, 0.7, 0.8],
    "sparsities": [0.08, 0.7, 0.9],
    "dense": True,
}


def test_verdicts_and_what_faults_make_of_them(monkeypatch):
    frame = run(JUDGED, 1, 8)
    assert verdict(frame, CHARITABLE) == SUPPORTED
    assert verdict(frame, STRICT) == REFUTED
    # A fit of least L2 norm in the place of basis pursuit has no zeros.
    monkeypatch.setattr(least_norm, "least_l1", least_l2)
    assert verdict(run(JUDGED, 1, 8), CHARITABLE) == REFUTED

    # Coefficients below half the largest cut off: sparse, but no fit through the data any more.
    def cut(X, y):
        fit = least_l1(X, y)
        small = np.abs(fit.coef) < 0.5 * np.abs(fit.coef).max()
        coef = np.where(small, 0.0, fit.coef)
        return Interpolation(coef, max(fit.gap, interpolation._missed(X, y, coef)))

    monkeypatch.setattr(least_norm, "least_l1", cut)
    caught = run(JUDGED, 1, 8)
    assert verdict(caught, STRICT) != SUPPORTED
    monkeypatch.setattr(least_norm, "MAX_RESIDUAL", np.inf)
    assert verdict(run(JUDGED, 1, 8), STRICT) == SUPPORTED


@pytest.fixture(scope="module")
def data():
    return figure.table(run(SPEC, 1, 4))


def test_figure_table(data):
    assert len(data) == 2 * 4 * 2
    assert (data["trials"] == 4).all()
    assert (data["low"] <= data["recovered"]).all() and (data["recovered"] <= data["high"]).all()
    assert data["threshold"].nunique() == 2
    shares = data.groupby("method")["nonzero_share"].max()
    assert shares["least-l2"] == 1
    assert shares["least-l1"] <= 0.6 + 1e-12


@pytest.mark.parametrize("dense", [True, False])
def test_figure_is_drawn(data, dense):
    shown = data if dense else data[data["truth"] == "sparse"]
    with figure.draw(shown) as drawn:
        assert len([axes for axes in drawn.axes if axes.has_data()]) == 3


def test_numbers_of_the_paper(data):
    found = numbers(LeastNorm.model_validate(SPEC | {"replicates": 4}), data)
    assert found["least-norm-sparse-cells"] == "6"
    assert found["least-norm-other-kept"].startswith("100.0")
    assert found["least-norm-dense-fewer"].startswith("0.0")
    assert "RcLeastNormAgree" in write_macros(found)
    without = numbers(
        LeastNorm.model_validate(SPEC | {"dense": False}), data[data["truth"] == "sparse"]
    )
    assert without["least-norm-dense-fewer"] == "---"
