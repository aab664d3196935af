"""One knob against two: frontiers by hand, the experiment's table, its figure and its words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from regclaims.config.mechanisms.two_stages import TwoStages
from regclaims.designs import Scenario
from regclaims.figures import two_stages as figure
from regclaims.keys import cell_key, generator
from regclaims.mechanisms import two_stages
from regclaims.mechanisms.frontiers import Fits, lambda_gap, serves_both
from regclaims.mechanisms.linear_draws import linear_draw
from regclaims.mechanisms.two_stages import FRONTIER, LASSO, METHODS, METRICS, STAGE, cells, run
from regclaims.report.mechanisms.two_stages import numbers
from regclaims.report.tex import write_macros
from regclaims.solvers import gaussian_path

CONFIG = TwoStages.model_validate(
    {
        "shapes": [(40, 20)],
        "correlations": ["independent", {"kind": "ar1", "rho": 0.7}],
        "n_relevant": [2, 6],
        "snrs": [0.5, 6],
        "n_lambdas": 30,
        "lambda_min_ratio": 0.05,
        "replicates": 3,
    }
)
SPEC = CONFIG.model_dump(exclude={"replicates"}, exclude_none=True)


@pytest.fixture(scope="module")
def frame():
    return run(SPEC, 1, 3)


def by_hand(**changes):
    values = {
        "lambdas": [8.0, 4.0, 2.0, 1.0],
        "sizes": [0.0, 1.0, 2.0, 4.0],
        "risk": [1.0, 0.5, 0.2, 0.25],
        "f1": [0.0, 0.9, 0.9, 0.6],
        "error": [4.0, 2.0, 1.5, 1.0],
    }
    return Fits(**{name: np.array(value) for name, value in (values | changes).items()})


def test_sparse_fits_are_chosen_by_validation():
    fits = by_hand()
    assert [fits.sparse(most) for most in (0, 1, 3.9, np.inf)] == [0, 1, 2, 3]
    assert fits.best_support_size == 1


def test_lambda_gap_is_to_the_nearest_of_the_best_supports():
    assert lambda_gap(by_hand()) == 0
    assert lambda_gap(by_hand(risk=[1, 0.5, 0.4, 0.2])) == pytest.approx(np.log(2))
    assert lambda_gap(by_hand(risk=[0.2, 0.5, 0.4, 0.3])) == pytest.approx(-np.log(2))


def test_one_fit_may_serve_both_aims():
    assert serves_both(by_hand(), 0.05, 0.05)
    apart = by_hand(risk=[1, 0.5, 0.4, 0.2])
    assert not serves_both(apart, 0.05, 0.05)
    assert serves_both(apart, np.log(2) + 1e-9, 0.05)
    assert serves_both(apart, 0.05, 0.31)


def test_table_is_tidy(frame):
    levels = ["n_samples", "n_features", "n_relevant", "snr", "correlation"]
    assert list(frame) == ["cell_id", *levels, "replicate", "method", *METRICS]
    assert len(frame) == 8 * 3 * len(METHODS)
    assert not frame.duplicated(["cell_id", "replicate", "method"]).any()
    assert set(frame["conflict"]) <= {0.0, 1.0}
    assert frame.loc[frame["method"] == "thresholded-ridge", "lambda_gap"].isna().all()
    assert frame.drop(columns=["lambda_gap", "lambda_distance"]).notna().all(axis=None)


def test_other_cells_and_more_replicates_change_no_draw(frame):
    fewer = run(SPEC | {"snrs": [6.0], "n_relevant": [6]}, 1, 2)
    keys = ["cell_id", "replicate", "method"]
    kept = frame.set_index(keys).loc[fewer.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(fewer)], fewer, check_exact=True)
    assert not run(SPEC, 2, 1)["rr_any"].isin(frame["rr_any"]).any()


def test_lasso_is_what_it_says(frame):
    """Recomputed from the draws: exact risk of the sparse fit that validation rows choose."""
    cell = next(cells(SPEC))
    scenario = Scenario(cell)
    rng = generator(1, STAGE, cell_key(cell), 0)
    (X, y), (X_new, y_new) = linear_draw(scenario, rng), linear_draw(scenario, rng)
    path = gaussian_path(X, y, n_lambdas=30, lambda_min_ratio=0.05, deviance_stop=0.95)
    sigma = scenario.correlation.matrix(20)
    rows = frame[(frame["cell_id"] == scenario.cell_id) & (frame["method"] == LASSO)]
    errors = ((y_new - path.predict(X_new)) ** 2).mean(axis=1)
    for metric, multiple in FRONTIER.items():
        sparse = np.count_nonzero(path.coefs, axis=1) <= max(1, 2 * multiple)
        off = path.coefs[np.where(sparse, errors, np.inf).argmin()] - scenario.beta
        expected = off @ sigma @ off / (scenario.beta @ sigma @ scenario.beta)
        assert rows[metric].iloc[0] == pytest.approx(expected, rel=1e-10)


def test_two_strengths_need_not_conflict_where_one_does(frame):
    """The relaxed lasso has all fits of the lasso and more: it cannot be in conflict more often."""
    high = frame[(frame["snr"] == 6) & (frame["n_relevant"] == 2)]
    shares = high.groupby("method")["conflict"].mean()
    assert shares["relaxed-lasso"] < shares[LASSO]


def test_a_fit_without_certificate_is_undefined(monkeypatch):
    def failed(*data, **options):
        path = gaussian_path(*data, **options)
        return replace(path, status=np.where(np.arange(len(path)) == 3, "failed", path.status))

    monkeypatch.setattr(two_stages, "gaussian_path", failed)
    found = run(SPEC | {"snrs": [6.0], "n_relevant": [2]}, 1, 1)
    assert found[list(METRICS)].isna().all(axis=None)


def test_bad_config():
    with pytest.raises(ValueError, match="n_relevant must be at most 20"):
        TwoStages.model_validate({"shapes": [(40, 20)], "n_relevant": [21]})


def test_figure_and_words(frame):
    data = figure.table(frame)
    one = data[(data["method"] == LASSO) & (data["allowed"] == 1) & (data["snr"] == 6)]
    rows = frame[(frame["method"] == LASSO) & (frame["snr"] == 6) & (frame["n_relevant"] == 2)]
    assert one["value"].iloc[0] == pytest.approx(np.exp(np.log(rows["rr_true"]).mean()))
    with figure.draw(data) as drawn:
        assert len(drawn.axes) == 2 * 2 + 1
    assert r"\RcTwoStagesHighRelaxed" in write_macros(numbers(CONFIG, data))
