"""Sparse text in svmlight files: a label and ``index:value`` pairs a row."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from regclaims.datasets.columns import LARGEST
from regclaims.datasets.files import check_file, check_text, open_bytes, unreadable
from regclaims.datasets.notes import Notes, first_row, found, listed
from regclaims.errors import InputError
from regclaims.vocabulary import Array

MOST_TERMS = 1_000_000


@dataclass(frozen=True)
class SparseTable:
    """Sparse text with its target.

    Attributes
    ----------
    X : (n, p) csr_array
    y : (n,)
    names : (p,) of str
        Terms; all different.
    """

    X: sparse.csr_array
    y: Array
    names: tuple[str, ...]


def read_svmlight(path: Path, terms: Path | None, notes: Notes) -> SparseTable:
    """Read an svmlight file, with its terms where they are given.

    Parameters
    ----------
    path : Path
    terms : Path or None
        A text file with a term a line; without it they are ``term 1`` and so on.
    notes : Notes

    Raises
    ------
    InputError
        If a row is not ``label index:value ...`` with growing indices and finite numbers, or there
        are fewer terms than indices.
    """
    # Slow to import, and a table needs none of it.
    from sklearn.datasets import load_svmlight_file

    check_text(path, notes, kind="svm")
    try:
        with open_bytes(path) as file:
            X, y = load_svmlight_file(file)
        reason = ""
    except (ValueError, OverflowError, IndexError) as error:
        reason = unreadable(error)
    if reason or X.shape[1] > MOST_TERMS or not (_fits(X.data) and _fits(y)):
        raise _unfit(path, reason, notes)
    names = _names(terms, X.shape[1], notes)
    X.resize(X.shape[0], len(names))
    return SparseTable(sparse.csr_array(X), np.asarray(y, float), names)


def _unfit(path: Path, reason: str, notes: Notes) -> InputError:
    """Find the rows that are to blame."""
    with open_bytes(path) as raw, io.TextIOWrapper(raw, "utf-8") as text:
        bad = list(_bad_rows(text))
    if not bad:
        return notes.end(reason or "must be svmlight text")
    message = (
        "must be 'label index:value ...' with finite numbers and growing indices (at most "
        f"{LARGEST:g} and {MOST_TERMS:,}); found {found(bad[0][1])}"
    )
    return notes.end(message, first_row([row for row, _ in bad]))


def _bad_rows(lines: Iterator[str]) -> Iterator[tuple[int, str]]:
    """Give rows that are not as they must be, and what is wrong in each."""
    parts = (line.partition("#")[0].split() for line in lines)
    for row, (label, *pairs) in enumerate(part for part in parts if part):
        if not _is_number(label):
            yield row, label
            continue
        before = -1
        for pair in pairs:
            index, _, value = pair.partition(":")
            whole = index.isascii() and index.isdigit() and len(index) <= len(str(MOST_TERMS))
            if not (whole and before < int(index) <= MOST_TERMS and _is_number(value)):
                yield row, pair
                break
            before = int(index)


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) <= LARGEST
    except ValueError:
        return False


def _fits(numbers: Array) -> bool:
    return bool((np.abs(numbers) <= LARGEST).all())


def _names(terms: Path | None, fewest: int, notes: Notes) -> tuple[str, ...]:
    """Read the terms; problems name their file."""
    if terms is None:
        return tuple(f"term {j + 1}" for j in range(fewest))
    own = Notes(str(terms))
    check_file(terms, own, kind="terms")
    check_text(terms, own, kind="terms")
    with open_bytes(terms) as file:
        text = file.read().decode("utf-8-sig")
    names = [line.strip() for line in text.removesuffix("\n").split("\n")]
    if "" in names:
        own.problem(f"line {names.index('') + 1}", "must be a term; it is blank")
    if twice := [name for name, count in Counter(names).items() if name and count > 1]:
        own.problem("", f"has terms twice: {listed(twice)}")
    if len(names) < fewest:
        own.problem("", f"must have a line for each of {fewest:,} terms; it has {len(names):,}")
    notes.problems += own.problems
    if own.problems:
        raise InputError(notes.problems)
    return tuple(names)
