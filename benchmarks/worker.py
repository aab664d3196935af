"""A Python solver's process, `python -m benchmarks.worker NAME`: see exchange.py."""

from __future__ import annotations

import sys

from benchmarks.exchange import read_request, write_answer
from benchmarks.peers import SOLVERS
from benchmarks.solver import PythonSolver


def main(name: str) -> None:
    solver = next(solver for solver in SOLVERS if solver.name == name)
    assert isinstance(solver, PythonSolver)
    for line in sys.stdin:
        try:
            folder, request = read_request(line)
            write_answer(folder, solver.answer(request))
            print("ok", flush=True)
        except Exception as error:
            print(f"{type(error).__name__}: {error}".replace("\n", " "), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
