"""The references: which are cited, how they read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from regclaims.errors import InputError
from regclaims.report.bibliography import Citation, load_entries, scan_citations, typeset

BIB = Path(__file__).parents[2] / "paper" / "references.bib"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def cite(folder: Path, *keys: str) -> list[Path]:
    return [write(folder, "main.tex", "".join(f"\\citet{{{key}}}\n" for key in keys))]


def test_scan_finds_keys_with_their_lines(tmp_path: Path) -> None:
    source = write(
        tmp_path,
        "a.tex",
        "\\citet{one} % \\citet{not}\n50\\% \\citep[p.~3]{two,\n  three}\n"
        "\\newcommand{\\x}[1]{\\citet{#1}}\\nocite{four}\\citetx{no}",
    )
    assert scan_citations([source]) == [
        Citation("one", "a.tex", 1),
        Citation("two", "a.tex", 2),
        Citation("three", "a.tex", 3),
        Citation("four", "a.tex", 4),
    ]


def test_only_what_is_cited_sorted_by_author(tmp_path: Path) -> None:
    references = typeset([BIB], cite(tmp_path, "zou2005", "harris2020", "hoerl1970", "zou2005"))
    assert references.keys == ("harris2020", "hoerl1970", "zou2005")
    assert references.definitions.splitlines() == [
        r"\RcCiteDef{harris2020}{Harris et~al.}{2020}",
        r"\RcCiteDef{hoerl1970}{Hoerl and Kennard}{1970}",
        r"\RcCiteDef{zou2005}{Zou and Hastie}{2005}",
    ]
    assert r"van der Walt, S. J., Gommers, R." in references.bibliography
    assert r"Cournapeau, D., et~al. (2020). Array" in references.bibliography
    assert (
        r"\RcBibItem{hoerl1970} Hoerl, A. E. and Kennard, R. W. (1970). Ridge Regression: Biased"
        r" Estimation for Nonorthogonal Problems. \emph{Technometrics} 12(1), 55\textendash{}67."
        r" \href{https://doi.org/10.1080/00401706.1970.10488634}"
    ) in references.bibliography


def test_every_entry_of_the_paper_can_be_typeset(tmp_path: Path) -> None:
    keys = list(load_entries([BIB]))
    references = typeset([BIB], cite(tmp_path, *keys))
    assert len(references.keys) == len(keys) >= 19
    assert references.bibliography.isascii()
    assert '{\\"{e}}' not in references.bibliography
    assert ". ." not in references.bibliography
    assert ".." not in references.bibliography


def test_unknown_keys_are_named_with_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        typeset([BIB], cite(tmp_path, "zou2005", "nobody", "noone"))
    assert str(caught.value).splitlines() == [
        "main.tex: line 2: no entry 'nobody' in references.bib",
        "main.tex: line 3: no entry 'noone' in references.bib",
    ]


def test_same_names_and_year_get_letters(tmp_path: Path) -> None:
    entry = "@misc{%s, author={Roe, Jane}, title={%s}, year=2001}\n"
    bib = write(tmp_path, "x.bib", entry % ("second", "B") + entry % ("first", "A"))
    references = typeset([bib], cite(tmp_path, "second", "first"))
    assert references.definitions.splitlines() == [
        r"\RcCiteDef{first}{Roe}{2001a}",
        r"\RcCiteDef{second}{Roe}{2001b}",
    ]


def test_an_entry_without_author_or_year(tmp_path: Path) -> None:
    bib = write(tmp_path, "x.bib", "@misc{a, title={A data set}, url={https://a.org/b_c}}")
    references = typeset([bib], cite(tmp_path, "a"))
    assert r"{A data set}{n.d.}" in references.definitions
    assert (
        r"\emph{A data set} (n.d.). \href{https://a.org/b\_c}{https:/\allowbreak{}/\allowbreak{}"
        r"a.org/\allowbreak{}b\_c}"
    ) in references.bibliography


def test_an_entry_cannot_run_a_command(tmp_path: Path) -> None:
    bib = write(
        tmp_path,
        "x.bib",
        r"@misc{a, author={\input{x}, Jane}, title={\write18{ls} $x_1$ 5\% # ~ ^},"
        r" year={\jobname}, note={\csname x\endcsname}, doi={10.1/\input{y}},"
        r" url={javascript:alert(1)}}",
    )
    references = typeset([bib], cite(tmp_path, "a"))
    for text in (references.definitions, references.bibliography):
        for command in (r"\input", r"\write", r"\csname", r"\jobname", "$", "%"):
            assert command not in text.replace(r"\$", "").replace(r"\%", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@article{a, title={x}", "x.bib: not BibTeX"),
        ("@article{a, year=2000}", "x.bib: a: expected a title"),
        ("@misc{a{b, title={x}}", "x.bib"),
        ("@misc{zou2005, title={x}}", "x.bib: zou2005: expected each key once"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line_each(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        load_entries([BIB, write(tmp_path, "x.bib", text)])
    assert str(caught.value).startswith(expected)
    assert len(str(caught.value).splitlines()) == len(caught.value.problems)


def test_nothing_cited_is_no_list(tmp_path: Path) -> None:
    references = typeset([BIB], cite(tmp_path))
    assert references.keys == ()
    assert "thebibliography" not in references.bibliography
