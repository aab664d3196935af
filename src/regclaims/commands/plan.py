"""`regclaims plan`: what a study will cost, and how precise it will be, from a pilot run."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regclaims.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from regclaims.config import Study
    from regclaims.designs.cells import Cell
    from regclaims.plan.costs import Costs

ROOT = Path()
PILOT = Path("data/pilot")
STUDY = Path("config/study.yaml")
WORK = Path("results/work")
BENCHMARKS = Path("results/volatile/benchmarks")
ADVICE = "`regclaims plan --record` writes it after a run"
UNFINISHED = "holds no finished run; run the study first"
MINUTES = 32.0
MOST = 400


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("plan", help="say what a study will cost, and how precise it is")
    parser.add_argument(
        "--config", type=Path, default=STUDY, help="the study (default: %(default)s)"
    )
    parser.add_argument(
        "--pilot", type=Path, default=PILOT, help="what a pilot run measured (default: %(default)s)"
    )
    parser.add_argument(
        "--record", action="store_true", help="take new measurements from the last run in results/"
    )
    parser.add_argument(
        "--allot",
        action="store_true",
        help="write the study's allotment: more replicates where contrasts need them",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=MINUTES,
        help="core-minutes for all fits, for --allot (default: %(default)g)",
    )
    parser.add_argument(
        "--most",
        type=int,
        default=MOST,
        help="replicates of a cell, for --allot (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Print the plan of a study."""
    from regclaims.config import load_study
    from regclaims.config.allotment import load_allotment
    from regclaims.designs.cells import cells
    from regclaims.keys import cell_id

    study = load_study(given.config)
    population = cells(study)
    ids = [cell_id(cell.spec) for cell in population]
    if given.record:
        _record(study, load_allotment(study, ROOT, ids), given.pilot, len(population))
    costs, spread, stages = _pilot(given.pilot, population)
    if given.allot:
        _allot(given, study, population, spread, costs)
    allotment = load_allotment(study, ROOT, ids)
    _print_size(study, population, allotment)
    _print_costs(study, costs, allotment)
    _print_run(study, population, costs, stages, allotment)
    _print_precision(study, population, spread, allotment)


def _pilot(folder: Path, population: list[Cell]) -> tuple[Costs, pd.DataFrame, pd.DataFrame]:
    """Read what a pilot run measured: the costs of all these cells, deviations, other stages."""
    from regclaims.evidence.names import FAMILIES
    from regclaims.plan import costs, precision, stages

    file = folder / "costs.csv"
    measured = costs.Costs(_table(file, costs.COLUMNS))
    spread = _table(folder / "deviations.csv", precision.COLUMNS)
    families = {family for cell in population for family in FAMILIES[cell.spec["response"]]}
    if missing := sorted(families - measured.laws.keys()):
        message = f"has no costs of {', '.join(missing)}; {ADVICE}"
        raise InputError([Problem(str(file), "", message)])
    return measured, spread, _table(folder / "stages.csv", stages.COLUMNS)


def _table(file: Path, columns: Mapping[str, type]) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_csv(file, dtype=dict(columns))
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError([Problem(str(file), "", f"cannot be read: {reason}; {ADVICE}")]) from None
    if missing := [name for name in columns if name not in table]:
        message = f"lacks the columns {', '.join(missing)}; {ADVICE}"
        raise InputError([Problem(str(file), "", message)])
    return table


def _record(study: Study, allotment: Mapping[str, int], folder: Path, n_cells: int) -> None:
    """Sum up the last run's times and contrasts."""
    import pandas as pd

    from regclaims.config import load_registry
    from regclaims.io import write_csv
    from regclaims.plan.costs import measured
    from regclaims.plan.precision import deviations
    from regclaims.plan.stages import recorded

    times = _times(study, allotment)
    contrasts = Path("results/contrasts.parquet")
    if not contrasts.exists() or not any(BENCHMARKS.glob("*.tsv")):
        raise InputError([Problem("results", "", UNFINISHED)])
    registry = load_registry(Path("config/claims").glob("*.yaml"), []).claims
    plain = {name: claim.model_dump() for name, claim in registry.items()}
    table = pd.read_parquet(contrasts)
    if unknown := sorted(set(table["claim_id"]) - plain.keys()):
        message = f"has claims that config/claims lacks ({', '.join(unknown)}); run the study first"
        raise InputError([Problem(str(contrasts), "", message)])
    write_csv(folder / "costs.csv", measured(times, study).round(4))
    write_csv(folder / "stages.csv", recorded(BENCHMARKS, study, n_cells).round(2))
    found = deviations(table, plain)
    write_csv(folder / "deviations.csv", found.round(5))
    print(f"{folder}: measurements of the last run of {study.name}")


