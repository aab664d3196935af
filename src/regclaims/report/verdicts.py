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
from regclaims.report.sentences import bar_text, in_short
from regclaims.report.tex import Tex, escape, number, percent

COUNTS = {
    "n-supported": SUPPORTED,
    "n-exists": EXISTS,
    "n-boundary": BOUNDARY,
    "n-refuted": REFUTED,
    "n-inconclusive": INCONCLUSIVE,
    "n-not-testable": NOT_TESTABLE,
}


HALF = 0.5

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
        "n-not-robust": (tried < 1).sum(),
        "n-robust-tried": len(tried),
        "n-design-dependent": (designed.astype(str) == "True").sum(),
        "n-design-tried": len(designed),
    }
    numbers = {name: number(int(count), 0) for name, count in counts.items()}
    return numbers | {"supported-by-few": _supported_by_few(verdicts)}


def _supported_by_few(verdicts: pd.DataFrame) -> Tex:
    """Name the supported claims that most alternatives do not support."""
    few = (verdicts["verdict"] == SUPPORTED) & (verdicts["robustness"] < HALF)
    rows = verdicts[few].sort_values("robustness", kind="stable")
    named = [
        rf"\textsf{{{escape(name)}}} ({percent(share)} agree)"
        for name, share in zip(rows["claim_id"], rows["robustness"], strict=True)
    ]
    if not named:
        return Tex("none of those that are supported is so against most alternatives")
    listed = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return Tex(f"most alternatives disagree with the support of {listed}")


def _said(verdict: Mapping[Hashable, Any]) -> Tex:
    # Of a claim that counts fits no share of cells is given.
    decided = verdict["verdict"] != NOT_TESTABLE
    rarely = decided and np.isnan(float(verdict["share_holds"]))
    short = in_short(verdict, rarely=bool(rarely))
    if verdict["verdict"] == INCONCLUSIVE and verdict["bar"] != "existence" and not rarely:
        held = f"{percent(verdict['share_holds'])} of {number(verdict['cells'], 0)}"
        short = Tex(
            f"{short}: it holds in {held} cells, against a bar of {bar_text(verdict['bar'])}"
        )
    statement = str(verdict["statement"]).removesuffix(".")
    if statement.startswith(COMMON):  # it stands within a sentence
        statement = statement[0].lower() + statement[1:]
    return Tex(rf"\emph{{{escape(statement)}}} ({short[0].lower()}{short[1:]})")


def overview_numbers(data: pd.DataFrame) -> dict[str, Tex]:
    """Write what the caption of the overview says; `data` is that of the figure."""
    beyond = (data["effect"] > 1) & (data["margin"] > 0)
    refuted = data["verdict"] == REFUTED
    above = data.loc[refuted & beyond, "claim_id"]
    differs = data["verdict"] != data["strict_verdict"]
    settled = (data["verdict"] == SUPPORTED) & (data["scale"] == "digits")
    stronger = (data["verdict"] == EXISTS) & (data["strict_verdict"] == SUPPORTED)
    return {
        "overview-unit": number(NO_MARGIN_UNIT),
        "overview-clip": number(CLIP, 0),
        "overview-clipped": number(int(data["clipped"].sum()), 0),
        "overview-refuted": number(int(refuted.sum()), 0),
        "overview-refuted-above": number(len(above), 0),
        "overview-refuted-names": _in_brackets(above),
        "n-identity-supported": number(int((settled & (data["origin"] != "ours")).sum()), 0),
        "overview-strict-differs": number(int(differs.sum()), 0),
        "overview-strict-stronger": number(int(stronger.sum()), 0),
        "overview-claims": number(len(data), 0),
    }


def _in_brackets(names: pd.Series) -> Tex:
    """Name claims, after a space; nothing where there are none."""
    listed = ", ".join(rf"\textsf{{{escape(name)}}}" for name in names)
    return Tex(f" ({listed})" if listed else "")
