"""From replicates to cells: means with Monte Carlo errors, one row per metric."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from regclaims.vocabulary import Array


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
