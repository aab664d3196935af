"""Penalty and ball: the identity holds, and a wrong formula or a lazy solver does not pass."""

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.decide import REFUTED, SUPPORTED, decide
from regclaims.config.claims import Rule
from regclaims.config.mechanisms.duality import Duality
from regclaims.evidence.contrasts import contrast
from regclaims.figures import duality as figure
from regclaims.mechanisms import balls, duality
from regclaims.mechanisms.duality import LASSO, METHODS, RIDGE, Forms, compare, run
from regclaims.report.mechanisms.duality import numbers
from regclaims.report.tex import write_macros

SPEC = {
    "shapes": [[30, 4], [12, 20]],
    "rhos": [0.0, 0.8],
    "strengths": [0.8, 0.2, 0.01],
    "density": 0.5,
    "snr": 1.0,
    "return_share": 0.75,
}
DEVIATIONS = ["coef_deviation", "lambda_deviation", "return_deviation"]


def orthonormal():
    """Columns with X'X = n I, and c = X'y/n."""
    rng = np.random.default_rng(4)
    n, c = 40, np.array([2.0, -1.0, 0.3])
    X = np.linalg.qr(rng.standard_normal((n, 3)))[0] * np.sqrt(n)
    return X, X @ c, c


def test_soft_threshold_and_its_radius():
    X, y, _ = orthonormal()
    forms = Forms(LASSO, X, y)
    assert forms.scale == pytest.approx(2.0)
    # At lambda = .5 the fit is (1.5, -.5, 0), with norm 2.
    found = forms.in_ball(2.0)
    np.testing.assert_allclose(found.coef, [1.5, -0.5, 0.0], atol=1e-14)
    assert found.multiplier == pytest.approx(0.5, rel=1e-13)
    np.testing.assert_allclose(forms.penalized(np.array([0.5]))[0][0], found.coef, atol=1e-14)


def test_proportional_shrinkage_and_its_radius():
    X, y, c = orthonormal()
    forms = Forms(RIDGE, X, y)
    assert forms.scale == pytest.approx(1.0)
    found = forms.in_ball(float(np.linalg.norm(c)) / 1.25)
    np.testing.assert_allclose(found.coef, c / 1.25, atol=1e-14)
    assert found.multiplier == pytest.approx(0.25, rel=1e-13)


def test_deviations_are_relative():
    X, y, _ = orthonormal()
    for method in METHODS:
        one, thousand = (
            compare(Forms(method, X, y * unit), 0.3 * unit ** (method == LASSO) * np.ones(1), 0.5)
            for unit in (1.0, 1000.0)
        )
        for name in DEVIATIONS:
            assert one[0][name] < 1e-13 and thousand[0][name] < 1e-13
        assert one[0]["radius"] == pytest.approx(thousand[0]["radius"], rel=1e-12)


def test_run_is_tidy():
    frame = run(SPEC, seed=1, replicates=2)
    assert list(frame) == [
        *("cell_id", "replicate", "method", "n_samples", "n_features", "rho", "strength"),
        *duality.METRICS,
    ]
    assert len(frame) == 2 * 2 * 3 * 2 * 2
    assert frame["cell_id"].nunique() == 12
    assert not frame.duplicated(["cell_id", "replicate", "method"]).any()
    assert not frame.isna().any().any()
    # Measured below 1e-12 over a study; a tenfold of that.
    assert frame[DEVIATIONS].max().max() < 1e-11


def test_radius_grows_as_the_penalty_falls():
    frame = run(SPEC, seed=1, replicates=3).sort_values("strength", ascending=False)
    by_data_set = frame.groupby(["method", "n_samples", "rho", "replicate"])["radius"]
    assert by_data_set.apply(lambda radius: radius.is_monotonic_increasing).all()


