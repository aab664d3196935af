"""Squares and products of columns."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from regclaims.datasets.features import Features
from regclaims.datasets.imputing import column_means


def n_quadratic(features: Features) -> int:
    """Count the columns that `quadratic` makes."""
    return len(features.names) + len(_squared(features)) + len(_paired(features))


def quadratic(features: Features) -> Features:
    """Add the squares of columns and their products in pairs, about the mean.

    Columns of two values have no square, and indicators of one text column no products with each
    other: both repeat what is there. Diabetes has 10 columns, 9 squares and 45 products, the 64 of
    Efron, Hastie, Johnstone and Tibshirani (2004, section 1), who also centre the columns first. A
    mean is the origin of a polynomial here, fixed before the rows are split; it looks at no target.

    Parameters
    ----------
    features : Features
        Dense. Where a value is missing, so are its square and products.

    Returns
    -------
    Features
        Columns ``a``, then ``a^2``, then ``a:b``.
    """
    X, names = features.X, features.names
    centred = X - column_means(X)
    squared, paired = _squared(features), _paired(features)
    left, right = np.array(paired, dtype=int).reshape(-1, 2).T
    blocks = [X, centred[:, squared] ** 2, centred[:, left] * centred[:, right]]
    more = [f"{names[j]}^2" for j in squared] + [f"{names[i]}:{names[j]}" for i, j in paired]
    parents = [*squared, *left]
    return Features(
        np.hstack(blocks),
        (*names, *more),
        np.concatenate([features.sources, features.sources[parents]]),
        features.kinds + tuple(features.kinds[j] for j in parents),
        features.n_missing,
        features.dropped,
    )


def _squared(features: Features) -> list[int]:
    values = (column[~np.isnan(column)] for column in features.X.T)
    return [j for j, known in enumerate(values) if len(np.unique(known)) > 2]


def _paired(features: Features) -> list[tuple[int, int]]:
    sources = features.sources
    pairs = combinations(range(len(sources)), 2)
    return [(i, j) for i, j in pairs if sources[i] != sources[j]]
