"""The fits that claims look at, a batch of cells at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.dataset as ds

from regclaims.claims.findings import Evidence, parts_of
from regclaims.claims.real import DataSet

BATCH = 40
"""Cells in memory at a time."""

ALWAYS = ("cell_id", "replicate", "method", "tuning", "role", "status", "null", "rr")


def read_evidence(
    files: Any,
    experiments: Sequence[str],
    registry: Mapping[str, Mapping[str, Any]],
    max_at_end: float,
    real: Mapping[str, DataSet] | None = None,
) -> tuple[pd.DataFrame, Evidence]:
    """Open the evidence on some claims.

    Parameters
    ----------
    files : object
        Paths by attribute: ``population``, ``fits``, ``cells``, ``stability``, and ``experiments``,
        one for each name.
    experiments : sequence of str
    registry : mapping
        By claim id: a `config.claims.Claim` as plain data.
    max_at_end : float
    real : mapping, optional
        Data sets that decide claims about real data.

    Returns
    -------
    population : DataFrame
        Indexed by ``cell_id``.
    evidence : Evidence
        Its fits are read as they are gone through.
    """
    population = pd.read_parquet(files.population).set_index("cell_id")
    tables = zip(experiments, files.experiments, strict=True)
    return population, Evidence(
        cells=pd.read_parquet(files.cells),
        fits=batches(files.fits, list(population.index), columns_of(registry)),
        tables={"stability": pd.read_parquet(files.stability)}
        | {name: pd.read_parquet(path) for name, path in tables},
        max_at_end=max_at_end,
        real=real or {},
    )


def columns_of(registry: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """List the columns of the table of fits that claims ask for.

    Parameters
    ----------
    registry : mapping
        By claim id: a `config.claims.Claim` as plain data.
    """
    parts = [part for claim in registry.values() for part in parts_of(claim)]
    fits = [part for part in parts if part["evidence"] == "fits"]
    asked = [name for part in fits for name in (part["metric"], part["versus_metric"]) if name]
    return list(dict.fromkeys([*ALWAYS, *asked]))


def batches(
    folder: str | Path, cells: Sequence[str], columns: Iterable[str]
) -> Iterator[pd.DataFrame]:
    """Read the table of fits, all rows of some cells at a time.

    Parameters
    ----------
    folder : path
        `results/fits.parquet`.
    cells : sequence of str
    columns : iterable of str
    """
    files = ds.dataset(str(folder), format="parquet")
    for begin in range(0, len(cells), BATCH):
        some = ds.field("cell_id").isin(list(cells[begin : begin + BATCH]))
        table = files.to_table(columns=list(columns), filter=some)
        if table.num_rows:
            yield table.to_pandas()
