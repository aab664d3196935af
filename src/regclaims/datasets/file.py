"""Data sets in CSV files."""

from __future__ import annotations

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
        table = pd.read_csv(path, comment=None, keep_default_na=False, na_values=[""])
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
