"""Every sentence of the articles, coded: to claims, or to a reason why it has none to try.

A sentence is known by its article, its number and a hash of its letters; no text of an article is
kept, only what it says in our own words.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from regclaims.errors import InputError, Problem

COLUMNS = ("article", "number", "hash", "claims", "reason", "gist")
REASONS = ("scope", "opinion", "advice", "definition", "question", "cut off", "layout", "repeats")
"""Why a sentence carries nothing to try. ``repeats``: an earlier one, which is coded."""

ARTICLES = {"A": "000_*.txt", "B": "001_*.txt", "C": "002_*.txt"}
"""File of each article, by its key."""

_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+|\n+|\t+")


@dataclass(frozen=True)
class Coded:
    """One sentence.

    Attributes
    ----------
    article : str
    number : int
        From 1, in the order of the article.
    hash : str
        Of its letters and digits; see `sentence_hash`.
    claims : tuple of str
        Ids of the claims that it makes.
    reason : str
        One of `REASONS` where it makes none.
    gist : str
        What it says, in our words.
    """

    article: str
    number: int
    hash: str
    claims: tuple[str, ...]
    reason: str
    gist: str


def sentences(text: str) -> list[str]:
    """Split a text: at line ends, tabs, and white space after a full stop, ``?`` or ``!``.

    What has no letter is no sentence.
    """
    return [part.strip() for part in _END.split(text) if re.search(r"[^\W\d_]", part)]


def sentence_hash(sentence: str) -> str:
    """Hash the letters and digits of a sentence, in lower case: 12 hexadecimal digits."""
    letters = "".join(re.findall(r"[^\W_]", sentence.lower()))
    return hashlib.sha256(letters.encode()).hexdigest()[:12]


def read_coding(path: Path, claims: Collection[str]) -> list[Coded]:
    """Read the coding table.

    Parameters
    ----------
    path : Path
        `config/coding.csv`.
    claims : collection of str
        Ids of all claims.

    Raises
    ------
    InputError
        With every row that is not as it must be.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            message = f"must have the columns {', '.join(COLUMNS)}"
            raise InputError([Problem(str(path), "line 1", message)])
        rows = [
            Coded(
                row["article"],
                int(row["number"]),
                row["hash"],
                tuple(row["claims"].split()),
                row["reason"],
                row["gist"],
            )
            for row in reader
        ]
    problems = [Problem(str(path), *problem) for problem in _wrong(rows, claims)]
    if problems:
        raise InputError(problems)
    return rows


def _wrong(rows: Sequence[Coded], claims: Collection[str]) -> Iterator[tuple[str, str]]:
    for line, row in enumerate(rows, start=2):
        place = f"line {line}"
        if row.article not in ARTICLES:
            yield place, f"article must be one of {', '.join(ARTICLES)}; found {row.article!r}"
        if bool(row.claims) == bool(row.reason):
            yield place, "must have claims or a reason, and not both"
        if row.reason and row.reason not in REASONS:
            yield place, f"reason must be one of {', '.join(REASONS)}; found {row.reason!r}"
        for name in row.claims:
            if name not in claims:
                yield place, f"{name!r} is not a claim"
        if not row.gist:
            yield place, "gist must say what the sentence says"
    twice = [key for key, n in Counter((r.article, r.number) for r in rows).items() if n > 1]
    for article, number in twice:
        yield "", f"sentence {number} of {article} stands twice"


def uncoded(rows: Sequence[Coded], folder: Path) -> list[str]:
    """List what does not fit the articles: a sentence without its row, a row without its sentence.

    Parameters
    ----------
    rows : sequence of Coded
    folder : Path
        Where the articles are.
    """
    found = []
    for article, pattern in ARTICLES.items():
        (file,) = folder.glob(pattern)
        own = {row.number: row.hash for row in rows if row.article == article}
        there = enumerate(sentences(file.read_text(encoding="utf-8")), start=1)
        hashes = {number: sentence_hash(sentence) for number, sentence in there}
        found += [
            f"{article} {number}"
            for number in sorted(own.keys() | hashes.keys())
            if own.get(number) != hashes.get(number)
        ]
    return found
