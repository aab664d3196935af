"""The claims in the paper: the table of verdicts, and a paragraph for each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from regclaims.config.claims import Rule
from regclaims.config.loading import Registry
from regclaims.report.sentences import bar_text, verdict_sentence
from regclaims.report.tables import method_name
from regclaims.report.tex import Column, Tex, escape, interval, longtable, number, percent

EXISTS = "supported (existence)"

METRICS = {"rr": "relative risk", "f1": "F-score", "scale_free_variance": "scale-free variance"}
"""Metrics whose names in tables are not words."""


def chip(verdict: str) -> Tex:
    """A verdict as the preamble's coloured label."""
    if verdict == EXISTS:
        return Tex(r"\RcVerdict{supported} (exists)")
    return Tex(rf"\RcVerdict{{{verdict}}}")


def verdict_table(verdicts: pd.DataFrame, strict: pd.DataFrame) -> Tex:
    """All claims: verdict, strict verdict, effect, interval and share of cells."""
    columns = [
        Column("Claim", "p", 0.2),
        Column("Verdict", "l"),
        Column("Strict", "l"),
        Column("Effect", "r"),
        Column(Tex(r"95\,\% interval"), "r"),
        Column("Bar", "r"),
        Column("Hold", "r"),
        Column("Cells", "r"),
    ]
    strictly = strict.set_index("claim_id")["verdict"]
    rows = [
        [
            Tex(rf"\hyperref[claim:{row['claim_id']}]{{{escape(row['claim_id'])}}}"),
            chip(row["verdict"]),
            escape(str(strictly[row["claim_id"]]).removesuffix(" (existence)")),
            number(row["effect"]),
            interval(row["ci_low"], row["ci_high"]),
            _bar(row["bar"]),
            percent(row["share_holds"]),
            number(row["cells"], 0),
        ]
        for _, row in verdicts.iterrows()
    ]
    caption = Tex(
        "Verdicts. The effect is the mean over the voting cells, positive where the claim is "
        "right, with its interval for Monte Carlo error; each claim's unit is in its paragraph. "
        "Bar: share of cells in which the claim must hold by its wording; for "
        r"\emph{rarely} the largest share of fits with the event, and the effect is the bar less "
        "that share. Hold: share of cells in which the interval lies above the margin."
    )
    return longtable(columns, rows, caption=caption, label="tab:verdicts")


def _bar(bar: object) -> Tex:
    return Tex("one") if bar == "existence" else bar_text(bar)


def claim_sections(
    registry: Registry,
    verdicts: pd.DataFrame,
    strict: pd.DataFrame,
    decisions: pd.DataFrame,
) -> Tex:
    """A subsection per group with a paragraph per claim.

    Parameters
    ----------
    registry : Registry
    verdicts, strict, decisions : DataFrame
        As the verdict stage writes them.

    Returns
    -------
    Tex
    """
    rows, strictly = _by_claim(verdicts), _by_claim(strict)
    decided = _by_claim(decisions[decisions["reading"] == "charitable"])
    groups = sorted(registry.groups.values(), key=lambda group: group.order)
    lines = []
    for group in groups:
        lines.append(rf"\subsection{{{escape(group.title)}}}")
        for name, claim in group.claims.items():
            rarely = claim.rule.bar == "rarely"
            margin = None if rarely else claim.rule.parts[int(decided[name]["part"])].margin
            sentence = verdict_sentence(rows[name], decided[name], margin)
            strict_sentence = _strict(claim.strict_reading, strictly[name])
            lines.append(_paragraph(name, claim.model_dump(), rows[name]))
            shown = _shown(claim.rule, int(decided[name]["part"]))
            lines.append(" ".join([sentence, shown, _not_voting(decided[name]), strict_sentence]))
    return Tex("\n\n".join(line for line in lines if line) + "\n")


def _by_claim(table: pd.DataFrame) -> dict[str, dict[Hashable, Any]]:
    return {str(row["claim_id"]): row for row in table.to_dict("records")}


def _paragraph(name: str, claim: Mapping[str, Any], verdict: Mapping[Hashable, Any]) -> Tex:
    return Tex(
        rf"\RcClaim{{{name}}}{{{escape(name)}}}{{{escape(claim['statement'])}}}"
        rf"{{{chip(str(verdict['verdict']))}}} "
        rf"\emph{{Where:}} {escape(verdict['sources'])}. "
        rf"\emph{{Reading:}} {escape(claim['reading'])} "
        rf"\emph{{Effect:}} {escape(claim['estimand'])}. "
        rf"\emph{{Data:}} {escape(claim['data_budget'])}."
    )


def _strict(reading: str, verdict: Mapping[Hashable, Any]) -> Tex:
    return Tex(
        rf"\emph{{Strict reading:}} {escape(reading)} "
        rf"It is {escape(_as_adjective(str(verdict['verdict'])))}."
    )


def _as_adjective(verdict: str) -> str:
    return "supported as an existence claim" if verdict == EXISTS else verdict


def _shown(rule: Rule, deciding: int) -> Tex:
    """Name the contrast whose effect is reported, where there are several."""
    if len(rule.parts) == 1:
        return Tex("")
    part = rule.parts[deciding]
    which = "weakest, as all must hold" if rule.combine == "and" else "strongest, as one will do"
    metric = METRICS.get(part.metric, part.metric.replace("_", " "))
    arm = f"{metric} of {method_name(part.method)} ({part.tuning})"
    return Tex(f"The effect is that of the contrast that is {which}: {escape(arm)}.")


def _not_voting(decision: Mapping[Hashable, Any]) -> Tex:
    count = int(decision["cells_not_voting"])
    if count == 0:
        return Tex("")
    cells = "cell was" if count == 1 else "cells were"
    return Tex(
        f"{number(count, 0)} further {cells} tried the same way but do not vote, for want of the "
        f"claim's condition or because there is nothing to win; with them "
        f"{percent(decision['share_holds_all_cells'])} hold."
    )
