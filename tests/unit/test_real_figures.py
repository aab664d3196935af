"""Figures of real data: names that a reader knows, and ranges that coefficients set."""

import numpy as np
import pandas as pd
import pytest

from regclaims.figures import paths, real_data

TITLES = {"a": "Data of A", "b": "Data of B"}


def splits() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = [
        {"dataset": name, "split": split, "method": method, "tuning": "cv-min"}
        | {"relative_error": error * rng.uniform(0.9, 1.1), "n_test": 10, "n_train": 40}
        for name in TITLES
        for split in range(20)
        for method, error in {"ridge": 0.5, "lasso": 0.6, "elastic-net-0.5": 0.5}.items()
    ]
    return pd.DataFrame(rows)


def test_data_sets_have_their_titles_and_saturated_ones_are_marked() -> None:
    contrasts = pd.DataFrame({"dataset": ["a", "b"], "why_not": ["", "saturated"]})
    data = real_data.table(splits(), contrasts, TITLES)
    assert data.groupby("dataset")["saturated"].first().to_dict() == {"a": False, "b": True}
    with real_data.draw(data) as drawn:
        names = {label.get_text() for label in drawn.axes[0].get_yticklabels()}
    assert names == {"Data of A", "Data of B\n(saturated)"}


@pytest.mark.parametrize("width", [0.1, 1e4])
def test_wide_bands_do_not_set_the_range_of_paths(width: float) -> None:
    rows = [
        {"method": method, "feature": feature, "lambda_index": i, "lambda_ratio": 10.0**-i}
        | {"coef": slope * i, "low": slope * i - width, "high": slope * i + width}
        for method in ("ridge", "lasso")
        for feature, slope in {"x": 1.0, "z": -0.5}.items()
        for i in range(4)
    ]
    with paths.draw(paths.table(pd.DataFrame(rows))) as drawn:
        for axes in drawn.axes:
            low, high = axes.get_ylim()
            assert -3 < low < -1.5  # coefficients reach from -1.5 to 3
            assert 3 < high < 5
