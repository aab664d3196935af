"""What a data file is, before anything in it is parsed: its kind, size and encoding."""

from __future__ import annotations

import codecs
import gzip
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from regclaims.datasets.notes import Notes
from regclaims.errors import InputError

MOST_BYTES = 500_000_000
"""Size of a data file, and of what a compressed one holds: read, it takes up to five times that."""

MOST_CELLS = 50_000_000
"""Rows times columns: 0.4 GB of numbers, of which a few copies must fit."""

MOST_COLUMNS = 100_000
"""Of a table; sparse text may have more."""

MOST_LINE = 20_000_000
"""Bytes of a line: no line is read before it is known to fit."""

MOST_CHARACTERS = 100_000
"""Of one value."""

BLOCK = 1 << 20

KINDS = {".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".svm": "svm"}
"""Kinds of files by the end of their name."""

TEXTS = {
    "csv": "comma-separated text",
    "tsv": "tab-separated text",
    "svm": "svmlight text",
    "terms": "a term a line",
}

GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"

MAGIC = {
    b"PK\x03\x04": "a zip archive, as Excel's workbooks are; save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV",
    GZIP: "a gzip archive; end its name in .gz",
    PARQUET: "Parquet; end its name in .parquet",
    b"BZh": "a bzip2 archive; unpack it",
    b"\xfd7zXZ": "an xz archive; unpack it",
    b"\x28\xb5\x2f\xfd": "a zstd archive; unpack it",
    b"%PDF": "a PDF",
    b"\x89HDF": "HDF5; save the table as CSV or Parquet",
    b"SQLite format 3": "an SQLite database; save the table as CSV",
    b"<!DOCTYPE": "a web page; download the file that it shows",
    b"<html": "a web page; download the file that it shows",
}
"""What a file is by its first bytes, and what to do about it."""


def kind_of(path: Path) -> str:
    """Tell by its name what a data file holds: ``csv``, ``tsv``, ``parquet`` or ``svm``.

    Raises
    ------
    InputError
        If its name ends in none of these, or in .gz without them.
    """
    name = path.name.lower()
    kind = KINDS.get(Path(name.removesuffix(".gz")).suffix)
    if kind is None or (kind == "parquet" and name.endswith(".gz")):
        endings = ", ".join(KINDS)
        message = f"its name must end in {endings}; all but .parquet may have .gz behind it"
        if name.endswith((".xlsx", ".xls", ".ods")):
            message += "; save the sheet as CSV"
        raise Notes(str(path)).end(message)
    return kind


def open_bytes(path: Path) -> BinaryIO:
    """Open a file, unpacking it where its name ends in .gz."""
    if path.name.lower().endswith(".gz"):
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def check_file(path: Path, notes: Notes, *, kind: str) -> None:
    """Check that there is a file, that it is not too large, and that it is what its name says.

    Parameters
    ----------
    path : Path
    notes : Notes
    kind : str
        See `kind_of`; anything but ``parquet`` is text.

    Raises
    ------
    InputError
        If not. A file of more than `MOST_BYTES` is never opened, nor is a pipe or a device.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise notes.end("cannot be read: it is no file")
        if status.st_size > MOST_BYTES:
            raise notes.end(_too_large(status.st_size))
        with path.open("rb") as file:
            start = file.read(512)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise notes.end(unreadable(error)) from None
    if not start:
        raise notes.end("must be a table; it is empty")
    wanted = PARQUET if kind == "parquet" else None
    if path.name.lower().endswith(".gz"):
        wanted = GZIP
    _check_magic(start, wanted, notes)


def check_text(path: Path, notes: Notes, *, kind: str) -> int:
    """Read a file of text once, in blocks, and check its encoding and its size when unpacked.

    Returns
    -------
    int
        Lines, more or less.

    Raises
    ------
    InputError
        If it is UTF-16, binary or not UTF-8, if it is too large, or damaged.
    """
    what = TEXTS[kind]
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = lines = returns = line = 0
    for block in _blocks(path, notes):
        if not size:
            _check_magic(block, None, notes)
            _check_utf16(block, what, notes)
        if size + len(block) > MOST_BYTES:
            raise notes.end(_too_large(None))
        if b"\0" in block:
            at = size + block.index(b"\0") + 1
            raise notes.end(f"must be {what}; found a binary file (its byte {at:,} is 0)")
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            line = lines + error.object.count(b"\n", 0, error.start) + 1
            message = f"must be text in UTF-8; found byte 0x{error.object[error.start]:02X}"
            raise notes.end(f"{message}; save it as UTF-8", f"line {line}") from None
        if line + _to_line_end(block) > MOST_LINE:
            message = f"must have {MOST_LINE / 1e6:,.0f} MB at most; found more"
            raise notes.end(message, f"line {lines + 1}")
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        line = line + len(block) if last < 0 else len(block) - last - 1
        size, lines = size + len(block), lines + block.count(b"\n")
        returns += block.count(b"\r")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise notes.end("must be text in UTF-8; it ends within a character") from None
    return max(lines, returns)


def _to_line_end(block: bytes) -> int:
    ends = [end for end in (block.find(b"\n"), block.find(b"\r")) if end >= 0]
    return min(ends, default=len(block))


def _blocks(path: Path, notes: Notes) -> Iterator[bytes]:
    try:
        with open_bytes(path) as file:
            while block := file.read(BLOCK):
                yield block
    except (OSError, EOFError, zlib.error) as error:
        raise notes.end(unreadable(error)) from None


def unreadable(error: BaseException) -> str:
    """Say in one line why a file cannot be read."""
    reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
    if isinstance(error, MemoryError):
        reason = "there is not enough memory for it"
    reason = reason or "it is damaged"
    return f"cannot be read: {reason[:1].lower()}{reason[1:]}"


def check_shape(n_samples: int, n_features: int, notes: Notes) -> None:
    """Check that a table is not too large, before it is parsed.

    Raises
    ------
    InputError
        If it has more than `MOST_COLUMNS` or `MOST_CELLS`.
    """
    if n_features > MOST_COLUMNS:
        raise notes.end(f"must have {MOST_COLUMNS:,} columns at most; found {n_features:,}")
    if (cells := n_samples * n_features) > MOST_CELLS:
        raise notes.end(f"must have {MOST_CELLS:,} values at most; found about {cells:,}")


def _check_magic(start: bytes, wanted: bytes | None, notes: Notes) -> None:
    """Check the first bytes: text begins with none of those known, the others with their own."""
    told = next((words for magic, words in MAGIC.items() if start.startswith(magic)), None)
    if wanted is None and told:
        raise notes.end(f"must be text, by its name; found {told}")
    if wanted is not None and not start.startswith(wanted):
        name = {GZIP: "a gzip archive", PARQUET: "Parquet"}[wanted]
        raise notes.end(f"must be {name}, by its name; found {told or 'something else'}")


def _check_utf16(start: bytes, what: str, notes: Notes) -> None:
    """Check for UTF-16 and UTF-32: by their mark, or where every other byte of text is 0."""
    sample = start[:512]
    zeros = max(sample[0::2].count(0), sample[1::2].count(0))
    one_sided = min(sample[0::2].count(0), sample[1::2].count(0)) == 0
    marked = sample[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if marked or sample[:4] == codecs.BOM_UTF32_BE or (one_sided and 3 * zeros > len(sample)):
        message = f"must be {what} in UTF-8; found UTF-16 or UTF-32; save it as UTF-8"
        raise notes.end(message)


def _too_large(size: int | None) -> str:
    much = "more, unpacked" if size is None else f"{size / 1e6:,.0f} MB"
    return f"must have {MOST_BYTES / 1e6:,.0f} MB at most; found {much}"
