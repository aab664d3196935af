"""What another seed would change, as a sentence of the paper."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from regclaims.report.tex import Tex, escape, number

NONE = Tex(
    "No run of this study under another seed was compared with it, so how many verdicts hang on "
    "the seed is not known."
)


def second_seed_numbers(table: pd.DataFrame) -> dict[str, Tex]:
    """Write the sentence on the second seed.

    Parameters
    ----------
    table : DataFrame
        `results/second-seed.csv`.

    Returns
    -------
    dict
        TeX by macro name.
    """
    return {"second-seed": _sentence(table) if len(table) else NONE}


def _sentence(table: pd.DataFrame) -> Tex:
    seed, claims = int(table["other_seed"].iloc[0]), len(table)
    changed = table[table["changed"].astype(bool)]
    which = f"of the {number(claims, 0)} verdicts" if claims > 1 else "of one verdict"
    opening = f"Under a second seed ({seed})"
    match len(changed):
        case 0:
            text = f"{opening} none {which} changes"
        case 1:
            text = f"{opening} one {which} changes: {_changes(changed)}"
        case many:
            text = f"{opening} {number(many, 0)} {which} change: {_changes(changed)}"
    return Tex(f"{text}. {_farthest(table)}".rstrip())


def _changes(changed: pd.DataFrame) -> str:
    return _listed(
        [
            rf"\textsf{{{escape(row['claim_id'])}}} ({escape(row['verdict'])} here, "
            f"{escape(row['other_verdict'])} there)"
            for _, row in changed.iterrows()
        ]
    )


def _listed(items: Sequence[str]) -> str:
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def _farthest(table: pd.DataFrame) -> str:
    """Tell the effect that moved most; nothing where no effect has a standard error."""
    apart = table["difference_in_se"].abs()
    if apart.isna().all():
        return ""
    row = table.iloc[int(apart.argmax())]
    return (
        f"The effect that moves farthest, that of \\textsf{{{escape(row['claim_id'])}}}, differs "
        f"by {number(abs(row['difference_in_se']), 1)} standard errors."
    )
