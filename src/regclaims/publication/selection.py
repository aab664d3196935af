"""Which files of a run are published: its tables and its paper, and what else there is room for."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from pathlib import Path

from regclaims.errors import InputError, Problem

MOST_BYTES = 15_000_000
"""Of all published files together; they are in the repository for good."""

REQUIRED = (
    "verdicts.csv",
    "strict.csv",
    "decisions.csv",
    "deviations.csv",
    "controls.csv",
    "calibration.parquet",
    "robustness.parquet",
    "real-verdicts.csv",
    "known-beta-verdicts.csv",
    "second-seed.csv",
    "verdicts.json",
    "verdicts.schema.json",
    "cells.parquet",
    "contrasts.parquet",
    "population.parquet",
    "failures.csv",
    "report.pdf",
)

FIGURES, DATA_PAGES = "figures/*.csv", "figures/page-*.csv"

WHERE_ROOM = ("index.html", "real-contrasts.parquet", "known-beta-*.parquet", DATA_PAGES)
"""Patterns of what is taken as well, each whole or not at all, in this order."""


def required(names: Iterable[str]) -> list[str]:
    """List what must be published of a run: tables, paper, and the data of its figures.

    Parameters
    ----------
    names : iterable of str
        Files of the run.

    Returns
    -------
    list of str
        Those of `REQUIRED`, whether the run has them or not, and the figures that it has.
    """
    figures = [
        name
        for name in names
        if fnmatch.fnmatchcase(name, FIGURES) and not fnmatch.fnmatchcase(name, DATA_PAGES)
    ]
    return [*REQUIRED, *sorted(figures)]


def select(folder: Path, names: Iterable[str], taken: int) -> tuple[list[str], list[str]]:
    """Choose the files to publish.

    Parameters
    ----------
    folder : Path
        Of the run.
    names : iterable of str
        Its files.
    taken : int
        Bytes that are spent already.

    Returns
    -------
    chosen, left_out : list of str
        ``left_out`` is what there was no room for.

    Raises
    ------
    InputError
        If what must be published is too large: every file, the largest first.
    """
    names = list(names)
    must = required(names)
    sizes = {name: (folder / name).stat().st_size for name in names if (folder / name).is_file()}
    room = MOST_BYTES - taken - sum(sizes[name] for name in must)
    if room < 0:
        raise InputError(_too_large(folder, {name: sizes[name] for name in must}))
    left_out: list[str] = []
    for pattern in WHERE_ROOM:
        group = sorted(fnmatch.filter(names, pattern))
        size = sum(sizes[name] for name in group)
        if size <= room:
            must += group
            room -= size
        else:
            left_out += group
    return must, left_out


def _too_large(folder: Path, sizes: Mapping[str, int]) -> list[Problem]:
    """Name the files that make it too large: the largest, down to where the rest would fit."""
    total = sum(sizes.values())
    message = f"{total / 1e6:.1f} MB to publish, and {MOST_BYTES / 1e6:.0f} MB is the most"
    problems = [Problem(folder.as_posix(), "", message)]
    for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
        if total <= MOST_BYTES:
            break
        total -= size
        problems.append(Problem((folder / name).as_posix(), "", f"too large: {size / 1e6:.1f} MB"))
    return problems
