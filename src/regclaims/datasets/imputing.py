"""Fill in missing values, from the rows that are trained on."""

from __future__ import annotations

from typing import Any

import numpy as np

from regclaims.vocabulary import Array


def column_means(X: Any) -> Array:
    """Return the means of each column's values that are there, (p,); 0 where none is.

    Parameters
    ----------
    X : (n, p)
        NaN where a value is missing.
    """
    known = ~np.isnan(X)
    means: Array = np.where(known, X, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return means


def impute(training: Any, *others: Any) -> tuple[Any, ...]:
    """Fill what is missing with the means of the training rows.

    A column that has no value among them becomes 0 there, so constant: no method then uses it.

    Parameters
    ----------
    training : (n, p)
        Dense or sparse; NaN where a value is missing.
    *others : (m, p)
        Validation, test or held-out rows, which are filled with the same means.

    Returns
    -------
    tuple
        `training` and `others`, filled; themselves, where nothing is missing.
    """
    parts = (training, *others)
    gaps = [isinstance(part, np.ndarray) and bool(np.isnan(part).any()) for part in parts]
    if not any(gaps):
        return parts
    means = column_means(training)
    return tuple(
        np.where(np.isnan(part), means, part) if gap else part
        for part, gap in zip(parts, gaps, strict=True)
    )
