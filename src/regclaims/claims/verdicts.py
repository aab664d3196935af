"""Take every claim to court: contrasts, votes, verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from regclaims.claims.combine import combine
from regclaims.claims.decide import EXISTS, NOT_TESTABLE, Decision, decide
from regclaims.claims.interaction import less_mean_elsewhere
from regclaims.claims.real import DataSet, on_data_set
from regclaims.claims.voting import FILTERS, at_grid_end, informative_cells, reasons
from regclaims.config.claims import REAL
from regclaims.evidence.contrasts import contrast
from regclaims.evidence.judging import HOLDS, CellContrast
from regclaims.keys import digest

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

Empty by design until the procedures that fill them exist: ``moderator``, ``region``,
``robustness``, ``design_dependent``, ``controls_ok``.
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
class Evidence:
    """The tables that verdicts are taken from.

    Attributes
    ----------
    cells : DataFrame
        Means by cell, of which the shares of optima at a grid's end are looked at.
    fits : iterable of DataFrame
        Replicates of the synthetic study, some cells at a time: all rows of a cell stand together.
    tables : dict
        Other tables by the name that a part calls its evidence: ``stability``, jackknifed, and the
        mechanism experiments.
    max_at_end : float
        Share of a cell's optima that may lie at the end of the grid: the study's own.
    real : dict
        Data sets that decide claims about real data, by name.
    """

    cells: pd.DataFrame
    fits: Iterable[pd.DataFrame]
    tables: Mapping[str, pd.DataFrame]
    max_at_end: float
    real: Mapping[str, DataSet] = field(default_factory=dict)


@dataclass(frozen=True)
class Findings:
    """What the evidence says, before any claim asks: contrasts by part, and which cells can vote.

    Attributes
    ----------
    contrasts : dict
        Tables as from `contrast`, by the digest of a part.
    informative : Series of bool
        By cell.
    at_end : dict
        Cells with too many optima at a grid's end, by method and tuning.
    """

    contrasts: Mapping[str, pd.DataFrame]
    informative: pd.Series
    at_end: Mapping[tuple[str, str], set[str]]


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
        Per claim: both p-values of the test, the deciding part, and how many cells did not vote.
    """

    verdicts: pd.DataFrame
    contrasts: pd.DataFrame
    details: pd.DataFrame


def registry_hash(claim: Mapping[str, Any]) -> str:
    """Hash what decides a claim; the wording of its texts does not count."""
    return digest({name: claim[name] for name in RULE_FIELDS})


def find(registry: Mapping[str, Mapping[str, Any]], evidence: Evidence) -> Findings:
    """Contrast every part of every rule in every cell; the fits are gone through once.

    Parameters
    ----------
    registry : mapping
        By claim id: a `config.claims.Claim` as plain data, with its ``group``.
    evidence : Evidence
    """
    parts = {digest(part): part for claim in registry.values() for part in parts_of(claim)}
    tables: dict[str, list[pd.DataFrame]] = {key: [] for key in parts}
    informative = []
    for fits in evidence.fits:
        informative.append(informative_cells(fits))
        for key, part in parts.items():
            if part["evidence"] == "fits":
                tables[key].append(contrast(fits, part))
    for key, part in parts.items():
        if part["evidence"] == REAL:
            unsaturated = [each for each in evidence.real.values() if not each.saturated]
            tables[key] += [on_data_set(part, data_set) for data_set in unsaturated]
        elif part["evidence"] != "fits":
            tables[key].append(contrast(evidence.tables[part["evidence"]], part))
    return Findings(
        {key: pd.concat(found) if found else _none() for key, found in tables.items()},
        pd.concat(informative),
        at_grid_end(evidence.cells, evidence.max_at_end),
    )


def _none() -> pd.DataFrame:
    """Return contrasts of no cell."""
    return pd.DataFrame(columns=list(CellContrast.__annotations__)).rename_axis("cell_id")