def test_other_cells_and_more_replicates_change_no_draw():
    full = run(SPEC, 5, 3)
    part = run(SPEC | {"rhos": [0.8], "strengths": [0.01, 0.8]}, 5, 2)
    keys = ["cell_id", "replicate", "method"]
    kept = full.set_index(keys).loc[part.set_index(keys).index].reset_index()
    # Paths are warm-started, so that fits of another grid may differ by rounding.
    exact = [name for name in part if name not in DEVIATIONS]
    pd.testing.assert_frame_equal(kept[exact], part[exact], check_exact=False, rtol=1e-12)
    assert kept[DEVIATIONS].max().max() < 1e-11


def verdict(frame):
    parts = [
        {"evidence": "duality", "metric": metric, "method": method, "tuning": "none"}
        | {"versus": 1e-7, "scale": "digits", "direction": "below", "margin": 0}
        for method in METHODS
        for metric in DEVIATIONS
    ]
    rule = Rule.model_validate({"bar": "always", "parts": parts}).model_dump()
    tables = [contrast(frame.assign(tuning="none"), part) for part in rule["parts"]]
    return decide(tables, rule, 1.0).verdict


def test_the_identity_is_supported():
    assert verdict(run(SPEC, 1, 4)) == SUPPORTED


def test_a_multiplier_off_by_a_millionth_is_refuted(monkeypatch):
    exact = Forms.in_ball
    monkeypatch.setattr(
        Forms,
        "in_ball",
        lambda self, radius: (found := exact(self, radius))._replace(
            multiplier=found.multiplier * (1 + 1e-6)
        ),
    )
    assert verdict(run(SPEC, 1, 4)) == REFUTED


def test_the_wrong_norm_is_refuted(monkeypatch):
    """The L2 ball of the lasso's L1 norm is another problem."""
    monkeypatch.setattr(balls, "l1_ball", lambda X, y, radius: balls.l2_ball(X, y, radius))
    monkeypatch.setattr(balls, "gap", lambda *_: 0.0)
    assert verdict(run(SPEC, 1, 4)) == REFUTED


def test_a_solver_stopped_early_is_caught_by_its_certificate(monkeypatch):
    """Projected gradient steps, a few of them: near, but not the best point."""

    def early(X, y, radius):
        coef, step = np.zeros(X.shape[1]), 1 / np.linalg.norm(X, 2) ** 2
        for _ in range(20):
            coef = coef + step * X.T @ (y - X @ coef)
            coef *= min(1.0, radius / np.linalg.norm(coef))
        return coef

    monkeypatch.setattr(balls, "l2_ball", early)
    frame = run(SPEC, 1, 4)
    assert frame.loc[frame["method"] == RIDGE, "coef_deviation"].isna().any()
    assert verdict(frame) != SUPPORTED
    monkeypatch.setattr(balls, "gap", lambda *_: 0.0)
    assert verdict(run(SPEC, 1, 4)) == REFUTED


@pytest.fixture(scope="module")
def data():
    return figure.table(run(SPEC, 1, 4))


def test_figure_table(data):
    radii = data[data["quantity"] == figure.RADIUS]
    assert len(radii) == 2 * 2 * 3
    assert (radii["data_sets"] == 2 * 4).all()
    assert (radii.loc[radii["strength"] == 0.01, "median"] == 1).all()
    assert (radii["low"] <= radii["median"]).all() and (radii["median"] <= radii["high"]).all()
    deviations = data[data["quantity"] != figure.RADIUS]
    assert set(deviations["quantity"]) == set(DEVIATIONS)
    assert (deviations["data_sets"] == 4 * 4).all()


def test_figure_is_drawn(data):
    with figure.draw(data) as drawn:
        assert len([axes for axes in drawn.axes if axes.has_data()]) == 4


def test_numbers_of_the_paper(data):
    found = numbers(Duality.model_validate(SPEC | {"replicates": 4}), data)
    assert found["duality-data-sets"] == "16"
    assert found["duality-example-strength"] == "0.20"
    assert found["duality-worst-lasso"].startswith("$")
    assert "RcDualityWorstRidge" in write_macros(found)
