"""Shrinkage maps: closed forms on orthonormal columns, and faults that must show."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.stats import spearmanr

from regclaims.claims.decide import REFUTED, SUPPORTED, decide
from regclaims.config.claims import BARS, Rule
from regclaims.config.mechanisms.shrinkage import Shrinkage
from regclaims.evidence.contrasts import contrast
from regclaims.mechanisms import shrinkage
from regclaims.mechanisms.columns import ORTHONORMAL
from regclaims.mechanisms.shrinkage import (
    draw_data,
    maps,
    measures,
    proximal_step,
    run,
    subgradient_step,
)

SPEC = {
    "shapes": [[40, 8], [40, 20]],
    "correlations": [
        {"kind": "independent"},
        {"kind": "ar1", "rho": 0.9},
        {"kind": "blocks", "size": 4, "rho": 0.9},
    ],
    "densities": [1],
    "snr": 1.22,
    "strengths": [0.1, 0.5],
    "l1_ratio": 0.5,
}
REPLICATES = 10


@pytest.fixture(scope="module")
def frame():
    return run(SPEC, 1, REPLICATES)


def orthonormal(density=1.0):
    cell = {"shape": [50, 12], "correlation": ORTHONORMAL, "density": density, "snr": 1.0}
    return draw_data(cell, np.random.default_rng(3))


def test_run_is_tidy(frame):
    assert list(frame) == [
        *("cell_id", "correlation", "n_samples", "n_features", "density", "strength"),
        *("replicate", "method", *shrinkage.METRICS),
    ]
    assert len(frame) == 4 * 2 * 2 * REPLICATES * len(shrinkage.METHODS)
    assert not frame.duplicated(["cell_id", "replicate", "method"]).any()
    ridge = frame[frame["method"] == "ridge"]
    assert ridge.drop(columns=["kept_deviation", "pull_deviation"]).notna().all().all()
    assert ridge[["kept_deviation", "pull_deviation"]].isna().all().all()


def test_other_cells_and_more_replicates_change_no_draw(frame):
    part = run(SPEC | {"correlations": [], "strengths": [0.5]}, 1, 3)
    keys = ["cell_id", "replicate", "method"]
    kept = frame.set_index(keys).loc[part.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(part)], part, check_exact=True)


def test_maps_of_orthonormal_columns_in_closed_form():
    X, y = orthonormal()
    ols, fits = maps(X, y, 0.3, 0.4)
    np.testing.assert_allclose(ols, X.T @ y / 50, rtol=1e-12)
    ridge, lambda_ = fits["ridge"]
    # All eigenvalues are 1, so the degrees of freedom are p/(1 + lambda).
    assert lambda_ == pytest.approx(0.3 / 0.7, rel=1e-9)
    np.testing.assert_allclose(ridge, 0.7 * ols, rtol=1e-9)
    lasso, lambda_ = fits["lasso"]
    assert lambda_ == pytest.approx(0.3 * np.abs(ols).max(), rel=1e-12)
    soft = np.sign(ols) * np.maximum(np.abs(ols) - lambda_, 0)
    np.testing.assert_allclose(lasso, soft, rtol=1e-10, atol=1e-13)
    # Its L2 part is the L1 part times (1 - l1_ratio)/l1_ratio.
    np.testing.assert_allclose(fits["elastic-net"][0], soft / (1 + 1.5 * lambda_), rtol=1e-9)
    np.testing.assert_allclose(fits["proximal-step"][0], soft, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(
        fits["subgradient-step"][0], ols - lambda_ * np.sign(ols), rtol=1e-12
    )


def test_steps():
    coef = np.array([-3.0, -0.2, 0.1, 0.5, 1e6])
    assert proximal_step(coef, 0.5).tolist() == [-2.5, 0, 0, 0, 1e6 - 0.5]
    np.testing.assert_allclose(
        subgradient_step(coef, 0.5), [-2.5, 0.3, -0.4, 0, 1e6 - 0.5], atol=1e-15
    )


def test_measures_by_hand():
    ols = np.array([1.0, -2.0, 4.0, -0.5])
    found = measures(ols, np.array([0.5, -1.5, 3.5, -0.6]), 0.5)
    # Ratios .5, .75, .875, 1.2 with weights 1, 4, 16, .25.
    weights, ratios = np.array([1, 4, 16, 0.25]), np.array([0.5, 0.75, 0.875, 1.2])
    mean = (weights * ratios).sum() / 21.25
    spread = np.sqrt((weights * (ratios - mean) ** 2).sum() / 21.25) / mean
    assert found["ratio_spread"] == pytest.approx(spread, rel=1e-12)
    assert found["growing_share"] == 0.25
    # Taken: .5, .5, .5 and -.1 from sizes 1, 2, 4 and .5.
    assert found["rank_correlation"] == pytest.approx(spearmanr([1, 2, 4, 0.5], [5, 5, 5, -1])[0])
    relative = spearmanr([1, 2, 4, 0.5], [0.5, 0.25, 0.125, -0.2])[0]
    assert found["relative_rank_correlation"] == pytest.approx(relative)
    assert found["pull_deviation"] == pytest.approx(1.2)
    assert found["kept_deviation"] == pytest.approx(1.2)


def test_kept_and_all_differ_by_the_zeros():
    found = measures(np.array([2.0, -0.1]), np.array([1.5, 0.0]), 0.5)
    assert found["kept_deviation"] == 0
    assert found["pull_deviation"] == pytest.approx(0.8)
    none = measures(np.array([0.3, -0.1]), np.zeros(2), 0.5)
    assert np.isnan(none["kept_deviation"]) and np.isnan(none["ratio_spread"])


def test_equal_parts_have_no_rank():
    ols = np.array([1.0, -3.0, 0.2])
    found = measures(ols, 0.7 * ols * (1 + np.array([0, 1e-13, -1e-13])), np.nan)
    assert found["relative_rank_correlation"] == 0
    assert found["rank_correlation"] == pytest.approx(1)


def test_signal_to_noise_ratio():
    cell = {"shape": [4000, 6], "correlation": {"kind": "ar1", "rho": 0.5}, "density": 0.5}
    X, y = draw_data(cell | {"snr": 3.0}, np.random.default_rng(1))
    fitted = X @ np.linalg.lstsq(X, y)[0]
    # Noise has variance 1; about five standard errors.
    assert np.var(y - fitted) == pytest.approx(1, abs=0.12)
    assert np.var(fitted) == pytest.approx(3, abs=0.4)
    np.testing.assert_allclose([y.mean(), *X.mean(axis=0)], 0, atol=1e-13)


def test_wide_data_are_refused():
    with pytest.raises(ValidationError, match="n_features must be below n_samples"):
        Shrinkage.model_validate({"shapes": [[20, 20]]})


PART = {"evidence": "shrinkage", "tuning": "none", "scale": "difference"}
PROPORTIONAL = {
    "bar": "plain",
    "parts": [
        PART
        | {"metric": "ratio_spread", "method": "ridge"}
        | {"versus": 0.1, "direction": "below", "margin": 0}
    ],
}
HITS_LARGE = {
    "bar": "plain",
    "parts": [
        PART
        | {"metric": "rank_correlation", "method": "ridge"}
        | {"versus": 0, "direction": "above", "margin": 0.05}
    ],
}


def pull(metric, *tolerances):
    digits = {"metric": metric, "scale": "digits", "direction": "below", "margin": 0}
    parts = [
        PART | digits | {"method": method, "versus": tolerance} for method, tolerance in tolerances
    ]
    where = {"where": {"correlation": "orthonormal"}}
    return {"bar": "always", "parts": [one | where for one in parts]}


TOLERANCES = [("lasso", 1e-7), ("proximal-step", 1e-12), ("subgradient-step", 1e-12)]
CONSTANT = pull("kept_deviation", *TOLERANCES)
STRICT = pull("pull_deviation", *TOLERANCES)


def verdict(table, claim):
    rule = Rule.model_validate(claim).model_dump()
    parts = [contrast(table.assign(tuning="none"), one) for one in rule["parts"]]
    return decide(parts, rule, BARS[rule["bar"]]).verdict


def test_verdicts(frame):
    assert verdict(frame, HITS_LARGE) == SUPPORTED
    assert verdict(frame, PROPORTIONAL) == REFUTED
    assert verdict(frame[frame["correlation"] == "orthonormal"], PROPORTIONAL) == SUPPORTED
    assert verdict(frame, CONSTANT) == SUPPORTED
    # What is below lambda cannot lose all of it.
    assert verdict(frame, STRICT) == REFUTED


def changed(monkeypatch, method, change):
    """Let a method's coefficients be changed, given those of least squares and lambda."""
    exact = shrinkage.maps

    def faulty(X, y, strength, l1_ratio):
        ols, fits = exact(X, y, strength, l1_ratio)
        coef, lambda_ = fits[method]
        return ols, fits | {method: (change(ols, coef, lambda_), lambda_)}

    monkeypatch.setattr(shrinkage, "maps", faulty)


