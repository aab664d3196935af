"""`regclaims second-seed`: what another seed changes; `--record` keeps the verdicts it gave."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from regclaims.errors import InputError, Problem

FOLDER = Path("data/second-seed")
RESULTS = Path("results")


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("second-seed", help="say which verdicts change under another seed")
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FOLDER",
        help="keep the verdicts of the run under another seed, whose results are in this folder",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Print which verdicts change, or record the other run."""
    if given.record:
        _record(given.record)
    else:
        _print()


def _record(results: Path) -> None:
    import pandas as pd

    from regclaims.claims.second_seed import (
        DECISIONS,
        RECORDED,
        RUN,
        VERDICTS,
        describe_run,
        with_parts,
    )
    from regclaims.io import write_csv, write_json
    from regclaims.manifest import read_run

    done = read_run(results, "no run is finished there")
    other = describe_run(done)
    table = with_parts(pd.read_csv(results / VERDICTS), pd.read_csv(results / DECISIONS))
    write_csv(FOLDER / VERDICTS, table[RECORDED])
    write_json(FOLDER / RUN, other.model_dump())
    print(f"{FOLDER}: {len(table)} verdicts of {other.study}, seed {other.seed}")
    print("The next `snakemake` compares its own verdicts with them, if it is the same study.")


def _print() -> None:
    import pandas as pd

    from regclaims.claims.second_seed import (
        ADVICE,
        DECISIONS,
        RUN,
        VERDICTS,
        compare_seeds,
        is_other_seed,
        read_recorded,
        with_parts,
    )
    from regclaims.manifest import read_run

    recorded = read_recorded(FOLDER)
    if recorded is None:
        raise InputError([Problem(str(FOLDER), "", f"holds no run; {ADVICE}")])
    other, table = recorded
    known = read_run(RESULTS, "run `snakemake` first").provenance
    if not is_other_seed(other, str(known.get("design")), int(known.get("seed", other.seed))):
        message = f"is not the study in {RESULTS} under another seed"
        raise InputError([Problem(str(FOLDER / RUN), "", message)])
    own = with_parts(pd.read_csv(RESULTS / VERDICTS), pd.read_csv(RESULTS / DECISIONS))
    found = compare_seeds(own, table, other.seed)
    changed = found[found["changed"]]
    counts = (
        f"{len(changed)} of {len(found)} verdicts {'changes' if len(changed) == 1 else 'change'}"
    )
    print(f"Seed {known['seed']} here, {other.seed} there: {counts}")
    for row in changed.to_dict("records"):
        print(f"  {row['claim_id']}: {row['verdict']} here, {row['other_verdict']} there")
    apart = found["difference_in_se"].abs()
    middle, most = f"{apart.median():.2f}", f"{apart.max():.2f}"
    print(f"Effects differ by {middle} standard errors in the median, by {most} at most.")
