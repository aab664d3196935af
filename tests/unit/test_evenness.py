"""Evenness: the split of the risk in closed form, the swap, figure and words."""

import numpy as np
import pandas as pd
import pytest

from regclaims.config.mechanisms.evenness import Evenness
from regclaims.figures import evenness as figure
from regclaims.mechanisms.evenness import (
    EVEN,
    EVENED,
    LASSO,
    METHODS,
    METRICS,
    RIDGE,
    UNEVEN,
    block_means,
    cells,
    run,
    scenario_of,
    swapped,
)
from regclaims.report.mechanisms.evenness import numbers
from regclaims.report.tex import write_macros

CONFIG = Evenness.model_validate(
    {
        "n_samples": 40,
        "n_blocks": 4,
        "block_size": 3,
        "rhos": [0.7, 0.95],
        "relevant_blocks": [1, 4],
        "snrs": [2],
        "n_lambdas": 20,
        "screening_replicates": 2,
        "replicates": 6,
    }
)
SPEC = CONFIG.model_dump(exclude={"replicates"})


@pytest.fixture(scope="module")
def frame():
    return run(SPEC, 1, 6)


def test_table_is_tidy_and_draws_are_kept(frame):
    levels = ["rho", "truth", "relevant_blocks", "snr", "better"]
    assert list(frame) == ["cell_id", *levels, "replicate", "method", *METRICS]
    assert len(frame) == 8 * 6 * len(METHODS)
    assert set(frame["better"]) <= {"ridge", "not ridge"}
    assert frame.drop(columns="block_spread").notna().all(axis=None)
    fewer = run(SPEC | {"rhos": [0.95], "truths": ["uneven"]}, 1, 2)
    keys = ["cell_id", "replicate", "method"]
    kept = frame.set_index(keys).loc[fewer.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(fewer)], fewer, check_exact=True)


def test_risk_is_the_sum_of_its_parts(frame):
    parts = frame["within_risk"] + frame["between_risk"]
    np.testing.assert_allclose(parts, frame["rr"], rtol=1e-12)


def test_a_swap_takes_exactly_its_part(frame):
    wide = frame.pivot(index=["cell_id", "replicate"], columns="method")
    for method, means_of, deviations_of in ((UNEVEN, RIDGE, LASSO), (EVENED, LASSO, RIDGE)):
        for part, source in (("between_risk", means_of), ("within_risk", deviations_of)):
            # Parts of the risk are computed from sums of errors, rounded at the size of the risk.
            np.testing.assert_allclose(wide[part][method], wide[part][source], atol=1e-12)
    gain = wide["rr"][LASSO] - wide["rr"][RIDGE]
    split = wide["within_gain"][RIDGE] + wide["between_gain"][RIDGE]
    np.testing.assert_allclose(split, gain, atol=1e-12)


def test_even_weights_miss_nothing_but_an_uneven_truth(frame):
    """Within a block the one column's deviation has squared length 1 - 1/size, each unit of which
    costs 1 - rho; the block's signal is 1."""
    even = frame[frame["method"] == EVEN]
    rho = even.loc[even["truth"] == "uneven", "rho"]
    missed = even.loc[even["truth"] == "uneven", "within_risk"]
    np.testing.assert_allclose(missed, (1 - rho) * (1 - 1 / 3), rtol=1e-10)
    assert even.loc[even["truth"] == "even", "within_risk"].max() < 1e-25
    # Rounding of coefficients that are equal, squared.
    assert even["block_spread"].max() < 1e-25


def test_swapping_by_hand():
    one, other = np.array([1.0, 3, 0, 0]), np.array([0.0, 4, 1, -1])
    np.testing.assert_array_equal(block_means(one, 2), [2, 2, 0, 0])
    np.testing.assert_array_equal(swapped(one, other, 2), [0, 4, 1, -1])
    np.testing.assert_array_equal(swapped(other, one, 2), [1, 3, 0, 0])


def test_signal_to_noise_and_truth_are_as_asked():
    for cell in cells(SPEC):
        scenario = scenario_of(cell)
        assert scenario.signal_variance / scenario.noise_variance == pytest.approx(2)
        assert scenario.beta[:3].sum() == pytest.approx(1)
        assert np.ptp(scenario.beta[:3]) == (0 if cell["truth"] == "even" else 1)


def test_bad_config():
    with pytest.raises(ValueError, match="at most 4"):
        Evenness.model_validate(CONFIG.model_dump() | {"relevant_blocks": [5]})
    with pytest.raises(ValueError, match="no least squares"):
        Evenness.model_validate({"n_samples": 10, "n_blocks": 9, "relevant_blocks": [1]})


def test_figure_and_words(frame):
    data = figure.table(frame)
    assert len(data) == 8
    wide = frame.pivot(index=["cell_id", "replicate"], columns="method", values="rr")
    means = wide.groupby("cell_id").mean()
    expected = (means[LASSO] - means[RIDGE]) / means[[LASSO, RIDGE]].max(axis=1)
    np.testing.assert_allclose(data.set_index("cell_id")["gain"], expected, rtol=1e-10)
    np.testing.assert_allclose(data["within_gain"] + data["between_gain"], data["gain"], rtol=1e-10)
    assert (data["low"] < data["gain"]).all() and (data["gain"] < data["high"]).all()
    with figure.draw(data) as drawn:
        assert len(drawn.axes) == 4
    assert r"\RcEvennessUnevenWithin" in write_macros(numbers(CONFIG, data))
