"""The command line: check what goes in, read what came out."""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from regclaims.commands import (
    add_dataset,
    check_dataset,
    describe,
    plan,
    publish,
    register,
    replay,
    second_seed,
)
from regclaims.errors import InputError, Problem

if TYPE_CHECKING:
    from regclaims.config import Registry

CONFIG = Path("config")
CODING = CONFIG / "coding.csv"
RESULTS = Path("results")
WIDTH = 96
SHORT = {"existence": "supported (existence)"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        0, or 2 where an input is wrong; every problem then has a line on standard error.
    """
    given = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = given.run
    try:
        run(given)
    except InputError as error:
        print(*dict.fromkeys(error.problems), sep="\n", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="regclaims",
        description="Popular claims about L1, L2 and Elastic Net regularization, put on trial.",
        epilog="Run it in the repository's root. `snakemake` runs the study itself.",
    )
    version = importlib.metadata.version("regclaims")
    parser.add_argument("--version", action="version", version=f"regclaims {version}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND [options]")

    check = commands.add_parser("check-config", help="say everything that is wrong with studies")
    check.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="a study, data set or file of claims; default: all of config/",
    )
    check.set_defaults(run=check_config)

    for module in (check_dataset, add_dataset, describe):
        module.add(commands)
    table = commands.add_parser("verdicts", help="print the table of verdicts")
    table.add_argument("--group", help="only this group, e.g. zeros")
    table.add_argument("--verdict", help="only this verdict, e.g. refuted, or existence")
    table.add_argument("--file", type=Path, default=RESULTS / "verdicts.csv", help="%(default)s")
    table.set_defaults(run=verdicts)

    explain_ = commands.add_parser("explain", help="tell one claim: place, rule, numbers")
    explain_.add_argument("claim", metavar="CLAIM", help="its id, as `regclaims verdicts` lists it")
    explain_.set_defaults(run=explain)
    for module in (plan, register, replay, second_seed, publish):
        module.add(commands)
    return parser


def check_config(given: argparse.Namespace) -> None:
    """Check studies with all claims and data sets, or single files, and say what was checked."""
    studies, problems, lines = _sorted_out(given.files or sorted(CONFIG.glob("*.yaml")))
    if not given.files and not studies:
        problems.append(Problem(str(CONFIG), "", "holds no study; run this in the repository"))
    registry = _registry(problems) if studies else None
    for file in studies:
        lines += _check_study(file, registry, problems)
    if registry and CODING.is_file():
        lines += _check_coding(registry, problems)
    if registry and add_dataset.BIBLIOGRAPHY.is_file():
        _check_citations(registry, problems)
    if problems:
        raise InputError(problems)
    if registry:
        lines += [f"{CONFIG}/claims: good: {_count(len(registry.claims), 'claim')}"]
        lines += [f"{CONFIG}/datasets: good: {_count(len(registry.datasets), 'data set')}"]
    print("\n".join(lines))


def _check_citations(registry: Registry, problems: list[Problem]) -> None:
    from regclaims.claims.checks import check_citations

    try:
        check_citations(registry, add_dataset.BIBLIOGRAPHY)
    except InputError as error:
        problems += error.problems


def _check_coding(registry: Registry, problems: list[Problem]) -> list[str]:
    """Check the coding table against the claims; give a line to print."""
    from regclaims.config.coding import check_sources, read_coding

    try:
        coded = read_coding(CODING, registry.claims)
        check_sources(coded, registry.claims, str(CODING))
    except InputError as error:
        problems += error.problems
        return []
    return [f"{CODING}: good: {_count(len(coded), 'sentence')}"]


def _sorted_out(files: Sequence[Path]) -> tuple[list[Path], list[Problem], list[str]]:
    """Check what is not a study at once; give the studies, problems, and lines to print."""
    from regclaims.config.claims import Group
    from regclaims.config.datasets import Dataset
    from regclaims.config.literature import Literature
    from regclaims.config.loading import load, read_yaml

    studies: list[Path] = []
    problems: list[Problem] = []
    lines: list[str] = []
    for file in files:
        try:
            data = read_yaml(file)
            keys = set(data) if isinstance(data, dict) else set()
            if file.absolute().parent.name == "claims" or "claims" in keys:
                group = load(Group, file)
                lines.append(f"{file}: good: {_count(len(group.claims), 'claim')}")
            elif file.absolute().parent.name == "datasets" or {"target", "source"} & keys:
                load(Dataset, file)
                lines.append(f"{file}: good (`regclaims check-dataset {file}` loads its data)")
            elif "zou_hastie" in keys:
                load(Literature, file)
                lines.append(f"{file}: good")
            else:
                studies.append(file)
        except InputError as error:
            problems += error.problems
    return studies, problems, lines


def _registry(problems: list[Problem]) -> Registry | None:
    """Load all claims and data sets, their data too."""
    from regclaims.config import load_registry
    from regclaims.datasets import load_dataset

    for kind in ("claims", "datasets"):
        for file in sorted((CONFIG / kind).glob("*.yml")):
            problems.append(Problem(str(file), "", "must end in .yaml, or it is not read"))
    try:
        registry = load_registry(CONFIG.glob("claims/*.yaml"), CONFIG.glob("datasets/*.yaml"))
    except InputError as error:
        problems += error.problems
        return None
    for name, dataset in registry.datasets.items():
        try:
            load_dataset(dataset.model_dump(), Path(dataset.path or ""), name)
        except InputError as error:
            problems += error.problems
    return registry


def _check_study(file: Path, registry: Registry | None, problems: list[Problem]) -> list[str]:
    from regclaims.claims.checks import check_together
    from regclaims.config import load_study
    from regclaims.config.allotment import load_allotment
    from regclaims.designs.cells import cells
    from regclaims.keys import cell_id

    try:
        study = load_study(file)
        if registry:
            check_together(study, registry, str(file))
        population = cells(study)
        load_allotment(study, Path(), [cell_id(cell.spec) for cell in population])
    except InputError as error:
        problems += error.problems
        return []
    size = _count(len(population), "cell")
    return [f"{file}: good: {size}, {study.replicates} or more replicates each"]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def verdicts(given: argparse.Namespace) -> None:
    """Print the verdicts of the last run."""
    table = _read(given.file)
    wanted = {"group": given.group, "verdict": SHORT.get(given.verdict, given.verdict)}
    for column, value in wanted.items():
        known = sorted({row[column] for row in table})
        if value is not None and value not in known:
            there = ", ".join(known) or "no rows"
            message = f"none is {value!r} in {given.file}; there are {there}"
            raise InputError([Problem("regclaims verdicts", f"--{column}", message)])
    rows = [("claim", "group", "verdict", "effect", "95 % interval", "hold", "cells")]
    rows += [
        (row["claim_id"], row["group"], row["verdict"], *_numbers(row), row["cells"])
        for row in table
        if all(value in (None, row[column]) for column, value in wanted.items())
    ]
    if len(rows) == 1:
        raise InputError([Problem(str(given.file), "", "no claim is of this group and verdict")])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for line in rows:
        texts = [cell.ljust(width) for cell, width in zip(line[:3], widths[:3], strict=True)]
        numbers = [cell.rjust(width) for cell, width in zip(line[3:], widths[3:], strict=True)]
        print("  ".join([*texts, *numbers]))


def explain(given: argparse.Namespace) -> None:
    """Tell one claim on a screen."""
    import textwrap

    from regclaims.claims.in_words import not_a_claim, places_in_words, rule_in_words
    from regclaims.config import load_registry
    from regclaims.figures.of_claims import figures_of

    registry = load_registry(CONFIG.glob("claims/*.yaml"), [])
    claim = registry.claims.get(given.claim)
    if claim is None:
        message = not_a_claim(given.claim, registry.claims)
        raise InputError([Problem("regclaims explain", given.claim, message)])
    group = next(name for name, g in registry.groups.items() if given.claim in g.claims)
    lines = [
        ("Claim", f"{given.claim}: {claim.statement}"),
        ("Where", places_in_words(claim)),
        ("Reading", claim.reading),
        *rule_in_words(claim.rule),
        ("Strict", claim.strict_reading),
        *([("Note", claim.note)] if claim.note else []),
        ("Estimand", claim.estimand),
        ("Data", claim.data_budget),
        *_decided(given.claim),
        *[("Figure", f"{RESULTS}/figures/{name}.pdf") for name in figures_of(claim)],
        ("Files", f"{CONFIG}/claims/{group}.yaml (all of its rule)"),
    ]
    for head, text in lines:
        print(textwrap.fill(f"{head:<9} {text}", width=WIDTH, subsequent_indent=" " * 10))


def _decided(claim: str) -> list[tuple[str, str]]:
    """Tell what the last run found, if there was one."""
    file = RESULTS / "verdicts.csv"
    if not file.is_file():
        return [("Verdict", "none yet: run `snakemake`")]
    row = next((row for row in _read(file) if row["claim_id"] == claim), None)
    if row is None:
        return [("Verdict", "none yet: the last run did not know this claim; run `snakemake`")]
    effect, interval, _ = _numbers(row)
    states = ("holds", "negligible", "reversed", "open")
    shares = [f"{_share(row[f'share_{state}'])} {state}" for state in states]
    told = ", ".join(shares) if row["share_holds"] else "the rule counts fits, not cells"
    return [
        ("Verdict", f"{row['verdict']}; mean effect {effect}, 95 % interval {interval}"),
        ("Cells", f"{row['cells']} vote, {row['replicates']} replicates each: {told}"),
        ("Results", f"{RESULTS}/contrasts.parquet (claim_id {claim}), {RESULTS}/report.pdf"),
    ]


def _read(file: Path) -> list[dict[str, str]]:
    """Read a table of verdicts."""
    import csv

    needed = {"claim_id", "group", "verdict", "effect", "ci_low", "ci_high", "cells", "replicates"}
    if not file.exists():
        raise InputError([Problem(str(file), "", "does not exist; run `snakemake` first")])
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError([Problem(str(file), "", f"cannot be read: {error}")]) from None
    if rows and not needed <= rows[0].keys():
        missing = ", ".join(sorted(needed - rows[0].keys()))
        raise InputError([Problem(str(file), "", f"is no table of verdicts: it lacks {missing}")])
    return rows


def _numbers(row: Mapping[str, str]) -> tuple[str, str, str]:
    """Give effect, interval and the share of cells that hold, as text."""
    share = _share(row["share_holds"])
    if not row["effect"]:
        return "-", "-", share
    low, high = float(row["ci_low"]), float(row["ci_high"])
    return f"{float(row['effect']):.3f}", f"[{low:.3f}, {high:.3f}]", share


def _share(text: str) -> str:
    return f"{100 * float(text):.0f} %" if text else "-"


if __name__ == "__main__":
    sys.exit(main())
