"""The fits that claims look at, a batch of cells at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.dataset as ds

from regclaims.claims.verdicts import parts_of

BATCH = 40
"""Cells in memory at a time."""

ALWAYS = ("cell_id", "replicate", "method", "tuning", "role", "status", "null", "rr")


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
