"""Numbers of the identities."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.identities import Identities
from regclaims.mechanisms.identities import HARDLY
from regclaims.report.tex import Tex, number, scientific

NAMES = {
    "norms": ["norm_deviation"],
    "gradient": ["gradient_deviation"],
    "penalties": ["penalty_deviation"],
    "limits": ["lasso_limit_deviation", "ridge_limit_deviation"],
    "rows": ["augmented_deviation"],
}
"""Metrics by the name of their macro."""

FALSE = [("square_deviation", "l2"), ("gradient_deviation", "l1")]
"""Rows of the figure that are no identities."""


def numbers(spec: Identities, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros.

    Parameters
    ----------
    spec : Identities
    data : DataFrame
        As from `figures.identities.table`.
    """
    true = data[~data.set_index(["metric", "method"]).index.isin(FALSE)]
    values = {
        "identities-replicates": number(spec.replicates, 0),
        "identities-smallest": scientific(10.0 ** min(spec.magnitudes), 0),
        "identities-largest": scientific(10.0 ** (max(spec.magnitudes) + 1), 0),
        "identities-most-weights": number(max(spec.dimensions), 0),
        "identities-hardly": scientific(HARDLY, 0),
        "identities-square": number(_digits(data, "square_deviation", "l2"), 1),
    }
    for name, metrics in NAMES.items():
        digits = true.loc[true["metric"].isin(metrics), "digits"]
        values[f"identities-{name}"] = number(float(digits.min()), 1)
    return values


def _digits(data: pd.DataFrame, metric: str, method: str) -> float:
    """Return the most digits to which it holds in any combination."""
    rows = data[(data["metric"] == metric) & (data["method"] == method)]
    return float(rows["digits"].max())
