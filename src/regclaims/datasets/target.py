"""The target: a number, or one of two classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regclaims.datasets.columns import Column, check_numbers
from regclaims.datasets.notes import Notes, Rows, in_cell, in_column, listed
from regclaims.vocabulary import Array

REGRESSION, CLASSIFICATION = "regression", "classification"


@dataclass(frozen=True)
class Target:
    """What is predicted.

    Attributes
    ----------
    name : str
    y : (n,)
    classes : pair of str, or None
        Those coded 0 and 1; None for a regression.
    """

    name: str
    y: Array
    classes: tuple[str, str] | None = None

    @property
    def task(self) -> str:
        """``regression`` or ``classification``."""
        return REGRESSION if self.classes is None else CLASSIFICATION


def guessed_task(column: Column) -> str:
    """Take a target of two values for classes, any other for a number."""
    return CLASSIFICATION if len(column.levels) == 2 else REGRESSION


def read_target(
    column: Column, rows: Rows, task: str, positive: str | None, notes: Notes, *, complete: bool
) -> Target | None:
    """Read the target; None, and notes, if it is not what the task needs.

    Parameters
    ----------
    column : Column
    rows : (n,) of int
        Of the file, from 0.
    task : str
    positive : str or None
        The class coded 1; by default the later in the order of numbers or of the alphabet.
    notes : Notes
    complete : bool
        Whether these are all rows; only then a target without variation is known to be so.
    """
    if task == CLASSIFICATION:
        return _two_classes(column, rows, positive, notes, complete=complete)
    advice = "; the target must not be missing"
    if not column.numeric and guessed_task(column) == CLASSIFICATION:
        notes.problem(in_column(column.name), _needs_classes(column))
        return None
    if not check_numbers(column, rows, notes, missing=False, advice=advice):
        return None
    if complete and len(column.numbers) > 1 and column.numbers.min() == column.numbers.max():
        message = f"must not be constant; all its values are {column.labels[0]}"
        notes.problem(in_column(column.name), message)
        return None
    return Target(column.name, column.numbers)


def _needs_classes(column: Column) -> str:
    found = listed(column.levels)
    return f"must be numbers, or the task classification; found two classes, {found}"


def _two_classes(
    column: Column, rows: Rows, positive: str | None, notes: Notes, *, complete: bool
) -> Target | None:
    labels = column.labels
    gone = np.flatnonzero([label is None for label in labels])
    if len(gone):
        message = "must be one of two classes; found nothing; the target must not be missing"
        notes.problem(in_cell(column.name, np.asarray(rows)[gone]), message)
    classes = sorted(column.levels, key=_order)
    if len(classes) != 2:
        if complete or len(classes) > 2:
            many = f"{len(classes):,} ({listed(classes)})" if classes else "none"
            message = f"must have two classes, as the task is classification; found {many}"
            notes.problem(in_column(column.name), message)
        return None
    if positive is not None:
        number = _order(positive)[0]
        equal = [name for name in classes if _order(name)[0] == number < np.inf]
        coded = positive if positive in classes else next(iter(equal), None)
        if coded is None:
            message = f"must have the class {positive!r} (positive); its classes are "
            notes.problem(in_column(column.name), message + listed(classes))
            return None
        classes = [*(name for name in classes if name != coded), coded]
    if len(gone):
        return None
    return Target(column.name, (labels == classes[1]).astype(float), (classes[0], classes[1]))


def _order(label: str) -> tuple[float, str]:
    """Sort numbers by size, before text."""
    try:
        value = float(label)
    except ValueError:
        return np.inf, label
    return (value if np.isfinite(value) else np.inf), label
