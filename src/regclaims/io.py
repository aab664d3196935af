"""Write files whole or not at all, and always with the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; what is written there is moved when all went well."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sha256(path: str | Path) -> str:
    """Hash a file."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_text(path: str | Path, text: str) -> None:
    """Write text as UTF-8, with line feeds on every system."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: str | Path, value: Any) -> None:
    """Write plain data as indented JSON with sorted keys."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def write_parquet(path: str | Path, table: pd.DataFrame) -> None:
    """Write a table without its index."""
    with replacing(path) as part:
        table.to_parquet(part, index=False, compression="zstd")


FORMULA = re.compile(r"\s*[=+@\-]")
"""How a text begins that a spreadsheet takes for a formula."""


def write_csv(path: str | Path, table: pd.DataFrame) -> None:
    """Write a table without its index; numbers with all their digits, undefined ones empty.

    A text that a spreadsheet would run as a formula gets an apostrophe before it: names of columns
    and titles come from whoever made the data.
    """
    words = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    table = table.assign(**{str(name): table[name].map(_inert) for name in words})
    with replacing(path) as part:
        table.to_csv(part, index=False, lineterminator="\n", encoding="utf-8")


def _inert(value: Any) -> Any:
    if not isinstance(value, str) or not FORMULA.match(value):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value  # a number in words is one in a spreadsheet, too
