"""Replicates by cell: where a study gives some cells more than the others."""

from __future__ import annotations

import csv
import re
import reprlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from regclaims.config.study import Study
from regclaims.errors import InputError, Problem

COLUMNS = ["cell_id", "replicates"]
MOST = 10_000

Row = dict[Any, Any]
"""A row by column; what is beyond the last one is under None."""


def load_allotment(study: Study, root: Path, cells: Collection[str]) -> dict[str, int]:
    """Read a study's allotment, if it has one.

    Parameters
    ----------
    study : Study
    root : Path
        The repository's root, which the study's path starts from.
    cells : collection of str
        Ids of the study's cells.

    Returns
    -------
    dict
        Replicates by cell; cells that are not in it have the study's own number.

    Raises
    ------
    InputError
        With every line that is wrong: a cell that the study lacks or that stands there twice, or
        replicates that are no whole number from the study's own to 10,000.
    """
    if study.allotment is None:
        return {}
    file = root / study.allotment
    problems: list[Problem] = []
    allotted: dict[str, int] = {}
    for number, row in _read(file):
        message = _wrong(row, study.replicates, cells, allotted)
        if message:
            problems.append(Problem(str(file), f"line {number}", message))
        else:
            allotted[row["cell_id"]] = int(row["replicates"])
    if problems:
        raise InputError(problems)
    return allotted


def _read(file: Path) -> list[tuple[int, Row]]:
    """Read the rows, each with its line."""
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            reader = csv.DictReader(opened)
            columns = reader.fieldnames
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError([Problem(str(file), "", f"cannot be read: {reason}")]) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError([Problem(str(file), "", f"is not CSV in UTF-8: {error}")]) from None
    if columns != COLUMNS:
        found = "nothing" if columns is None else reprlib.repr(columns)
        message = f"must have the columns {', '.join(COLUMNS)}; found {found}"
        raise InputError([Problem(str(file), "line 1", message)])
    return rows


def _wrong(row: Row, fewest: int, cells: Collection[str], seen: Collection[str]) -> str | None:
    if None in row:
        return f"must have {len(COLUMNS)} values; found {len(COLUMNS) + len(row[None])}"
    cell, replicates = row["cell_id"], row["replicates"]
    if cell not in cells:
        return (
            f"cell {reprlib.repr(cell)} is not in the study; was its population changed since "
            "`plan`?"
        )
    if cell in seen:
        return f"cell {cell} stands here twice"
    # No more digits than the most has, lest Python refuse to read them.
    if not re.fullmatch(r"[0-9]{1,5}", replicates or "") or not fewest <= int(replicates) <= MOST:
        found = reprlib.repr(replicates)
        return f"replicates must be a whole number from {fewest} to {MOST}; found {found}"
    return None
