"""Text, numbers, macros and tables in TeX."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regclaims.report.glyphs import ACCENTS, CHARACTERS
from regclaims.report.tex import (
    MIDRULE,
    Column,
    Tex,
    escape,
    interval,
    longtable,
    macro,
    macro_name,
    number,
    percent,
    scientific,
    signed,
    tabular,
    url,
    write_macros,
)

COMMANDS = sorted({*CHARACTERS.values()}, key=len, reverse=True)
ACCENTED = "|".join(re.escape(accent) for accent in ACCENTS.values())
TOKEN = re.compile(
    "|".join(re.escape(command) for command in COMMANDS)
    + rf"|(?:{ACCENTED})\{{(?:[A-Za-z]|\\[ij])\}}|\{{\}}|[A-Za-z0-9 !'()+,./:;=?@-]"
)
HOSTILE = st.text(alphabet=st.sampled_from(list("\\{}$&#^_~%<>|[]*\n\r\t\x00\x7f\x1b-'`\",aλé中")))


@given(st.one_of(st.text(), HOSTILE))
@example(r"\input{/etc/passwd}")
@example("^^5cinput")
@example("\uff3cinput\uff5bx\uff5d")
@example("%\n\n\\par\x0c")
def test_escaped_text_is_only_known_tokens(text: str) -> None:
    escaped = escape(text)
    rest, position = escaped, 0
    while position < len(rest):
        found = TOKEN.match(rest, position)
        assert found, rest[position:]
        position = found.end()
    assert escaped.isascii()
    assert escaped.isprintable()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b & 50 %", r"a\_b \& 50 \%"),
        ("\\{}", r"\textbackslash{}\{\}"),
        ("é ü ñ ç Ł ß", r"\'{e} \"{u} \~{n} \c{c} \L{} \ss{}"),
        ("naïve ĩ", r"na\"{\i}ve \~{\i}"),
        ("λ ≥ 1e-9", r"\ensuremath{\lambda} \ensuremath{\geq} 1e-9"),
        ("ά", r"\ensuremath{\alpha}"),
        ("a--b ''", "a-{}-b '{}'"),
        ("line\nend\ttab", "line end tab"),
        ("中\x07", "{[}U+4E2D{]}{[}U+0007{]}"),
        ("ﬁt Ａ", "fit A"),
        ("[x]*", "{[}x{]}{*}"),
        (1.5, "1.5"),
    ],
)
def test_escape(text: object, expected: str) -> None:
    assert escape(text) == expected


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0.126, 2, "0.13"),
        (-0.126, 2, "$-0.13$"),
        (-0.001, 2, "0.00"),
        (9999, 0, "9999"),
        (1234567.891, 1, r"1\,234\,567.9"),
        (-12345, 0, r"$-12\,345$"),
        (math.nan, 2, "---"),
        (None, 2, "---"),
        (math.inf, 2, r"$\infty$"),
        (-math.inf, 2, r"$-\infty$"),
    ],
)
def test_number(value: float | None, digits: int, expected: str) -> None:
    assert number(value, digits) == expected


def test_other_numbers() -> None:
    assert signed(0.5, 1) == "$+0.5$"
    assert signed(-0.5, 1) == "$-0.5$"
    assert signed(0.001, 1) == "0.0"
    assert interval(-0.1, 0.25, 2) == r"$[-0.10,\ 0.25]$"
    assert interval(12345, math.inf, 0) == r"$[12\,345,\ \infty]$"
    assert interval(math.nan, 1) == "---"
    assert scientific(1.24e-9) == r"$1.2\times10^{-9}$"
    assert scientific(0.0) == "0"
    assert scientific(None) == "---"
    assert percent(0.756) == r"76\,\%"
    assert percent(math.nan) == "---"


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(0, 6))
def test_number_reads_back(value: float, digits: int) -> None:
    read = float(number(value, digits).strip("$").replace(r"\,", ""))
    assert read == pytest.approx(value, abs=0.5001 * 10.0**-digits, rel=1e-12)


def test_macro_file_is_sorted_and_complete() -> None:
    text = write_macros({"n_cells-2": "480", "bar": r"75\,\%", "smoke": ""})
    assert text.splitlines()[1:] == [
        r"\newcommand{\RcBar}{75\,\%}",
        r"\newcommand{\RcNCellsTwo}{480}",
        r"\newcommand{\RcSmoke}{}",
    ]


@pytest.mark.parametrize("name", ["", "a b{", "é", r"\x", "a/b"])
def test_macro_names_that_cannot_be(name: str) -> None:
    with pytest.raises(ValueError, match="no TeX command"):
        macro_name(name)


@pytest.mark.parametrize("value", ["{", "}", "}{", "50 %", "#1", "a\n\nb", "x\\"])
def test_values_that_are_not_one_argument(value: str) -> None:
    with pytest.raises(ValueError, match="not one TeX argument"):
        macro("x", value)


@given(st.text())
def test_escaped_text_is_always_a_value(text: str) -> None:
    assert macro("x", escape(text)).startswith(r"\newcommand{\RcX}{")


def test_two_names_for_one_command() -> None:
    with pytest.raises(ValueError, match="same TeX command"):
        write_macros({"a_b": "1", "a-b": "2"})


def test_tabular() -> None:
    columns = [Column("A & B"), Column("n", "r"), Column(Tex(r"$\lambda$"), "p", 0.25)]
    table = tabular(columns, [["[x]", Tex("$-1$"), "50 %"], MIDRULE, [Tex("[y]"), 2, None]])
    assert table.splitlines() == [
        r"\begin{tabular}{@{}lrP{0.250\linewidth}@{}}",
        r"\RcTop",
        r"A \& B & n & $\lambda$ \\",
        r"\RcMid",
        r"{[}x{]} & $-1$ & 50 \% \\",
        r"\RcMid",
        r"{}[y] & 2 & None \\",
        r"\RcBottom",
        r"\end{tabular}",
    ]


def test_longtable_repeats_its_head_and_shows_when_it_is_empty() -> None:
    table = longtable([Column("Head")], [], caption="50 %", label="tab:x")
    assert table.count("Head") == 2
    assert r"\caption{50 \%}\label{tab:x}" in table
    assert "(none)" in table


def test_tables_refuse_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="2 cells in a table of 1"):
        tabular([Column("A")], [["1", "2"]])
    with pytest.raises(ValueError, match="label"):
        longtable([Column("A")], [], caption="", label="a}b")


def test_url() -> None:
    assert url("https://a.org/x_y?b=1&c=%20#d") == r"https://a.org/x\_y?b=1\&c=\%20\#d"
    assert "\\input" not in url("https://a.org/\\input{x}")
    with pytest.raises(ValueError, match="http"):
        url("javascript:alert(1)")
