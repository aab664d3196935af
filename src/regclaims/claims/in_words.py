"""A claim's rule and sources in words, for a terminal."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator

from regclaims.config.claims import BARS, Arm, Claim, Filter, Level, Part, Rule

FILTERS: dict[Filter, str] = {
    "correlated": "columns are correlated",
    "high-dimensional": "p > n",
    "low-dimensional": "p is at most n/5",
    "twins": "columns come in pairs",
    "without-twins": "columns do not come in pairs",
    "some-irrelevant": "some columns are irrelevant",
    "not-all-alike": "some columns matter more than others",
    "not-by-counting": "p < 2n, so that counting alone makes no zeros",
    "off-peak": "p is not near n, where least squares has its peak",
}
"""Which cells a filter keeps."""


def places_in_words(claim: Claim) -> str:
    """Tell where the articles say it."""
    places = [
        f"{source.article} {source.section}"
        + (f", sentence {source.sentence}" if source.sentence else "")
        for source in claim.sources
    ]
    return "; ".join(places) or "in no article: a claim of ours"


def rule_in_words(
    rule: Rule, named: Callable[[Arm, str], str] | None = None
) -> Iterator[tuple[str, str]]:
    """Tell when a claim is supported: the share of cells, the parts, and which cells vote.

    Parameters
    ----------
    rule : Rule
    named : callable, optional
        Names an arm with its metric; as tables do, if it is not given.

    Yields
    ------
    (str, str)
        A heading, which may be empty, and a line.
    """
    arm = named or _arm
    share, wanted = BARS[rule.bar], "all of" if rule.combine == "and" else "one of"
    what = f"{wanted} these" if len(rule.parts) > 1 else "this"
    if rule.bar == "rarely":
        yield (
            "Rule",
            f"Over all fits together this may happen in {100 * (share or 0):.0f} % at most:",
        )
    elif share is None:
        yield "Rule", f"In one cell at least, beyond error, {what} must hold:"
    else:
        yield "Rule", f"In at least {100 * share:.0f} % of the cells {what} must hold:"
    for part in rule.parts:
        line = arm(part, part.metric) if rule.bar == "rarely" else _part(part, arm)
        yield "", f"- {line}"
    votes = [
        *(FILTERS[name] for name in rule.filters),
        *(["something can be won"] if rule.informative else []),
    ]
    yield "Voting", f"cells where: {'; '.join(votes)}" if votes else "all cells"


def not_a_claim(name: str, claims: Collection[str]) -> str:
    """Say that there is no such claim, and which ones were perhaps meant."""
    near = difflib.get_close_matches(name, claims, n=3, cutoff=0.5)
    near = near or [claim for claim in claims if name.lower() in claim]
    if near:
        return f"is not a claim; did you mean {' or '.join(near)}?"
    return f"is not a claim; the claims are {', '.join(claims) or 'none'}"


def _part(part: Part, arm: Callable[[Arm, str], str]) -> str:
    first = arm(part, part.metric)
    where = "".join(f"; where {name} is {_levels(level)}" for name, level in part.where.items())
    if part.scale == "digits":
        return f"{first} is at most {part.versus:g}, every time{where}"
    if isinstance(part.versus, Arm):
        second = arm(part.versus, part.versus_metric or part.metric)
    else:
        second = f"{part.versus:g}"
    if part.direction == "below":
        first, second = second, first
    effect = f"log of {first} over {second}"
    if part.scale == "difference":
        effect = first if second == "0" else f"{first} less {second}"
    if part.allowance:
        effect += f", plus {part.allowance:g},"
    if part.less_mean_of:
        effect += f", less its mean over cells where {FILTERS[part.less_mean_of]},"
    nulls = "; null fits are left out" if part.non_null else ""
    if part.conditional:
        nulls += "; of replicates in which it is defined"
    return f"{effect} is above {part.margin:g}{nulls}{where}"


def _levels(level: Level | list[Level]) -> str:
    return " or ".join(map(str, level)) if isinstance(level, list) else str(level)


def _arm(arm: Arm, metric: str) -> str:
    return f"{metric} of {arm.method} ({arm.tuning})"
