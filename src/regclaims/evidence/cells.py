"""From replicates to cells: means with Monte Carlo errors, one row per metric."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regclaims.evidence.tables import CELLS
from regclaims.vocabulary import FAILED, Array


def summarize(values: Array, failed: NDArray[np.bool_]) -> dict[str, Any]:
    """Average a metric over replicates.

    Parameters
    ----------
    values : (R,)
        NaN where undefined.
    failed : (R,) of bool
        Replicates whose fit failed.

    Returns
    -------
    dict
        ``mean`` and ``mcse``, its Monte Carlo standard error, over replicates that did not fail
        (``n_failed``) and whose metric is defined (``n_undefined`` are not); ``replicates`` counts
        all.
    """
    defined = values[np.isfinite(values) & ~failed]
    n = len(defined)
    return {
        "mean": float(defined.mean()) if n else np.nan,
        "mcse": float(defined.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan,
        "replicates": len(values),
        "n_undefined": int(len(values) - n - failed.sum()),
        "n_failed": int(failed.sum()),
    }


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
                dict(zip(("cell_id", "method", "tuning"), names, strict=True))
                | {
                    "source": "real",
                    "metric": metric,
                    "mean": values.mean(),
                    "mcse": np.sqrt(inflation * values.var(ddof=1)),
                    "replicates": len(group),
                    "n_undefined": len(good) - len(values),
                    "n_failed": len(group) - len(good),
                }
            )
    return pd.DataFrame(rows)[list(CELLS)]
