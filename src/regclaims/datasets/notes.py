"""What is found in a data file while it is read, and how it is worded."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regclaims.errors import InputError, Problem

MOST = 5
"""Names that are listed one by one."""

LONGEST = 60
"""Characters of a name that a message shows."""

Rows = Sequence[int] | NDArray[np.int64]

_BRIEF = reprlib.Repr()
_BRIEF.maxstring = _BRIEF.maxother = 40


@dataclass
class Notes:
    """Problems and warnings of one file, in the order in which they are found.

    Parameters
    ----------
    file : str
        As the user named it.
    """

    file: str
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def problem(self, place: str, message: str) -> None:
        """Note what makes the file useless."""
        self.problems.append(Problem(self._file(), place, message))

    def warn(self, place: str, message: str) -> None:
        """Note what the file can be used with all the same."""
        self.warnings.append(Problem(self._file(), place, message))

    def warn_each(self, names: Sequence[str], message: Callable[[str], str]) -> None:
        """Warn of some columns, a line each; of all but the first in one line."""
        for name in names[:MOST]:
            self.warn(in_column(name), message(name))
        if len(names) > MOST:
            self.warn(f"{len(names) - MOST:,} more columns", "likewise")

    def end(self, message: str, place: str = "") -> InputError:
        """Note a problem after which nothing more can be read; the error is to be raised."""
        self.problem(place, message)
        return InputError(self.problems)

    def _file(self) -> str:
        return on_one_line(self.file)


def in_column(name: str) -> str:
    """Name a column as a place."""
    return f"column {printable(name)}"


def in_cell(name: str, rows: Rows) -> str:
    """Name the first of some cells of a column, and say how many more there are."""
    return f"{in_column(name)}, {first_row(rows)}"


def first_row(rows: Rows) -> str:
    """Name the first of some rows (from 0 here, from 1 in words), and say how many more."""
    more = f", and {len(rows) - 1:,} more" if len(rows) > 1 else ""
    return f"row {rows[0] + 1}{more}"


def printable(name: str) -> str:
    """Write a name on one line, and cut it where it is too long."""
    return on_one_line(name if len(name) <= LONGEST else name[: LONGEST - 3] + "...")


def on_one_line(text: str) -> str:
    """Escape what does not print: line breaks, colours of a terminal, halves of characters."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def found(value: Any) -> str:
    """Write a value of a cell as what was found there."""
    return "nothing" if value is None else _BRIEF.repr(value)


def listed(names: Sequence[str], most: int = MOST) -> str:
    """Write names with commas, and how many more there are."""
    shown = ", ".join(printable(name) for name in names[:most])
    return shown + (f" and {len(names) - most:,} more" if len(names) > most else "")
