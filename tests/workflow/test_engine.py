"""The TeX engine: one small paper through the real thing."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from regclaims.report import engine as engine_module
from regclaims.report.bibliography import typeset
from regclaims.report.engine import TexError, compile_pdf, find_engines
from regclaims.report.glyphs import ACCENTS, CHARACTERS
from regclaims.report.tex import MIDRULE, Column, Tex, escape, longtable, tabular, write_macros
from regclaims.report.texlog import find_problems

PAPER = Path(__file__).parents[2] / "paper"
BODY = r"""
\input{preamble}
\input{macros}
\input{citations}
\RcPdfMeta{A small paper}{The regclaims developers}{Example}{lasso, ridge}
\RcRunningTitle{A small paper}
\title{A small paper}
\author{The regclaims developers}
\date{}
\begin{document}
\maketitle
\RcSmokeMark
\tableofcontents
\section{Results}\label{sec:results}
The lasso of \citet{tibshirani1996} kept \RcKept{} features of \RcCells{} cells
\citep[Table 1]{zou2005,hoerl1970}; see Section~\ref{sec:results} and Table~\ref{tab:long}.
Section~\ref{sec:results} minimizes
\[ \RcArgmin_{\beta} \frac{1}{2n}\RcNorm{y - X\beta}_2^2 + \lambda\RcNorm{\beta}_1 . \]
\paragraph{Verdicts} \RcVerdict{supported} \RcVerdict{refuted} \RcVerdict{inconclusive}
\RcVerdict{not testable}.
\input{tables}
\input{bibliography}
\end{document}
"""


def write_paper(folder: Path, body: str = BODY) -> tuple[Path, list[Path]]:
    """A document and its inputs, generated parts included, as the report rule makes them."""
    folder.mkdir(parents=True, exist_ok=True)
    main = folder / "main.tex"
    main.write_text(body)
    references = typeset([PAPER / "references.bib"], [main])
    columns = [Column("Claim"), Column("Effect", "r"), Column("What it says", "p", 0.5)]
    row = ["[l1_exact & zeros]", Tex("$-0.12$"), "50 % of λ ≥ 3 — été, naïve, Größe " * 2]
    table = longtable(
        columns, [row, MIDRULE, *[row] * 30], caption="All {claims}", label="tab:long"
    )
    parts = {
        "macros.tex": write_macros({"smoke": "yes", "kept": "12", "cells": "480"}),
        "citations.tex": references.definitions,
        "bibliography.tex": references.bibliography,
        "tables.tex": tabular(columns[:2], [row[:2]] * 2) + table,
    }
    for name, text in parts.items():
        (folder / name).write_text(text)
    return main, [PAPER / "preamble.tex", *(folder / name for name in parts)]


def write_plain(folder: Path, content: str, head: str = "") -> Path:
    main = folder / "plain.tex"
    main.write_text(
        "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{lmodern,amsmath}\n"
        f"{head}\\begin{{document}}\n{content}\n\\end{{document}}\n"
    )
    return main


def text_of(pdf: Path) -> str:
    pages = (page.extract_text() for page in PdfReader(pdf).pages)
    return " ".join(" ".join(pages).split())


def test_paper_compiles_clean_and_says_what_it_should(tmp_path: Path) -> None:
    main, inputs = write_paper(tmp_path / "paper")
    output, log = tmp_path / "out" / "paper.pdf", tmp_path / "logs" / "paper.log"
    assert compile_pdf(main, inputs, output, log=log) == []
    text = text_of(output)
    for expected in (
        "Tibshirani (1996)",
        "(Zou and Hastie, 2005; Hoerl and Kennard, 1970, Table 1)",
        "see Section 1 and Table 1",
        "Smoke run",
        "supported refuted inconclusive not testable",
        "[l1_exact & zeros]",
        "été, naïve, Größe",
        "(continued)",
        "58(1), 267–288",
    ):
        assert expected in text
    assert PdfReader(output).metadata.title == "A small paper"
    assert log.read_text()
    assert [path.name for path in output.parent.iterdir()] == ["paper.pdf"]


def test_same_bytes_from_another_folder_at_another_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdfs = []
    for index, zone in enumerate(("Asia/Tokyo", "America/Lima")):
        monkeypatch.setenv("TZ", zone)
        main, inputs = write_paper(tmp_path / f"in-{index}" / ("deep" * index) / "paper")
        for path in (main, *inputs[1:]):
            os.utime(path, (1e9 + 1e8 * index,) * 2)
        figure = tmp_path / f"in-{index}" / "figure.pdf"
        if not pdfs:
            compile_pdf(write_plain(tmp_path, "A figure."), [], figure, log=tmp_path / "log")
            drawn = figure.read_bytes()
        figure.write_bytes(drawn)
        body = main.read_text()
        picture = "\\includegraphics[width=4cm]{figure}\n\\end{document}"
        main.write_text(body.replace("\\end{document}", picture))
        output = tmp_path / f"out-{index}.pdf"
        assert compile_pdf(main, [*inputs, figure], output, log=tmp_path / f"{index}.log") == []
        pdfs.append(output.read_bytes())
    assert pdfs[0] == pdfs[1]
    assert str(tmp_path).encode() not in pdfs[0]


def test_no_mark_on_a_full_run(tmp_path: Path) -> None:
    main, inputs = write_paper(tmp_path)
    (tmp_path / "macros.tex").write_text(write_macros({"smoke": "", "kept": "1", "cells": "2"}))
    compile_pdf(main, inputs, tmp_path / "a.pdf", log=tmp_path / "a.log")
    assert "moke run" not in text_of(tmp_path / "a.pdf")


def test_every_character_of_the_table_has_a_glyph(tmp_path: Path) -> None:
    accented = [f"{base}{mark}" for mark in ACCENTS for base in "aeiojGZ"]
    characters = [*CHARACTERS, *map(chr, range(1, 0x250)), *"Ω̈ά中😀ﬁＡ\\\u202e\ufeff", *accented]
    lines = "\n\n".join(f"{escape(character)}x" for character in characters)
    heading = f"\\section{{{escape('a_b & <c> #1 ü')}}}"
    main = write_plain(tmp_path, heading + lines)
    assert compile_pdf(main, [], tmp_path / "a.pdf", log=tmp_path / "a.log") == []
    assert "[U+4E2D]x" in text_of(tmp_path / "a.pdf")


def test_payloads_are_printed_and_not_run(tmp_path: Path) -> None:
    payloads = [
        r"\input{/etc/passwd}",
        r"\write18{touch owned}",
        r"}\end{document}",
        "^^5cinput{x}",
        "%\n\\par",
        "$$ & # _ ~ {",
        "\x00\x1b\\csname x\\endcsname",
        "*[3cm]",
    ]
    rows = [[payload, payload] for payload in payloads]
    main = write_plain(tmp_path, "\\newcommand\\RcTop{}\\let\\RcMid\\RcTop\\let\\RcBottom\\RcTop")
    table = tabular([Column("[h]"), Column("*")], rows)
    main.write_text(main.read_text().replace("\\end{document}", table + "\\end{document}"))
    compile_pdf(main, [], tmp_path / "a.pdf", log=tmp_path / "a.log")
    text = text_of(tmp_path / "a.pdf")
    for payload in (*payloads[:4], *payloads[5:6], payloads[7]):
        assert payload in text.replace("’", "'")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (r"\nosuchcommand", r"plain.tex:3: Undefined control sequence \nosuchcommand"),
        ("\\def\\A{\\nosuch}\n\\A x", r"plain.tex:4: Undefined control sequence \nosuch"),
        (r"\input{missing-file}", "plain.tex:3: LaTeX Error: File `missing-file.tex' not found"),
        (r"$x", "plain.tex:4: Missing $ inserted"),
        (r"\input{/etc/passwd}", "plain.tex:3: LaTeX Error: File `/etc/passwd.tex' not found"),
        (r"\newwrite\w\immediate\openout\w=../owned.txt ", "plain.tex"),
        ("", "no PDF came out"),
    ],
)
def test_fatal_error_is_one_line_with_its_place(
    tmp_path: Path, content: str, expected: str
) -> None:
    main = write_plain(tmp_path, content)
    output, log = tmp_path / "out" / "a.pdf", tmp_path / "a.log"
    with pytest.raises(TexError) as caught:
        compile_pdf(main, [], output, log=log)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not output.exists()
    assert log.read_text()


def test_a_failure_leaves_the_earlier_pdf_alone(tmp_path: Path) -> None:
    output = tmp_path / "a.pdf"
    output.write_bytes(b"earlier")
    with pytest.raises(TexError):
        compile_pdf(write_plain(tmp_path, r"\nosuch"), [], output, log=tmp_path / "a.log")
    assert output.read_bytes() == b"earlier"


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (r"See \ref{nowhere}.", "line 3", "Reference `nowhere'"),
        (r"\cite{nobody}", "line 3", "Citation `nobody'"),
        (r"\section{A}\label{a}\section{B}\label{a}", "", "Label `a' multiply defined"),
        (r'$\mathchar"01FF$', "", "Missing character"),
        (r"\noindent\rule{2\linewidth}{1pt}", "line 3", "Overfull \\hbox"),
        (r"\noindent\rule{\linewidth}{1pt}\rule{1pt}{1pt}", None, ""),
    ],
)
def test_problems(tmp_path: Path, content: str, place: str | None, message: str) -> None:
    main = write_plain(tmp_path, content)
    problems = compile_pdf(main, [], tmp_path / "a.pdf", log=tmp_path / "a.log")
    if place is None:
        assert problems == []
    else:
        assert [problem.place for problem in problems] == [place]
        assert message in problems[0].message


def test_a_page_that_is_too_high_is_a_problem() -> None:
    log = r"Overfull \vbox ({}pt too high) has occurred while \output is active []"
    assert find_problems(log.format(1.5)) == []
    (problem,) = find_problems(log.format(14.2))
    assert problem.message == r"Overfull \vbox (14.2pt too high)"


def test_problems_name_the_file_they_are_in(tmp_path: Path) -> None:
    part = tmp_path / "part.tex"
    part.write_text("Fine.\n\nSee \\ref{nowhere}.\n")
    main = write_plain(tmp_path, r"\input{part}")
    problems = compile_pdf(main, [part], tmp_path / "a.pdf", log=tmp_path / "a.log")
    assert [str(p).split(" on page")[0] for p in problems] == [
        "part.tex: line 3: Reference `nowhere'"
    ]


def test_references_that_never_settle_are_a_problem(tmp_path: Path) -> None:
    head = (
        r"\makeatletter\def\n{0}\AtEndDocument{\immediate\write\@auxout"
        r"{\gdef\string\n{\the\numexpr\n+1}}}\makeatother"
    )
    main = write_plain(tmp_path, r"\n", head)
    problems = compile_pdf(main, [], tmp_path / "a.pdf", log=tmp_path / "a.log")
    assert "4 runs" in problems[0].message


def test_a_folder_is_an_input(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "words.tex").write_text("inside the folder")
    main = write_plain(tmp_path, r"\input{figures/words}")
    compile_pdf(main, [tmp_path / "figures"], tmp_path / "a.pdf", log=tmp_path / "a.log")
    assert "inside the folder" in text_of(tmp_path / "a.pdf")


@pytest.mark.parametrize("name", ["no such.tex", "missing.tex"])
def test_inputs_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "no such.tex").write_text("")
    main = write_plain(tmp_path, "x")
    with pytest.raises(TexError, match=name):
        compile_pdf(main, [tmp_path / name], tmp_path / "a.pdf", log=tmp_path / "a.log")


def test_two_inputs_of_one_name(tmp_path: Path) -> None:
    main = write_plain(tmp_path, "x")
    with pytest.raises(TexError, match="two inputs"):
        compile_pdf(main, [main], tmp_path / "a.pdf", log=tmp_path / "a.log")


def test_without_any_tex_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(engine_module, "_bundled", lambda: None)
    with pytest.raises(TexError, match="install TeX Live"):
        find_engines()


def put_on_path(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "bin" / "pdflatex"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_a_system_tex_without_a_package_gives_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "./plain.tex:1: LaTeX Error: File `lmodern.sty' not found."
    put_on_path(tmp_path, f"echo {shlex.quote(said)} > plain.log\nexit 1\n", monkeypatch)
    first, *others = find_engines()
    assert (first.kind, first.bundled) == ("pdflatex", False)
    main = write_plain(tmp_path, "Made by the other one.")
    if not others:
        pytest.skip("no other TeX here")
    compile_pdf(main, [], tmp_path / "a.pdf", log=tmp_path / "a.log")
    assert "Made by the other one" in text_of(tmp_path / "a.pdf")
    with pytest.raises(TexError, match=r"lmodern\.sty"):
        compile_pdf(main, [], tmp_path / "a.pdf", log=tmp_path / "a.log", engine=first)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_a_system_tex_is_used_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = find_engines()[-1].program
    put_on_path(tmp_path, f'touch {tmp_path}/used\nexec "{real}" "$@"\n', monkeypatch)
    main, inputs = write_paper(tmp_path / "paper")
    assert compile_pdf(main, inputs, tmp_path / "a.pdf", log=tmp_path / "a.log") == []
    assert (tmp_path / "used").exists()
    assert "TeX" in find_engines()[0].version()


def test_log_lines_from_tectonic_and_graphics_are_not_taken_for_problems() -> None:
    assert find_problems("(./main.tex (size.clo) Underfull \\hbox (badness 10000)\n)") == []
