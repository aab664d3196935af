"""Take every claim to court: contrasts, votes, verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regclaims.claims.boundary import Boundary, find_boundary
from regclaims.claims.combine import combine
from regclaims.claims.decide import (
    BOUNDARY,
    EXISTS,
    INCONCLUSIVE,
    NOT_TESTABLE,
    REFUTED,
    Decision,
    decide,
)
from regclaims.claims.design import design_dependent, levels_of
from regclaims.claims.findings import Evidence, Findings, find, halved_parts, parts_of, votes
from regclaims.config.claims import REAL, WITHOUT_SHARE
from regclaims.evidence.judging import HOLDS
from regclaims.keys import digest

__all__ = ["COLUMNS", "Court", "Evidence", "Findings", "find", "parts_of", "take_verdicts"]

UNDECIDED = (REFUTED, INCONCLUSIVE)
"""Verdicts before which a boundary is looked for."""

COLUMNS = [
    "claim_id",
    "group",
    "statement",
    "sources",
    "origin",
    "verdict",
    "effect",
    "ci_low",
    "ci_high",
    "mcse",
    "bar",
    "share_holds",
    "share_negligible",
    "share_reversed",
    "share_open",
    "cells",
    "replicates",
    "moderator",
    "region",
    "robustness",
    "design_dependent",
    "registered",
    "controls_ok",
    "registry_hash",
]
"""Columns of `results/verdicts.csv`.

``moderator`` and ``region`` are there where a boundary is; ``design_dependent`` where there is a
design and a share. ``robustness`` and ``controls_ok`` are filled in by `claims.robustness` and
`claims.controls`.
"""

RULE_FIELDS = (
    "unit",
    "kind",
    "cause",
    "theorem",
    "origin",
    "rule",
    "strict_rule",
    "real_rule",
    "moderators",
)
"""What a claim's hash covers: all that decides it, none of its wording."""


@dataclass(frozen=True)
class Court:
    """Verdicts of one reading of all claims.

    Attributes
    ----------
    verdicts : DataFrame
        `COLUMNS`, in the registry's order.
    contrasts : DataFrame
        One row per claim, part and cell, voting or not: what `contrast` found, and ``why_not``.
    details : DataFrame
        Per claim: both p-values of the test, the deciding part, its margin and how it was combined
        with others, and how many cells did not vote.
    """

    verdicts: pd.DataFrame
    contrasts: pd.DataFrame
    details: pd.DataFrame


def registry_hash(claim: Mapping[str, Any]) -> str:
    """Hash what decides a claim; the wording of its texts does not count."""
    return digest({name: claim[name] for name in RULE_FIELDS})


def take_verdicts(
    registry: Mapping[str, Mapping[str, Any]],
    bars: Mapping[str, float | None],
    population: pd.DataFrame,
    findings: Findings,
    reading: str,
    dependent: bool = False,
    standing: bool = True,
) -> Court:
    """Decide every claim in one of its readings.

    Parameters
    ----------
    registry : mapping
        As for `find`.
    bars : mapping
        Share of cells by wording.
    population : DataFrame
        Cells and their moderators, indexed by ``cell_id``.
    findings : Findings
        What `find` found for the same registry.
    reading : {"charitable", "strict"}
    dependent : bool
        Cells may depend on one another, as those that share a real table do.
    standing : bool
        Whether it is looked at how a verdict hangs on the design.

    Returns
    -------
    Court
    """
    verdicts, details, contrasts = [], [], []
    levels = levels_of(population) if standing else None
    for name, claim in registry.items():
        rule = claim["rule" if reading == "charitable" else "strict_rule"]
        bar = bars[rule["bar"]]
        parts = votes(rule, population, findings, findings.contrasts)
        voting = _voting(parts)
        decision = decide(voting, rule, bar, dependent or claim["kind"] == REAL)
        boundary = None
        if decision.verdict in UNDECIDED and reading == "charitable" and not dependent:
            boundary = _boundary(claim, rule, bar, population, findings)
        verdicts.append(
            _row(name, claim, decision, bar, boundary)
            | {"design_dependent": _design(claim, rule, voting, levels, bar)}
        )
        details.append(_detail(name, rule, decision, boundary, combine(parts, rule["combine"])))
        contrasts += [
            part.reset_index().assign(claim_id=name, reading=reading, part=i)
            for i, part in enumerate(parts)
        ]
    return Court(pd.DataFrame(verdicts)[COLUMNS], pd.concat(contrasts), pd.DataFrame(details))


