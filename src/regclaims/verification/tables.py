"""What is compared between two runs: tables, their keys, and the unit of their differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from regclaims.errors import InputError, Problem


@dataclass(frozen=True)
class Table:
    """A table of a run that has its row for every key.

    Attributes
    ----------
    file : str
        Within the folder of results.
    key : tuple of str
        Columns that tell rows apart.
    words : tuple of str
        Columns that must be the same: verdicts, above all.
    value, error : str
        An estimate and its standard error, the unit of differences; empty where there is none.
    counts : tuple of str
        Counts of replicates, which move by whole ones.
    """

    file: str
    key: tuple[str, ...]
    words: tuple[str, ...] = ()
    value: str = ""
    error: str = ""
    counts: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """All columns that are looked at."""
        named = [*self.key, *self.words, self.value, self.error, *self.counts]
        return [name for name in named if name]


VERDICT = ("verdict", "moderator", "region")
CONTRAST = ("claim_id", "reading", "part", "cell_id")

VERDICT_TABLES = (
    Table("verdicts.csv", ("claim_id",), VERDICT, "effect", "mcse"),
    Table("strict.csv", ("claim_id",), VERDICT, "effect", "mcse"),
    Table("real-verdicts.csv", ("claim_id", "scope"), ("verdict",)),
    Table("known-beta-verdicts.csv", ("claim_id",), VERDICT, "effect", "mcse"),
    Table("robustness.parquet", ("claim_id", "alternative"), ("verdict",)),
    Table("controls.csv", ("control",), ("verdict", "ok")),
    Table("deviations.csv", ("claim_id",), ("verdict", "registered_verdict")),
)
"""Where the words of two runs must agree."""

CELL_TABLES = (
    Table(
        "cells.parquet",
        ("cell_id", "source", "method", "tuning", "metric"),
        (),
        "mean",
        "mcse",
        ("replicates", "n_undefined", "n_failed"),
    ),
    Table("contrasts.parquet", CONTRAST, (), "effect", "se", ("replicates", "undefined")),
)
"""Where numbers of two runs are compared in units of their standard errors."""


def read(table: Table, folder: Path) -> pd.DataFrame:
    """Read the columns of a table that are compared, indexed by its key.

    Raises
    ------
    InputError
        If it cannot be read, lacks a column, or has a key twice.
    """
    path = folder / table.file
    try:
        rows = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError([Problem(path.as_posix(), "", f"cannot be read: {reason}")]) from None
    if missing := [name for name in table.columns if name not in rows]:
        message = f"lacks the columns {', '.join(missing)}"
        raise InputError([Problem(path.as_posix(), "", message)])
    rows = rows[table.columns].set_index(list(table.key))
    if not rows.index.is_unique:
        row = rows.index[rows.index.duplicated()][0]
        raise InputError([Problem(path.as_posix(), key_text(row), "stands there twice")])
    return rows


def key_text(key: object) -> str:
    """Write a key on a line."""
    parts: Sequence[object] = key if isinstance(key, tuple) else (key,)
    return " ".join(map(str, parts))
