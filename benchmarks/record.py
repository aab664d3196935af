"""recorded.csv: one row a measurement, with the machine and the versions that made it."""

from __future__ import annotations

import csv
import datetime
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks.measure import Measurement
from benchmarks.solver import Solver

COLUMNS = (
    "problem",
    "n",
    "p",
    "design",
    "rho",
    "floor",
    "penalty",
    "loss",
    "task",
    "solver",
    "setting",
    "status",
    "seconds",
    "ratio",
    "gap",
    "kkt",
    "wrong_supports",
    "reached_gap",
    "note",
    "cpu",
    "date",
    "versions",
)


def write(path: Path, rows: Iterable[Measurement], solvers: Sequence[Solver]) -> None:
    """Write the measurements; seconds of a row over budget are the budget, a lower bound."""
    same = {
        "cpu": cpu_model(),
        "date": datetime.date.today().isoformat(),
        "versions": "; ".join(versions(solvers)),
    }
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(_values(row) | same)


def _values(row: Measurement) -> dict[str, object]:
    case, problem = row.case, row.case.problem
    floor = problem.logistic_floor if case.loss == "logistic" else None
    return {
        "problem": problem.name,
        "n": problem.n,
        "p": problem.p,
        "design": "equicorrelated" if problem.equicorrelated else "AR(1)",
        "rho": problem.rho,
        "floor": "" if case.l1_ratio == 0 else floor or problem.floor,
        "penalty": case.penalty,
        "loss": case.loss,
        "task": case.task,
        "solver": row.solver,
        "setting": row.setting,
        "status": row.status,
        "seconds": _number(row.seconds),
        "ratio": _number(row.ratio),
        "gap": _number(row.gap),
        "kkt": _number(row.kkt),
        "wrong_supports": "" if row.wrong_supports is None else row.wrong_supports,
        "reached_gap": str(row.reached_gap).lower(),
        "note": row.note,
    }


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.4g}"


def versions(solvers: Sequence[Solver]) -> list[str]:
    """Return names and versions of Python, numpy and the solvers that are installed."""
    found = [f"Python {platform.python_version()}", f"numpy {version('numpy')}"]
    found += [f"{s.name} {s.version()}" for s in solvers if s.version() is not None]
    return found


def cpu_model() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
