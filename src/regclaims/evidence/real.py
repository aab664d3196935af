"""Methods on real data: repeated random splits, everything learnt inside the training part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from regclaims.datasets import Loaded, impute
from regclaims.evidence.methods import Method, Settings
from regclaims.keys import generator
from regclaims.metrics.sparsity import sparsity
from regclaims.solvers import Path, draw_folds
from regclaims.tuning import smallest
from regclaims.vocabulary import Array

STAGE = "real"


def split_dataset(
    data: Loaded,
    protocol: Mapping[str, Any],
    methods: Sequence[Method],
    settings: Settings,
    *,
    seed: int,
    key: int,
    name: str,
) -> pd.DataFrame:
    """Fit and test every method on repeated random splits.

    Parameters
    ----------
    data : Loaded
    protocol : mapping
        ``splits``, ``test_share``, ``folds``.
    methods : sequence of Method
    settings : Settings
    seed, key : int
        Of the study and of the data set.
    name : str

    Returns
    -------
    DataFrame
        One row per split and method: the certificate, zeros, and ``relative_error``, the test mean
        squared error in units of the null model's (the training mean).
    """
    rows = []
    n_test = max(2, round(protocol["test_share"] * len(data.y)))
    for split in range(protocol["splits"]):
        rng = generator(seed, STAGE, key, split)
        order = rng.permutation(len(data.y))
        test, train = order[:n_test], order[n_test:]
        folds = draw_folds(rng, len(train), min(protocol["folds"], len(train)))
        null = np.mean((data.y[test] - data.y[train].mean()) ** 2)
        X, X_test = impute(data.X[train], data.X[test])
        y = data.y[train]
        for method in methods:
            path = method.fit(X, y, settings)
            errors = method.cross_validate(X, y, path, folds)
            rule, k = "none", 0
            if errors is not None:
                rule, k = "cv-min", smallest(errors.mean)
            rows.append(
                {
                    "dataset": name,
                    "split": split,
                    "method": method.name,
                    "tuning": rule,
                    "n_train": len(train),
                    "n_test": n_test,
                }
                | _tested(path, k, X_test, data.y[test], float(null))
            )
    return pd.DataFrame(rows)


def _tested(path: Path, k: int, X: Array, y: Array, null: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "lambda": float(path.lambdas[k]),
        "at_grid_end": k == len(path) - 1 > 0,
        "df": float(path.df[k]),
        "kkt": float(path.kkt[k]),
        "gap": float(path.gap[k]),
        "status": str(path.status[k]),
    }
    if path.determined[k]:
        error = np.mean((y - X @ path.coefs[k] - path.intercepts[k]) ** 2)
        zeros = sparsity(path.coefs[k : k + 1])
        row |= {name: float(value[0]) for name, value in zeros.items()}
        row["relative_error"] = float(error / null)
    return row


def path_bands(
    data: Loaded,
    methods: Sequence[Method],
    settings: Settings,
    *,
    seed: int,
    key: int,
    resamples: int,
) -> pd.DataFrame:
    """Trace every coefficient along each method's path, with its spread over subsamples.

    Parameters
    ----------
    data : Loaded
    methods : sequence of Method
        Least squares has no path and is left out.
    settings : Settings
    seed, key : int
    resamples : int
        Random halves of the rows (without replacement) that are fitted on the same lambdas.

    Returns
    -------
    DataFrame
        ``method, lambda_index, lambda_ratio, feature, coef, low, high``; coefficients per standard
        deviation of their column, ``low`` and ``high`` the 5 and 95 % points over the halves.
    """
    (X,) = impute(data.X)
    scale = X.std(axis=0)
    halves = [
        generator(seed, "halves", key, i).permutation(len(data.y))[: len(data.y) // 2]
        for i in range(resamples)
    ]
    tables = []
    for method in methods:
        if method.l1_ratio is None:
            continue
        path = method.fit(X, data.y, settings)
        refits = [method.fit_at(X[rows], data.y[rows], path.lambdas) for rows in halves]
        spread = np.array([refit.coefs for refit in refits]) * scale
        low, high = np.quantile(spread, [0.05, 0.95], axis=0)
        index, feature = np.indices(path.coefs.shape)
        tables.append(
            pd.DataFrame(
                {
                    "method": method.name,
                    "lambda_index": index.ravel(),
                    "lambda_ratio": (path.lambdas / path.lambdas[0])[index.ravel()],
                    "feature": np.array(data.features)[feature.ravel()],
                    "coef": (path.coefs * scale).ravel(),
                    "low": low.ravel(),
                    "high": high.ravel(),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
