"""A table as it was read: columns by position, since names may be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regclaims.datasets.notes import Notes, in_column

LONGEST_NAME = 1000
"""Characters of a column's name."""


@dataclass(frozen=True)
class Table:
    """A table, before anything is known of what is wanted of it.

    Attributes
    ----------
    names : (w,) of str
        Of the columns; all different.
    values : DataFrame
        Columns 0 to w - 1: numbers, or text; a missing value is NaN or None.
    rows : (n,) of int
        Which row of the file each row is, from 0.
    total : int
        Rows of the file, also those that could not be read.
    unusable : dict
        By name, columns that can only be dropped, and why.
    """

    names: tuple[str, ...]
    values: pd.DataFrame
    rows: NDArray[np.int64]
    total: int
    unusable: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pd.Series:
        values: pd.Series = self.values[self._position[name]]
        return values

    @cached_property
    def _position(self) -> dict[str, int]:
        return {name: j for j, name in enumerate(self.names)}

    @property
    def complete(self) -> bool:
        """Whether all rows could be read."""
        return len(self.rows) == self.total


def tabulate(
    names: Sequence[str],
    values: pd.DataFrame,
    notes: Notes,
    *,
    rows: NDArray[np.int64] | None = None,
    total: int | None = None,
    unusable: dict[int, str] | None = None,
) -> Table:
    """Give columns their names; note those that stand twice or are too long.

    Parameters
    ----------
    names : (w,) of str
        As they stand in the file. One that is empty becomes ``unnamed 3``, and can only be dropped.
    values : DataFrame
        Columns 0 to w - 1; of those with one name the first is kept.
    notes : Notes
    rows, total
        See `Table`; by default every row was read.
    unusable : dict, optional
        By position, further columns that can only be dropped, and why.
    """
    given = [name.strip() for name in names]
    full = [name or f"unnamed {j + 1}" for j, name in enumerate(given)]
    message = "must have a name in the header; give it one, or drop it by this name"
    reasons = {name: message for name, own in zip(full, given, strict=True) if not own}
    reasons |= {full[j]: reason for j, reason in (unusable or {}).items()}
    first: dict[str, int] = {}
    for j, name in enumerate(full):
        if len(name) > LONGEST_NAME:
            long = f"its name must have {LONGEST_NAME:,} characters at most; it has {len(name):,}"
            notes.problem(f"column {j + 1}", long)
        elif name in first:
            again = f"stands in the header twice, as column {first[name] + 1} and {j + 1}"
            notes.problem(in_column(name), again)
        first.setdefault(name, j)
    kept = values[list(first.values())]
    kept.columns = pd.RangeIndex(len(first))
    if rows is None:
        rows = np.arange(len(values))
    return Table(tuple(first), kept, rows, len(rows) if total is None else total, reasons)
