"""Tables in Parquet files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from regclaims.datasets.files import MOST_BYTES, check_shape, unreadable
from regclaims.datasets.notes import Notes
from regclaims.datasets.table import Table, tabulate


def read_parquet(path: Path, notes: Notes) -> Table:
    """Read a Parquet file of numbers and text; columns of other types can only be dropped.

    Raises
    ------
    InputError
        If it is damaged, or holds more than `MOST_CELLS` values or `MOST_BYTES` of them.
    """
    try:
        with pq.ParquetFile(path) as file:
            _check_size(file.metadata, notes)
            table = file.read()
        table.validate(full=True)
        columns = [_column(table.column(j)) for j in range(table.num_columns)]
    except (pa.ArrowException, OSError, ArithmeticError) as error:
        raise notes.end(unreadable(error)) from None
    if not columns:
        raise notes.end("must be a table; it has no columns")
    unusable = {
        j: f"must hold numbers or text; found {table.schema.types[j]}"
        for j, values in enumerate(columns)
        if values is None
    }
    blank = pd.Series([None] * table.num_rows, dtype=object)
    values = pd.DataFrame({j: blank if v is None else v for j, v in enumerate(columns)})
    return tabulate(table.column_names, values, notes, unusable=unusable)


def _check_size(about: pq.FileMetaData, notes: Notes) -> None:
    # The file's own word, which bounds what is read: it is by these counts.
    check_shape(about.num_rows, about.num_columns, notes)
    size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    if size > MOST_BYTES:
        most = f"{MOST_BYTES / 1e6:,.0f} MB"
        raise notes.end(f"must have {most} at most; found {size / 1e6:,.0f} MB, unpacked")


def _column(values: pa.ChunkedArray) -> pd.Series | None:
    """Give a column as numbers, or as Python's strings; None if it is neither."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        values, kind = values.cast(kind.value_type), kind.value_type
    if pa.types.is_null(kind) or pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        return pd.Series([None if v is None else str(v) for v in values.to_pylist()], dtype=object)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return pd.Series(values.cast(pa.float64(), safe=False).to_numpy())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pd.Series(values.to_pylist(), dtype=object)
    return None
