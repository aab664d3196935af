"""Tables of delimited text: CSV and TSV.

pandas parses, fast, but fills short rows silently; where that cannot be excluded, the csv module
goes through the file again, row by row, and finds those that have more or fewer values than the
header.
"""

from __future__ import annotations

import csv
import io
import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from regclaims.datasets.files import MOST_CHARACTERS, check_shape, check_text, open_bytes
from regclaims.datasets.notes import Notes, first_row
from regclaims.datasets.table import Table, tabulate

DELIMITERS = {"csv": ",", "tsv": "\t"}
NAMED = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars", " ": "spaces"}
EXACT: dict[str, Any] = {}
"""What makes pandas read numbers with all their digits; since 3.1 it does."""
if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1):
    EXACT["float_precision"] = "round_trip"

LONGEST_FIELD = 20_000_000
"""Characters after which the csv module gives a field up; Python holds it in four bytes each."""

Record = tuple[int, list[str]]
"""The line at which a row begins, and its values."""

Ragged = tuple[int, int, int]
"""A row, from 0; the line at which it begins; how many values it has."""


def read_delimited(path: Path, kind: str, notes: Notes) -> Table:
    """Read a CSV or TSV file with a header.

    Only an empty field is a missing value here. Blank lines are skipped.

    Parameters
    ----------
    path : Path
    kind : str
        ``csv`` or ``tsv``.
    notes : Notes
        Rows with more or fewer values than the header are noted, and left out.

    Raises
    ------
    InputError
        If nothing can be read as columns and rows.
    """
    lines = check_text(path, notes, kind=kind)
    delimiter = DELIMITERS[kind]
    with _long_fields():
        header, first = _head(path, delimiter, notes)
        _check_delimiter(header, first, delimiter, notes)
        check_shape(lines, len(header), notes)
        values, reason = _parsed(path, delimiter, len(header))
        if values is not None and len(first) <= len(header) and not values.iloc[:, -1].hasnans:
            return tabulate(header, values, notes)
        return _by_rows(path, delimiter, header, values, reason, notes)


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let the csv module read long fields, so that they can be named."""
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _records(path: Path, delimiter: str, notes: Notes) -> Iterator[Record]:
    """Go through the rows, the header first; blank lines are skipped."""
    line = count = 0
    with open_bytes(path) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        try:
            for values in reader:
                if len(values) > 1 or (values and values[0].strip()):
                    yield line + 1, values
                    count += 1
                line = reader.line_num
        except csv.Error:
            message = (
                f"must have values of {MOST_CHARACTERS:,} characters at most; found over "
                f"{LONGEST_FIELD:,} (is a quote never closed?)"
            )
            raise notes.end(message, f"row {count}" if count else "header") from None


def _head(path: Path, delimiter: str, notes: Notes) -> tuple[list[str], list[str]]:
    """Give the header and the first row."""
    two = [values for _, values in itertools.islice(_records(path, delimiter, notes), 2)]
    if not two:
        raise notes.end("must be a table; it holds nothing but blank lines")
    return two[0], two[1] if len(two) > 1 else []


def _check_delimiter(header: list[str], first: list[str], delimiter: str, notes: Notes) -> None:
    """Where the header is one name, look for what separates it and the first row alike."""
    if len(header) > 1:
        return
    for other, name in NAMED.items():
        parts, of_first = header[0].count(other), delimiter.join(first).count(other)
        if other != delimiter and parts and (of_first == parts or not (first or other == " ")):
            advice = " (end its name in .tsv)" if other == "\t" else ""
            advice = " (end its name in .csv)" if other == "," else advice
            message = f"must be separated by {NAMED[delimiter]}; it seems to be by {name}{advice}"
            raise notes.end(message)


def _parsed(path: Path, delimiter: str, width: int) -> tuple[pd.DataFrame | None, str]:
    """Parse a file quickly; give None, and why, if it does not have as many columns throughout."""
    with open_bytes(path) as file:
        return _parse(file, delimiter, width)


def _parse(file: IO[Any], delimiter: str, width: int, **options: Any) -> Any:
    try:
        with warnings.catch_warnings():
            # The first row has more values than the header, and would be cut.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            values = pd.read_csv(
                file,
                sep=delimiter,
                keep_default_na=False,
                na_values=[""],
                index_col=False,
                low_memory=False,
                **EXACT,
                **options,
            )
    except (ValueError, OverflowError, pd.errors.ParserWarning) as error:
        return None, str(error).partition("\n")[0]
    if values.shape[1] != width:
        return None, f"found {values.shape[1]} columns"
    values.columns = pd.RangeIndex(width)
    return values, ""


def _by_rows(
    path: Path,
    delimiter: str,
    header: list[str],
    values: pd.DataFrame | None,
    reason: str,
    notes: Notes,
) -> Table:
    """Find the rows that do not have as many values as the header, and read the others."""
    ragged, total, last = _ragged(_records(path, delimiter, notes))
    if "EOF inside string" in reason:
        message = "has a quote that is never closed, here or before"
        notes.problem(f"row {total} (line {last})", message)
    if ragged:
        _tell_ragged(ragged, total, len(header), notes)
    skip = {row for row, _, _ in ragged}
    rows = np.array([row for row in range(total) if row not in skip], dtype=int)
    if values is None or len(values) != total:
        values = _without(path, delimiter, len(header), skip, notes)
    else:
        # The others are short, and were filled.
        values = values.iloc[rows].reset_index(drop=True)
    return tabulate(header, values, notes, rows=rows, total=total)


def _ragged(records: Iterator[Record]) -> tuple[list[Ragged], int, int]:
    """List the rows of another width than the header's; count all; give the line of the last."""
    ragged = []
    width = row = line = 0
    for row, (line, values) in enumerate(records):
        width = width or len(values)
        if len(values) != width:
            ragged.append((row - 1, line, len(values)))
    return ragged, row, line


def _tell_ragged(ragged: list[Ragged], total: int, width: int, notes: Notes) -> None:
    row, line, found = ragged[0]
    more = first_row([row for row, _, _ in ragged]).removeprefix(f"row {row + 1}")
    message = f"must have {width} values, as the header has; found {found}"
    if len(ragged) == total and all(number == width + 1 for _, _, number in ragged):
        message += " (has a column no name in the header?)"
    notes.problem(f"row {row + 1} (line {line}){more}", message)


def _without(path: Path, delimiter: str, width: int, skip: set[int], notes: Notes) -> pd.DataFrame:
    """Parse the rows that are whole, through a copy that holds no others."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as copy:
        writer = csv.writer(copy)
        writer.writerow(range(width))
        records = itertools.islice(_records(path, delimiter, notes), 1, None)
        writer.writerows(values for row, (_, values) in enumerate(records) if row not in skip)
        for options in ({}, {"dtype": str}):
            copy.seek(0)
            values, reason = _parse(copy, ",", width, **options)
            if values is not None:
                return values
    raise notes.end(f"cannot be read as a table: {reason}")
