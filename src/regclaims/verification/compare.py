"""Two tables of two runs, row by row: the same, close, a flip of one replicate, or beyond it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regclaims.verification.tables import Rounded, Table, key_text, read
from regclaims.vocabulary import Array

CLOSE = 1e-4
"""Share of a number, or of its standard error, by which two runs may differ everywhere.

A fit is certified when its objective is within 1e-9 of the least, relatively; what it predicts is
then within the root of that, 3e-5, and so is what is made of predictions.
"""

ZERO = 1e-9
"""Numbers below it are zero as far as a certificate tells: what rounding leaves of zero."""

FLIP = 2.0
"""Standard errors that one replicate can move a mean by when it falls to the other side.

A value among R that moves by d moves the mean by d/R. The sum of squares of the two means together
is least where it moves from d/2 on one side of the others to d/2 on the other; the larger of the
two standard errors is then d/(2R).
"""

MOST_FLIPPED = 0.01
"""Share of a table's rows that may flip: ties at a threshold are rare, or they are none."""


ROUNDED = Rounded()


@dataclass(frozen=True)
class Word:
    """A word that differs."""

    file: str
    key: str
    column: str
    here: str
    published: str


@dataclass(frozen=True)
class Difference:
    """A number that differs by more than one replicate explains."""

    file: str
    key: str
    here: float
    published: float
    in_errors: float


@dataclass(frozen=True)
class Comparison:
    """What two runs say in one table.

    Attributes
    ----------
    file : str
    rows : int
        That both have.
    only_here, only_published : tuple of str
        Keys of rows that one of them lacks.
    words : tuple of Word
    close, flipped : int
        Rows that differ by rounding, and by one replicate.
    raw : bool
        Whether rows stand for fits.
    beyond : tuple of Difference
        Rows that differ by more; the farthest first, those without a distance before them.
    farthest : float or None
        Largest difference in standard errors; None where only words are compared.
    """

    file: str
    rows: int
    only_here: tuple[str, ...] = ()
    only_published: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    close: int = 0
    flipped: int = 0
    beyond: tuple[Difference, ...] = ()
    farthest: float | None = None
    raw: bool = False

    @property
    def too_many(self) -> bool:
        """Whether more rows flip than ties explain; one row always may."""
        return self.raw and self.flipped > max(1.0, MOST_FLIPPED * self.rows)

    @property
    def agrees(self) -> bool:
        """Whether the two are the same within tolerance, words and all."""
        missing = self.only_here or self.only_published
        return not (missing or self.words or self.beyond or self.too_many)


def compare(table: Table, here: Path, published: Path, loose: Rounded = ROUNDED) -> Comparison:
    """Compare a table of a fresh run with the published one.

    Parameters
    ----------
    table : Table
    here, published : Path
        Folders of the two runs.
    loose : Rounded
        Rows that rounding decides.

    Raises
    ------
    InputError
        If one of them cannot be read.
    """
    ours, theirs = read(table, here), read(table, published)
    both = ours.index.intersection(theirs.index, sort=False)
    first, second = ours.loc[both], theirs.loc[both]
    words = [
        Word(table.file, key_text(key), name, _word(a), _word(b))
        for name in table.words
        for key, a, b in zip(both, first[name], second[name], strict=True)
        if _word(a) != _word(b)
    ]
    found = Comparison(
        table.file,
        len(both),
        tuple(map(key_text, ours.index.difference(theirs.index))),
        tuple(map(key_text, theirs.index.difference(ours.index))),
        tuple(words),
    )
    return _with_numbers(found, table, first, second, loose) if table.value else found


def _word(value: object) -> str:
    return "none" if value != value or value is None else str(value)


def _with_numbers(
    found: Comparison,
    table: Table,
    here: pd.DataFrame,
    published: pd.DataFrame,
    loose: Rounded,
) -> Comparison:
    """Sort rows by how far their numbers are apart."""
    a, b = (_column(rows, table.value) for rows in (here, published))
    error = np.fmax(_column(here, table.error), _column(published, table.error))
    error = np.nan_to_num(error)
    gap = np.abs(a - b)
    undefined = np.isnan(a) & np.isnan(b)
    by_digits, counted = (_named(here, names) for names in (loose.digits, loose.counted))
    size = np.fmax(np.fmax(np.abs(a), np.abs(b)), error)
    moved = _moved(table, here, published)
    near = undefined | (gap <= CLOSE * size) | (size <= ZERO)
    close = (near | by_digits | (counted & (gap <= FLIP * error))) & (moved == 0)
    within = near | (gap <= FLIP * error)
    # A value that one replicate leaves undefined may be so on one side only.
    within |= (np.isnan(a) != np.isnan(b)) & (moved == 1)
    flipped = ~close & within & (moved <= 1)
    beyond = np.flatnonzero(~close & ~flipped)
    with np.errstate(divide="ignore", invalid="ignore"):
        in_errors = np.where(error > 0, gap / error, np.nan)
    # The worst first: what has no distance, then by distance.
    order = beyond[np.argsort(-np.nan_to_num(in_errors[beyond], nan=np.inf), kind="stable")]
    different = (a != b) & ~undefined
    finite = in_errors[np.isfinite(in_errors) & ~by_digits & (size > ZERO)]
    far = [
        Difference(
            table.file, key_text(here.index[i]), float(a[i]), float(b[i]), float(in_errors[i])
        )
        for i in order
    ]
    return replace(
        found,
        close=int(np.count_nonzero(close & different)),
        flipped=int(np.count_nonzero(flipped)),
        beyond=tuple(far),
        farthest=float(finite.max(initial=0.0)),
        raw=table.raw,
    )


def _named(rows: pd.DataFrame, names: Collection[str]) -> NDArray[np.bool_]:
    """Mark the rows of some claims or metrics."""
    marks = np.zeros(len(rows), dtype=bool)
    for level in ("claim_id", "metric"):
        if level in rows.index.names:
            marks |= rows.index.get_level_values(level).isin(names)
    return marks


def _moved(table: Table, here: pd.DataFrame, published: pd.DataFrame) -> Array:
    """Largest change of a row's counts."""
    changes = [np.abs(_column(here, n) - _column(published, n)) for n in table.counts]
    return np.max(changes, axis=0) if changes else np.zeros(len(here))


def _column(rows: pd.DataFrame, name: str) -> Array:
    return rows[name].to_numpy(dtype=float)
