"""Read a data file, whatever its kind."""

from __future__ import annotations

from pathlib import Path

from regclaims.datasets.delimited import read_delimited
from regclaims.datasets.files import check_file, kind_of
from regclaims.datasets.notes import Notes
from regclaims.datasets.svmlight import SparseTable, read_svmlight
from regclaims.datasets.table import Table


def read_file(path: Path, terms: Path | None, notes: Notes) -> Table | SparseTable:
    """Read a data file by the kind that its name says.

    Parameters
    ----------
    path : Path
    terms : Path or None
        The terms of sparse text.
    notes : Notes
        Takes what is wrong but leaves something to be read.

    Raises
    ------
    InputError
        If nothing can be read.
    """
    kind = kind_of(path)
    check_file(path, notes, kind=kind)
    if kind == "svm":
        return read_svmlight(path, terms, notes)
    if kind == "parquet":
        # Slow to import, and text needs none of it.
        from regclaims.datasets.parquet import read_parquet

        return read_parquet(path, notes)
    return read_delimited(path, kind, notes)
