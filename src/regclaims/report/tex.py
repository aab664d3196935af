"""TeX from data: escaped text, numbers, macros and tables.

Whatever comes from data (names, labels, messages) goes through `escape`. It returns `Tex`, a
string that is known to be TeX; the table builder escapes every cell that is not `Tex`. So a value
that nobody thought of is shown as it is written, and never run.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

from regclaims.report.glyphs import ACCENTS, CHARACTERS, GREEK, LIGATURES

UNDEFINED: Final = "---"
MACRO_PREFIX: Final = "Rc"
_DIGIT_WORDS: Final = (
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
)


class Tex(str):
    """A string that is TeX already; adding plain text to it gives a plain string again."""

    __slots__ = ()


def escape(text: object) -> Tex:
    """Text as TeX that prints it and does nothing else.

    Parameters
    ----------
    text : object
        Anything; `str` of it is taken.

    Returns
    -------
    Tex
        ASCII only. White space is a space, letters with an accent keep (the first of) it, what the
        fonts do not have is printed as its code point, for example ``{[}U+4E2D{]}``.
    """
    pieces: list[str] = []
    previous = ""
    for character in str(text):
        if character == previous and character in LIGATURES:
            pieces.append("{}")  # two hyphens are not a dash
        pieces.append(_escape_character(character))
        previous = character
    return Tex("".join(pieces))


def _escape_character(character: str) -> str:
    if character in CHARACTERS:
        return CHARACTERS[character]
    if " " <= character <= "~":
        return character
    if character.isspace() and character not in "\x1c\x1d\x1e\x1f":
        return " "
    return _decomposed(character) or rf"{{[}}U+{ord(character):04X}{{]}}"


def _decomposed(character: str) -> str:
    """A letter with its accent, or a compatible form (a ligature, a full-width letter)."""
    base, *marks = list(unicodedata.normalize("NFD", character))
    if marks and base in GREEK:
        return GREEK[base]
    if marks and base.isascii() and base.isalpha() and marks[0] in ACCENTS:
        return f"{ACCENTS[marks[0]]}{{{_under_accent(base, marks[0])}}}"
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and all(c.isascii() or c in CHARACTERS for c in plain):
        return "".join(_escape_character(c) for c in plain)
    return ""


def _under_accent(base: str, mark: str) -> str:
    above = not unicodedata.combining(mark) or unicodedata.combining(mark) >= 230
    return rf"\{base}" if base in "ij" and above else base


def url(address: str) -> Tex:
    r"""An http(s) address for the first argument of ``\href``; ValueError for any other scheme."""
    if not re.match(r"https?://[^/]", address):
        raise ValueError(f"not an http or https address: {address!r}")
    encoded = quote(address, safe="%/:?#=&+,;@()!.-_~")
    return Tex(re.sub(r"([%#&_~])", r"\\\1", encoded.replace("~", "%7E")))


def number(value: float | None, digits: int = 2) -> Tex:
    """A number with a true minus sign; an em dash where it is undefined.

    Parameters
    ----------
    value : float or None
        None and NaN are undefined.
    digits : int
        Digits after the point.

    Returns
    -------
    Tex
        Thousands are set apart from 10,000 on. A value that rounds to zero has no sign.
    """
    return _number(value, digits, plus="")


def signed(value: float | None, digits: int = 2) -> Tex:
    """A number that shows its plus sign too: for differences."""
    return _number(value, digits, plus="+")


def _number(value: float | None, digits: int, plus: str) -> Tex:
    if value is None or math.isnan(value):
        return Tex(UNDEFINED)
    size = r"\infty" if math.isinf(value) else f"{abs(value):,.{digits}f}"
    size = size.replace(",", r"\," if abs(value) >= 10_000 else "")
    is_zero = not re.search(r"[1-9\\]", size)
    sign = "" if is_zero else "-" if value < 0 else plus
    return Tex(f"${sign}{size}$" if sign or size.startswith("\\") else size)


def scientific(value: float | None, digits: int = 1) -> Tex:
    """A number as mantissa and power of ten: for residuals and gaps."""
    if value is None or not math.isfinite(value):
        return number(value)
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    if value == 0:
        return Tex("0")
    return Tex(rf"${mantissa}\times10^{{{int(exponent)}}}$")


def percent(share: float | None, digits: int = 0) -> Tex:
    """A share in [0, 1] as a percentage."""
    text = number(None if share is None else 100 * share, digits)
    return text if text == UNDEFINED else Tex(rf"{text}\,\%")


def interval(low: float | None, high: float | None, digits: int = 2) -> Tex:
    """A closed interval; an em dash where an end is undefined."""
    ends = [number(low, digits), number(high, digits)]
    if UNDEFINED in ends:
        return Tex(UNDEFINED)
    return Tex(rf"$[{ends[0].strip('$')},\ {ends[1].strip('$')}]$")


def macro_name(name: str) -> str:
    """The command for a name: ``cells_2`` is ``RcCellsTwo``; ValueError where that cannot be."""
    words = re.split(r"[-_. ]+", name)
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    spelt = re.sub(r"[0-9]", lambda found: _DIGIT_WORDS[int(found[0])], joined)
    if not re.fullmatch(r"[A-Za-z]+", spelt):
        raise ValueError(f"no TeX command can have the name {name!r}: letters and digits only")
    return MACRO_PREFIX + spelt


def macro(name: str, value: str) -> str:
    r"""One line ``\newcommand{\RcName}{value}``; the value is TeX already, and is one argument."""
    bare = re.sub(r"\\.", "", value, flags=re.DOTALL)
    depth = lowest = 0
    for character in bare:
        depth += (character == "{") - (character == "}")
        lowest = min(lowest, depth)
    if (
        depth
        or lowest
        or re.search(r"[%#]|\n\s*\n", bare)
        or re.search(r"(?<!\\)(\\\\)*\\$", value)
    ):
        raise ValueError(f"the value of macro {name!r} is not one TeX argument: {value!r}")
    return rf"\newcommand{{\{macro_name(name)}}}{{{value}}}"


def write_macros(values: Mapping[str, str]) -> str:
    """The macro file: a line for each name, sorted; ValueError where two names are one command."""
    lines = sorted(macro(name, value) for name, value in values.items())
    if len({macro_name(name) for name in values}) < len(values):
        raise ValueError("two names in the macro file give the same TeX command")
    return "\n".join(["% Generated: every number of the paper. Do not edit.", *lines, ""])


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    head : str
        Its heading; escaped unless it is `Tex`.
    align : {"l", "r", "c", "p"}
        Left, right, centred, or a paragraph.
    width : float
        Of a paragraph, as a share of the line.
    """

    head: str
    align: Literal["l", "r", "c", "p"] = "l"
    width: float = 0.0

    @property
    def spec(self) -> str:
        """The column in TeX; ``P`` is the preamble's ragged paragraph."""
        return rf"P{{{self.width:.3f}\linewidth}}" if self.align == "p" else self.align


