"""The folder of the published run, written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from regclaims.errors import InputError, Problem
from regclaims.io import sha256
from regclaims.manifest import Run

MANIFEST = "manifest.json"


def write(run: Run, names: Sequence[str], target: Path) -> None:
    """Copy files of a run, and its whole manifest, to a folder that takes the place of `target`.

    Parameters
    ----------
    run : Run
    names : sequence of str
        Files of the run.
    target : Path
        An earlier one is replaced in the end, when everything is there.

    Raises
    ------
    InputError
        If a file changed while it was copied.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as name:
        part, old = Path(name) / "new", Path(name) / "old"
        for path in (MANIFEST, *names):
            (part / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(run.folder / path, part / path)
        wrong = [path for path in names if sha256(part / path) != run.files[path]]
        if wrong:
            message = "changed while it was copied: is a run going on?"
            raise InputError([Problem(run.file(path), "", message) for path in wrong])
        if target.exists():
            target.rename(old)
        try:
            part.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
