"""The columns that predict, as one matrix."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from regclaims.datasets.columns import Column, check_levels, check_numbers, read_column
from regclaims.datasets.files import MOST_CELLS
from regclaims.datasets.notes import Notes, in_column, printable
from regclaims.datasets.table import Table
from regclaims.vocabulary import Array

ADVICE = "; `missing: impute` would fill it in"
NO_LEVEL = "(missing)"


@dataclass(frozen=True)
class Features:
    """The matrix X, its columns' names, and where they come from.

    Attributes
    ----------
    X : (n, p) array or csr_array
        NaN where a number is missing.
    names : (p,) of str
    sources : (p,) of int
        The column of the file that each comes from: the indicators of one column share it.
    kinds : (p,) of str
        ``numeric``, ``categorical`` or ``sparse``.
    n_missing : int
        Values of the file that are missing.
    dropped : tuple of str
        Columns that were constant, and left out.
    """

    X: Array | sparse.csr_array
    names: tuple[str, ...]
    sources: NDArray[np.int64]
    kinds: tuple[str, ...]
    n_missing: int = 0
    dropped: tuple[str, ...] = ()


def read_features(table: Table, names: Sequence[str], missing: str, notes: Notes) -> Features:
    """Read columns: numbers as they are, text as indicators of its levels but the first.

    Parameters
    ----------
    table : Table
    names : sequence of str
    missing : {"refuse", "impute"}
        Whether missing values are a problem; if not, a number is NaN, and of text it is a level.
    notes : Notes
    """
    blocks: list[Array] = []
    labels: list[str] = []
    sources: list[int] = []
    kinds: list[str] = []
    n_missing = 0
    for source, name in enumerate(names):
        column = read_column(table, name, notes)
        if column is None:
            continue
        check = check_numbers if column.numeric else check_levels
        if not check(column, table.rows, notes, missing=missing == "impute", advice=ADVICE):
            continue
        own, block = ([name], column.numbers[:, None]) if column.numeric else indicators(column)
        if not check_size(len(table.rows), len(labels) + len(own), notes):
            break
        blocks.append(block)
        labels += own
        sources += [source] * len(own)
        kinds += ["numeric" if column.numeric else "categorical"] * len(own)
        n_missing += int(column.missing.sum())
    X = np.column_stack(blocks) if blocks else np.empty((len(table.rows), 0))
    _check_names(labels, notes)
    return Features(X, tuple(labels), np.array(sources, int), tuple(kinds), n_missing)


def indicators(column: Column) -> tuple[list[str], Array]:
    """Turn text into a 0/1 column for each level but the first; they are named ``colour=red``.

    Levels are sorted; that a value is missing is the last. Their set is taken from all rows, which
    looks at no target; one that is not among the rows trained on is constant there.
    """
    levels: list[str | None] = [*column.levels]
    if column.missing.any():
        levels.append(None)
    names = [f"{column.name}={NO_LEVEL if level is None else level}" for level in levels[1:]]
    code = {level: j for j, level in enumerate(levels)}
    codes = np.array([code[label] for label in column.labels], dtype=int)
    return names, (codes[:, None] == np.arange(1, len(levels))).astype(float)


def _check_names(names: Sequence[str], notes: Notes) -> None:
    """Note columns that have the name of another one's indicator."""
    for name, count in Counter(names).items():
        if count > 1:
            message = "is the name of a column and of a level of another; rename one of the two"
            notes.problem(in_column(name), message)


def check_size(n_samples: int, n_features: int, notes: Notes) -> bool:
    """Note a matrix that is too large, and say whether it will do."""
    if n_samples * n_features <= MOST_CELLS:
        return True
    message = f"must make {MOST_CELLS:,} values at most; it makes {n_samples:,} x {n_features:,}"
    notes.problem("", message)
    return False


def without_constants(features: Features, notes: Notes) -> Features:
    """Leave constant columns out, with a warning of each."""
    constant = _constant(features.X)
    if not constant.any():
        return features
    gone = tuple(features.names[j] for j in np.flatnonzero(constant))
    notes.warn_each(gone, lambda _: "is constant, and left out")
    kept = np.flatnonzero(~constant)
    return Features(
        features.X[:, kept],
        tuple(features.names[j] for j in kept),
        features.sources[kept],
        tuple(features.kinds[j] for j in kept),
        features.n_missing,
        features.dropped + gone,
    )


def _constant(X: Array | sparse.csr_array) -> NDArray[np.bool_]:
    """Tell which columns have one value, or none, (p,)."""
    if not X.shape[0]:
        return np.zeros(X.shape[1], dtype=bool)
    if sparse.issparse(X):
        low, high = X.min(axis=0).toarray(), X.max(axis=0).toarray()
        constant: NDArray[np.bool_] = (low == high).ravel()
        return constant
    # Missing values are passed over; where all are, they are NaN.
    lowest, highest = np.fmin.reduce(X, axis=0), np.fmax.reduce(X, axis=0)
    return (lowest == highest) | np.isnan(lowest)


def warn_of_twins(features: Features, notes: Notes) -> None:
    """Warn of columns that have the same values as one before them; they stay."""
    first: dict[bytes, str] = {}
    twins: dict[str, str] = {}
    X = sparse.csc_array(features.X) if sparse.issparse(features.X) else features.X
    for j, name in enumerate(features.names):
        before = first.setdefault(_fingerprint(X, j), name)
        if before != name:
            twins[name] = before
    notes.warn_each(
        list(twins), lambda name: f"has the same values as column {printable(twins[name])}"
    )


def _fingerprint(X: Any, j: int) -> bytes:
    if sparse.issparse(X):
        part = slice(X.indptr[j], X.indptr[j + 1])
        values = X.indices[part].tobytes() + b"|" + X.data[part].tobytes()
    else:
        # Zero has a sign, which is added away.
        values = (X[:, j] + 0.0).tobytes()
    return hashlib.sha256(values).digest()
