"""Verdicts as numbers of the text: how many there are of each, and one claim in a few words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from regclaims.claims.decide import (
    BOUNDARY,
    EXISTS,
    INCONCLUSIVE,
    NOT_TESTABLE,
    REFUTED,
    SUPPORTED,
)
from regclaims.figures.verdict_overview import CLIP, NO_MARGIN_UNIT
from regclaims.report.sentences import in_short
from regclaims.report.tex import Tex, escape, number

COUNTS = {
    "n-supported": SUPPORTED,
    "n-exists": EXISTS,
    "n-boundary": BOUNDARY,
    "n-refuted": REFUTED,
    "n-inconclusive": INCONCLUSIVE,
    "n-not-testable": NOT_TESTABLE,
}


COMMON = ("A ", "Both ", "In ", "It ", "Of ", "On ", "One ", "The ", "Under ", "With ")
"""How statements begin that do not begin with a name."""


def verdict_numbers(verdicts: pd.DataFrame) -> dict[str, Tex]:
    """Count verdicts on the articles' claims, and put every claim in a few words.

    Parameters
    ----------
    verdicts : DataFrame
        As the verdict stage writes it.

    Returns
    -------
    dict
        `COUNTS`, ``n-claims``, ``n-ours``, how verdicts stand and, for each claim, ``said-<id>``:
        its statement and what was decided, so that a text which cites it says neither more nor
        less.
    """
    ours = verdicts["origin"] == "ours"
    found = verdicts.loc[~ours, "verdict"].value_counts()
    counts = {macro: number(int(found.get(word, 0)), 0) for macro, word in COUNTS.items()}
    said = {f"said-{row['claim_id']}": _said(row) for row in verdicts.to_dict("records")}
    totals = {"n-claims": number(int((~ours).sum()), 0), "n-ours": number(int(ours.sum()), 0)}
    return counts | totals | _standing(verdicts) | said


def _standing(verdicts: pd.DataFrame) -> dict[str, Tex]:
    """Count verdicts that stand under all alternatives, and that hang on the design."""
    tried, designed = verdicts["robustness"].dropna(), verdicts["design_dependent"].dropna()
    counts = {
        "n-robust": (tried == 1).sum(),
        "n-robust-tried": len(tried),
        "n-design-dependent": (designed.astype(str) == "True").sum(),
        "n-design-tried": len(designed),
    }
    return {name: number(int(count), 0) for name, count in counts.items()}


def _said(verdict: Mapping[Hashable, Any]) -> Tex:
    # Of a claim that counts fits no share of cells is given.
    decided = verdict["verdict"] != NOT_TESTABLE
    rarely = decided and np.isnan(float(verdict["share_holds"]))
    short = in_short(verdict, rarely=bool(rarely))
    statement = str(verdict["statement"]).removesuffix(".")
    if statement.startswith(COMMON):  # it stands within a sentence
        statement = statement[0].lower() + statement[1:]
    return Tex(rf"\emph{{{escape(statement)}}} ({short[0].lower()}{short[1:]})")


def overview_numbers(data: pd.DataFrame) -> dict[str, Tex]:
    """Write what the caption of the overview says; `data` is that of the figure."""
    beyond = (data["effect"] > 1) & (data["margin"] > 0)
    refuted = data["verdict"] == REFUTED
    return {
        "overview-unit": number(NO_MARGIN_UNIT),
        "overview-clip": number(CLIP, 0),
        "overview-clipped": number(int(data["clipped"].sum()), 0),
        "overview-refuted": number(int(refuted.sum()), 0),
        "overview-refuted-above": number(int((refuted & beyond).sum()), 0),
        "overview-strict-differs": number(
            int((data["verdict"] != data["strict_verdict"]).sum()), 0
        ),
        "overview-claims": number(len(data), 0),
    }
