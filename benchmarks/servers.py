"""Solvers' processes: started when needed, warmed up off the clock, stopped over the budget."""

from __future__ import annotations

import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from benchmarks import ONE_THREAD
from benchmarks.exchange import Answer, Request, read_answer, write_request
from benchmarks.solver import PythonSolver, Solver

ROOT = Path(__file__).resolve().parents[1]
STARTING = 300.0
"""Seconds that a process may take for its imports and for compiling."""
MARGIN = 1.25
"""Preparing and certified folds come on top of what is timed: stopping takes so many budgets."""


class OverBudgetError(Exception):
    """The solver did not end in time."""


class FailedError(Exception):
    """The solver said that something went wrong."""


class Server(Protocol):
    """Whatever answers requests."""

    def ask(self, request: Request, budget: float) -> Answer: ...

    def close(self) -> None: ...


class Process:
    """A solver in a process of its own."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver
        self.running: subprocess.Popen[str] | None = None
        self.warm: set[tuple[str, str, float]] = set()

    def ask(self, request: Request, budget: float) -> Answer:
        """Send a request; raise `OverBudgetError` if it takes more than `budget` CPU seconds."""
        kind = (request.task, request.loss, request.l1_ratio)
        if kind not in self.warm:
            # Compiles; both shapes, because solvers take another way for p > n.
            for n, p in ((40, 6), (20, 60)):
                self._ask(little(request, n, p), STARTING)
            self.warm.add(kind)
        return self._ask(request, MARGIN * budget)

    def _ask(self, request: Request, budget: float) -> Answer:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            said = self._say(write_request(folder, request), budget)
            if said != "ok":
                raise FailedError(said)
            return read_answer(folder, request)

    def _say(self, line: str, budget: float) -> str:
        if self.running is None:
            self.running = subprocess.Popen(
                self.solver.command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=ROOT,
                env=os.environ | ONE_THREAD,
            )
        process = self.running
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            self.close()
            raise FailedError("its process did not start") from None
        spent, start = cpu_seconds(process.pid), time.monotonic()
        # Answers are one line, written at once.
        while not select.select([process.stdout], [], [], 0.1)[0]:
            waited = time.monotonic() - start
            if spent is None:
                over = waited > budget
            else:
                over = (cpu_seconds(process.pid) or 0.0) - spent > budget or waited > 5 * budget
            if over:
                self.close()
                raise OverBudgetError
        said = process.stdout.readline()
        if not said:
            self.close()
            raise FailedError("its process ended")
        return said.rstrip("\n")

    def close(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.communicate()
        self.running = None
        self.warm.clear()


def cpu_seconds(pid: int) -> float | None:
    """Return the CPU time of a process; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Here:
    """A Python solver in this process, for tests: nothing stops it."""

    def __init__(self, solver: PythonSolver) -> None:
        self.solver = solver

    def ask(self, request: Request, budget: float) -> Answer:
        return self.solver.answer(request)

    def close(self) -> None: ...


def little(request: Request, n: int, p: int) -> Request:
    """Return a small request of the same kind."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((n, p))
    y = X[:, 0] + rng.standard_normal(n)
    if request.loss == "logistic":
        y = (y > np.median(y)).astype(float)
    largest = float(np.abs(X.T @ (y - y.mean())).max()) / n / (request.l1_ratio or 1.0)
    # Down to small lambdas: supports beyond n have kernels of their own.
    lambdas = 1.2 * largest * np.geomspace(1.0, 1e-3, 20)
    folds = np.arange(n) % 4
    return replace(request, X=X, y=y, folds=folds, lambdas=lambdas, seconds=0.0)


@contextmanager
def serving(solvers: tuple[Solver, ...]) -> Iterator[dict[str, Server]]:
    """Give every solver a process, and end the processes in the end."""
    servers: dict[str, Server] = {solver.name: Process(solver) for solver in solvers}
    try:
        yield servers
    finally:
        for server in servers.values():
            server.close()
