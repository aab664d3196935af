"""`regclaims publish`: keep the tables and the paper of a finished, registered run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regclaims.commands.register import LOCK
from regclaims.errors import InputError, Problem

if TYPE_CHECKING:
    from regclaims.manifest import Run

RESULTS = Path("results")
PUBLISHED = RESULTS / "published"
README = Path("README.md")


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "publish", help="keep the last run's tables and paper in results/published"
    )
    parser.add_argument(
        "--replace", action="store_true", help="in place of the run that is published now"
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Publish the run in results/, or say everything that speaks against it."""
    from regclaims.claims.registration import read_registration
    from regclaims.manifest import read_run
    from regclaims.publication.folder import MANIFEST, write
    from regclaims.publication.gate import objections
    from regclaims.publication.selection import select

    done = read_run(RESULTS, "no run is finished; run `snakemake`")
    problems = objections(done, read_registration(LOCK), LOCK)
    if PUBLISHED.exists() and not given.replace:
        message = "holds a published run; --replace puts this one in its place"
        problems.append(Problem(PUBLISHED.as_posix(), "", message))
    if problems:
        raise InputError(problems)
    manifest = (RESULTS / MANIFEST).stat().st_size
    names, left_out = select(RESULTS, done.files, manifest)
    readme, picture = _front(done)
    write(done, names, PUBLISHED)
    _show(readme, picture)
    size = manifest + sum((PUBLISHED / name).stat().st_size for name in names)
    print(f"{PUBLISHED}: {len(names) + 1} files of {_told(done)}, {size / 1e6:.1f} MB")
    for name in left_out:
        print(f"{done.file(name)}: left out, for want of room")
    commit = str(done.provenance.get("last commit to change inputs"))
    if commit == "unknown" or "uncommitted" in commit:
        print(f"Note: the paper names as its commit {commit!r}; a run in a clean checkout has one.")
    print(f"Commit {PUBLISHED}, {README} and {picture[0]} together.")


def _front(done: Run) -> tuple[str, tuple[Path, bytes]]:
    """Make the README and its picture before anything is written."""
    from regclaims.report.front import FIGURE, PICTURE, front, insert

    if not README.is_file():
        raise InputError([Problem(str(README), "", "does not exist; run this in the repository")])
    text = insert(README.read_text(encoding="utf-8"), front(done.folder), str(README))
    return text, (Path(PICTURE), (done.folder / f"{FIGURE}.png").read_bytes())


def _show(readme: str, picture: tuple[Path, bytes]) -> None:
    from regclaims.io import replacing, write_text

    path, content = picture
    with replacing(path) as part:
        part.write_bytes(content)
    write_text(README, readme)


def _told(done: Run) -> str:
    return f"study {done.provenance['study']}, seed {done.provenance['seed']}"
