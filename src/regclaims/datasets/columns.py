"""Columns of a table as numbers, or as levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regclaims.datasets.files import MOST_CHARACTERS
from regclaims.datasets.notes import Notes, Rows, found, in_cell, in_column
from regclaims.datasets.table import Table
from regclaims.vocabulary import Array

MOSTLY = 0.9
"""A column with this share of numbers, or more, is one of numbers, and the others are wrong."""

MOST_LEVELS = 50
"""A column of text with more is an identifier, or free text."""

LARGEST = 1e50
"""Of a number: the square of its square, summed up, still is one."""

MISSING = frozenset({"NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "?", "."})
"""Words for a missing value among numbers; in a column of text they are text."""

Text = NDArray[np.object_]


@dataclass(frozen=True)
class Column:
    """One column, of numbers or of text.

    Attributes
    ----------
    name : str
    numbers : (n,)
        NaN where there is none.
    raw : Series of str, or None
        As it stands in the file, NaN in an empty field; without it, all is in the numbers.
    """

    name: str
    numbers: Array
    raw: pd.Series | None = None

    @cached_property
    def _others(self) -> Text:
        """What stands where there is no number, None where nothing does."""
        others = np.isnan(self.numbers)
        return _words(self.raw[others]) if self.raw is not None else np.full(others.sum(), None)

    @cached_property
    def numeric(self) -> bool:
        """Whether it is a column of numbers, by `MOSTLY`; one that is empty is."""
        if self.raw is None:
            return True
        wrong = (~pd.Series(self._others, dtype=object).isin([None, *MISSING])).sum()
        return bool(self.n_numbers >= MOSTLY * (self.n_numbers + wrong))

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Where a value is missing, (n,)."""
        missing = np.isnan(self.numbers)
        if self.raw is not None:
            words = [None, *MISSING] if self.numeric else [None]
            missing[missing] = pd.Series(self._others, dtype=object).isin(words)
        return missing

    @property
    def n_numbers(self) -> int:
        """How many numbers there are, infinite ones too."""
        return int((~np.isnan(self.numbers)).sum())

    def value(self, row: int) -> str | float | None:
        """Give a value as it stands in the file; None where it is empty."""
        if self.raw is not None:
            word: str | None = _words(self.raw.iloc[[row]])[0]
            return word
        number = float(self.numbers[row])
        return None if np.isnan(number) else number

    @cached_property
    def labels(self) -> Text:
        """All values as text, numbers in their shortest form; None where missing, (n,)."""
        if not self.numeric and self.raw is not None:
            return _words(self.raw)
        known = ~np.isnan(self.numbers)
        labels = np.empty(len(known), dtype=object)
        codes, values = pd.factorize(self.numbers[known])
        labels[known] = _taken([number_as_text(float(value)) for value in values], codes)
        labels[~known] = self._others
        labels[self.missing] = None
        return labels

    @property
    def levels(self) -> list[str]:
        """Different values that are there, sorted as text."""
        return sorted(set(pd.unique(self.labels)) - {None})


def number_as_text(value: float) -> str:
    """Write a number in its shortest form, a whole one without a point."""
    return str(int(value)) if value.is_integer() else repr(value)


def _words(raw: pd.Series) -> Text:
    """Give values without white space at their ends; None where nothing is left, (n,)."""
    codes, values = pd.factorize(raw, use_na_sentinel=True)
    # A missing value has code -1, which takes the last one.
    words = [str(value).strip() or None for value in np.asarray(values, dtype=object)]
    return _taken([*words, None], codes)


def _taken(words: Sequence[str | None], codes: NDArray[np.int64]) -> Text:
    table = np.empty(len(words), dtype=object)
    table[:] = words
    return table[codes]


def read_column(table: Table, name: str, notes: Notes) -> Column | None:
    """Take a column from a table; None, and a note, if it holds a value of too many characters."""
    values = table[name]
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return Column(name, values.to_numpy(float))
    if values.dtype == bool or values.dtype == object:
        # Among them may be numbers too long for a float, True and False.
        values = values.astype(object).map(str, na_action="ignore")
    lengths = values.str.len().to_numpy(float, na_value=0)
    long = np.flatnonzero(lengths > MOST_CHARACTERS)
    if len(long):
        message = f"must have {MOST_CHARACTERS:,} characters at most; found {lengths[long[0]]:,.0f}"
        notes.problem(in_cell(name, table.rows[long]), message)
        return None
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float)
    return Column(name, numbers, values)


def check_numbers(
    column: Column, rows: Rows, notes: Notes, *, missing: bool, advice: str = ""
) -> bool:
    """Note values that are not finite numbers, or beyond `LARGEST`.

    Parameters
    ----------
    column : Column
    rows : (n,) of int
        Of the file, from 0.
    notes : Notes
    missing : bool
        Whether values may be missing.
    advice : str
        What to say where only missing values are wrong.

    Returns
    -------
    bool
        Whether all is well.
    """
    size = np.abs(column.numbers)
    bad = np.flatnonzero(~(size <= LARGEST) & ~(missing & column.missing))
    if not len(bad):
        return True
    must = f"{LARGEST:g} at most in size" if np.isfinite(size[bad[0]]) else "a finite number"
    message = f"must be {must}; found {found(column.value(bad[0]))}"
    only_missing = bool(column.missing[bad].all())
    where = in_cell(column.name, np.asarray(rows)[bad])
    notes.problem(where, message + (advice if only_missing else ""))
    return False


def check_levels(
    column: Column, rows: Rows, notes: Notes, *, missing: bool, advice: str = ""
) -> bool:
    """Note what keeps a column of text from being one of levels; see `check_numbers`.

    A column that has numbers among its levels gets a warning.
    """
    gone = np.flatnonzero(column.missing)
    good = missing or not len(gone)
    if not good:
        where = in_cell(column.name, np.asarray(rows)[gone])
        notes.problem(where, f"must have a value; found nothing{advice}")
    n_given, levels = int((~column.missing).sum()), column.levels
    if len(levels) > MOST_LEVELS or len(levels) == n_given > 2:
        many = "one a row" if len(levels) == n_given else f"{len(levels):,}"
        message = f"must be numbers, or text with {MOST_LEVELS} levels at most; found {many}"
        mixed = _mixed(column, rows)
        notes.problem(in_column(column.name), f"{message}{mixed}; drop it, if it is an identifier")
        return False
    if column.n_numbers:
        notes.warn(in_column(column.name), f"is taken as text{_mixed(column, rows)}")
    return good


def _mixed(column: Column, rows: Rows) -> str:
    """Say how many values are numbers, if any, and where the first is that is not."""
    if not column.n_numbers:
        return ""
    first = np.flatnonzero(np.isnan(column.numbers) & ~column.missing)[0]
    return (
        f" ({column.n_numbers:,} of its values are numbers; row {rows[first] + 1} has "
        f"{found(column.value(first))})"
    )
