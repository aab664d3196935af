"""Real data sets as (X, y), whatever their source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from regclaims.datasets.columns import Column, read_column
from regclaims.datasets.expansion import n_quadratic, quadratic
from regclaims.datasets.features import (
    Features,
    check_size,
    read_features,
    warn_of_twins,
    without_constants,
)
from regclaims.datasets.files import unreadable
from regclaims.datasets.notes import Notes, in_column, listed
from regclaims.datasets.reading import read_file
from regclaims.datasets.splitting import check_classes, check_rows, fitting_protocol
from regclaims.datasets.svmlight import SparseTable
from regclaims.datasets.table import Table, tabulate
from regclaims.datasets.target import Target, guessed_task, read_target
from regclaims.errors import InputError, Problem
from regclaims.vocabulary import Array

DEFAULTS: Mapping[str, Any] = {
    "drop": (),
    "task": "regression",
    "positive": None,
    "missing": "refuse",
    "expansion": "none",
    "features": None,
    "protocol": {},
}
"""What a plain config may leave out."""


@dataclass(frozen=True)
class Loaded:
    """A data set.

    Attributes
    ----------
    X : (n, p) array or csr_array
        Dense, with NaN where `impute` is to fill it in; or sparse, with none.
    y : (n,)
        0 and 1 where there are classes.
    features : (p,) of str
    task : {"regression", "classification"}
    classes : pair of str, or None
        Those coded 0 and 1.
    kinds : tuple of str
        Which there are of ``numeric``, ``categorical`` and ``sparse``.
    n_missing : int
        Values of the file that are missing.
    dropped : tuple of str
        Columns that were constant.
    target : str
    warnings : tuple of Problem
    """

    X: Array | sparse.csr_array
    y: Array
    features: tuple[str, ...]
    task: str = "regression"
    classes: tuple[str, str] | None = None
    kinds: tuple[str, ...] = ("numeric",)
    n_missing: int = 0
    dropped: tuple[str, ...] = ()
    target: str = "y"
    warnings: tuple[Problem, ...] = ()

    def describe(self) -> dict[str, Any]:
        """Return size, collinearity, balance and noise; see `description.describe`."""
        from regclaims.datasets.description import describe

        return describe(self)


def load_dataset(
    config: Mapping[str, Any], file: Path | None, name: str, *, terms: Path | None = None
) -> Loaded:
    """Load a data set and check it.

    Parameters
    ----------
    config : mapping
        A `config.datasets.Dataset` as plain data; without a protocol none is checked. Where
        ``target`` is None it is the last column; where ``task`` is, it is guessed.
    file : Path or None
        Where its file is, for ``source: file``.
    name : str
        Named in problems that have no file.
    terms : Path or None
        Where the terms of sparse text are; by default where the config says, from here.

    Returns
    -------
    Loaded

    Raises
    ------
    InputError
        With every problem: one that keeps the file from being read, or all of its columns and rows.
    """
    loaded, notes = examine(config, file, name, terms=terms)
    if loaded is None:
        raise InputError(notes.problems)
    return loaded


def load_files(config: Mapping[str, Any], files: Sequence[Any], name: str) -> Loaded:
    """Load a data set from where its files are.

    Parameters
    ----------
    config, name
        As for `load_dataset`.
    files : sequence of path
        The file and, where sparse text has one, that of its terms; none for ``scikit-learn``.

    Raises
    ------
    InputError
        As `load_dataset`.
    """
    paths = [Path(str(file)) for file in files]
    return load_dataset(
        config,
        paths[0] if paths else None,
        name,
        terms=paths[1] if len(paths) > 1 else None,
    )


def examine(
    config: Mapping[str, Any],
    file: Path | None,
    name: str,
    *,
    terms: Path | None = None,
    fit_folds: bool = False,
) -> tuple[Loaded | None, Notes]:
    """Load a data set as `load_dataset` does, and give its problems and warnings either way.

    With `fit_folds`, a protocol is taken with no more folds than there are rows for.
    """
    config = {**DEFAULTS, **config}
    notes = Notes(name if config["source"] == "scikit-learn" or file is None else str(file))
    try:
        table = _read(config, file, terms, notes)
    except InputError as error:
        # What was noted before is among these.
        notes.problems = list(error.problems)
        return None, notes
    except (OSError, MemoryError) as error:
        notes.end(unreadable(error))
        return None, notes
    if isinstance(table, SparseTable):
        read = _of_sparse(table, config, notes, fit_folds)
    else:
        read = _of_table(table, config, notes, fit_folds)
    if read is None or notes.problems:
        return None, notes
    target, features = read
    loaded = Loaded(
        features.X,
        target.y,
        features.names,
        target.task,
        target.classes,
        tuple(dict.fromkeys(features.kinds)),
        features.n_missing,
        features.dropped,
        target.name,
        tuple(notes.warnings),
    )
    return loaded, notes


def _read(
    config: Mapping[str, Any], file: Path | None, terms: Path | None, notes: Notes
) -> Table | SparseTable:
    if config["source"] == "scikit-learn":
        # Slow to import, and a check of files needs none of it.
        from regclaims.datasets.scikit_learn import read_scikit_learn

        frame = read_scikit_learn(config["name"], notes.file)
        names = [str(column) for column in frame]
        return tabulate(names, frame.set_axis(pd.RangeIndex(len(names)), axis=1), notes)
    if file is None:
        raise notes.end("is missing", "path")
    if terms is None and config["features"] is not None:
        terms = Path(config["features"])
    return read_file(file, terms, notes)


def _of_table(
    table: Table, config: Mapping[str, Any], notes: Notes, fit_folds: bool
) -> tuple[Target, Features] | None:
    drop = dict.fromkeys(config["drop"])
    rest = [name for name in table.names if name not in drop] or table.names
    target = config["target"] if config["target"] is not None else rest[-1]
    _check_known(table.names, target, drop, notes)
    used = [name for name in table.names if name not in drop and name != target]
    for name in (*used, target):
        if name in table.unusable:
            notes.problem(in_column(name), table.unusable[name])
    column = None
    if target in table.names and target not in table.unusable:
        column = read_column(table, target, notes)
    read = _target(column, table.rows, config, notes, complete=table.complete)
    usable = [name for name in used if name not in table.unusable]
    features = read_features(table, usable, config["missing"], notes)
    if len(used) < 2:
        notes.problem("", f"needs two columns or more beside the target; it has {len(used)}")
    _check_protocol(read, table.total, config["protocol"], notes, fit_folds)
    return _together(read, features, config, notes, complete=table.complete)


def _of_sparse(
    table: SparseTable, config: Mapping[str, Any], notes: Notes, fit_folds: bool
) -> tuple[Target, Features] | None:
    _check_known(table.names, None, config["drop"], notes)
    drop = set(config["drop"])
    kept = [j for j, name in enumerate(table.names) if name not in drop]
    names = tuple(table.names[j] for j in kept)
    kinds = ("sparse",) * len(names)
    features = Features(table.X[:, kept], names, np.array(kept, int), kinds)
    column = Column(config["target"] or "label", table.y)
    read = _target(column, np.arange(len(table.y)), config, notes, complete=True)
    _check_protocol(read, len(table.y), config["protocol"], notes, fit_folds)
    return _together(read, features, config, notes, complete=True)


def _check_known(names: tuple[str, ...], target: str | None, drop: Any, notes: Notes) -> None:
    """Note columns that are named but not there, and a target that is dropped."""
    wanted = dict.fromkeys([*([] if target is None else [target]), *drop])
    for name in wanted:
        if name not in names:
            message = f"does not exist; the columns are {listed(names, most=12)}"
            notes.problem(in_column(name), message)
    if target in drop:
        notes.problem(in_column(str(target)), "is the target, and cannot be dropped")


def _target(
    column: Column | None, rows: Any, config: Mapping[str, Any], notes: Notes, *, complete: bool
) -> Target | None:
    if column is None:
        return None
    task = config["task"] or guessed_task(column)
    return read_target(column, rows, task, config["positive"], notes, complete=complete)


def _check_protocol(
    target: Target | None,
    n_samples: int,
    protocol: Mapping[str, Any],
    notes: Notes,
    fit_folds: bool,
) -> None:
    if fit_folds:
        protocol = fitting_protocol(protocol, n_samples, target)
    check_rows(n_samples, protocol, notes)
    if target is not None and len(target.y) == n_samples:
        check_classes(target, protocol, notes)


def _together(
    target: Target | None,
    features: Features,
    config: Mapping[str, Any],
    notes: Notes,
    *,
    complete: bool,
) -> tuple[Target, Features] | None:
    """Warn of columns that say nothing new, and expand the others."""
    if complete and features.X.shape[0] > 1:
        features = without_constants(features, notes)
        warn_of_twins(features, notes)
    if target is None or notes.problems:
        return None
    if config["expansion"] == "quadratic":
        if not check_size(features.X.shape[0], n_quadratic(features), notes):
            return None
        features = without_constants(quadratic(features), notes)
    if len(features.names) < 2:
        message = f"needs two columns or more that vary; it has {len(features.names)}"
        notes.problem("", message)
    return target, features