def parts_of(claim: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """List the parts of both readings of a claim."""
    for rule in ("rule", "strict_rule"):
        yield from claim[rule]["parts"]


def take_verdicts(
    registry: Mapping[str, Mapping[str, Any]],
    bars: Mapping[str, float | None],
    population: pd.DataFrame,
    findings: Findings,
    reading: str,
    dependent: bool = False,
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

    Returns
    -------
    Court
    """
    verdicts, details, contrasts = [], [], []
    for name, claim in registry.items():
        rule = claim["rule" if reading == "charitable" else "strict_rule"]
        parts = _parts(rule, population, findings)
        voting = [part[part["why_not"] == ""] for part in parts]
        shared = dependent or claim["kind"] == REAL
        decision = decide(voting, rule, bars[rule["bar"]], shared)
        verdicts.append(_row(name, claim, decision, bars[rule["bar"]]))
        details.append(_detail(name, decision, combine(parts, rule["combine"])))
        contrasts += [
            part.reset_index().assign(claim_id=name, reading=reading, part=i)
            for i, part in enumerate(parts)
        ]
    return Court(pd.DataFrame(verdicts)[COLUMNS], pd.concat(contrasts), pd.DataFrame(details))


def _parts(
    rule: Mapping[str, Any], population: pd.DataFrame, findings: Findings
) -> list[pd.DataFrame]:
    """Contrast every part, and mark the cells that do not vote."""
    informative = findings.informative if rule["informative"] else None
    why = reasons(population, rule["filters"], informative)
    ends = [findings.at_end.get(arm, set()) for part in rule["parts"] for arm in _arms(part)]
    why[why.index.isin(set().union(*ends))] = "at the grid's end"
    parts = []
    for part in rule["parts"]:
        table = findings.contrasts[digest(part)]
        if part.get("less_mean_of"):
            elsewhere = FILTERS[part["less_mean_of"]](population)
            table = less_mean_elsewhere(table, elsewhere, part["margin"])
        # Cells of a mechanism experiment are not in the population; all of them vote.
        parts.append(table.assign(why_not=why.reindex(table.index).fillna("")))
    return parts


def _arms(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield part["method"], part["tuning"]
    if isinstance(part["versus"], Mapping):
        yield part["versus"]["method"], part["versus"]["tuning"]


def _row(
    name: str, claim: Mapping[str, Any], decision: Decision, bar: float | None
) -> dict[str, Any]:
    decided = decision.verdict != NOT_TESTABLE
    places = [_place(source) for source in claim["sources"]]
    return {
        "claim_id": name,
        "group": claim["group"],
        "statement": claim["statement"],
        "sources": "; ".join(places),
        "origin": claim["origin"],
        "verdict": decision.verdict,
        "effect": decision.effect if decided else None,
        "ci_low": decision.ci_low,
        "ci_high": decision.ci_high,
        "mcse": decision.mcse,
        "bar": "existence" if bar is None else bar,
        **{f"share_{state}": share for state, share in decision.shares.items()},
        "cells": decision.cells,
        "replicates": decision.replicates,
        "moderator": None,
        "region": None,
        "robustness": None,
        "design_dependent": None,
        "registered": False,
        "controls_ok": None,
        "registry_hash": registry_hash(claim),
    }


def _place(source: Mapping[str, Any]) -> str:
    sentence = f" s{source['sentence']}" if source["sentence"] else ""
    return f"{source['article']} {source['section']}{sentence}"


def _detail(name: str, decision: Decision, cells: pd.DataFrame) -> dict[str, Any]:
    """Describe a decision; `cells` are all that have the rule's arms, voting or not."""
    return {
        "claim_id": name,
        "verdict": decision.verdict,
        "p_supported": decision.p_supported,
        "p_refuted": decision.p_refuted,
        "part": decision.part,
        "cells_not_voting": len(cells) - decision.cells,
        "share_holds_all_cells": float((cells["state"] == HOLDS).mean()),
        "existence": decision.verdict == EXISTS,
    }
