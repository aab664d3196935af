"""Both comparisons from the tables of fits, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from regclaims.literature import hastie, table, zou_hastie
from regclaims.literature.cells import Cell, recognize
from regclaims.vocabulary import EVIDENCE

FITS = ["cell_id", "replicate", "method", "tuning", "role", "status", "rr", "n_nonzero"]
"""Columns of the table of fits that are looked at."""


def run(
    published: Mapping[str, Any],
    *,
    zou_hastie_fits: pd.DataFrame,
    zou_hastie_cells: Sequence[Cell],
    hastie_fits: pd.DataFrame,
    hastie_cells: Sequence[Cell],
    hastie_seed: int,
) -> tuple[dict[str, pd.DataFrame], str]:
    """Compare our runs with what was published.

    Parameters
    ----------
    published : mapping
        `config.literature.Literature` as plain data.
    zou_hastie_fits : DataFrame
        Fits to the examples of 2005: ``cell_id``, ``replicate``, ``method``, ``tuning``, ``role``,
        ``status``, ``rr``.
    zou_hastie_cells : sequence of Cell
        Those examples; which is which is told from their designs.
    hastie_fits : DataFrame
        Fits to the designs of 2020, with ``n_nonzero`` too.
    hastie_cells : sequence of Cell
        Those designs; settings of which no finding speaks are left aside.
    hastie_seed : int
        Seed of the study that drew them: best subset selection sees the same data.

    Returns
    -------
    tables : dict
        ``medians`` and ``orders`` (see `zou_hastie`), ``subset_fits``, ``findings`` and ``summary``
        (see `hastie`).
    page : str
        As from `report`.

    Raises
    ------
    ValueError
        If a cell is no published example, or lacks fits that are compared.
    """
    theirs, limit = published["zou_hastie"], published["limit"]
    scenarios = recognize(zou_hastie_cells, theirs["examples"], theirs["tolerance"])
    options = (zou_hastie_fits, scenarios, theirs, published["bootstrap"])
    chosen = _cells_spoken_of(hastie_cells, published["hastie"])
    own = hastie.subset_fits(
        chosen, hastie_seed, _replicates(hastie_fits), published["hastie"]["tuning"]
    )
    all_fits = pd.concat([hastie_fits, own], ignore_index=True)
    found = hastie.findings(all_fits, chosen, published["hastie"], limit)
    tables = {
        "medians": zou_hastie.compare(*options, limit),
        "orders": zou_hastie.order(*options),
        "subset_fits": own,
        "findings": found,
        "summary": hastie.summary(found, published["hastie"], limit),
    }
    return tables, table.report(tables, published)


def _cells_spoken_of(cells: Sequence[Cell], published: Mapping[str, Any]) -> list[Cell]:
    """Cells of the settings that a finding speaks of."""
    findings = published["findings"].values()
    settings = {(finding["n_samples"], finding["n_features"]) for finding in findings}
    return [cell for cell in cells if (cell.n_samples, len(cell.beta)) in settings]


def _replicates(fits: pd.DataFrame) -> dict[str, list[int]]:
    """Evidence replicates by cell."""
    evidence = fits[fits["role"] == EVIDENCE]
    return {
        str(cell): sorted(map(int, rows.unique()))
        for cell, rows in evidence.groupby("cell_id")["replicate"]
    }
