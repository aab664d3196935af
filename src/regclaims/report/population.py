"""The population in the paper: a table of its grids, and its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

import pandas as pd

from regclaims.config.population import CrossValidated, Grid
from regclaims.config.study import Study
from regclaims.designs.cells import combinations
from regclaims.figures.names import method_name
from regclaims.report.tex import UNDEFINED, Column, Tex, number, tabular

NONE = Tex(UNDEFINED)
ABREAST = 3
WORDS = {"t3": "t (3 d.f.)", "gaussian": "Gaussian", "log-normal": "log-normal", "plus": "all +"}


def population_table(study: Study) -> Tex:
    """Each grid's levels by factor, and how many of their combinations are taken.

    More than `ABREAST` grids make several tables, one below the other.
    """
    numbered = list(enumerate(study.population, start=1))
    tables = [_table(numbered[i : i + ABREAST]) for i in range(0, len(numbered), ABREAST)]
    return Tex("\n\\medskip\n\n".join(tables))


def _table(grids: Sequence[tuple[int, Grid]]) -> Tex:
    width = 0.78 / len(grids)
    columns = [Column("Factor", "l"), *(Column(f"Grid {i}", "p", width) for i, _ in grids)]
    rows = [[name, *(cell(grid) for _, grid in grids)] for name, cell in _ROWS.items()]
    # A factor that no grid has needs no row.
    return tabular(columns, [row for row in rows if any(cell != NONE for cell in row[1:])])


def population_numbers(study: Study, population: pd.DataFrame) -> dict[str, Tex]:
    """Cells and replicates by macro name.

    Parameters
    ----------
    study : Study
    population : DataFrame
        `results/population.parquet`: ``replicates``, ``response``, ``twins``.
    """
    replicates = population["replicates"]
    more = int((replicates > study.replicates).sum())
    total = int(replicates.sum()) + len(population) * study.screening_replicates
    return {
        "combinations": number(combinations(study), 0),
        "cells": number(len(population), 0),
        "twin-cells": number(int(population["twins"].sum()), 0),
        "logistic-cells": number(int((population["response"] == "logistic").sum()), 0),
        "replicates": Tex(("at least " if more else "") + number(study.replicates, 0)),
        "replicates-most": number(int(replicates.max()), 0),
        "allotted": number(more, 0) if more else Tex(""),
        "screening": number(study.screening_replicates, 0),
        "data-sets": number(total, 0),
    }


def _levels(name: str) -> Any:
    return lambda grid: _listed(getattr(grid, name)) if not grid.coefficients else NONE


def _listed(levels: Iterable[object]) -> str:
    return ", ".join(WORDS.get(str(one), str(one)) for one in levels) or NONE


def _numbers(levels: Iterable[float]) -> str:
    return ", ".join(f"{one:g}" for one in levels) or NONE


def _correlation(spec: Mapping[str, Any]) -> str:
    match spec["kind"]:
        case "ar1":
            return f"AR(1) {spec['rho']:g}".replace("-", "\N{MINUS SIGN}")
        case "blocks":
            size = "pairs" if spec["size"] == 2 else f"blocks of {spec['size']}"
            some = f", the first {spec['count']} only" if spec["count"] else ""
            return f"{size} at {spec['rho']:g}{some}"
        case "three-factor":
            return f"three factors, {spec['rho']:g}"
    return "independent"


def _coefficients(grid: Grid) -> str:
    """Tell coefficients that are given one by one, equal neighbours together."""
    return "; ".join(_runs(coef) for coef in grid.coefficients) or NONE


def _runs(coef: list[float]) -> str:
    runs: list[tuple[float, int]] = []
    for value in coef:
        count = runs.pop()[1] if runs and runs[-1][0] == value else 0
        runs.append((value, count + 1))
    return ", ".join(f"{value:.4g}" + (f" ({n} times)" if n > 1 else "") for value, n in runs)


def _response(grid: Grid) -> str:
    return "two classes" if grid.response == "logistic" else "linear"


def _taken(grid: Grid) -> Tex:
    crossed = number(prod(len(levels) for levels in grid.factors.values()), 0)
    if grid.fraction is None:
        return Tex(f"all {crossed}")
    return Tex(f"{number(grid.fraction, 0)} of {crossed}")


def _cross_validated(grid: Grid) -> str:
    return "; ".join(map(_part, grid.cross_validation)) or NONE


def _part(part: CrossValidated) -> str:
    where = "all cells" if part.cells is None else f"first {part.cells} cells"
    return f"{', '.join(map(method_name, part.methods))}: {where}"


_ROWS: dict[str, Any] = {
    "response": _response,
    "shape (n, p)": lambda grid: Tex(", ".join(f"({n},~{p})" for n, p in grid.shapes)),
    "correlation": lambda grid: "; ".join(_correlation(c.model_dump()) for c in grid.correlations),
    "density s/p": lambda grid: _numbers(grid.densities),
    "placement": _levels("placements"),
    "profile": _levels("profiles"),
    "signs": _levels("signs"),
    "SNR": lambda grid: _numbers(grid.snrs),
    "coefficients": _coefficients,
    "s.d. of noise": lambda grid: _numbers(grid.sigmas),
    "noise": lambda grid: NONE if grid.response == "logistic" else _listed(grid.noises),
    "class shares": lambda grid: _numbers(grid.class_shares if grid.response == "logistic" else []),
    "column scales": lambda grid: _listed(grid.scales),
    "combinations": _taken,
    "cross-validated": _cross_validated,
}
"""By heading: what a grid's column says."""
