"""A study in seconds: planted effects in cells of a real population, decided by the real court."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from regclaims.claims.findings import Findings, parts_of
from regclaims.claims.real import real_verdicts
from regclaims.claims.record import record
from regclaims.claims.robustness import COLUMNS, alternatives, shares_that_agree
from regclaims.claims.verdicts import take_verdicts
from regclaims.config import Registry, load_registry
from regclaims.config.claims import BARS, POPULATION
from regclaims.config.coding import Coded, read_coding
from regclaims.config.study import Study
from regclaims.designs import Scenario
from regclaims.designs.cells import cells
from regclaims.evidence.judging import binomial, student
from regclaims.keys import digest
from regclaims.page.render import Run, render
from regclaims.page.view import Tables, sections

ROOT = Path(__file__).parents[2]
REPLICATES = 20
POPULATION_OF_CELLS = {
    "shapes": [[40, 8], [40, 80]],
    "correlations": ["independent", *({"kind": "ar1", "rho": rho} for rho in (0.5, 0.95))],
    "densities": [0.05, 0.5],
    "signs": ["plus", "alternating"],
    "snrs": [0.25, 1, 2, 4, 6],
}
TWINS = {
    "shapes": [[40, 8]],
    "correlations": [{"kind": "blocks", "size": 2, "rho": 0.9}],
    "densities": [0.5],
    "snrs": [1, 6],
}


@dataclass(frozen=True)
class Results:
    """What the stages before the page would have written."""

    registry: Registry
    coding: list[Coded]
    record: dict[str, Any]
    tables: Tables

    def page(self, **changes: Any) -> str:
        """Render the page; `changes` are those of the run."""
        run = {"study": "planted", "seed": 7, "smoke": True, "datasets": {"longley": "Longley"}}
        run |= {"provenance": {"last commit to change inputs": "0123abcd", "seed": 7}}
        found = sections(self.record, self.registry.groups, self.tables, self.coding)
        return render(Run(**(run | changes)), found, self.coding)


def results(registry: Registry | None = None) -> Results:
    """Decide all claims on planted effects."""
    registry = registry or load_registry((ROOT / "config" / "claims").glob("*.yaml"), [])
    plain = {
        name: claim.model_dump() | {"group": group}
        for group, file in sorted(registry.groups.items(), key=lambda item: item[1].order)
        for name, claim in file.claims.items()
    }
    population = pd.DataFrame([Scenario(cell.spec).describe() for cell in cells(_study())])
    courts = _courts(plain, population.set_index("cell_id"))
    real = _real(plain)
    robustness = _robustness(plain, courts["charitable"].verdicts)
    tables = {
        "verdicts": courts["charitable"].verdicts.assign(
            registered="not registered",
            robustness=lambda table: table["claim_id"].map(shares_that_agree(robustness)),
        ),
        "strict": courts["strict"].verdicts.assign(registered="not registered"),
        "decisions": _by_reading({name: court.details for name, court in courts.items()}),
        "robustness": robustness,
        "real": real_verdicts(plain, BARS, real),
        "known_beta": courts["charitable"].verdicts[["claim_id", "verdict"]],
    }
    # As the tables come out of their files: csv knows no None.
    tables = {
        name: table.astype(object).where(table.notna(), np.nan) for name, table in tables.items()
    }
    rarely = [name for name, claim in plain.items() if claim["rule"]["bar"] == "rarely"]
    contrasts = pd.concat(court.contrasts for court in courts.values())
    return Results(
        registry,
        read_coding(ROOT / "config" / "coding.csv", set(plain)) if len(plain) > 60 else [],
        record("planted", 7, rarely, tables),
        Tables(tables["strict"], tables["decisions"], contrasts, real, population),
    )


def _study() -> Study:
    grids = [POPULATION_OF_CELLS, TWINS]
    return Study.model_validate(
        {"name": "planted", "seed": 7, "replicates": REPLICATES, "population": grids}
    )


def _courts(plain: Mapping[str, Any], population: pd.DataFrame) -> dict[str, Any]:
    parts = {digest(part): part for claim in plain.values() for part in parts_of(claim)}
    drawn = {key: _contrasts(key, part, population) for key, part in parts.items()}
    voting = pd.Series(True, index=population.index)
    findings = Findings(drawn, (drawn, drawn), voting, {})
    return {
        reading: take_verdicts(plain, BARS, population, findings, reading)
        for reading in ("charitable", "strict")
    }


def _contrasts(key: str, part: Mapping[str, Any], population: pd.DataFrame) -> pd.DataFrame:
    """Plant an effect: by its key large, small, against the claim, or hanging on a moderator."""
    rng = np.random.default_rng(int(key, 16))
    names = population.index if part["evidence"] in POPULATION else pd.Index(list("abcdefgh"))
    margin = part["margin"] or 0.05
    means = np.full(len(names), rng.choice([4.0, 4.0, 1.0, 0.0, -3.0]) * margin)
    if part["evidence"] in POPULATION and rng.random() < 0.4:
        means = np.where(population["snr"] > 1.5, 6 * margin, -4 * margin)
    drawn = rng.normal(means[:, None], 2 * margin, (len(names), REPLICATES))
    if part["metric"] == "has_zero" and part["margin"] == 0:  # an event that is to be rare
        none = np.zeros(REPLICATES)
        rows = [vars(binomial(none, part["versus"], part["direction"], 0.0)) for _ in names]
    else:
        rows = [vars(student(effects, part["margin"])) for effects in drawn]
    return pd.DataFrame(rows, index=names.rename("cell_id"))


def _real(plain: Mapping[str, Any]) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = [
        {"dataset": data, **vars(student(rng.normal(0.2, 0.2, REPLICATES), part["margin"]))}
        | {"claim_id": name, "part": i, "registered": data != "mine"}
        | {"why_not": "saturated" if data == "khan" else ""}
        for name, claim in plain.items()
        if claim["real_rule"]
        for i, part in enumerate(claim["real_rule"]["parts"])
        for data in ("longley", "khan", "mine")
    ]
    return pd.DataFrame(rows)


def _robustness(plain: Mapping[str, Any], verdicts: pd.DataFrame) -> pd.DataFrame:
    own = verdicts.set_index("claim_id")["verdict"]
    rows = [
        {"claim_id": name, "alternative": alternative, "verdict": own[name], "agreement": "agrees"}
        | {"effect": 0.1, "cells": 9}
        for name, claim in plain.items()
        for alternative, _ in alternatives(claim)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _by_reading(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(table.assign(reading=reading) for reading, table in tables.items())
