"""The folders that hold the kernels' machine code: which, and of which text."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from pathlib import Path

import llvmlite
import numba
import numpy as np

VARIABLE = "REGCLAIMS_KERNEL_CACHE"
"""The environment variable that names a folder to use instead of those below."""


def fingerprint() -> str:
    """Hash the text of every file beside this one, as it is now, and the versions that compile it.

    Returns
    -------
    str
        Hexadecimal digits; none if the files cannot be read.
    """
    versions = (numba.__version__, llvmlite.__version__, np.__version__, platform.python_version())
    digest = hashlib.sha256(repr((sys.implementation.cache_tag, *versions)).encode())
    here = Path(__file__).resolve().parent
    files = sorted(here.rglob("*.py"))
    try:
        for path in files:
            text = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(here).as_posix()}\0{text}\n".encode())
    except OSError:
        return ""
    return digest.hexdigest()[:16] if files else ""


IMPORTED = fingerprint()


def folders() -> list[Path]:
    """Return where machine code may lie, best first: it is written to the first that allows it.

    Returns
    -------
    list of Path
        Empty when the files have changed since they were imported: which of the texts this process
        runs is then not known, and it compiles for itself.
    """
    if not IMPORTED or fingerprint() != IMPORTED:
        return []
    given = os.environ.get(VARIABLE)
    bases = [Path(given)] if given else [environment_base(), user_base()]
    return [base / f"kernels-{IMPORTED}" for base in bases if base is not None]


def environment_base() -> Path | None:
    """Return the folder for caches of a virtual or conda environment; None outside of both.

    It is not beside the package because pip replaces what is there, and because an installation
    and the source tree, run with the same Python, are to share what they have in common.
    """
    prefix = Path(sys.prefix)
    if sys.prefix == sys.base_prefix and not (prefix / "conda-meta").is_dir():
        return None
    return prefix / "var" / "cache" / "regclaims"


def user_base() -> Path | None:
    """Return the user's folder for caches, for environments that are read-only, or none at all."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "regclaims"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "regclaims"
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (given if given.is_absolute() else home / ".cache") / "regclaims"


def remove_others(base: Path) -> None:
    """Remove what other texts and versions left; for set-up, not for jobs, which may run beside.

    Parameters
    ----------
    base : Path
        Holds a folder for each.
    """
    for folder in base.glob("kernels-*"):
        if folder.name != f"kernels-{IMPORTED}":
            shutil.rmtree(folder, ignore_errors=True)