def test_scalar_shrinkage_would_be_proportional(monkeypatch):
    changed(monkeypatch, "ridge", lambda ols, coef, lambda_: 0.6 * ols)
    assert verdict(run(SPEC, 1, REPLICATES), PROPORTIONAL) == SUPPORTED


def test_taking_most_from_small_coefficients_is_refuted(monkeypatch):
    def faulty(ols, coef, lambda_):
        return ols - 0.01 * np.sign(ols) / np.abs(ols)

    changed(monkeypatch, "ridge", faulty)
    assert verdict(run(SPEC, 1, REPLICATES), HITS_LARGE) == REFUTED


@pytest.mark.parametrize("method", ["lasso", "proximal-step", "subgradient-step"])
def test_a_thresholding_that_is_off_is_refuted(monkeypatch, method):
    changed(monkeypatch, method, lambda ols, coef, lambda_: coef * (1 - 1e-4))
    assert verdict(run(SPEC | {"correlations": []}, 1, 3), CONSTANT) == REFUTED


def test_an_uncertified_fit_is_an_error(monkeypatch):
    exact = shrinkage.gaussian_path

    def failed(*args, **kwargs):
        path = exact(*args, **kwargs)
        path.status[:] = "failed"
        return path

    monkeypatch.setattr(shrinkage, "gaussian_path", failed)
    with pytest.raises(ArithmeticError, match="no certified"):
        run(SPEC | {"correlations": []}, 1, 1)
