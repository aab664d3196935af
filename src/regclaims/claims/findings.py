"""What the evidence says before any claim asks: contrasts by part, and which cells can vote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from regclaims.claims.interaction import less_mean_elsewhere
from regclaims.claims.real import DataSet, on_data_set
from regclaims.claims.voting import FILTERS, at_grid_end, informative_cells, reasons
from regclaims.config.claims import REAL
from regclaims.evidence.contrasts import Arms, contrast
from regclaims.evidence.judging import CellContrast
from regclaims.keys import digest

HALVES = (0, 1)
"""Every other replicate: the even ones search for a boundary, the odd ones confirm it."""

Contrasts = Mapping[str, pd.DataFrame]
"""Tables as from `contrast`, by the digest of a part."""


@dataclass(frozen=True)
class Evidence:
    """The tables that verdicts are taken from.

    Attributes
    ----------
    cells : DataFrame
        Means by cell, of which the shares of optima at a grid's end are looked at; others are not
        needed.
    fits : iterable of DataFrame
        Replicates of the synthetic study, some cells at a time: all rows of a cell stand together.
    tables : dict of iterables of DataFrame
        Other tables by the name that a part calls its evidence, in pieces like the fits:
        ``stability``, jackknifed, and the mechanism experiments.
    max_at_end : float
        Share of a cell's optima that may lie at the end of the grid: the study's own.
    real : dict
        Data sets that decide claims about real data, by name.
    """

    cells: pd.DataFrame
    fits: Iterable[pd.DataFrame]
    tables: Mapping[str, Iterable[pd.DataFrame]]
    max_at_end: float
    real: Mapping[str, DataSet] = field(default_factory=dict)


@dataclass(frozen=True)
class Findings:
    """What the evidence says, before any claim asks.

    Attributes
    ----------
    contrasts : dict
        Tables as from `contrast`, by the digest of a part.
    halves : pair of dict
        The same from each half of the replicates, of parts whose claims have moderators.
    informative : Series of bool
        By cell.
    at_end : dict
        Cells with too many optima at a grid's end, by method and tuning.
    """

    contrasts: Contrasts
    halves: tuple[Contrasts, Contrasts]
    informative: pd.Series
    at_end: Mapping[tuple[str, str], set[str]]


def find(registry: Mapping[str, Mapping[str, Any]], evidence: Evidence) -> Findings:
    """Contrast every part of every rule in every cell; the fits are gone through once.

    Parameters
    ----------
    registry : mapping
        By claim id: a `config.claims.Claim` as plain data, with its ``group``.
    evidence : Evidence
    """
    parts = {digest(part): part for claim in registry.values() for part in parts_of(claim)}
    halved = {digest(part) for claim in registry.values() for part in halved_parts(claim)}
    tables: dict[tuple[str, int | None], list[pd.DataFrame]] = {}
    informative = []

    def add(table: pd.DataFrame, evidence: str) -> None:
        arms = Arms(table)
        for key, part in parts.items():
            if part["evidence"] == evidence:
                for half in (None, *(HALVES if key in halved else ())):
                    found = contrast(arms, part, half=half)
                    tables.setdefault((key, half), []).append(found)

    for fits in evidence.fits:
        informative.append(informative_cells(fits))
        add(fits, "fits")
    for name, some in evidence.tables.items():
        for table in some:
            add(table, name)
    for (key, half), pieces in tables.items():
        if parts[key]["evidence"] != "fits":
            # By cell, however many pieces they came in: batches follow the population.
            tables[key, half] = [pd.concat(pieces).sort_index()]
    for key, part in parts.items():
        if part["evidence"] == REAL:
            unsaturated = [each for each in evidence.real.values() if not each.saturated]
            found = [on_data_set(part, data_set) for data_set in unsaturated]
            tables[key, None] = [table[table["effect"].notna()] for table in found]
    whole, *halves = (
        {
            key: pd.concat(tables[key, half]) if tables.get((key, half)) else _none()
            for key in (parts if half is None else halved)
        }
        for half in (None, *HALVES)
    )
    return Findings(
        whole,
        (halves[0], halves[1]),
        pd.concat(informative),
        at_grid_end(evidence.cells, evidence.max_at_end),
    )


def halved_parts(claim: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """List the parts of a claim whose boundary is looked for: of its charitable reading."""
    if claim["kind"] == "population" and claim["moderators"]:
        yield from claim["rule"]["parts"]


def _none() -> pd.DataFrame:
    """Return contrasts of no cell."""
    return pd.DataFrame(columns=list(CellContrast.__annotations__)).rename_axis("cell_id")


def parts_of(claim: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """List the parts of both readings of a claim."""
    for rule in ("rule", "strict_rule"):
        yield from claim[rule]["parts"]


def votes(
    rule: Mapping[str, Any], population: pd.DataFrame, findings: Findings, contrasts: Contrasts
) -> list[pd.DataFrame]:
    """Return the contrasts of each part of a rule, with ``why_not`` of the cells that do not vote.

    Parameters
    ----------
    rule : mapping
        A `config.claims.Rule` as plain data.
    population : DataFrame
        Cells and their moderators, indexed by ``cell_id``.
    findings : Findings
    contrasts : dict
        Those of all replicates, or of a half of them.
    """
    informative = findings.informative if rule["informative"] else None
    why = reasons(population, rule["filters"], informative)
    ends = [findings.at_end.get(arm, set()) for part in rule["parts"] for arm in _arms(part)]
    why[why.index.isin(set().union(*ends))] = "at the grid's end"
    parts = []
    for part in rule["parts"]:
        table = contrasts[digest(part)]
        if part.get("less_mean_of"):
            elsewhere = FILTERS[part["less_mean_of"]](population)
            if informative is not None:  # where nothing can be won there is no edge to compare with
                elsewhere &= informative.reindex(elsewhere.index, fill_value=False)
            table = less_mean_elsewhere(table, elsewhere, part["margin"])
        # Cells of a mechanism experiment are not in the population; all of them vote.
        parts.append(table.assign(why_not=why.reindex(table.index).fillna("")))
    return parts


def _arms(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield part["method"], part["tuning"]
    if isinstance(part["versus"], Mapping):
        yield part["versus"]["method"], part["versus"]["tuning"]
