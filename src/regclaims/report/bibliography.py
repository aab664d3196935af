r"""The references: what is cited, by author and year, from BibTeX files.

pybtex parses the entries; every field is turned into plain text and escaped again, so that an
entry that came with a data set cannot run a command. ``\citet`` and ``\citep`` are defined in the
preamble and print what the generated definitions say.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pybtex.database import Entry, Person, parse_string
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from regclaims.errors import InputError, Problem
from regclaims.report.tex import Tex, escape, url

MAX_AUTHORS: Final = 10
SHOWN_AUTHORS: Final = 6
_CITE: Final = re.compile(r"\\(?:citet|citep|nocite)\s*(?:\[[^\]]*\])?\s*\{([^{}]*)\}")
_KEY: Final = re.compile(r"[A-Za-z0-9:._-]+")


@dataclass(frozen=True)
class Citation:
    """A key where it is cited."""

    key: str
    file: str
    line: int


@dataclass(frozen=True)
class References:
    r"""What the paper needs in order to cite.

    Parameters
    ----------
    definitions : Tex
        ``\RcCiteDef`` lines, to be read before the text.
    bibliography : Tex
        The ``thebibliography`` environment.
    keys : tuple of str
        In the order of the list.
    """

    definitions: Tex
    bibliography: Tex
    keys: tuple[str, ...]


def scan_citations(sources: Iterable[Path]) -> list[Citation]:
    """Every citation in TeX sources, comments aside, in order."""
    return [cited for source in sources for cited in _scan(source)]


def _scan(source: Path) -> Iterable[Citation]:
    text = re.sub(r"(?<!\\)((?:\\\\)*)%.*", r"\1", source.read_text(encoding="utf-8"))
    for found in _CITE.finditer(text):
        if "#" in found[1]:  # a macro that cites its argument
            continue
        for part in re.finditer(r"[^,]+", found[1]):
            start = found.start(1) + part.start() + len(part[0]) - len(part[0].lstrip())
            yield Citation(part[0].strip(), source.name, text.count("\n", 0, start) + 1)


def load_entries(files: Iterable[Path]) -> dict[str, Entry]:
    """All entries of BibTeX files by key.

    Raises
    ------
    InputError
        A file does not parse, a key stands twice, is no name, or its entry has no title.
    """
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            database = parse_string(file.read_text(encoding="utf-8"), "bibtex")
        except (PybtexError, UnicodeDecodeError) as error:
            problems.append(Problem(file.name, "", " ".join(f"not BibTeX: {error}".split())))
            continue
        for key, entry in database.entries.items():
            for message in _complaints(key, entry, entries):
                problems.append(Problem(file.name, key, message))
            entries[key] = entry
    if problems:
        raise InputError(problems)
    return entries


def _complaints(key: str, entry: Entry, known: Mapping[str, Entry]) -> list[str]:
    complaints = []
    if not _KEY.fullmatch(key):
        complaints.append("expected a key of letters, digits and : . _ -")
    if key in known:
        complaints.append("expected each key once, found it again")
    if "title" not in entry.fields:
        complaints.append("expected a title, found none")
    for name, value in entry.fields.items():
        try:
            Text.from_latex(value)
        except PybtexError:
            complaints.append(f"expected balanced braces in {name}")
    return complaints


def typeset(bib: Sequence[Path], sources: Sequence[Path]) -> References:
    """The list of what `sources` cite, sorted by author and year.

    Parameters
    ----------
    bib : sequence of Path
        BibTeX files.
    sources : sequence of Path
        TeX files, written and generated.

    Returns
    -------
    references : References

    Raises
    ------
    InputError
        A file of `bib` is wrong, or a key is cited that none of them has: one problem each.
    """
    entries = load_entries(bib)
    citations = scan_citations(sources)
    where = " or ".join(path.name for path in bib)
    unknown = [
        Problem(cited.file, f"line {cited.line}", f"no entry {cited.key!r} in {where}")
        for cited in citations
        if cited.key not in entries
    ]
    if unknown:
        raise InputError(dict.fromkeys(unknown))
    cited_entries = {cited.key: entries[cited.key] for cited in citations}
    keys = tuple(sorted(cited_entries, key=lambda key: _sort_key(key, cited_entries[key])))
    years = _years({key: cited_entries[key] for key in keys})
    return References(
        Tex("".join(_definition(key, cited_entries[key], years[key]) for key in keys)),
        _environment([_item(key, cited_entries[key], years[key]) for key in keys]),
        keys,
    )


def _environment(items: Sequence[str]) -> Tex:
    # LaTeX takes a list without an item for a mistake.
    if not items:
        return Tex("% Nothing is cited.\n")
    return Tex("\n".join([r"\begin{thebibliography}{}", *items, r"\end{thebibliography}", ""]))


def _definition(key: str, entry: Entry, year: str) -> str:
    return rf"\RcCiteDef{{{key}}}{{{_short_names(entry)}}}{{{year}}}" + "\n"


def _plain(latex: str) -> str:
    """Text without TeX; spaces and line ends are one space, ranges get their dash."""
    return " ".join(str(Text.from_latex(latex)).replace("--", "–").split())


def _field(entry: Entry, name: str) -> str:
    return _plain(entry.fields.get(name, ""))


def _people(entry: Entry) -> tuple[list[Person], bool]:
    """Authors (or editors), and whether there are others."""
    people = list(entry.persons.get("author") or entry.persons.get("editor") or [])
    named = [person for person in people if str(person) != "others"]
    return named, len(named) < len(people)


def _family(person: Person) -> str:
    return " ".join(_plain(part) for part in [*person.prelast_names, *person.last_names])


def _initials(person: Person) -> str:
    given = [_plain(part) for part in [*person.first_names, *person.middle_names]]
    return " ".join("-".join(f"{p[0]}." for p in part.split("-") if p) for part in given if part)


def _short_names(entry: Entry) -> str:
    people, others = _people(entry)
    families = [escape(_family(person)) for person in people]
    if not families:
        return escape(_field(entry, "organization") or _field(entry, "title"))
    if len(families) > 2 or others:
        return f"{families[0]} et~al."
    return " and ".join(families)


def _long_names(entry: Entry) -> str:
    people, others = _people(entry)
    shown = people if len(people) <= MAX_AUTHORS else people[:SHOWN_AUTHORS]
    names = []
    for person in shown:
        lineage = [_plain(part) for part in person.lineage_names]
        parts = [_family(person), _initials(person), *lineage]
        names.append(escape(", ".join(part for part in parts if part)))
    if others or len(shown) < len(people):
        return ", ".join(names) + ", et~al."
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + "".join(names[-1:])


def _sort_key(key: str, entry: Entry) -> tuple[str, ...]:
    families = [_family(person) for person in _people(entry)[0]]
    words = [" ".join(families), _field(entry, "year"), _field(entry, "title")]
    return (*(_fold(word) for word in words), key)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _years(entries: Mapping[str, Entry]) -> dict[str, str]:
    """The year of each entry, with a letter where names and year would be the same."""
    years = {key: _field(entry, "year") or "n.d." for key, entry in entries.items()}
    labels = {key: (_short_names(entry), years[key]) for key, entry in entries.items()}
    times = Counter(labels.values())
    seen: Counter[tuple[str, str]] = Counter()
    for key, label in labels.items():
        letter = chr(ord("a") + seen[label]) if times[label] > 1 else ""
        seen[label] += 1
        years[key] = escape(years[key] + letter)
    return years


def _item(key: str, entry: Entry, year: str) -> str:
    names = _long_names(entry)
    in_another = _field(entry, "journal") or _field(entry, "booktitle")
    plain = escape(_field(entry, "title"))
    title = plain if in_another else rf"\emph{{{plain}}}"
    head = f"{names} ({year}). {title}" if names else f"{title} ({year})"
    parts = [head, _source(entry), escape(_field(entry, "note")), _link(entry)]
    return rf"\RcBibItem{{{key}}} " + " ".join(_sentence(part) for part in parts if part)


def _sentence(text: str) -> str:
    return text if re.search(r"[.?!]\}*$", text) or text.startswith(r"\href") else f"{text}."


def _source(entry: Entry) -> str:
    """Where it appeared: journal or proceedings with volume, number and pages, or a publisher."""
    volume = str(escape(_field(entry, "volume")))
    if volume and (issue := _field(entry, "number")):
        volume = f"{volume}({escape(issue)})"
    pages = escape(_field(entry, "pages"))
    if journal := _field(entry, "journal"):
        numbers = ", ".join(part for part in (volume, pages) if part)
        return rf"\emph{{{escape(journal)}}} {numbers}".rstrip()
    publishers = ("organization", "publisher", "institution", "school", "howpublished")
    press = [escape(_field(entry, name)) for name in publishers if _field(entry, name)]
    series = f"{escape(_field(entry, 'series'))} {volume}".strip()
    if booktitle := _field(entry, "booktitle"):
        parts = [rf"In \emph{{{escape(booktitle)}}}", series, pages, *press]
    else:
        parts = [series, *press, escape(_field(entry, "address"))]
    return ", ".join(part for part in parts if part)


def _link(entry: Entry) -> str:
    """A link to the DOI, or to the address: in typewriter, breakable after a slash."""
    shown = doi = entry.fields.get("doi", "").strip()
    target = f"https://doi.org/{doi}" if doi else entry.fields.get("url", "").strip()
    if not re.match(r"https?://[^/]", target):
        return escape(target)
    text = escape(f"doi:{shown}" if doi else target).replace("/", r"/\allowbreak{}")
    return rf"\href{{{url(target)}}}{{{text}}}"
