"""Numbers and words as the page writes them."""

from __future__ import annotations

import math
from typing import Any

from regclaims.claims.decide import (
    BOUNDARY,
    EXISTS,
    INCONCLUSIVE,
    NOT_TESTABLE,
    REFUTED,
    SUPPORTED,
)
from regclaims.evidence.judging import HOLDS, NEGLIGIBLE, OPEN, REVERSED
from regclaims.figures.names import TUNINGS

UNDEFINED = "–"
MINUS = "\N{MINUS SIGN}"
SMALLEST_P = 0.0001

VERDICTS = {
    SUPPORTED: ("supported", "It holds in as large a share of cells as its wording asks for."),
    EXISTS: ("exists", "It says that there is a case, and there is one at least."),
    BOUNDARY: ("boundary", "It holds on one side of a boundary, and not on the other."),
    REFUTED: ("refuted", "It holds in fewer cells than its wording asks for."),
    INCONCLUSIVE: ("inconclusive", "Neither the test nor its mirror decides."),
    NOT_TESTABLE: ("untestable", "No cell of this study meets its condition."),
}
"""By verdict: the name of its look and shape, and what it means."""

STATES = {
    HOLDS: "the interval lies above the margin",
    NEGLIGIBLE: "the interval lies within the margins",
    REVERSED: "the interval lies below the margin on the other side",
    OPEN: "the interval reaches over a margin",
}
"""By state of a cell: what it means."""

SCALES = {
    "difference": "difference",
    "log-ratio": "log ratio",
    "digits": "digits to spare",
}

ALTERNATIVES = {
    "margin-halved": "margin halved",
    "margin-doubled": "margin doubled",
    "bar-tends": "bar of “tends”",
    "bar-plain": "bar of plain statements",
    "bar-nine-tenths": "bar of nine tenths",
    "zero-1e-8": "tiny counts as zero",
    "stability-index": "another index of stability",
    "registered": "the rule itself",
    **{f"tuning-{rule}": words for rule, words in TUNINGS.items()},
}
"""In words, the alternatives of `claims.robustness`; another keeps its name."""


def missing(value: Any) -> bool:
    """Whether a value of a table is not there."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def number(value: float | None, digits: int = 3) -> str:
    """Write a number with so many significant digits, a true minus, and no power of ten."""
    if value is None or math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    rounded = float(f"{value:.{digits}g}")
    decimals = 0 if rounded == 0 else max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    if decimals > 6:
        return "0"
    size = f"{abs(rounded):,.{decimals}f}"
    return f"{MINUS}{size}" if rounded < 0 and size.strip("0.,") else size


def exact(value: float) -> str:
    """Write a number that is short by itself, as a margin, a level or a tick."""
    return f"{value:.4g}".replace("-", MINUS)


def opening(words: str) -> str:
    """Begin a sentence with words that may stand within one."""
    return words[:1].upper() + words[1:]


def count(value: int, noun: str) -> str:
    """Write a count with its noun."""
    return f"{value:,} {noun}" + ("" if value == 1 else "s")


def percent(share: float | None) -> str:
    """Write a share as a percentage; one that is not quite nothing or all does not become so."""
    if share is None or math.isnan(share):
        return UNDEFINED
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 < share < 1:
        return ">99 %"
    return f"{100 * share:.0f} %"


def interval(low: float | None, high: float | None) -> str:
    """Write an interval."""
    ends = number(low), number(high)
    return UNDEFINED if UNDEFINED in ends else f"{ends[0]} to {ends[1]}"


def p_value(p: float | None) -> str:
    """Write a p-value, as a bound where it is tiny."""
    if p is None or math.isnan(p):
        return UNDEFINED
    return f"p < {SMALLEST_P:.4f}" if p < SMALLEST_P else f"p = {p:.4f}"


def alternative(name: str) -> str:
    """Name an alternative in words."""
    return ALTERNATIVES.get(name, name)
