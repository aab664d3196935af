"""Checksums beside results: a job notices that a file is not what another job wrote.

Snakemake knows that a file is newer than it was, not that half of it is gone: a table that was cut
off between two lines reads well. So each job keeps the hash of what it wrote, and checks what it
is given against the hashes that other jobs kept. What no job wrote has none and is not checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from regclaims.errors import Problem
from regclaims.io import sha256

VOLATILE, SUMS = "volatile", "sums"
STAMP = ".snakemake_timestamp"
"""What Snakemake puts into a folder that is an output."""

DAMAGED = (
    "is not what the job that made it wrote (damaged, or changed by hand): "
    "delete it and start again"
)


def folder_of(log: str | Path) -> Path | None:
    """Find where the sums of a run are kept, from the log of one of its jobs.

    Parameters
    ----------
    log : path
        E.g. ``results/volatile/logs/fit.log``; other workflows put a prefix before it.

    Returns
    -------
    Path or None
        ``results/volatile/sums``; None if the log is nowhere below a folder ``volatile``.
    """
    found = (parent for parent in Path(log).parents if parent.name == VOLATILE)
    volatile = next(found, None)
    return None if volatile is None else volatile / SUMS


def keep(outputs: Iterable[str | Path], folder: Path) -> None:
    """Write down the hash of every output, file or folder."""
    for path in map(Path, outputs):
        kept = _kept(path, folder)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(f"{_digest(path)}\n", encoding="ascii")


def damaged(inputs: Iterable[str | Path], folder: Path) -> list[Problem]:
    """List the inputs that are not what their jobs wrote."""
    problems = []
    for path in map(Path, inputs):
        kept = _kept(path, folder)
        if not kept.is_file():
            continue
        known = kept.read_text(encoding="ascii", errors="replace").strip()
        if known != _digest(path):
            problems.append(Problem(path.as_posix(), "", DAMAGED))
    return problems


def _kept(path: Path, folder: Path) -> Path:
    inside = path.as_posix().lstrip("/").replace("../", "_/")
    return folder / f"{inside}.sha256"


def _digest(path: Path) -> str:
    """Hash a file, or the names and contents of all files of a folder."""
    if not path.is_dir():
        return sha256(path)
    files = sorted(file for file in path.rglob("*") if file.is_file() and file.name != STAMP)
    lines = [f"{file.relative_to(path).as_posix()} {sha256(file)}" for file in files]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
