"""A plain sentence for each verdict: one template per kind, never stronger than its rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from regclaims.claims.decide import (
    BOUNDARY,
    EXISTS,
    INCONCLUSIVE,
    NOT_TESTABLE,
    REFUTED,
    SUPPORTED,
)

NOT_REGISTERED, DEVIATES = "not registered", "deviation"


def sentence(verdict: Mapping[Any, Any], *, rarely: bool = False) -> str:
    """Say what was decided, from which numbers, and how far it carries.

    Parameters
    ----------
    verdict : mapping
        A row of `results/verdicts.csv`.
    rarely : bool
        The claim counts fits with an event, not cells.

    Raises
    ------
    ValueError
        If there is no such verdict.
    """
    parts = [_decided(verdict, rarely)]
    if verdict["verdict"] != NOT_TESTABLE:
        parts += [_effect(verdict), _robust(verdict), _design(verdict)]
    return " ".join(part for part in [*parts, _registered(verdict)] if part)


def where(region: object) -> str:
    """Say on which side of its boundary a claim clears its bar, and on which it does not.

    A bar is a share of cells: beyond the boundary too few of them hold, which need not be none.
    """
    return "clears its bar for " + str(region).replace(", not ", ", and misses it for ")


def _decided(verdict: Mapping[Any, Any], rarely: bool) -> str:
    kind, bar = str(verdict["verdict"]), verdict["bar"]
    if kind == NOT_TESTABLE:
        return "Not testable: no cell meets the condition of the claim."
    existence = bar == "existence"
    share = "" if existence else f"{100 * float(bar):.0f} %"
    every = not existence and float(bar) == 1
    cells = _count(int(verdict["cells"]), "cell")
    match kind:
        case _ if kind == SUPPORTED and rarely:
            return f"Supported: the event happens in at most {share} of the fits, in {cells}."
        case _ if kind == REFUTED and rarely:
            return f"Refuted: the event happens in more than {share} of the fits, in {cells}."
        case _ if kind == SUPPORTED:
            return f"Supported: it holds in {'all' if every else f'at least {share}'} of {cells}."
        case _ if kind == EXISTS:
            return f"Supported as an existence claim: it holds in at least one of {cells}."
        case _ if kind == BOUNDARY:
            return f"It has a boundary: it {where(verdict['region'])}, among {cells}."
        case _ if kind == REFUTED and existence:
            return f"Refuted: it holds in none of {cells}."
        case _ if kind == REFUTED and every:
            return f"Refuted: it does not hold in all of {cells}."
        case _ if kind == REFUTED:
            return f"Refuted: it holds in fewer than {share} of {cells}."
        case _ if kind == INCONCLUSIVE:
            return f"Inconclusive: {cells} do not decide it.".replace("1 cell do", "1 cell does")
    raise ValueError(f"unknown verdict {kind!r}")


def _effect(verdict: Mapping[Any, Any]) -> str:
    numbers = [_number(verdict[name]) for name in ("effect", "ci_low", "ci_high")]
    if None in numbers:
        return ""
    effect, low, high = numbers
    return f"The mean effect is {effect} (95 % interval {low} to {high})."


def _robust(verdict: Mapping[Any, Any]) -> str:
    share = _number(verdict["robustness"])
    if share is None:
        return ""
    agree = f"{100 * float(share):.0f} % of the registered alternatives agree"
    # No alternative looks for a boundary.
    return f"{agree}{' on what it is without one' if verdict['verdict'] == BOUNDARY else ''}."


def _design(verdict: Mapping[Any, Any]) -> str:
    dependent = str(verdict["design_dependent"]) == "True"
    return "To count one level of the design twice changes it." if dependent else ""


def _registered(verdict: Mapping[Any, Any]) -> str:
    return {
        NOT_REGISTERED: "Its rule was not registered before results were seen.",
        DEVIATES: "Its rule departs from the registered one.",
    }.get(str(verdict["registered"]), "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _number(value: Any) -> str | None:
    """Write a number; None where it is undefined."""
    if value is None or value == "" or math.isnan(float(value)):
        return None
    return f"{float(value):.3g}".replace("-0.000", "0")
