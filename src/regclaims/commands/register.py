"""`regclaims register`: freeze every claim's rule and the study, before results are seen."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from regclaims.errors import InputError, Problem

CONFIG = Path("config")
LOCK = CONFIG / "registration.json"


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("register", help="freeze every rule and the study")
    parser.add_argument(
        "study",
        nargs="?",
        type=Path,
        default=CONFIG / "study.yaml",
        metavar="STUDY",
        help="default: %(default)s",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Write the lock; an existing one is never overwritten."""
    from regclaims.claims.checks import check_together
    from regclaims.claims.registration import register
    from regclaims.config import load_registry, load_study
    from regclaims.config.allotment import load_allotment
    from regclaims.designs.cells import cells
    from regclaims.io import write_json
    from regclaims.keys import cell_id

    if LOCK.exists():
        message = "exists: what is registered stays; a change is a deviation"
        raise InputError([Problem(str(LOCK), "", message)])
    study = load_study(given.study)
    registry = load_registry(CONFIG.glob("claims/*.yaml"), CONFIG.glob("datasets/*.yaml"))
    check_together(study, registry, str(given.study))
    allotment = load_allotment(study, Path(), [cell_id(cell.spec) for cell in cells(study)])
    lock = register(study, registry, allotment)
    write_json(LOCK, lock.model_dump(mode="json"))
    print(f"{LOCK}: written: {len(lock.claims)} claims, study {lock.study}, {lock.registered}")
    print("Commit it before the study is run with its seed.")
