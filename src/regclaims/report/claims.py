"""The claims in the paper: the table of verdicts, and a paragraph for each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from regclaims.config.claims import Claim, Rule
from regclaims.config.loading import Registry
from regclaims.figures.of_claims import MAPS, figures_of
from regclaims.report.precision import contrast_name
from regclaims.report.sentences import bar_text, standing, verdict_sentence
from regclaims.report.tex import Column, Tex, escape, interval, longtable, number, percent

EXISTS = "supported (existence)"


WHY = {
    "not twins": "no columns in pairs",
    "not without-twins": "columns in pairs",
    "not some-irrelevant": "all columns are relevant",
    "not not-all-alike": "all columns matter alike",
    "not not-by-counting": "zeros by counting",
    "not off-peak": "at the peak of least squares",
    "at the grid's end": "optima at the end of the grid",
}
"""Why a cell does not vote, where the reason's own name is not plain."""


def chip(verdict: str) -> Tex:
    """A verdict as the preamble's coloured label."""
    if verdict == EXISTS:
        return Tex(r"\RcVerdict{supported} (exists)")
    return Tex(rf"\RcVerdict{{{verdict}}}")


def verdict_table(verdicts: pd.DataFrame, strict: pd.DataFrame) -> Tex:
    """All claims: verdict, strict verdict, effect, interval and share of cells."""
    columns = [
        Column("Claim", "p", 0.21),
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
    contrasts: pd.DataFrame,
    figures: Mapping[str, pd.DataFrame],
) -> Tex:
    """A subsection per group with a paragraph per claim.

    Parameters
    ----------
    registry : Registry
    verdicts, strict, decisions, contrasts : DataFrame
        As the verdict stage writes them.
    figures : mapping
        The data of each figure, by its name.

    Returns
    -------
    Tex
    """
    rows, strictly = _by_claim(verdicts), _by_claim(strict)
    decided = _by_claim(decisions[decisions["reading"] == "charitable"])
    fits, reasons = _fits(contrasts), _reasons(contrasts)
    mapped = {name: set(figures[name]["claim_id"]) for name in MAPS}
    groups = sorted(registry.groups.values(), key=lambda group: group.order)
    lines = []
    for group in groups:
        lines.append(rf"\subsection{{{escape(group.title)}}}")
        for name, claim in group.claims.items():
            rarely = claim.rule.bar == "rarely"
            margin = None if rarely else claim.rule.parts[int(decided[name]["part"])].margin
            sentences = [
                verdict_sentence(rows[name], decided[name], margin, fits.get(name, 0)),
                _shown(claim.rule, int(decided[name]["part"])),
                _not_voting(decided[name], reasons.get(name, {}), rarely=rarely),
                _strict(claim.strict_reading, strictly[name]),
                standing(rows[name]),
                _evidence(claim, [figure for figure in MAPS if name in mapped[figure]]),
            ]
            lines += [_paragraph(name, claim.model_dump(), rows[name]), " ".join(sentences)]
    return Tex("\n\n".join(line for line in lines if line) + "\n")


def _evidence(claim: Claim, maps: Sequence[str]) -> Tex:
    """Point to the figures that show a claim; where there is none its rows are the evidence."""
    shown = [rf"Figure~\ref{{fig:{figure}}}" for figure in [*figures_of(claim), *maps]]
    return Tex(rf"\emph{{Evidence:}} {', '.join(shown) or 'its rows alone'}.")


def _fits(contrasts: pd.DataFrame) -> dict[str, int]:
    """Count the fits of voting cells that a claim's first contrast looks at."""
    first = (contrasts["reading"] == "charitable") & (contrasts["part"] == 0)
    rows = contrasts[first & (contrasts["why_not"] == "")]
    counts = (rows["replicates"] - rows["undefined"]).groupby(rows["claim_id"]).sum()
    return {str(claim): int(count) for claim, count in counts.items()}


def _reasons(contrasts: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Count by claim why cells did not vote, the most frequent reason first."""
    rows = contrasts[contrasts["reading"] == "charitable"]
    parts = rows.groupby("claim_id")["part"].transform("nunique")
    # As in a verdict, a cell must have all parts.
    found = rows.groupby(["claim_id", "cell_id"])["part"].transform("nunique") == parts
    rows = rows[found & (rows["part"] == 0) & (rows["why_not"] != "")]
    return {
        str(claim): {str(why): int(n) for why, n in group["why_not"].value_counts().items()}
        for claim, group in rows.groupby("claim_id")
    }


def _by_claim(table: pd.DataFrame) -> dict[str, dict[Hashable, Any]]:
    return {str(row["claim_id"]): row for row in table.to_dict("records")}


def _paragraph(name: str, claim: Mapping[str, Any], verdict: Mapping[Hashable, Any]) -> Tex:
    return Tex(
        rf"\RcClaim{{{name}}}{{{escape(name)}}}{{{escape(claim['statement'])}}}"
        rf"{{{chip(str(verdict['verdict']))}}} "
        rf"\emph{{Where:}} {_places(verdict['sources'])}. "
        rf"\emph{{Reading:}} {escape(claim['reading'])} "
        rf"\emph{{Effect:}} {escape(claim['estimand'])}. "
        rf"\emph{{Data:}} {escape(claim['data_budget'])}."
    )


def _places(sources: object) -> Tex:
    """Where the articles say it; a claim of our own has no place."""
    return escape(sources) if isinstance(sources, str) else Tex("in no article; the claim is ours")


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
    return Tex(
        f"The effect is that of the contrast that is {which}: {escape(contrast_name(part))}."
    )


def _not_voting(decision: Mapping[Hashable, Any], why: Mapping[str, int], *, rarely: bool) -> Tex:
    """Say how many cells did not vote, and why; `why` counts reasons."""
    count = int(decision["cells_not_voting"])
    if count == 0:
        return Tex("")
    words = (
        "cell was tried the same way but does"
        if count == 1
        else ("cells were tried the same way but do")
    )
    reasons = "; ".join(f"{escape(WHY.get(name, name))}: {number(n, 0)}" for name, n in why.items())
    text = f"{number(count, 0)} further {words} not vote ({reasons})"
    if rarely:  # whose unit is the fit, and no cell holds
        return Tex(f"{text}.")
    return Tex(f"{text}; with them {percent(decision['share_holds_all_cells'])} hold.")
