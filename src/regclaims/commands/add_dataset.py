"""`regclaims add-dataset FILE --target y`: check a data file, and write the YAML that enters it."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regclaims.commands.given_data import FOLDER, data_file, in_words, load_given
from regclaims.errors import InputError, Problem

if TYPE_CHECKING:
    from regclaims.config.datasets import Dataset
    from regclaims.datasets import Loaded

BIBLIOGRAPHY = Path("paper") / "references.bib"
LONGEST = 60
COMMENT = "# Written by `regclaims add-dataset`; docs/configuration.md says what each key means.\n"


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("add-dataset", help="enter a data file of yours into every study")
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a data file (.csv, .tsv, .parquet, .svm)"
    )
    parser.add_argument("--target", type=str.strip, required=True, help="the column to predict")
    parser.add_argument("--name", help="a-z, 0-9, - and _ (default: from the file's name)")
    parser.add_argument("--title", help="a line for tables (default: the name)")
    parser.add_argument(
        "--task", choices=["regression", "classification"], help="(default: by the target's values)"
    )
    parser.add_argument(
        "--missing",
        choices=["refuse", "impute"],
        default="refuse",
        help="what to do where values are missing (default: %(default)s)",
    )
    parser.add_argument("--licence", default="unknown", help="(default: %(default)s)")
    parser.add_argument(
        "--citation", default="unknown", help=f"a key of {BIBLIOGRAPHY} (default: %(default)s)"
    )
    parser.add_argument(
        "--drop",
        nargs="+",
        action="extend",
        type=str.strip,
        default=[],
        metavar="COLUMN",
        help="leave these out",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Check the data, write ``config/datasets/<name>.yaml``, and say what to do next."""
    name = given.name if given.name is not None else name_of(given.file)
    file = FOLDER / f"{name}.yaml"
    problems = _about_name(given, name, file)
    dataset = None
    try:
        wanted = {key: getattr(given, key) for key in ("target", "task", "missing", "drop")}
        loaded = load_given(data_file(given.file, **wanted))
        dataset = _dataset(given, name, loaded)
    except InputError as error:
        problems += error.problems
    if problems or dataset is None:
        raise InputError(problems)
    _write(file, dataset)
    _say(given, name, file, loaded, dataset)


def name_of(file: Path) -> str:
    """Make a name of a file's: small letters, digits, ``-`` and ``_``; it may come out empty."""
    stem = file.name.partition(".")[0].lower()
    return re.sub(r"[^a-z0-9_]+", "-", stem).strip("-_")[:LONGEST]


def _about_name(given: argparse.Namespace, name: str, file: Path) -> list[Problem]:
    from regclaims.datasets.notes import printable

    problems = []
    if not FOLDER.parent.is_dir():
        message = "holds no study; run this in the repository"
        problems.append(Problem(str(FOLDER.parent), "", message))
    if not _is_name(name):
        message = "must begin with a-z or 0-9 and hold only those, '-' and '_', 60 at most; "
        message += "give one" if given.name is None else f"found {printable(name)!r}"
        problems.append(Problem("regclaims add-dataset", "--name", message))
    elif file.exists():
        message = "exists; give the new data set another name with --name, or remove this file"
        problems.append(Problem(str(file), "", message))
    return problems


def _is_name(text: str) -> bool:
    from pydantic import ValidationError

    from regclaims.config.loading import NAME

    try:
        NAME.validate_python(text)
    except ValidationError:
        return False
    return True


def _dataset(given: argparse.Namespace, name: str, loaded: Loaded) -> Dataset:
    """Make the configuration, as it would be read."""
    from regclaims.config.base import validate
    from regclaims.config.datasets import Dataset, Protocol
    from regclaims.datasets import fitting_protocol
    from regclaims.datasets.affordable import affordable
    from regclaims.datasets.target import Target

    target = Target(loaded.target, loaded.y, loaded.classes)
    n, p = loaded.X.shape
    cheap = affordable(Protocol().model_dump(), n, p, loaded.task)
    protocol = fitting_protocol(cheap, n, target)
    data = {
        "title": given.title or re.sub("[-_]+", " ", name).strip().capitalize() or "Data",
        "source": "file",
        "path": _path(given.file),
        "target": loaded.target,
        "task": loaded.task,
        "drop": given.drop,
        "missing": given.missing,
        "licence": given.licence,
        "citation": given.citation,
        "about": f"Entered with `regclaims add-dataset`; {len(loaded.y):,} rows.",
        "protocol": {key: protocol[key] for key in _told(protocol)},
    }
    dataset = validate(Dataset, data, "regclaims add-dataset")
    if dataset.path != data["path"]:
        message = "its name must not begin or end with white space"
        raise InputError([Problem(str(given.file), "", message)])
    if given.citation != "unknown" and BIBLIOGRAPHY.is_file():
        _check_citation(name, dataset)
    return dataset


def _told(protocol: dict[str, Any]) -> tuple[str, ...]:
    """List the keys of a protocol that one may want to change."""
    if protocol["tuning"] == "validation":
        return ("splits", "test_share", "tuning", "validation_share", "halves")
    return ("splits", "test_share", "folds")


def _path(file: Path) -> str:
    """Give a path from the repository's root, or an absolute one outside of it."""
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 (resolve would follow links)
    root = Path.cwd()
    return (absolute.relative_to(root) if absolute.is_relative_to(root) else absolute).as_posix()


def _check_citation(name: str, dataset: Dataset) -> None:
    # Slow to import, and most citations are unknown.
    from regclaims.claims.checks import check_citations
    from regclaims.config import Registry

    check_citations(Registry({}, {name: dataset}), BIBLIOGRAPHY)


def _write(file: Path, dataset: Dataset) -> None:
    from regclaims.io import write_text

    # In the order of the model; of the defaults, those that one may want to change.
    keys = {*dataset.model_dump(exclude_defaults=True), "task", "missing", "protocol"}
    data = dataset.model_dump(include=keys)
    data["protocol"] = {key: data["protocol"][key] for key in _told(data["protocol"])}
    write_text(file, COMMENT + as_yaml(data))


def as_yaml(data: dict[str, Any]) -> str:
    """Write plain data as YAML that is read as it was."""
    import yaml

    options: dict[str, Any] = {"sort_keys": False, "width": 96}
    text: str = yaml.safe_dump(data, allow_unicode=True, **options)
    # Some line breaks of Unicode are not read as they were written; escaped, they are.
    return text if yaml.safe_load(text) == data else yaml.safe_dump(data, **options)


def _say(
    given: argparse.Namespace, name: str, file: Path, loaded: Loaded, dataset: Dataset
) -> None:
    from regclaims.datasets.affordable import BUDGET, core_seconds

    print(f"{file}: written: {in_words(loaded)}")
    protocol = dataset.protocol
    if protocol.tuning == "validation":
        print(
            "To cross-validate so many values would take too long: "
            f"{protocol.validation_share:.0%} of the rows choose lambda, in {protocol.splits} "
            "splits; edit the file to have it otherwise."
        )
    n, p = loaded.X.shape
    seconds = core_seconds(protocol.model_dump(), n, p, loaded.task)
    if seconds > BUDGET:
        print(f"It will take about {seconds / 3600:.1f} hours of one core.")
    if given.task is None:
        print(f"The task was taken to be {loaded.task}; --task says otherwise.")
    unknown = [key for key in ("licence", "citation") if getattr(given, key) == "unknown"]
    if unknown:
        print(f"Unknown: {' and '.join(unknown)}; the report will say so.")
    print(f"Next: `regclaims describe {name}` tells what it is like; `snakemake` adds it.")
