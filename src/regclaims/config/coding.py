"""Every sentence of the articles, coded: to claims, or to a reason why it has none to try.

A sentence is known by its article, its number and a hash of its letters; no text of an article is
kept, only what it says in our own words. Its section, and number within it, are how claims name it
as their source.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regclaims.config.claims import Claim
from regclaims.errors import InputError, Problem

COLUMNS = ("article", "number", "section", "sentence", "hash", "claims", "reason", "gist")
REASONS = ("scope", "opinion", "advice", "definition", "question", "cut off", "layout", "repeats")
"""Why a sentence carries nothing to try. ``repeats``: an earlier one, which is coded."""

ARTICLES = {"A": "000_*.txt", "B": "001_*.txt", "C": "002_*.txt"}
"""File of each article, by its key."""

Place = tuple[str, str, int]
"""Article, section, and number of a sentence within it."""

_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+|\n+|\t+")


@dataclass(frozen=True)
class Coded:
    """One sentence.

    Attributes
    ----------
    article : str
    number : int
        From 1, in the order of the article.
    section : str
        Its section, in short.
    sentence : int
        Number within the section; 0 is the section's heading.
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
    section: str
    sentence: int
    hash: str
    claims: tuple[str, ...]
    reason: str
    gist: str

    @property
    def place(self) -> Place:
        """How claims name it as their source."""
        return self.article, self.section, self.sentence


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
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            header, plain = tuple(reader.fieldnames or ()), list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError([Problem(str(path), "", f"cannot be read: {error}")]) from None
    if header != COLUMNS:
        message = f"must have the columns {', '.join(COLUMNS)}; found {', '.join(header) or 'none'}"
        raise InputError([Problem(str(path), "line 1", message)])
    problems = [
        (f"line {line}", problem)
        for line, row in enumerate(plain, start=2)
        for problem in _malformed(row)
    ]
    if not problems:
        rows = [_coded(row) for row in plain]
        problems = [*_wrong(rows, claims), *_out_of_order(rows)]
    if problems:
        raise InputError(Problem(str(path), *problem) for problem in problems)
    return rows


def _malformed(row: Mapping[str | None, str | None]) -> Iterator[str]:
    """Find what keeps a row of text from being looked at: columns, and numbers."""
    cells = sum(value is not None for name, value in row.items() if name)
    if None in row or cells < len(COLUMNS):
        found = "more" if None in row else cells
        yield f"must have {len(COLUMNS)} cells; found {found}"
        return
    for name in ("number", "sentence"):
        if not re.fullmatch(r"[0-9]{1,6}", str(row[name])):
            yield f"{name} must be a whole number; found {row[name]!r}"


def _coded(row: Mapping[str, str]) -> Coded:
    return Coded(
        row["article"],
        int(row["number"]),
        row["section"],
        int(row["sentence"]),
        row["hash"],
        tuple(row["claims"].split()),
        row["reason"],
        row["gist"],
    )


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
                near = difflib.get_close_matches(name, claims, n=1)
                meant = f"; did you mean {near[0]}?" if near else ""
                yield place, f"{name!r} is not a claim{meant}"
        if len(set(row.claims)) < len(row.claims):
            yield place, "names a claim twice"
        if not row.section:
            yield place, "section must be named"
        if not row.gist:
            yield place, "gist must say what the sentence says"
        if not re.fullmatch(r"[0-9a-f]{12}", row.hash):
            yield place, f"hash must be 12 hexadecimal digits; found {row.hash!r}"


def _out_of_order(rows: Sequence[Coded]) -> Iterator[tuple[str, str]]:
    """Check that sentences are numbered in turn, in their article and in their section."""
    twice = [key for key, n in Counter((r.article, r.number) for r in rows).items() if n > 1]
    for article, number in twice:
        yield "", f"sentence {number} of {article} stands twice"
    last: dict[tuple[str, ...], int] = {}
    for row in rows:
        for key, number, first in (
            ((row.article,), row.number, {1}),
            ((row.article, row.section), row.sentence, {0, 1}),
        ):
            due = {last[key] + 1} if key in last else first
            last[key] = number
            if number not in due and (row.article, row.number) not in twice:
                expected = " or ".join(map(str, sorted(due)))
                yield ", ".join(key), f"the next sentence must be {expected}; found {number}"


def check_sources(rows: Sequence[Coded], claims: Mapping[str, Claim], file: str) -> None:
    """Check that the sources of each claim are the sentences that are coded to it, and no others.

    Parameters
    ----------
    rows : sequence of Coded
    claims : mapping
        By id.
    file : str
        The table's file, named in problems.

    Raises
    ------
    InputError
        With every source that is not coded, and every coded sentence that is no source.
    """
    problems = []
    for name, claim in claims.items():
        coded = [row.place for row in rows if name in row.claims]
        said: list[Place] = [(s.article, s.section, s.sentence or 0) for s in claim.sources]
        wrong = [("has the source {}, which is not coded to it", said, coded)]
        wrong += [("lacks the source {}, which is coded to it", coded, said)]
        problems += [
            Problem(file, f"claims.{name}", message.format(_in_words(place)))
            for message, these, others in wrong
            for place in these
            if place not in others
        ]
    if problems:
        raise InputError(problems)


def _in_words(place: Place) -> str:
    article, section, sentence = place
    return f"{article}, {section}" + (f", sentence {sentence}" if sentence else "")


def uncoded(rows: Sequence[Coded], folder: Path) -> list[str]:
    """List what does not fit the articles: a sentence without its row, a row without its sentence.

    Both are put next to each other by their hashes, so that a sentence which is put in, or taken
    out, is told alone, and not all that it shifts.

    Parameters
    ----------
    rows : sequence of Coded
    folder : Path
        Where the articles are.

    Returns
    -------
    list of str
        Article and number in it; nothing of its text.
    """
    found = []
    for article, pattern in ARTICLES.items():
        (file,) = folder.glob(pattern)
        own = [row for row in rows if row.article == article]
        there = [sentence_hash(part) for part in sentences(file.read_text(encoding="utf-8"))]
        matcher = difflib.SequenceMatcher(None, [row.hash for row in own], there, autojunk=False)
        numbers: set[int] = set()
        for kind, i, j, k, m in matcher.get_opcodes():
            if kind != "equal":
                numbers |= {row.number for row in own[i:j]} | set(range(k + 1, m + 1))
        found += [f"{article} {number}" for number in sorted(numbers)]
    return found
