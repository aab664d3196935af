"""What the commands on data sets are given: a YAML of one, or a data file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from regclaims.errors import InputError, Problem

if TYPE_CHECKING:
    from regclaims.config.datasets import Dataset
    from regclaims.datasets import Loaded

FOLDER = Path("config") / "datasets"


class Given(NamedTuple):
    """A data set, before its data are read.

    Parameters
    ----------
    name : str
    config : dict
        As `datasets.load_dataset` takes it.
    file : Path or None
    dataset : Dataset or None
        None for a data file.
    """

    name: str
    config: dict[str, Any]
    file: Path | None
    dataset: Dataset | None


def is_yaml(file: Path) -> bool:
    """Tell by its name whether a file is a YAML."""
    return file.suffix.lower() in (".yaml", ".yml")


def given_data(file: Path, target: str | None, command: str) -> Given:
    """Read the YAML, or see what is asked of a data file; then the task is guessed.

    Raises
    ------
    InputError
        If the YAML is wrong, or there is a target beside it.
    """
    if not is_yaml(file):
        return data_file(file, target=target, task=None)
    # Slow to import, and a help text needs none of it.
    from regclaims.config.datasets import Dataset
    from regclaims.config.loading import load

    if target is not None:
        message = "is for a data file; a YAML names its own target"
        raise InputError([Problem(f"regclaims {command}", "--target", message)])
    dataset = load(Dataset, file)
    path = Path(dataset.path) if dataset.path is not None else None
    return Given(file.stem, dataset.model_dump(), path, dataset)


def data_file(file: Path, **wanted: Any) -> Given:
    """Give a data file with what is wanted of it, and the default protocol."""
    from regclaims.config.datasets import Protocol

    config = {"source": "file", "protocol": Protocol().model_dump(), **wanted}
    return Given(file.name.partition(".")[0], config, file, None)


def load_given(given: Given) -> Loaded:
    """Load the data; warnings go to standard error, also where there are problems.

    A data file without a YAML is taken with as many folds as it has rows for.

    Raises
    ------
    InputError
        With all problems.
    """
    from regclaims.datasets import examine

    fit_folds = given.dataset is None
    loaded, notes = examine(given.config, given.file, given.name, fit_folds=fit_folds)
    for warning in notes.warnings:
        where = f"{warning.place}: " if warning.place else ""
        print(f"{warning.file}: {where}warning: {warning.message}", file=sys.stderr)
    if loaded is None:
        raise InputError(notes.problems)
    return loaded


def in_words(loaded: Loaded) -> str:
    """Say how large a data set is, and what is predicted."""
    from regclaims.datasets.notes import printable

    columns = f"{loaded.X.shape[1]:,} columns" + (" (sparse)" if "sparse" in loaded.kinds else "")
    task = loaded.task
    if loaded.classes:
        zero, one = (printable(name) for name in loaded.classes)
        task += f": {one} is 1, {zero} is 0"
    return f"{len(loaded.y):,} rows; target {printable(loaded.target)} ({task}); {columns}"
