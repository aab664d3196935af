"""What passes between the run and a solver's process: requests and answers, as plain files.

A request is one line on the process's standard input, its fields separated by tabs:

    folder  task  loss  l1_ratio  tolerance  seconds  long  n  p  k

The folder holds `X.bin` (n x p, by columns), `y.bin`, `lambdas.bin` (k) and `folds.bin` (n, counted
from 0), all as native doubles. The tolerance may be `default`. The process solves once and, if that
took less than `long` CPU seconds, again until `seconds` have passed (see `repeat`). It writes
`seconds.bin`, one entry a repetition, and `fits.bin`, m x k x (1 + p): for each of m data sets and
each lambda the intercept and the coefficients on the scale of X's columns. A path has one data set;
a cross-validation has its first `CERTIFIED_FOLDS` training sets, fitted off the clock. It ends with
one line, `ok` or what went wrong.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.problems import Array, Case, Integers, draw, grid

CERTIFIED_FOLDS = 2
Result = TypeVar("Result")


@dataclass(frozen=True)
class Request:
    """A case's data, how to solve it, and how often.

    A `tolerance` of None is the solver's default. Repetitions take `seconds`, but a first call of
    `long` seconds is the measurement: by then, warming up does not matter.
    """

    X: Array
    y: Array
    folds: Integers
    lambdas: Array
    task: str
    loss: str
    l1_ratio: float
    tolerance: float | None
    seconds: float
    long: float


@dataclass(frozen=True)
class Answer:
    """CPU seconds of each repetition, and coefficients (m, k, 1 + p), intercepts first."""

    seconds: Array
    fits: Array


def request(case: Case, tolerance: float | None, seconds: float, long: float) -> Request:
    data = draw(case.problem, case.loss)
    return Request(
        data.X,
        data.y,
        data.folds,
        grid(case),
        case.task,
        case.loss,
        case.l1_ratio,
        tolerance,
        seconds,
        long,
    )


def write_request(folder: Path, request: Request) -> str:
    """Write a request's files and return its line."""
    for name in ("X", "y", "lambdas", "folds"):
        values = np.asarray(getattr(request, name), dtype=float)
        (folder / f"{name}.bin").write_bytes(values.tobytes(order="F"))
    tolerance = "default" if request.tolerance is None else repr(float(request.tolerance))
    fields = (
        folder,
        request.task,
        request.loss,
        repr(float(request.l1_ratio)),
        tolerance,
        repr(float(request.seconds)),
        repr(float(request.long)),
        *request.X.shape,
        len(request.lambdas),
    )
    return "\t".join(map(str, fields))


def read_request(line: str) -> tuple[Path, Request]:
    place, task, loss, l1_ratio, tolerance, seconds, long, n, p, _ = line.rstrip("\n").split("\t")
    folder = Path(place)
    X = _doubles(folder / "X.bin").reshape((int(n), int(p)), order="F")
    return folder, Request(
        np.ascontiguousarray(X),
        _doubles(folder / "y.bin"),
        _doubles(folder / "folds.bin").astype(np.int64),
        _doubles(folder / "lambdas.bin"),
        task,
        loss,
        float(l1_ratio),
        None if tolerance == "default" else float(tolerance),
        float(seconds),
        float(long),
    )


def write_answer(folder: Path, answer: Answer) -> None:
    (folder / "seconds.bin").write_bytes(np.asarray(answer.seconds, dtype=float).tobytes())
    (folder / "fits.bin").write_bytes(np.asarray(answer.fits, dtype=float).tobytes())


def read_answer(folder: Path, request: Request) -> Answer:
    shape = (-1, len(request.lambdas), 1 + request.X.shape[1])
    return Answer(_doubles(folder / "seconds.bin"), _doubles(folder / "fits.bin").reshape(shape))


def repeat(call: Callable[[], Result], request: Request) -> tuple[Array, Result]:
    """Time a call in CPU seconds, as often as the request says.

    The first call warms up, and is not among the times unless it is the only one.
    """
    gc.collect()
    first, result = _timed(call)
    times: list[float] = []
    while sum(times) < request.seconds and first < request.long:
        took, result = _timed(call)
        times.append(took)
    return np.array(times or [first]), result


def _timed(call: Callable[[], Result]) -> tuple[float, Result]:
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def _doubles(path: Path) -> Array:
    return np.fromfile(path, dtype=float)