def _times(study: Study, allotment: Mapping[str, int]) -> list[Path]:
    """List what the study's own shards took; other studies have work there too."""
    from regclaims.evidence.packing import folder, sections, shards

    files: dict[str, list[Path]] = {}
    for shard in shards(study, allotment):
        path = WORK / folder(shard, sections(study)) / "times.csv"
        files.setdefault(shard.family, []).append(path)
    missing = {
        family: [path for path in paths if not path.exists()] for family, paths in files.items()
    }
    if missing == files:
        raise InputError([Problem("results", "", UNFINISHED)])
    problems = [
        Problem(
            str(paths[0]),
            "",
            f"is missing, as are the times of {len(paths)} of {len(files[family])} {family} shards "
            "in all; run the study as it is now",
        )
        for family, paths in missing.items()
        if paths
    ]
    if problems:
        raise InputError(problems)
    return [path for paths in files.values() for path in paths]


def _allot(
    given: argparse.Namespace,
    study: Study,
    population: list[Cell],
    spread: pd.DataFrame,
    costs: Costs,
) -> None:
    import pandas as pd

    from regclaims.io import write_csv
    from regclaims.plan.precision import allot

    if study.allotment is None:
        message = "must name the CSV file that --allot is to write"
        raise InputError([Problem(str(given.config), "allotment", message)])
    found = allot(study, population, spread, costs, seconds=60 * given.minutes, most=given.most)
    table = pd.DataFrame(sorted(found.replicates.items()), columns=["cell_id", "replicates"])
    write_csv(ROOT / study.allotment, table)
    print(
        f"{study.allotment}: {len(table)} cells get more than {study.replicates} replicates; "
        f"{found.served} of {found.asking} cells have what delta/3 needs"
    )


def _print_size(study: Study, population: list[Cell], allotment: Mapping[str, int]) -> None:
    from regclaims.designs.cells import combinations
    from regclaims.evidence.packing import replicates
    from regclaims.plan.costs import fits_bytes, jobs

    counts = [replicates(cell, study, allotment) for cell in population]
    draws = sum(counts) + study.screening_replicates * len(counts)
    rows = [
        ("combinations of levels", f"{combinations(study):,}"),
        ("cells", f"{len(population):,}"),
        ("replicates per cell", _range(counts) + f", and {study.screening_replicates} to screen"),
        ("data sets", f"{draws:,}"),
        ("fit jobs", f"{jobs(study, allotment):,}"),
        ("table of fits", f"about {fits_bytes(study, population, allotment) / 1e6:,.0f} MB"),
    ]
    print(f"Study {study.name}")
    for name, value in rows:
        print(f"  {name:<24} {value}")


def _range(counts: list[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low} to {high}"


def _print_costs(study: Study, costs: Costs, allotment: Mapping[str, int]) -> None:
    from regclaims.plan.costs import estimate

    found = estimate(study, costs, allotment)
    print("\nCost of the fits, in core-minutes of the pilot's machine")
    for family, one in found.items():
        note = f"; {100 * one.extrapolated:.0f} % by extrapolation" if one.extrapolated else ""
        print(f"  {family:<24} {one.seconds / 60:8.1f} +- {2 * one.error / 60:.1f}{note}")
    total = sum(one.seconds for one in found.values()) / 60
    error = sum(one.error for one in found.values()) / 60
    print(f"  {'all':<24} {total:8.1f} +- {2 * error:.1f}, or {total / 2:.0f} minutes on two cores")


def _print_run(
    study: Study,
    population: list[Cell],
    costs: Costs,
    stages: pd.DataFrame,
    allotment: Mapping[str, int],
) -> None:
    """Print what all stages together take, fits included."""
    from regclaims.plan.costs import estimate, fits_bytes, jobs
    from regclaims.plan.stages import forecast

    fits = estimate(study, costs, allotment).values()
    size = fits_bytes(study, population, allotment) / 1e6
    rest = forecast(stages, study, len(population), jobs(study, allotment), size)
    hours = (sum(one.seconds for one in fits) + rest.seconds) / 3600
    error = 2 * (sum(one.error for one in fits) + rest.error) / 3600
    rows = [
        ("jobs", f"about {rest.jobs:,}"),
        ("CPU hours", f"{hours:,.2f} +- {error:.2f}"),
        ("memory of a job", f"{rest.peak_mb:,.0f} MB at most"),
        ("disk", f"about {rest.disk_mb:,.0f} MB"),
    ]
    print("\nThe whole run, fits and all other stages")
    for name, value in rows:
        print(f"  {name:<24} {value}")


def _print_precision(
    study: Study, population: list[Cell], spread: pd.DataFrame, allotment: Mapping[str, int]
) -> None:
    from regclaims.plan.precision import forecast

    table = forecast(study, population, spread, allotment)
    if table.empty:
        print("\nNo pilot run has been through these cells: their standard errors are not known.")
        return
    print("\nStandard errors of deciding contrasts, in units of their margin; the aim is 0.33")
    names = ("part", 5), ("cells", 7), ("margin", 8), ("median", 8), ("worst", 8), ("reached", 9)
    print(f"  {'claim':<28}" + "".join(f"{name:>{width}}" for name, width in names))
    for row in table.to_dict("records"):
        margin = row["margin"]
        print(
            f"  {row['claim_id']:<28}{row['part'] + 1:>5}{row['cells']:>7}{margin:>8g}"
            f"{row['median_error'] / margin:>8.2f}{row['worst_error'] / margin:>8.2f}"
            f"{100 * row['share_reached']:>7.0f} %"
        )
