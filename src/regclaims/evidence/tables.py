"""Tables of a shard, written cell by cell: what is kept in memory does not grow with the shard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regclaims.evidence.names import METRICS
from regclaims.io import replacing

TEXT, NUMBER, COUNT, TRUTH = pa.string(), pa.float64(), pa.int64(), pa.bool_()

ARM = {"cell_id": TEXT, "method": TEXT, "tuning": TEXT}
SOLUTION = {
    "status": TEXT,
    "reason": TEXT,
    "lambda": NUMBER,
    "lambda_index": COUNT,
    "longer_grid": TRUTH,
    "l1_ratio": NUMBER,
    "gamma": NUMBER,
    "null": TRUTH,
    "kkt": NUMBER,
    "gap": NUMBER,
    "path_failures": COUNT,
}
FITS = {"fit_id": TEXT, **ARM, "replicate": COUNT, "role": TEXT, **SOLUTION} | dict.fromkeys(
    METRICS, NUMBER
)
STABILITY = {
    **ARM,
    "metric": TEXT,
    "value": NUMBER,
    "left_out": pa.list_(NUMBER),
    "replicates": COUNT,
    "n_undefined": COUNT,
    "n_failed": COUNT,
}
PATHS = {
    "cell_id": TEXT,
    "method": TEXT,
    "lambda_index": COUNT,
    "lambda_ratio": NUMBER,
    "metric": TEXT,
    "mean": NUMBER,
    "mcse": NUMBER,
    "replicates": COUNT,
}
CELLS = {
    "cell_id": TEXT,
    "source": TEXT,
    "method": TEXT,
    "tuning": TEXT,
    "metric": TEXT,
    "mean": NUMBER,
    "mcse": NUMBER,
    "replicates": COUNT,
    "n_undefined": COUNT,
    "n_failed": COUNT,
}
TABLES = {"fits": FITS, "stability": STABILITY, "paths": PATHS, "cells": CELLS}
"""Columns of each table, in their order."""

Rows = Sequence[Mapping[str, Any]]


class Writer:
    """Writes the tables of a shard; one row group at a time.

    Parameters
    ----------
    files : mapping
        An open writer by name of the table.
    """

    def __init__(self, files: Mapping[str, pq.ParquetWriter]) -> None:
        self._files = files

    def write(self, name: str, rows: Rows) -> None:
        """Append rows, plain dicts, to the table of this name; a missing value is undefined.

        Raises
        ------
        ValueError
            If a row has a column that the table has not.
        """
        if rows:
            file = self._files[name]
            for row in rows:
                _check_known(name, row)
            file.write_table(pa.Table.from_pylist([*map(dict, rows)], schema=file.schema))

    def write_columns(self, name: str, columns: Mapping[str, Sequence[Any]]) -> None:
        """Append columns to the table of this name; a missing value is undefined.

        Raises
        ------
        ValueError
            If there is a column that the table has not, or lacks.
        """
        _check_known(name, columns)
        file = self._files[name]
        file.write_table(pa.table(dict(columns), schema=file.schema))


def _check_known(name: str, columns: Iterable[str]) -> None:
    unknown = [column for column in columns if column not in TABLES[name]]
    if unknown:
        raise ValueError(f"the table of {name} has no {', '.join(map(str, unknown))}")


@contextmanager
def writing(paths: Mapping[str, str | Path]) -> Iterator[Writer]:
    """Open a shard's tables; each is moved to its place when all went well.

    Parameters
    ----------
    paths : mapping
        By name, a key of `TABLES`.
    """
    with ExitStack() as stack:
        files = {}
        for name, path in paths.items():
            part = stack.enter_context(replacing(path))
            schema = pa.schema(TABLES[name].items())
            files[name] = stack.enter_context(
                pq.ParquetWriter(part, schema, compression="zstd", compression_level=3)
            )
        yield Writer(files)


def join(name: str, parts: Iterable[str | Path], whole: str | Path) -> None:
    """Join the tables of all shards, one in memory at a time.

    Parameters
    ----------
    name : str
        A key of `TABLES`.
    parts, whole : path
        What is read, in this order, and what is written.

    Raises
    ------
    ValueError
        If a part has other columns.
    """
    schema = pa.schema(TABLES[name].items())
    with pq.ParquetWriter(whole, schema, compression="zstd", compression_level=3) as file:
        for part in parts:
            columns = pq.read_schema(part).names
            if columns != schema.names:
                raise ValueError(f"{part} is no table of {name}: its columns are {columns}")
            file.write_table(pq.read_table(part, schema=schema))


def failures(parts: Iterable[str | Path]) -> pd.DataFrame:
    """List every fit of these tables of fits that has no metrics, with its reason.

    Returns
    -------
    DataFrame
        ``fit_id, status, reason``; a failed replicate counts in ``n_failed`` of every metric, one
        whose coefficients are not the only optimal ones in ``n_undefined``.
    """
    columns = ["fit_id", "status", "reason"]
    tables = [
        pq.read_table(part, columns=columns, filters=pc.field("reason") != "") for part in parts
    ]
    return pa.concat_tables(tables).to_pandas() if tables else pd.DataFrame(columns=columns)
