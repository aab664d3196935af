"""Random splits of a real data set: who trains, who chooses lambda, who tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regclaims.datasets import Loaded, impute, leading_terms, split_sizes
from regclaims.solvers import draw_folds
from regclaims.vocabulary import Array

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """One split, with all that is learnt from the training rows alone already done.

    Attributes
    ----------
    X, X_validation, X_test : (n, q), (m, q), (t, q), dense or csr_array
        Missing values filled with the means of the training rows; of sparse text the terms that
        stand in the most training rows.
    y, y_validation, y_test : (n,), (m,), (t,)
    folds : (n,)
        Fold of each training row.
    columns : (q,)
        Which of the data set's columns these are.
    """

    X: Any
    X_validation: Any
    X_test: Any
    y: Array
    y_validation: Array
    y_test: Array
    folds: Rows
    columns: NDArray[np.intp]


def draw_split(data: Loaded, protocol: Mapping[str, Any], rng: np.random.Generator) -> Split:
    """Split at random; where there are classes, each part and each fold has its share of both.

    Parameters
    ----------
    data : Loaded
    protocol : mapping
        A `config.datasets.Protocol` as plain data.
    rng : Generator
    """
    n = len(data.y)
    sizes = split_sizes(protocol, n)
    order = rng.permutation(n) if data.classes is None else _evenly(rng, data.y)
    test, validation, train = np.split(order, [sizes.test, sizes.test + sizes.validation])
    n_folds = min(protocol["folds"], len(train))
    folds = np.arange(len(train)) % n_folds
    if data.classes is None:
        folds = draw_folds(rng, len(train), n_folds)
    columns = kept_columns(data.X[train], protocol)
    parts = (data.X[rows][:, columns] for rows in (train, validation, test))
    X, X_validation, X_test = impute(*parts)
    y = data.y
    return Split(X, X_validation, X_test, y[train], y[validation], y[test], folds, columns)


def kept_columns(X: Any, protocol: Mapping[str, Any]) -> NDArray[np.intp]:
    """List the columns that are fitted, by what the training rows `X` (n, p) say."""
    most = protocol.get("max_terms")
    return np.arange(X.shape[1]) if most is None else leading_terms(X, most)


def _evenly(rng: np.random.Generator, y: Array) -> Rows:
    """Order rows at random, but with both classes in the same proportion all along."""
    place = np.empty(len(y))
    for label in (0.0, 1.0):
        rows = rng.permutation(np.flatnonzero(y == label))
        place[rows] = (np.arange(len(rows)) + rng.random()) / len(rows)
    return np.argsort(place, kind="stable")
