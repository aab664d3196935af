"""Coefficient paths on a whole real data set, with their spread over halves of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regclaims.datasets import Loaded, impute
from regclaims.evidence.methods import Method, Settings
from regclaims.evidence.real import own_settings, spread_of
from regclaims.evidence.splits import kept_columns
from regclaims.keys import generator
from regclaims.solvers import Path
from regclaims.vocabulary import Array

MOST_COLUMNS = 30
"""Columns that are followed: those that reach the largest coefficients by any of the methods."""


def path_bands(
    data: Loaded,
    protocol: Mapping[str, Any],
    methods: Sequence[Method],
    settings: Settings,
    *,
    seed: int,
    key: int,
) -> pd.DataFrame:
    """Trace coefficients along each method's path, with their spread over subsamples.

    Parameters
    ----------
    data : Loaded
    protocol : mapping
        A `config.datasets.Protocol` as plain data; ``halves`` says how many random halves of the
        rows (without replacement) are fitted on the same lambdas.
    methods : sequence of Method
        As from `contenders`; least squares have no path and are left out.
    settings : Settings
    seed, key : int

    Returns
    -------
    DataFrame
        ``method, lambda_index, lambda_ratio, feature, coef, low, high``; coefficients per standard
        deviation of their column, ``low`` and ``high`` the 5 and 95 % points over the halves;
        of many columns, the largest are there.
    """
    columns = kept_columns(data.X, protocol)
    (X,) = impute(data.X[:, columns])
    names = np.array(data.features)[columns]
    scale = spread_of(X)
    methods = [method for method in methods if method.l1_ratio is not None]
    chosen = own_settings(settings, protocol)
    paths = [method.fit(X, data.y, chosen) for method in methods]
    largest = np.max([np.abs(path.coefs).max(axis=0) * scale for path in paths], axis=0)
    followed = np.sort(np.argsort(-largest, kind="stable")[:MOST_COLUMNS])
    halves = [_half(data, generator(seed, "halves", key, i)) for i in range(protocol["halves"])]
    tables = []
    for method, path in zip(methods, paths, strict=True):
        spread = np.array(
            [
                method.fit_at(X[rows], data.y[rows], path.lambdas).coefs[:, followed]
                for rows in halves
            ]
        )
        tables.append(_table(method, path, spread, followed, scale, names))
    return pd.concat(tables, ignore_index=True)


def _half(data: Loaded, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw half of the rows; of each class, where there are classes."""
    groups = [np.arange(len(data.y))]
    if data.classes is not None:
        groups = [np.flatnonzero(data.y == label) for label in (0.0, 1.0)]
    return np.concatenate([rng.permutation(rows)[: len(rows) // 2] for rows in groups])


def _table(
    method: Method,
    path: Path,
    spread: Array,
    followed: NDArray[np.intp],
    scale: Array,
    names: NDArray[np.str_],
) -> pd.DataFrame:
    coefs = path.coefs[:, followed] * scale[followed]
    low, high = np.quantile(spread * scale[followed], [0.05, 0.95], axis=0)
    index, feature = np.indices(coefs.shape)
    return pd.DataFrame(
        {
            "method": method.name,
            "lambda_index": index.ravel(),
            "lambda_ratio": (path.lambdas / path.lambdas[0])[index.ravel()],
            "feature": names[followed][feature.ravel()],
            "coef": coefs.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
        }
    )
