"""From replicates to cells: means with Monte Carlo errors, one row per metric."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regclaims.metrics.stability import jackknife_error
from regclaims.vocabulary import EVIDENCE, FAILED

METRICS = (
    "n_nonzero",
    "zero_share",
    "has_zero",
    "smallest_nonzero",
    "tpr",
    "fdr",
    "f1",
    "exact_support",
    "f1_screening",
    "rr",
    "rte",
    "pve",
    "block_spread",
    "one_of_block",
    "coefficient_error",
    "training_gap",
    "df",
)
"""Metrics with one value per fit."""

ARM = ["cell_id", "method", "tuning"]
COLUMNS = [
    "cell_id",
    "source",
    "method",
    "tuning",
    "metric",
    "mean",
    "mcse",
    "replicates",
    "n_undefined",
    "n_failed",
]


def cells_from_fits(fits: pd.DataFrame) -> pd.DataFrame:
    """Average every metric over the evidence replicates of each cell, method and tuning.

    Parameters
    ----------
    fits : DataFrame
        One row per fit, as from `fit_shard`.

    Returns
    -------
    DataFrame
        `COLUMNS`. ``replicates`` counts all fits; ``mean`` and ``mcse`` are over those that did not
        fail (``n_failed``) and whose metric is defined (``n_undefined`` are not).
    """
    evidence = fits[fits["role"] == EVIDENCE]
    present = [metric for metric in METRICS if metric in evidence]
    failed = evidence["status"] == FAILED
    counts = evidence.assign(failed=failed).groupby(ARM)["failed"].agg(["size", "sum"])
    tables = []
    for metric in present:
        defined = evidence.loc[~failed].groupby(ARM)[metric].agg(["mean", "sem", "count"])
        table = counts.join(defined)
        tables.append(
            pd.DataFrame(
                {
                    "metric": metric,
                    "mean": table["mean"],
                    "mcse": table["sem"],
                    "replicates": table["size"],
                    "n_undefined": table["size"] - table["sum"] - table["count"].fillna(0),
                    "n_failed": table["sum"],
                }
            ).reset_index()
        )
    return _tidy(pd.concat(tables), "synthetic")


def cells_from_stability(stability: pd.DataFrame, replicates: int) -> pd.DataFrame:
    """Turn jackknifed values into rows with their standard errors.

    Parameters
    ----------
    stability : DataFrame
        As from `fit_shard`: ``left_out`` is -1 for the value itself. A method with a failed
        replicate has no left-out values; then all replicates count as failed.
    replicates : int
        Evidence replicates per cell.
    """
    rows = []
    for names, group in stability.groupby([*ARM, "metric"], sort=True):
        values = group.set_index("left_out")["value"]
        value, left_out = float(values.loc[-1]), values.drop(-1).to_numpy(float)
        undefined = int(np.count_nonzero(~np.isfinite(left_out)))
        rows.append(
            dict(zip([*ARM, "metric"], names, strict=True))
            | {
                "mean": value,
                # Without one of the left-out values there is no jackknife, hence no error.
                "mcse": np.nan if undefined or not len(left_out) else jackknife_error(left_out),
                "replicates": replicates,
                "n_undefined": undefined if np.isfinite(value) else len(left_out),
                "n_failed": replicates - len(left_out),
            }
        )
    return _tidy(pd.DataFrame(rows), "synthetic")


def cells_from_splits(splits: pd.DataFrame) -> pd.DataFrame:
    """Average metrics over the random splits of real data sets.

    The splits overlap, so the standard error is that of the corrected resampled t
    (Nadeau and Bengio 2003): sqrt((1/J + n_test/n_train) s^2) for J splits.

    Parameters
    ----------
    splits : DataFrame
        One row per data set, split, method and tuning with columns ``n_train``, ``n_test``.
    """
    metrics = [m for m in ("n_nonzero", "zero_share", "relative_error", "df") if m in splits]
    rows = []
    for names, group in splits.groupby(["dataset", "method", "tuning"], sort=True):
        good = group[group["status"] != FAILED]
        test_share = (group["n_test"] / group["n_train"]).iloc[0]
        for metric in metrics:
            values = good[metric].dropna()
            inflation = 1 / max(len(values), 1) + test_share
            rows.append(
                dict(zip(ARM, names, strict=True))
                | {
                    "metric": metric,
                    "mean": values.mean(),
                    "mcse": np.sqrt(inflation * values.var(ddof=1)),
                    "replicates": len(group),
                    "n_undefined": len(good) - len(values),
                    "n_failed": len(group) - len(good),
                }
            )
    return _tidy(pd.DataFrame(rows), "real")


def _tidy(table: pd.DataFrame, source: str) -> pd.DataFrame:
    counts = dict.fromkeys(("replicates", "n_undefined", "n_failed"), "int64")
    table = table.assign(source=source)[COLUMNS].astype(counts)
    return table.sort_values([*ARM, "metric"], kind="stable", ignore_index=True)
