"""The fits that claims look at, a batch of cells at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regclaims.claims.findings import Evidence, parts_of
from regclaims.claims.real import DataSet
from regclaims.claims.voting import AT_GRID_END

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
        Its fits and their stability are read as they are gone through.
    """
    population = pd.read_parquet(files.population).set_index("cell_id")
    cells = list(population.index)
    tables = zip(experiments, files.experiments, strict=True)
    return population, Evidence(
        cells=pd.read_parquet(files.cells, filters=[("metric", "==", AT_GRID_END)]),
        fits=batches(files.fits, cells, columns_of(registry)),
        tables={"stability": batches(files.stability, cells)}
        | {name: [pd.read_parquet(path)] for name, path in tables},
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
    path: str | Path, cells: Sequence[str], columns: Iterable[str] | None = None
) -> Iterator[pd.DataFrame]:
    """Read a table with many rows a cell, all rows of some cells at a time.

    What is kept between two batches is where each cell's rows are. (`pyarrow.dataset` keeps the
    description of every column of every row group: a megabyte for each cell of a study.)

    Parameters
    ----------
    path : path
        As `results/fits.parquet`, a folder, or `results/stability.parquet`, a file.
    cells : sequence of str
    columns : iterable of str, optional
        All columns if not given.
    """
    places = _places(Path(path))
    names = None if columns is None else list(columns)
    for begin in range(0, len(cells), BATCH):
        some = cells[begin : begin + BATCH]
        groups: dict[Path, set[int]] = {}
        for cell in some:
            for file, group in places.get(cell, ()):
                groups.setdefault(file, set()).add(group)
        tables = [_read(file, sorted(groups[file]), names, some) for file in sorted(groups)]
        if tables:
            yield pa.concat_tables(tables).to_pandas()


def _places(path: Path) -> dict[str, list[tuple[Path, int]]]:
    """Find the files and row groups in which each cell has rows."""
    found: dict[str, list[tuple[Path, int]]] = {}
    for file in sorted(path.glob("*.parquet")) if path.is_dir() else [path]:
        with pq.ParquetFile(file) as table:
            for group in range(table.num_row_groups):
                cells = table.read_row_group(group, columns=["cell_id"])["cell_id"]
                for cell in cells.unique().to_pylist():
                    found.setdefault(cell, []).append((file, group))
    return found


def _read(
    file: Path, groups: Sequence[int], columns: Sequence[str] | None, cells: Sequence[str]
) -> pa.Table:
    with pq.ParquetFile(file) as table:
        rows = table.read_row_groups(groups, columns=columns)
    return rows.filter(pc.field("cell_id").isin(list(cells)))
