"""Whether a fresh run is the published one again, told with what matters most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from regclaims.errors import InputError, Problem
from regclaims.manifest import Run, read_run
from regclaims.publication.selection import required
from regclaims.verification.compare import (
    CLOSE,
    FLIP,
    MOST_FLIPPED,
    ROUNDED,
    Comparison,
    Word,
    compare,
)
from regclaims.verification.tables import CELL_TABLES, VERDICT_TABLES, Rounded, Table

MOST_LINES = 10
"""Lines for one kind of difference in one file; the rest is counted."""

SAME_STUDY = {
    "study": "the study",
    "seed": "the seed",
    "configuration": "the configuration",
    "claims": "the claims",
}
"""What two runs share before anything else is compared, by the manifest's name for it."""


@dataclass(frozen=True)
class Verification:
    """What came of a comparison.

    Attributes
    ----------
    problems : tuple of Problem
        Why the fresh run is not the published one again; none where it is.
    notes : tuple of str
        What else there is to say; the first sums up.
    """

    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the run is confirmed, to the bit or within tolerance."""
        return not self.problems


def verify(here: Path, published: Path, loose: Rounded = ROUNDED) -> Verification:
    """Compare the run in one folder with the published one in another.

    Parameters
    ----------
    here, published : Path
    loose : Rounded
        Claims and metrics whose numbers rounding decides.

    Returns
    -------
    Verification

    Raises
    ------
    InputError
        If one of the two has no manifest: nothing was run, or nothing was published.
    """
    ours = read_run(here, "run `snakemake` first")
    theirs = read_run(published, "no run has been published yet")
    # What a manifest says of files that are gone or were changed since is no evidence.
    damaged = [*theirs.altered(_kept(theirs)), *ours.altered(ours.files)]
    problems = [*_another_study(ours, theirs), *damaged]
    if not problems and ours.files == theirs.files:
        return Verification(
            (), (f"Same bits: all {len(ours.files)} files.", *_versions(ours, theirs))
        )
    unusable = {problem.file for problem in damaged}
    found: list[Comparison] = []
    unread: list[Problem] = []
    for table in _to_compare(ours, theirs, unusable):
        try:
            found.append(compare(table, ours.folder, theirs.folder, loose))
        except InputError as error:
            unread += error.problems
    problems += [_verdict_change(word, ours, theirs) for one in found for word in one.words]
    problems += [*_missing(ours, theirs), *unread]
    problems += [problem for one in found for problem in _far(one, ours, theirs)]
    notes = [*_table_notes(found, ours), *_other_files(ours, theirs), *_versions(ours, theirs)]
    if problems:
        return Verification(tuple(problems), tuple(notes))
    return Verification((), (_agreement(found), *notes))


def _kept(theirs: Run) -> list[str]:
    """List the files of a run that its published folder must hold, or holds."""
    must = set(required(theirs.files))
    return [name for name in theirs.files if name in must or (theirs.folder / name).exists()]


def _another_study(ours: Run, theirs: Run) -> Iterator[Problem]:
    for key, what in SAME_STUDY.items():
        a, b = ours.provenance.get(key), theirs.provenance.get(key)
        if a != b:
            message = f"{what} is {a} here and {b} in the published run: not the same run again"
            yield Problem(ours.file("manifest.json"), key, message)


def _to_compare(ours: Run, theirs: Run, unusable: set[str]) -> list[Table]:
    return [
        table
        for table in (*VERDICT_TABLES, *CELL_TABLES)
        if table.file in ours.files
        and table.file in theirs.files
        and ours.files[table.file] != theirs.files[table.file]
        and not {ours.file(table.file), theirs.file(table.file)} & unusable
    ]


def _verdict_change(word: Word, ours: Run, theirs: Run) -> Problem:
    message = f"{word.column}: {word.here} here, {word.published} in {theirs.file(word.file)}"
    return Problem(ours.file(word.file), word.key, message)


def _missing(ours: Run, theirs: Run) -> Iterator[Problem]:
    for name in sorted(ours.files.keys() ^ theirs.files.keys()):
        if name in theirs.files:
            yield Problem(ours.file(name), "", "is in the published run, but not here")
        else:
            yield Problem(ours.file(name), "", "is not in the published run")


def _far(one: Comparison, ours: Run, theirs: Run) -> Iterator[Problem]:
    """Tell how a table differs by more than the tolerance."""
    file = ours.file(one.file)
    yield from _cut(file, [Problem(file, key, "is no row here") for key in one.only_published])
    published = theirs.file(one.file)
    lost = [Problem(file, key, f"is no row of {published}") for key in one.only_here]
    yield from _cut(file, lost)
    far = [
        Problem(
            file,
            each.key,
            f"{each.here:.6g} here, {each.published:.6g} published"
            + (f": {each.in_errors:.1f} standard errors" if each.in_errors >= 0 else ""),
        )
        for each in one.beyond
    ]
    yield from _cut(file, far)
    if one.too_many:
        message = (
            f"{one.flipped} of {one.rows} rows differ as if a replicate had fallen to the other "
            f"side; ties explain {MOST_FLIPPED:.0%} at most"
        )
        yield Problem(file, "", message)


def _cut(file: str, problems: Sequence[Problem]) -> Iterator[Problem]:
    yield from problems[:MOST_LINES]
    if len(problems) > MOST_LINES:
        yield Problem(file, "", f"and {len(problems) - MOST_LINES} more rows like these")


def _agreement(found: Sequence[Comparison]) -> str:
    if not found:
        return "Every table of verdicts and cells has the same bits; other files differ."
    return (
        "Not the same bits, but the same verdicts, and every number within tolerance: "
        f"{CLOSE:g} of its size, or {FLIP:g} standard errors where one replicate can have flipped."
    )


def _table_notes(found: Sequence[Comparison], ours: Run) -> Iterator[str]:
    for one in found:
        words = f"{len(one.words)} have other words"
        numbers = (
            f"{one.close} differ by rounding, {one.flipped} by one replicate, {len(one.beyond)} by "
            f"more, at most by {one.farthest or 0:.3g} standard errors"
        )
        told = [words] * (not one.raw) + [numbers] * (one.farthest is not None)
        yield f"{ours.file(one.file)}: of {one.rows} rows {'; '.join(told)}"


def _other_files(ours: Run, theirs: Run) -> Iterator[str]:
    """Name the files that differ and are compared by their bits alone; count those in folders."""
    compared = {table.file for table in (*VERDICT_TABLES, *CELL_TABLES)}
    other = [
        name
        for name in sorted(ours.files.keys() & theirs.files.keys() - compared)
        if ours.files[name] != theirs.files[name]
    ]
    folders = Counter(name.partition("/")[0] for name in other if "/" in name)
    for name in [name for name in other if "/" not in name]:
        yield f"{ours.file(name)}: other bits than in the published run"
    for folder, count in folders.items():
        files = f"{count} {'file has' if count == 1 else 'files have'}"
        yield f"{ours.file(folder)}: {files} other bits than in the published run"


def _versions(ours: Run, theirs: Run) -> Iterator[str]:
    a, b = (run.provenance.get("versions", {}) for run in (ours, theirs))
    for name in sorted(a.keys() | b.keys()):
        if a.get(name) != b.get(name):
            yield f"{name}: {a.get(name, 'none')} here, {b.get(name, 'none')} published"
