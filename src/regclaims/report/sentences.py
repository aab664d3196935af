"""A sentence for each verdict, built from its numbers and never stronger than its rule."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any

from regclaims.claims.wording import where
from regclaims.report.tex import Tex, escape, interval, number, percent

SMALLEST_P = 0.0001

WORDS = {
    "holds": "of them hold",
    "negligible": "are negligible",
    "reversed": "are reversed",
    "open": "are open",
}
"""Of a share of cells, by their state."""


def verdict_sentence(
    verdict: Mapping[Hashable, Any],
    decision: Mapping[Hashable, Any],
    margin: float | None,
    fits: int = 0,
) -> Tex:
    """Say in TeX what was decided, and from which numbers.

    Parameters
    ----------
    verdict : mapping
        A row of `results/verdicts.csv`.
    decision : mapping
        The claim's row of `results/decisions.csv`.
    margin : float or None
        delta of the deciding part; None for a claim worded ``rarely``, which is decided by the
        share of fits with the event.
    fits : int
        Fits that were looked at, for a claim worded ``rarely``.

    Returns
    -------
    Tex
    """
    if verdict["verdict"] == "not testable":
        return Tex(f"{in_short(verdict, rarely=False)}.")
    rarely = margin is None
    opening = _opening(verdict, decision, rarely=rarely)
    if margin is None:
        return Tex(f"{opening} {_rate(verdict, fits)}")
    return Tex(f"{opening} {_effect(verdict, margin)} {_shares(verdict)}")


def standing(verdict: Mapping[Hashable, Any]) -> Tex:
    """Say how a verdict stands: alternatives that agree, the design, a rule that was changed."""
    words = []
    if verdict["robustness"] == verdict["robustness"]:  # not missing
        # No alternative looks for a boundary.
        on = " on what it is without one" if verdict["verdict"] == "boundary" else ""
        words.append(f"{percent(verdict['robustness'])} of the registered alternatives agree{on}.")
    if str(verdict["design_dependent"]) == "True":
        words.append("To count one level of the design twice changes the verdict.")
    if verdict["registered"] == "deviation":
        words.append(r"Its rule departs from the registered one (Section~\ref{sec:deviations}).")
    return Tex(" ".join(words))


def bar_text(bar: object) -> Tex:
    """Name the bar of a claim: a share of cells, or existence."""
    return Tex("one cell") if bar == "existence" else percent(float(str(bar)))


def region_text(region: object) -> Tex:
    """Write where a claim with a boundary holds and where it does not."""
    signs = {"<=": "\N{LESS-THAN OR EQUAL TO}", ">=": "\N{GREATER-THAN OR EQUAL TO}"}
    return escape(re.sub("<=|>=", lambda found: signs[found[0]], str(region)))


def p_value(p: float) -> Tex:
    """Write a p-value as ``p = .012``, or as a bound where it is tiny."""
    if p < SMALLEST_P:
        return Tex(rf"$p<{SMALLEST_P}$")
    return Tex(rf"$p={p:.4f}$")


def in_short(verdict: Mapping[Hashable, Any], *, rarely: bool) -> Tex:
    """Say what was decided in a few words that claim no more than the rule does.

    Parameters
    ----------
    verdict : mapping
        A row of `results/verdicts.csv`.
    rarely : bool
        The claim counts fits with an event, not cells.
    """
    bar = bar_text(verdict["bar"]) if verdict["verdict"] != "not testable" else ""
    match str(verdict["verdict"]):
        case "supported" if rarely:
            return Tex("Supported: the event is as rare as the wording says")
        case "refuted" if rarely:
            return Tex("Refuted: the event is more frequent than the wording says")
        case "supported" if verdict["bar"] != "existence" and float(verdict["bar"]) == 1:
            return Tex("Supported: the claim holds in all cells")
        case "supported":
            return Tex(f"Supported: the claim holds in at least {bar} of the cells")
        case "supported (existence)":
            return Tex("Supported as an existence claim: it holds in some cell")
        case "boundary":
            return Tex(f"Boundary: it {region_text(where(verdict['region']))}")
        case "refuted" if verdict["bar"] == "existence":
            return Tex("Refuted: it holds in no cell")
        case "refuted" if float(verdict["bar"]) == 1:
            return Tex("Refuted: the claim does not hold in all cells")
        case "refuted":
            return Tex(f"Refuted: the claim holds in fewer than {bar} of the cells")
        case "inconclusive":
            return Tex("Inconclusive")
        case "not testable":
            return Tex("Not testable: no cell of this study meets the claim's condition")
    raise ValueError(f"unknown verdict {verdict['verdict']!r}")


def _opening(
    verdict: Mapping[Hashable, Any], decision: Mapping[Hashable, Any], *, rarely: bool
) -> Tex:
    """Say what was decided, with its p-values."""
    said = in_short(verdict, rarely=rarely)
    against = p_value(float(decision["p_supported"]))
    mirror = p_value(float(decision["p_refuted"]))
    match str(verdict["verdict"]):
        case "boundary":
            found, confirmed = (
                p_value(float(decision[name])) for name in ("p_boundary", "p_confirmed")
            )
            return Tex(f"{said} (found with {found}, confirmed with {confirmed}).")
        case "inconclusive":
            return Tex(f"{said}: neither the test ({against}) nor its mirror ({mirror}) decides.")
        case "refuted":
            return Tex(f"{said} ({mirror}).")
    return Tex(f"{said} ({against}).")


def _rate(verdict: Mapping[Hashable, Any], fits: int) -> Tex:
    """Turn "bar less rate" back into the rate."""
    bar = float(verdict["bar"])
    rate, low, high = (bar - float(verdict[name]) for name in ("effect", "ci_high", "ci_low"))
    ends = interval(100 * low, 100 * high)
    return Tex(f"It happened in {percent(rate, 2)} {ends} of {number(fits, 0)} fits.")


def _effect(verdict: Mapping[Hashable, Any], margin: float) -> Tex:
    ends = interval(verdict["ci_low"], verdict["ci_high"])
    return Tex(
        f"Over {number(verdict['cells'], 0)} voting cells the mean effect is "
        f"{number(verdict['effect'])} {ends} against a margin of {number(margin)};"
    )


def _shares(verdict: Mapping[Hashable, Any]) -> Tex:
    """Say how many cells are in each state; a state of no cell is left out."""
    states = ("holds", "negligible", "reversed", "open")
    shares = {state: verdict[f"share_{state}"] for state in states}
    *first, last = (f"{percent(share)} {WORDS[state]}" for state, share in shares.items() if share)
    return Tex((f"{', '.join(first)} and {last}" if first else last) + ".")
