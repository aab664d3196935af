"""What is compared between two runs: tables, their keys, and the unit of their differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    raw : bool
        Rows stand for fits, so that few of them may flip; where rows sum up others, any may.
    """

    file: str
    key: tuple[str, ...]
    words: tuple[str, ...] = ()
    value: str = ""
    error: str = ""
    counts: tuple[str, ...] = ()
    raw: bool = False

    @property
    def columns(self) -> list[str]:
        """All columns that are looked at."""
        named = [*self.key, *self.words, self.value, self.error, *self.counts]
        return [name for name in named if name]


OPERATIONS = "operations"
"""The metric that counts what a solver does."""

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
        raw=True,
    ),
    Table("contrasts.parquet", CONTRAST, (), "effect", "se", ("replicates", "undefined"), raw=True),
)
"""Where numbers of two runs are compared in units of their standard errors."""


@dataclass(frozen=True)
class Rounded:
    """Numbers that rounding itself decides, on which two processors never agree closely.

    Attributes
    ----------
    digits : frozenset of str
        Claims of identities: their effect is how many digits rounding leaves to spare. Their
        verdict is compared, the effect is not.
    counted : frozenset of str
        Claims, and metrics, of counted operations: a sweep more or less is no flip.
    """

    digits: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset({OPERATIONS})


def rounded(claims: Mapping[str, Mapping[str, Any]]) -> Rounded:
    """Look up in the rules which numbers rounding decides.

    Parameters
    ----------
    claims : mapping
        The registry as plain data.
    """
    parts = {
        name: [*claim["rule"]["parts"], *claim["strict_rule"]["parts"]]
        for name, claim in claims.items()
    }
    return Rounded(
        frozenset(n for n, own in parts.items() if any(p["scale"] == "digits" for p in own)),
        frozenset(n for n, own in parts.items() if any(OPERATIONS in p["metric"] for p in own))
        | {OPERATIONS},
    )


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
