"""`regclaims check-dataset FILE`: everything that is wrong with a data set, before it is used."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from regclaims.commands.given_data import given_data, in_words, load_given


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check-dataset", help="say everything that is wrong with a data set"
    )
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="a YAML of config/datasets, or a data file (.csv, .tsv, .parquet, .svm)",
    )
    parser.add_argument(
        "--target",
        type=str.strip,
        help="for a data file: the column to predict (default: the last)",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Load one data set as a study would, and say how large it is."""
    from regclaims.datasets.notes import on_one_line

    data = given_data(given.file, given.target, "check-dataset")
    loaded = load_given(data)
    print(f"{on_one_line(str(given.file))}: good: {in_words(loaded)}")
