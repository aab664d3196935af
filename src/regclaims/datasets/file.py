"""Data sets in CSV files."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd

from regclaims.errors import InputError, Problem


def read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV file with a header; nothing in it is taken for a missing value but an empty field.

    Raises
    ------
    InputError
        If it cannot be read, or two columns have one name.
    """
    try:
        header = pd.read_csv(path, header=None, nrows=1, dtype=str)
        with warnings.catch_warnings():
            # A row with more values than the header has names would be cut.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(
                path, keep_default_na=False, na_values=[""], index_col=False, low_memory=False
            )
    except pd.errors.ParserWarning:
        message = "has rows with more values than its header has names"
        raise InputError([Problem(str(path), "", message)]) from None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise InputError([Problem(str(path), "", f"cannot be read as CSV: {first}")]) from None
    names = header.iloc[0]
    repeated = names[names.duplicated()].dropna().unique()
    if len(repeated):
        raise InputError(
            Problem(str(path), f"column {name}", "stands in the header twice") for name in repeated
        )
    return table