MIDRULE: Final[tuple[object, ...]] = ()
"""A row that is a rule."""


def _row(cells: Sequence[object], columns: Sequence[Column]) -> str:
    if len(cells) == 0:
        return r"\RcMid"
    if len(cells) != len(columns):
        raise ValueError(f"a row of {len(cells)} cells in a table of {len(columns)} columns")
    texts = [cell if isinstance(cell, Tex) else escape(cell) for cell in cells]
    guard = "{}" if texts[0].startswith(("[", "*")) else ""  # else the row before would take it
    return guard + " & ".join(texts) + r" \\"


def _parts(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> tuple[str, str, str]:
    spec = "".join(column.spec for column in columns) + "@{}"
    body = "\n".join(_row(row, columns) for row in rows)
    none = rf"\multicolumn{{{len(columns)}}}{{@{{}}l@{{}}}}{{(none)}} \\"
    return spec, _row([column.head for column in columns], columns), body or none


def tabular(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> Tex:
    """A table on one page, with rules above, below and under its heading.

    Parameters
    ----------
    columns : sequence of Column
    rows : iterable of sequences
        A cell is escaped unless it is `Tex`; `MIDRULE` is a rule between rows.

    Returns
    -------
    Tex
    """
    spec, head, body = _parts(columns, rows)
    lines = [rf"\begin{{tabular}}{{@{{}}{spec}}}", r"\RcTop", head, r"\RcMid", body, r"\RcBottom"]
    return Tex("\n".join([*lines, r"\end{tabular}"]) + "\n")


def longtable(
    columns: Sequence[Column], rows: Iterable[Sequence[object]], *, caption: str, label: str
) -> Tex:
    """A table over pages, its heading repeated; `caption` is escaped unless it is `Tex`."""
    if not re.fullmatch(r"[A-Za-z0-9:-]+", label):
        raise ValueError(f"not a label: {label!r}")
    spec, head, body = _parts(columns, rows)
    title = caption if isinstance(caption, Tex) else escape(caption)
    again = rf"\multicolumn{{{len(columns)}}}{{@{{}}l@{{}}}}{{\RcContinued}} \\"
    lines = [
        rf"\begin{{longtable}}{{@{{\extracolsep{{\fill}}}}{spec}}}",
        rf"\caption{{{title}}}\label{{{label}}} \\",
        *[r"\RcTop", head, r"\RcMid", r"\endfirsthead"],
        *[again, r"\RcTop", head, r"\RcMid", r"\endhead"],
        *[r"\RcBottom", r"\endfoot", body, r"\end{longtable}"],
    ]
    return Tex("\n".join(lines) + "\n")
