"""Manifests: what a run wrote, as hashes, so that two runs can be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from regclaims.errors import Problem

VOLATILE = ["results/volatile/", "results/report.html"]
"""What a clock, a host or a number of cores may touch; it is not hashed."""


def manifest(
    paths: Iterable[str], provenance: Mapping[str, str], versions: Mapping[str, str]
) -> dict[str, Any]:
    """Hash files, and all files of folders.

    Parameters
    ----------
    paths : iterable of str
    provenance : mapping
        Commit and hashes of the configuration.
    versions : mapping
        Of the packages.

    Returns
    -------
    dict
        ``files``: sha256 by path; ``volatile``: what is left out; ``provenance``.
    """
    files = [file for path in paths for file in _files(Path(path))]
    return {
        "files": {file.as_posix(): _sha256(file) for file in sorted(files)},
        "volatile": VOLATILE,
        "provenance": {**provenance, "versions": dict(versions)},
    }


def differences(found: Mapping[str, Any], expected: Mapping[str, Any], name: str) -> list[Problem]:
    """List the files in which two manifests differ.

    Parameters
    ----------
    found, expected : mapping
        Manifests.
    name : str
        The expected one's file, named in the problems.

    Returns
    -------
    list of Problem
        Empty if every file has the same bits.
    """
    ours, theirs = found["files"], expected["files"]
    problems = []
    for path in sorted(ours.keys() | theirs.keys()):
        if path not in theirs:
            problems.append(Problem(path, "", f"is not in {name}"))
        elif path not in ours:
            problems.append(Problem(path, "", f"is in {name}, but not here"))
        elif ours[path] != theirs[path]:
            problems.append(Problem(path, "", f"differs from the file in {name}"))
    return problems


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    # Snakemake marks a folder that it made with a time stamp.
    return [f for f in path.rglob("*") if f.is_file() and f.name != ".snakemake_timestamp"]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
