"""From the random splits of a real data set to its numbers, with honest errors.

Splits overlap, so their spread understates the error: its square is inflated as by Nadeau and
Bengio (2003), from 1/J to 1/J + n_test/n_train for J splits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regclaims.evidence.names import CLASSIFICATION, NULL, OLS
from regclaims.evidence.tables import CELLS
from regclaims.metrics.stability import (
    Jackknifed,
    cosine,
    scale_free_variance,
    selection_stability,
    sign_agreement,
)
from regclaims.vocabulary import FAILED, Array

TESTED = ("n_nonzero", "zero_share", "has_zero", "relative_error", "error_rate", "df")
"""What is measured in every split."""

STABLE = {
    "scale_free_variance": scale_free_variance,
    "selection_stability": selection_stability,
    "cosine": cosine,
    "sign_agreement": sign_agreement,
}
"""What is measured over all splits."""

CEILING = 0.001
"""A regression is saturated where every penalized method leaves less of the null model's error."""

MISTAKES = 1.0
"""Classes are saturated where every penalized method takes fewer test rows, on average, for the
other class."""


def inflation(tested: pd.DataFrame) -> float:
    """Return n_test/n_train of a data set's splits: what is added to 1/J."""
    return float((tested["n_test"] / tested["n_train"]).iloc[0])


def cells_of_splits(tested: pd.DataFrame, stability: pd.DataFrame, name: str) -> pd.DataFrame:
    """Average every metric over the splits of one data set.

    Parameters
    ----------
    tested : DataFrame
        As `Splits.tested`, of all splits.
    stability : DataFrame
        As from `stability_of_splits`.
    name : str
        Of the data set.

    Returns
    -------
    DataFrame
        `CELLS`, with ``source`` real; ``mcse`` is the root of (1/J + n_test/n_train) s^2.
    """
    added = inflation(tested)
    rows = []
    for (method, tuning), group in tested.groupby(["method", "tuning"], sort=True):
        good = group[group["status"] != FAILED]
        for metric in TESTED:
            if metric not in group:
                continue
            values = good[metric].dropna().astype(float)
            counts = {"n_undefined": len(good) - len(values), "n_failed": len(group) - len(good)}
            error = np.sqrt((1 / max(len(values), 1) + added) * values.var(ddof=1))
            rows.append(
                {"method": method, "tuning": tuning, "metric": metric, "mean": values.mean()}
                | {"mcse": error, "replicates": len(group)}
                | counts
            )
    for row in stability.to_dict("records"):
        left_out = np.asarray(row.pop("left_out"), dtype=float)
        error = Jackknifed(row["value"], left_out).standard_error
        wider = np.sqrt(1 + len(left_out) * added)
        rows.append({**row, "mean": row["value"], "mcse": error * wider})
    return pd.DataFrame(rows).assign(cell_id=name, source="real")[list(CELLS)]


def stability_of_splits(tested: pd.DataFrame, coefs: pd.DataFrame, n_features: int) -> pd.DataFrame:
    """Measure how alike the coefficients of different splits are.

    The jackknife over splits is that over replicates; that splits overlap is left to `inflation`,
    which is exact for means only: these errors are a guide (docs/datasets.md).

    Parameters
    ----------
    tested, coefs : DataFrame
        As in `Splits`, of all splits.
    n_features : int
        Of the data set; a column that a split did not look at has the coefficient 0 there.

    Returns
    -------
    DataFrame
        ``method, tuning, metric, value, left_out``, and counts as in `CELLS`; no row where a
        measure is undefined, as where everything is always selected.
    """
    return pd.DataFrame(
        _stable(tested, coefs, n_features),
        columns=[
            *("method", "tuning", "metric", "value", "left_out"),
            *("replicates", "n_undefined", "n_failed"),
        ],
    )


def _stable(tested: pd.DataFrame, coefs: pd.DataFrame, n_features: int) -> Iterator[dict[str, Any]]:
    for (method, tuning), group in coefs.groupby(["method", "tuning"], sort=True):
        if len(group) < 3:
            continue
        matrix = _matrix(group, n_features)
        own = tested[(tested["method"] == method) & (tested["tuning"] == tuning)]
        failed = int((own["status"] == FAILED).sum())
        there = own["split"].isin(group["split"]).to_numpy()
        for metric, measure in STABLE.items():
            found = measure(matrix)
            if np.isfinite(found.value) and np.isfinite(found.left_out).all():
                yield {
                    "method": method,
                    "tuning": tuning,
                    "metric": metric,
                    "value": found.value,
                    "left_out": list(_placed(found, there)),
                    "replicates": len(own),
                    "n_undefined": len(own) - failed - len(group),
                    "n_failed": failed,
                }


def _placed(found: Jackknifed, there: NDArray[np.bool_]) -> Array:
    """Give every split its leave-one-out value: the value itself where it had no say."""
    left_out = np.full(len(there), found.value)
    left_out[there] = found.left_out
    return left_out


def _matrix(group: pd.DataFrame, n_features: int) -> Array:
    """Lay out coefficients as splits x columns."""
    matrix = np.zeros((len(group), n_features))
    for row, columns, values in zip(matrix, group["columns"], group["values"], strict=True):
        row[np.asarray(columns, dtype=int)] = values
    return matrix


def saturated(tested: pd.DataFrame, task: str) -> bool:
    """Tell whether every penalized method is at the ceiling: nothing is left to compare.

    Regression: less than `CEILING` of the null model's error is left. Classes: fewer than
    `MISTAKES` test rows are taken for the other class. Means over the splits, each method as it is
    tuned best.

    Parameters
    ----------
    tested : DataFrame
    task : {"regression", "classification"}
    """
    penalized = tested[~tested["method"].isin([OLS, NULL])]
    if task == CLASSIFICATION:
        left, ceiling = penalized["error_rate"] * penalized["n_test"], MISTAKES
    else:
        left, ceiling = penalized["relative_error"], CEILING
    means = left.groupby([penalized["method"], penalized["tuning"]]).mean()
    return bool((means.groupby("method").min() < ceiling).all())
