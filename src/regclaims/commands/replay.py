"""`regclaims replay FIT`: one replicate and method again, held against the recorded row."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

STUDY = Path("config/study.yaml")
FITS = Path("results/fits.parquet")


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("replay", help="fit one replicate again, from the id of a fit")
    parser.add_argument(
        "fit", metavar="FIT", help="an id, as in results/fits.parquet and results/failures.csv"
    )
    parser.add_argument(
        "--config", type=Path, default=STUDY, help="its study (default: %(default)s)"
    )
    parser.add_argument(
        "--fits", type=Path, default=FITS, help="where it is recorded (default: %(default)s)"
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="write its data here, as .npz")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Print the row, and say whether it is the recorded one, bit for bit; if not, exit with 1."""
    import numpy as np

    from regclaims.config import load_study
    from regclaims.evidence.replay import replay
    from regclaims.io import replacing

    found = replay(given.fit, load_study(given.config), given.fits)
    width = max(map(len, found.row))
    for name, value in found.row.items():
        print(f"{name:<{width}}  {'undefined' if value is None else value}")
    if given.data:
        with replacing(given.data) as part, part.open("wb") as file:
            np.savez(file, **found.draw.__dict__)
        print(f"{given.data}: its training and validation data")
    if found.recorded is None:
        print(f"{given.fits}: no such row to compare with")
        return
    for name in found.differences:
        message = f"differs: {name} is {found.recorded[name]!r} there, {found.row[name]!r} here"
        print(f"{given.fits}: {message}", file=sys.stderr)
    if found.differences:
        print("Was it run with this study, code, machine and packages?", file=sys.stderr)
        raise SystemExit(1)
    print(f"{given.fits}: the same, bit for bit")
