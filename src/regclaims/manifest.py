"""Manifests: what a run wrote, as hashes, so that two runs can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regclaims.errors import InputError, Problem
from regclaims.io import sha256

VOLATILE = ["results/volatile/", "results/report.html"]
"""What a clock, a host or a number of cores may touch; it is not hashed."""

RESULTS = "results"
"""The folder that the paths in a manifest begin with."""


@dataclass(frozen=True)
class Run:
    """A run's manifest, and the folder that holds its files or some of them.

    Attributes
    ----------
    folder : Path
        E.g. ``results`` or ``results/published``.
    files : dict
        Hashes by path within the folder.
    provenance : dict
        Study, seed, hashes of the configuration, versions.
    """

    folder: Path
    files: dict[str, str]
    provenance: dict[str, Any]

    def file(self, name: str) -> str:
        """Name a file of the run as a reader would find it."""
        return (self.folder / name).as_posix()

    def altered(self, names: Iterable[str]) -> list[Problem]:
        """List those of some files that are missing or are not what the manifest says."""
        problems = []
        for name in names:
            path = self.folder / name
            if not path.is_file():
                problems.append(Problem(self.file(name), "", "is missing"))
            elif sha256(path) != self.files[name]:
                message = f"is not the file that {self.file('manifest.json')} lists"
                problems.append(Problem(self.file(name), "", message))
        return problems


def manifest(
    paths: Iterable[str], provenance: Mapping[str, Any], versions: Mapping[str, str]
) -> dict[str, Any]:
    """Hash files, and all files of folders.

    Parameters
    ----------
    paths : iterable of str
    provenance : mapping
        Study, seed, commit and hashes of the configuration.
    versions : mapping
        Of the packages.

    Returns
    -------
    dict
        ``files``: sha256 by path; ``volatile``: what is left out; ``provenance``.
    """
    files = [file for path in paths for file in _files(Path(path))]
    return {
        "files": {file.as_posix(): sha256(file) for file in sorted(files)},
        "volatile": VOLATILE,
        "provenance": {**provenance, "versions": dict(versions)},
    }


def read_run(folder: Path, advice: str) -> Run:
    """Read the manifest in a folder of results.

    Parameters
    ----------
    folder : Path
    advice : str
        What to do where there is none.

    Raises
    ------
    InputError
        If there is no manifest, or it is none of ours.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        raise InputError([Problem(path.as_posix(), "", f"does not exist: {advice}")])
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        hashes = {_within(name): str(value) for name, value in found["files"].items()}
        return Run(folder, hashes, dict(found["provenance"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"is no manifest ({type(error).__name__}: {error})"
        raise InputError([Problem(path.as_posix(), "", message)]) from None


def _within(name: str) -> str:
    """Take the folder of results off a path; what leads out of it is refused."""
    path = Path(name)
    if path.parts[:1] != (RESULTS,) or ".." in path.parts or len(path.parts) < 2:
        raise ValueError(f"{name!r} is not in {RESULTS}")
    return path.relative_to(RESULTS).as_posix()


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    # Snakemake marks a folder that it made with a time stamp.
    return [f for f in path.rglob("*") if f.is_file() and f.name != ".snakemake_timestamp"]
