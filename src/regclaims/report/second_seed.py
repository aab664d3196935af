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
    if table.empty:
        return {"second-seed": NONE, "second-seed-short": Tex("")}
    return {"second-seed": _sentence(table), "second-seed-short": Tex(f"{_counted(table)}.")}


def _sentence(table: pd.DataFrame) -> Tex:
    changed = table[table["changed"].astype(bool)]
    which = f": {_changes(changed)}" if len(changed) else ""
    return Tex(f"{_counted(table)}{which}. {_farthest(table)}".rstrip())


def _counted(table: pd.DataFrame) -> str:
    """Say under which seed how many verdicts change."""
    seed, claims = int(table["other_seed"].iloc[0]), len(table)
    which = f"of the {number(claims, 0)} verdicts" if claims > 1 else "of one verdict"
    opening = f"Under a second seed ({seed})"
    match int(table["changed"].astype(bool).sum()):
        case 0:
            return f"{opening} none {which} changes"
        case 1:
            return f"{opening} one {which} changes"
        case many:
            return f"{opening} {number(many, 0)} {which} change"


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