def _voting(parts: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    return [part[part["why_not"] == ""] for part in parts]


def _boundary(
    claim: Mapping[str, Any],
    rule: Mapping[str, Any],
    bar: float | None,
    population: pd.DataFrame,
    findings: Findings,
) -> Boundary | None:
    """Look for where a claim flips that is not supported as it stands."""
    if not any(True for _ in halved_parts(claim)):
        return None
    halves = [_voting(votes(rule, population, findings, half)) for half in findings.halves]
    return find_boundary(halves, rule, bar, claim["moderators"], population)


def _design(
    claim: Mapping[str, Any],
    rule: Mapping[str, Any],
    voting: Sequence[pd.DataFrame],
    levels: pd.DataFrame | None,
    bar: float | None,
) -> bool | None:
    """Whether the verdict hangs on how often levels stand in the design; None without a design."""
    if levels is None or claim["kind"] != "population" or rule["bar"] in WITHOUT_SHARE:
        return None
    return design_dependent(combine(voting, rule["combine"]), levels, bar)


def _row(
    name: str,
    claim: Mapping[str, Any],
    decision: Decision,
    bar: float | None,
    boundary: Boundary | None,
) -> dict[str, Any]:
    decided = decision.verdict != NOT_TESTABLE
    places = [_place(source) for source in claim["sources"]]
    return {
        "claim_id": name,
        "group": claim["group"],
        "statement": claim["statement"],
        "sources": "; ".join(places),
        "origin": claim["origin"],
        "verdict": BOUNDARY if boundary else decision.verdict,
        "effect": decision.effect if decided else None,
        "ci_low": decision.ci_low,
        "ci_high": decision.ci_high,
        "mcse": decision.mcse,
        "bar": "existence" if bar is None else bar,
        **{f"share_{state}": share for state, share in decision.shares.items()},
        "cells": decision.cells,
        "replicates": decision.replicates,
        "moderator": boundary.moderator if boundary else None,
        "region": boundary.region if boundary else None,
        "robustness": None,
        "design_dependent": None,
        "registered": False,
        "controls_ok": None,
        "registry_hash": registry_hash(claim),
    }


def _place(source: Mapping[str, Any]) -> str:
    sentence = f" s{source['sentence']}" if source["sentence"] else ""
    return f"{source['article']} {source['section']}{sentence}"


def _detail(
    name: str,
    rule: Mapping[str, Any],
    decision: Decision,
    boundary: Boundary | None,
    cells: pd.DataFrame,
) -> dict[str, Any]:
    """Describe a decision; `cells` are all that have the rule's arms, voting or not."""
    return {
        "claim_id": name,
        "verdict": BOUNDARY if boundary else decision.verdict,
        "without_boundary": decision.verdict,
        "p_supported": decision.p_supported,
        "p_refuted": decision.p_refuted,
        "part": decision.part,
        "margin": rule["parts"][decision.part]["margin"],
        "scale": rule["parts"][decision.part]["scale"],
        "combine": rule["combine"],
        "cells_not_voting": len(cells) - decision.cells,
        "share_holds_all_cells": float((cells["state"] == HOLDS).mean()),
        "existence": decision.verdict == EXISTS,
        "p_boundary": boundary.p_found if boundary else None,
        "p_confirmed": boundary.p_confirmed if boundary else None,
    }
