"""Whether the right coefficients are non-zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regclaims.vocabulary import Array


def recovery(chosen: NDArray[np.bool_], truth: NDArray[np.bool_]) -> dict[str, float]:
    """Compare a chosen set of columns with the true support.

    Parameters
    ----------
    chosen, truth : (p,) of bool
        At least one true column.

    Returns
    -------
    dict
        ``tpr`` = TP/s; ``fdr`` = FP/(TP+FP), undefined (NaN) if nothing is chosen;
        ``f1`` = 2TP/(2TP+FP+FN), 0 if nothing is chosen; ``exact_support``: 1 if the sets are
        equal, else 0.
    """
    hits = np.count_nonzero(chosen & truth)
    size, relevant = np.count_nonzero(chosen), np.count_nonzero(truth)
    return {
        "tpr": hits / relevant,
        "fdr": 1 - hits / size if size else np.nan,
        "f1": 2 * hits / (size + relevant),
        "exact_support": float(hits == size == relevant),
    }


def screening_f1(X: Array, y: Array, size: int, truth: NDArray[np.bool_]) -> float:
    """F1 of the `size` columns with the largest absolute marginal correlation with y.

    The yardstick for selection: as many columns as the method chose, by the plainest means.

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    size : int
        Columns to choose; ties go to the earlier column.
    truth : (p,) of bool

    Returns
    -------
    float
    """
    centred = X - X.mean(axis=0)
    norms = np.sqrt((centred**2).sum(axis=0))
    strength = np.abs(centred.T @ (y - y.mean())) / np.where(norms > 0, norms, np.inf)
    chosen = np.zeros(len(truth), dtype=bool)
    chosen[np.argsort(-strength, kind="stable")[:size]] = True
    return recovery(chosen, truth)["f1"]
