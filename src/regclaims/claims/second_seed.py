"""The same study under another seed: which verdicts change, and how far effects move."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from regclaims.config.base import Strict, validate
from regclaims.errors import InputError, Problem
from regclaims.manifest import Run

RUN, VERDICTS, DECISIONS = "run.json", "verdicts.csv", "decisions.csv"
ADVICE = "`regclaims second-seed --record FOLDER` writes it"

RECORDED = ["claim_id", "verdict", "effect", "ci_low", "ci_high", "mcse", "registry_hash", "part"]
"""Columns of `with_parts` that are kept of the other run."""

COLUMNS = [
    "claim_id",
    "verdict",
    "other_verdict",
    "changed",
    "effect",
    "other_effect",
    "difference",
    "se",
    "difference_in_se",
    "other_seed",
]
"""Columns of `results/second-seed.csv`; a row a claim whose rule is the same in both runs."""


class OtherRun(Strict):
    """`data/second-seed/run.json`, as `regclaims second-seed --record` writes it."""

    study: str
    seed: int
    design: str
    configuration: str
    claims: str
    commit: str


def read_recorded(folder: Path) -> tuple[OtherRun, pd.DataFrame] | None:
    """Read the run under another seed; None where none was recorded.

    Raises
    ------
    InputError
        If what is there cannot be read.
    """
    files = (folder / RUN, folder / VERDICTS)
    if not any(file.exists() for file in files):
        return None
    try:
        other = validate(OtherRun, json.loads(files[0].read_text(encoding="utf-8")), str(files[0]))
        table = pd.read_csv(files[1])
    except InputError:
        raise
    except (OSError, ValueError) as error:
        message = f"cannot be read: {str(error).partition(chr(10))[0]}; {ADVICE}"
        raise InputError([Problem(str(folder), "", message)]) from None
    if missing := [name for name in RECORDED if name not in table]:
        message = f"lacks the columns {', '.join(missing)}; {ADVICE}"
        raise InputError([Problem(str(files[1]), "", message)])
    return other, table


def describe_run(run: Run) -> OtherRun:
    """Say which run it is whose verdicts are recorded.

    Raises
    ------
    InputError
        If its manifest does not say so, if it is a smoke run, or if its verdicts are no longer
        those that the manifest lists.
    """
    manifest, known = run.file("manifest.json"), run.provenance
    if missing := sorted({"study", "seed", "design", "smoke"} - known.keys()):
        message = f"does not say its {', '.join(missing)}; run the study again"
        raise InputError([Problem(manifest, "provenance", message)])
    if missing := [name for name in (VERDICTS, DECISIONS) if name not in run.files]:
        raise InputError([Problem(run.file(name), "", f"is not in {manifest}") for name in missing])
    problems = run.altered([VERDICTS, DECISIONS])
    if known["smoke"]:
        message = f"{known['study']} is a smoke run: its verdicts say nothing about the study's"
        problems.append(Problem(manifest, "smoke", message))
    if problems:
        raise InputError(problems)
    return OtherRun(
        study=known["study"],
        seed=known["seed"],
        design=known["design"],
        configuration=known["configuration"],
        claims=known["claims"],
        commit=known["last commit to change inputs"],
    )


def is_other_seed(other: OtherRun | None, design: str, seed: int) -> bool:
    """Whether a run was the study of this design under a seed that is not its own."""
    return other is not None and other.design == design and other.seed != seed


def with_parts(verdicts: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Add to verdicts which part of its rule decided a claim: the effect is that part's.

    Parameters
    ----------
    verdicts, decisions : DataFrame
        `results/verdicts.csv` and `results/decisions.csv`.
    """
    charitable = decisions[decisions["reading"] == "charitable"]
    return verdicts.assign(part=verdicts["claim_id"].map(charitable.set_index("claim_id")["part"]))


def compare_seeds(verdicts: pd.DataFrame, other: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Compare verdicts and effects, claim by claim.

    Parameters
    ----------
    verdicts : DataFrame
        Those of this run, as from `with_parts`.
    other : DataFrame
        `RECORDED` columns of the run under the other seed.
    seed : int
        The other seed.

    Returns
    -------
    DataFrame
        `COLUMNS`, in the order of `verdicts`, less the claims whose rule is another one in the
        other run. ``se`` is of the difference of two independent effects; ``difference_in_se`` is
        missing where it is 0 and the effects differ, and 0 where they do not. All three are missing
        where another part of the rule decides: its effect is another quantity.
    """
    both = verdicts[RECORDED].merge(
        other[RECORDED], on=["claim_id", "registry_hash"], suffixes=("", "_there")
    )
    variance = both["mcse"].astype(float) ** 2 + both["mcse_there"].astype(float) ** 2
    se = variance.pow(0.5)
    same = both["part"] == both["part_there"]
    difference = (both["effect"].astype(float) - both["effect_there"].astype(float)).where(same)
    # Without an error there is no unit: only no difference at all is none.
    in_se = (difference / se.where(se > 0)).where(difference != 0, 0.0)
    table = pd.DataFrame(
        {
            "claim_id": both["claim_id"],
            "verdict": both["verdict"],
            "other_verdict": both["verdict_there"],
            "changed": both["verdict"] != both["verdict_there"],
            "effect": both["effect"],
            "other_effect": both["effect_there"],
            "difference": difference,
            "se": se.where(same),
            "difference_in_se": in_se,
            "other_seed": seed,
        }
    )
    return table[COLUMNS]


def nothing_compared() -> pd.DataFrame:
    """Return the table of no claims, for a study that was not run under a second seed."""
    return pd.DataFrame(columns=COLUMNS)
