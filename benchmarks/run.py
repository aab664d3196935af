"""The command: choose, measure, print, and record if the run is complete."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import plot, record, table
from benchmarks.measure import Bench, Measurement, Options
from benchmarks.peers import OURS, SOLVERS
from benchmarks.problems import LOSSES, PROBLEMS, QUICK, Case, cases
from benchmarks.servers import serving
from benchmarks.solver import Solver

HERE = Path(__file__).resolve().parent


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    solvers, missing = _installed(chosen.solver, chosen.quick)
    todo = _cases(chosen)
    defaults = Options()
    options = Options(
        chosen.seconds or (0.1 if chosen.quick else defaults.seconds),
        chosen.budget or (1.5 if chosen.quick else defaults.budget),
    )
    start = time.monotonic()
    rows = _measure(todo, solvers, options)
    print(table.means(rows))
    print(f"\n{len(rows)} measurements in {(time.monotonic() - start) / 60:.1f} minutes")
    subset = chosen.quick or chosen.problem or chosen.loss or chosen.solver or chosen.penalty
    if chosen.output:
        chosen.output.mkdir(parents=True, exist_ok=True)
        _write(chosen.output, rows, solvers)
    elif subset:
        print("recorded.csv is left as it was: this was not the whole of it (see --output)")
    elif missing:
        print(f"recorded.csv is left as it was: not installed: {', '.join(missing)}")
    else:
        _write(HERE, rows, solvers)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Compare the speed of whole paths with peers, at equal accuracy.",
    )
    names = [problem.name for problem in PROBLEMS]
    add = parser.add_argument
    add("--quick", action="store_true", help="two problems, a small budget: a minute or two")
    add("--problem", action="append", choices=names, help="only these (may be repeated)")
    add("--loss", action="append", choices=LOSSES, help="only these")
    add("--penalty", action="append", help='only these: lasso, ridge, "elastic net 0.5", ...')
    add("--solver", action="append", choices=[s.name for s in SOLVERS], help="ours and these")
    add("--seconds", type=float, help="CPU seconds of repetitions of a measurement")
    add("--budget", type=float, help="seconds after which a solver is stopped")
    add("--output", type=Path, help="folder for recorded.csv and speed.png of any run")
    return parser


def _installed(names: Sequence[str] | None, quick: bool) -> tuple[list[Solver], list[str]]:
    solvers, missing = [], []
    for solver in SOLVERS:
        if names and solver is not OURS and solver.name not in names:
            continue
        if quick and solver.starts_slowly and not names:
            print(f"{solver.name} is skipped: it takes too long to start")
            continue
        if solver.version() is None:
            missing.append(solver.name)
            print(f"{solver.name} is skipped: {solver.package} is not installed")
        else:
            solvers.append(solver)
    return solvers, missing


def _cases(chosen: argparse.Namespace) -> list[Case]:
    names = chosen.problem or (QUICK if chosen.quick else [problem.name for problem in PROBLEMS])
    return [
        case
        for problem in PROBLEMS
        if problem.name in names
        for case in cases(problem)
        if case.loss in (chosen.loss or LOSSES)
        and (not chosen.penalty or case.penalty in chosen.penalty)
    ]


def _measure(
    todo: Sequence[Case], solvers: Sequence[Solver], options: Options
) -> list[Measurement]:
    rows: list[Measurement] = []
    said: set[tuple[str, str]] = set()
    with serving(tuple(solvers)) as servers:
        bench = Bench(solvers, servers, options)
        for case in todo:
            for solver in solvers:
                why = solver.refuses(case)
                if why and (solver.name, why) not in said:
                    said.add((solver.name, why))
                    kind = f"{case.loss}, {case.penalty}"
                    print(f"{solver.name} is skipped for {kind} and its like: {why}\n")
            if OURS.refuses(case):
                continue
            measured = bench.measure(case)
            print(table.block(measured) + "\n", flush=True)
            rows += measured
    return rows


def _write(folder: Path, rows: Sequence[Measurement], solvers: Sequence[Solver]) -> None:
    record.write(folder / "recorded.csv", rows, solvers)
    plot.draw(folder / "speed.png", rows)
    print(f"written: recorded.csv and speed.png in {folder}")
