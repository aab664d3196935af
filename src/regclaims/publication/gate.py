"""Whether a run may be published: finished, unchanged, no smoke run, and registered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from regclaims.claims.registration import NO, STUDY
from regclaims.config.registration import Registration
from regclaims.errors import Problem
from regclaims.manifest import Run
from regclaims.publication.selection import required

AGAIN = "run `snakemake` again"


def objections(run: Run, lock: Registration | None, lock_file: Path) -> list[Problem]:
    """List all that keeps a run from being published.

    Parameters
    ----------
    run : Run
    lock : Registration or None
        What was registered.
    lock_file : Path
        Named in the problems.

    Returns
    -------
    list of Problem
    """
    unfinished = [
        Problem(run.file(name), "", f"is not in the manifest: the run is not finished; {AGAIN}")
        for name in required(run.files)
        if name not in run.files
    ]
    altered = [
        Problem(problem.file, problem.place, f"{problem.message}; {AGAIN}")
        for problem in run.altered(run.files)
    ]
    problems = [*unfinished, *altered]
    # Hashes first: what is read below is then what the run wrote.
    return problems or [*_smoke(run), *_registered(run, lock, lock_file)]


def _smoke(run: Run) -> Iterator[Problem]:
    manifest = run.file("manifest.json")
    if "smoke" not in run.provenance:
        yield Problem(manifest, "provenance", f"does not say which study was run; {AGAIN}")
    elif run.provenance["smoke"]:
        message = f"{run.provenance['study']} is a smoke run: its verdicts are not to be cited"
        yield Problem(manifest, "smoke", message)


def _registered(run: Run, lock: Registration | None, lock_file: Path) -> Iterator[Problem]:
    """Ask that study and claims are the registered ones, or deviate for a stated reason."""
    if lock is None:
        yield Problem(str(lock_file), "", "does not exist: only registered runs are published")
        return
    manifest, study = run.file("manifest.json"), run.provenance.get("study")
    if study != lock.study:
        yield Problem(manifest, "study", f"is {study}; the registered study is {lock.study}")
        return
    explained = set(pd.read_csv(run.folder / "deviations.csv")["claim_id"])
    if run.provenance.get("configuration") != lock.study_hash and STUDY not in explained:
        message = f"is not what {lock_file} holds; {AGAIN} with the registered study"
        yield Problem(manifest, "configuration", message)
    verdicts = pd.read_csv(run.folder / "verdicts.csv", dtype={"registered": str})
    file = run.file("verdicts.csv")
    for row in verdicts.to_dict("records"):
        name = row["claim_id"]
        # What somebody adds as their own counts in no total, and says that it is not registered.
        if row["registered"] == NO and (name in lock.claims or row["origin"] != "ours"):
            yield Problem(file, name, "its rule is not registered")
    for name in sorted(lock.claims.keys() - set(verdicts["claim_id"]) - explained):
        yield Problem(file, name, "is registered, and has no verdict")
