"""`regclaims describe NAME`: what a data set is like."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from regclaims.commands.given_data import FOLDER, Given, given_data, load_given
from regclaims.errors import InputError, Problem


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("describe", help="say what a data set is like")
    parser.add_argument(
        "name", metavar="NAME|FILE", help="a data set of config/datasets, its YAML, or a data file"
    )
    parser.add_argument(
        "--target",
        type=str.strip,
        help="for a data file: the column to predict (default: the last)",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Print size, collinearity, balance, noise and origin of a data set."""
    from regclaims.datasets.notes import on_one_line, printable

    data = given_data(_file(given.name), given.target, "describe")
    loaded = load_given(data)
    about = loaded.describe()
    lines = [
        ("data set", data.dataset.title if data.dataset else data.name),
        ("rows", f"{about['n_samples']:,}"),
        ("columns", f"{about['n_features']:,} ({about['kind']})"),
        ("target", f"{printable(loaded.target)} ({about['task']})"),
        *_balance(about, loaded.classes),
        *_collinearity(about),
        ("noise", _noise(about)),
        ("missing", f"{about['n_missing']:,} values"),
        *_origin(data),
    ]
    for head, text in lines:
        print(f"{head:<18}  {on_one_line(text)}")


def _file(name: str) -> Path:
    """Find a data set by its name; whatever looks like a file is one."""
    from regclaims.datasets.notes import printable

    if (FOLDER / f"{name}.yaml").is_file():
        return FOLDER / f"{name}.yaml"
    if Path(name).suffix or Path(name).exists():
        return Path(name)
    known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.yaml"))) or "none"
    message = f"is neither a file nor a data set of {FOLDER}; these are {known}"
    raise InputError([Problem("regclaims describe", printable(name), message)])


def _balance(
    about: Mapping[str, Any], classes: tuple[str, str] | None
) -> Iterator[tuple[str, str]]:
    if classes:
        share = 100 * about["class_balance"]
        yield "class balance", f"{share:.1f} % {classes[1]} (1), the rest {classes[0]} (0)"


def _collinearity(about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    sample = about["sampled_columns"]
    of = f", of {sample:,} columns at random" if sample else ""
    wide = about["n_features"] >= about["n_samples"]
    singular = " (p >= n)" if wide else " (exactly collinear)"
    condition, vif = about["condition_number"], about["max_vif"]
    told = f"infinite{singular}" if math.isinf(condition) else f"{condition:.3g}{of}"
    yield "condition number", f"{told}, of the correlation matrix"
    yield "mean |correlation|", f"{about['mean_correlation']:.3f}{of}"
    yield "max |correlation|", f"{about['max_correlation']:.3f}{of}"
    yield "of neighbours", f"{about['neighbour_correlation']:.3f}{of}"
    if wide:
        yield "maximum VIF", "not defined (p >= n)"
    else:
        yield "maximum VIF", f"infinite{singular}" if math.isinf(vif) else f"{vif:.3g}{of}"


def _noise(about: Mapping[str, Any]) -> str:
    if math.isnan(about["noise"]):
        return "not defined (too few rows)"
    sampled = about["noise_rows"] < about["n_samples"]
    rows = f" on {about['noise_rows']:,} rows at random" if sampled else ""
    how = {
        "least squares": "by least squares",
        "ridge": "by leave-one-out of the best ridge",
    }[about["noise_method"]]
    return f"{100 * about['noise']:.1f} % of the variance of the target is left, {how}{rows}"


def _origin(data: Given) -> Iterator[tuple[str, str]]:
    yield "licence", data.dataset.licence if data.dataset else "unknown"
    yield "citation", data.dataset.citation if data.dataset else "unknown"
