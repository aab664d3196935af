"""The front of the README: one figure and five findings, from the published verdicts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from regclaims.claims.decide import BOUNDARY, EXISTS, NOT_TESTABLE
from regclaims.errors import InputError, Problem

BEGIN = "<!-- findings: `regclaims publish` writes what stands between these lines -->"
END = "<!-- end of findings -->"

FIGURE = "figures/risk-by-factor"
"""The figure shown, by its files in a folder of results."""

PICTURE = "docs/risk.png"
"""Where the README finds its picture."""


HALF = 0.5
"""What `l1-most-zero` compares with; a test holds it against the claim's rule."""


@dataclass(frozen=True)
class Finding:
    """How the effect of a claim is told in plain words.

    Attributes
    ----------
    words : str
        With a place for the number and its interval.
    number : callable
        From an effect in `results/verdicts.csv`, and the claim's bar, to the scale of the words.
    percent : bool
        Whether the words speak of a share.
    """

    words: str
    number: Callable[[float, str], float]
    percent: bool = False


FINDINGS: Mapping[str, Finding] = {
    "l1-exact-zeros": Finding(
        "{} of tuned lasso fits that keep something have a coefficient that is exactly zero",
        lambda effect, _: effect,
        percent=True,
    ),
    "l2-no-zeros": Finding(
        "{} of tuned ridge fits have one", lambda effect, bar: float(bar) - effect, percent=True
    ),
    "l1-most-zero": Finding(
        "on average {} of the lasso's coefficients are zero, where counting alone does not settle "
        "it",
        lambda effect, _: HALF + effect,
        percent=True,
    ),
    "l2-for-multicollinear-l1": Finding(
        "with correlated columns the lasso's risk is {} times ridge's",
        lambda effect, _: math.exp(effect),
    ),
    "l2-groups-twins": Finding(
        "within pairs of correlated columns the lasso's coefficients differ {} times as much as "
        "ridge's",
        lambda effect, _: math.exp(effect),
    ),
}
"""The five that are shown, whatever came out: one for each thing that every article says (L1 gives
zeros, L2 does not, L1 gives many, L2 is for collinear columns, L2 keeps them together), with a rule
of one part, so that its effect has one unit. The list is part of the code, and fixed before the
published seed is run."""


def front(published: Path) -> str:
    """Write the block of the README, markers included.

    Parameters
    ----------
    published : Path
        The folder of the published run.

    Returns
    -------
    str
        Markdown; ends without a line feed.

    Raises
    ------
    InputError
        If the published run lacks one of the claims.
    """
    file = published / "verdicts.csv"
    rows = {row["claim_id"]: row for _, row in pd.read_csv(file).iterrows()}
    missing = [name for name in FINDINGS if name not in rows]
    if missing:
        raise InputError([Problem(str(file), name, "has no row") for name in missing])
    lines = [_line(name, rows[name]) for name in FINDINGS]
    risk = pd.read_csv(published / f"{FIGURE}.csv")
    picture = (
        "![Relative risk of lasso, relaxed and adaptive lasso and Elastic Net as a multiple of "
        f"ridge's, by level of each factor]({PICTURE})"
    )
    return "\n\n".join([BEGIN, picture, _caption(risk), "\n".join(lines), END])


def insert(readme: str, block: str, file: str) -> str:
    """Put the block between its markers.

    Raises
    ------
    InputError
        If the text does not have both markers once, in their order.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in after or END in after:
        message = f"must have the lines {BEGIN!r} and {END!r} once each, in this order"
        raise InputError([Problem(file, "", message)])
    return before + block + after


def _line(name: str, verdict: pd.Series) -> str:
    word = str(verdict["verdict"])
    word = "supported, as it asks for one case" if word == EXISTS else word
    where = f": {verdict['region']}" if word == BOUNDARY else ""
    head = f"- *{verdict['statement']}* **{word[0].upper()}{word[1:]}{where}.**"
    if verdict["verdict"] == NOT_TESTABLE:
        return head
    finding = FINDINGS[name]
    told = finding.words.format(_number(finding, verdict))
    return f"{head} {told[0].upper()}{told[1:]} (`{name}`)."


def _number(finding: Finding, verdict: pd.Series) -> str:
    """Write the effect and its interval on the finding's own scale, ends in their order."""
    columns = ("effect", "ci_low", "ci_high")
    middle, *ends = (
        finding.number(float(verdict[column]), str(verdict["bar"])) for column in columns
    )
    ends.sort()
    if finding.percent:
        middle, *ends = (100 * value for value in (middle, *ends))
        return f"{_plain(middle)} % (95 % interval {_plain(ends[0])} to {_plain(ends[1])})"
    return f"{_plain(middle)} (95 % interval {_plain(ends[0])} to {_plain(ends[1])})"


def _plain(value: float) -> str:
    """Three digits, or two decimals; zero without a sign."""
    text = f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return text.lstrip("-") if float(text) == 0 else text


def _caption(risk: pd.DataFrame) -> str:
    """Tell the lasso against ridge where the truth is sparsest and where it is densest."""
    rows = risk[(risk["factor"] == "density") & (risk["method"] == "lasso")]
    told = [
        f"where {100 * float(row['level']):g} % of the columns matter the lasso's risk is "
        f"{_plain(row['ratio'])} times ridge's (95 % interval "
        f"{_plain(row['ratio'] * math.exp(-1.96 * row['se']))} to "
        f"{_plain(row['ratio'] * math.exp(1.96 * row['se']))})"
        for _, row in rows.iloc[[0, -1]].iterrows()
    ]
    text = "; ".join(told)
    return f"*{text[0].upper()}{text[1:]}. Tuned by validation; intervals are over cells.*"
