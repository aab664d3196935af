"""What a workflow script needs around its few lines: its inputs, its log, one thread, plain errors.

Snakemake puts an object into a script's globals. Without it the same script runs alone, from a JSON
file with ``input``, ``output``, ``params`` (and ``log``)::

    python workflow/scripts/simulate.py job.json
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from threadpoolctl import threadpool_limits

from regclaims import sums
from regclaims.errors import InputError

MARK = "failed: "
"""Opens the lines of a log that say why its job failed."""


@contextmanager
def job(script: Mapping[str, Any]) -> Iterator[Any]:
    """Run the body of a script as a job.

    Inputs that are not what other jobs wrote are refused, see `regclaims.sums`. BLAS gets one
    thread, since X'X differs in its last bits between one and two. Warnings and errors go to the
    log; an `InputError` is told without a traceback, with exit status 2.

    Parameters
    ----------
    script : mapping
        The script's ``globals()``.

    Yields
    ------
    object
        With attributes ``input``, ``output``, ``params``, ``log``.
    """
    run = script.get("snakemake") or _from_file()
    folder = sums.folder_of(str(run.log[0])) if run.log else None
    with _logged(run.log), threadpool_limits(limits=1):
        try:
            if folder is not None and (problems := sums.damaged(_paths(run.input), folder)):
                raise InputError(problems)
            yield run
            if folder is not None:
                sums.keep(_paths(run.output), folder)
        except InputError as error:
            _give_up(str(error), status=2)
        except Exception as error:
            traceback.print_exc()
            _give_up(f"{type(error).__name__}: {error}", status=1)


def _paths(named: Any) -> list[str]:
    """List all files of an input or output, those of a script that runs alone included."""
    values = vars(named).values() if isinstance(named, SimpleNamespace) else named
    found: list[str] = []
    for value in values:
        found += [value] if isinstance(value, str) else map(str, value)
    return found


def _give_up(message: str, status: int) -> NoReturn:
    for line in message.splitlines():
        print(f"{MARK}{line}", file=sys.stderr)
    raise SystemExit(status) from None


def failures(logs: Path, since: float) -> list[str]:
    """List why jobs failed, from the logs that were written since a time.

    Parameters
    ----------
    logs : Path
        Folder of the logs.
    since : float
        Seconds since the epoch.

    Returns
    -------
    list of str
        A line for each problem: log and message.
    """
    recent = (path for path in sorted(logs.rglob("*.log")) if path.stat().st_mtime >= since)
    return [
        f"{path.as_posix()}: {line.removeprefix(MARK)}"
        for path in recent
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if line.startswith(MARK)
    ]


def _from_file() -> SimpleNamespace:
    if len(sys.argv) != 2:
        raise SystemExit(
            f"usage: {sys.argv[0]} JOB.json (input, output, params; see regclaims.job)"
        )
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    named = {name: SimpleNamespace(**given.get(name, {})) for name in ("input", "output", "params")}
    return SimpleNamespace(log=given.get("log", []), **named)


@contextmanager
def _logged(log: Any) -> Iterator[None]:
    if not log:
        yield
        return
    path = Path(str(log[0]))
    path.parent.mkdir(parents=True, exist_ok=True)
    terminal = os.dup(2)
    with path.open("w", encoding="utf-8") as file:
        # At the level of the file descriptor, so that what C libraries print is kept too.
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
