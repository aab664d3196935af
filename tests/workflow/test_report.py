"""The paper as a file: links lead somewhere, fonts travel with it, nothing is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from workspace import Workspace

from regclaims.config.coding import read_coding
from regclaims.report.texlog import find_problems


@pytest.fixture(scope="module")
def reader(finished: Workspace) -> PdfReader:
    return PdfReader(finished.root / "results" / "report.pdf")


@pytest.fixture(scope="module")
def texts(reader: PdfReader) -> list[str]:
    return [page.extract_text() for page in reader.pages]


def test_tex_complains_of_nothing_that_a_reader_would_see(finished: Workspace) -> None:
    log = finished.read("results/volatile/logs/report-tex.log")
    assert re.search(r"Output written on .*\.pdf \(\d+ pages", log)  # it is a log, and whole
    assert find_problems(log) == []


def test_no_reference_and_no_character_is_missing(texts: list[str]) -> None:
    for number, text in enumerate(texts, start=1):
        assert "??" not in text, f"page {number}"
        assert "[U+" not in text, f"page {number}"


def test_it_says_what_it_is(reader: PdfReader) -> None:
    about = reader.metadata
    assert about is not None
    for key in ("/Title", "/Author", "/Subject", "/Keywords"):
        assert about.get(key), key
    assert reader.root_object["/Lang"] == "en"
    assert about["/CreationDate"].startswith("D:20260101")  # of the sources, not of the run


def test_every_page_of_a_smoke_run_is_marked(texts: list[str]) -> None:
    assert "Smoke run" in texts[0]
    assert all("smoke run" in text for text in texts[1:])


def test_every_link_leads_somewhere(reader: PdfReader) -> None:
    there = reader.named_destinations
    links = list(_links(reader))
    inside = [link["/D"] for link in links if "/D" in link]
    assert {str(name) for name in inside} - set(there) == set()
    assert sum(str(name).startswith("rc.") for name in inside) > 50, "citations are links"
    assert all(link["/URI"].startswith("http") for link in links if "/URI" in link)
    assert all("/D" in link or "/URI" in link for link in links)


def _links(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Yield what each link does: its target inside, or its address."""
    for page in reader.pages:
        for annotation in page.get("/Annots") or []:
            found = annotation.get_object()
            if found["/Subtype"] == "/Link":
                direct = DictionaryObject(
                    {key: found["/Dest"] for key in ["/D"] if "/Dest" in found}
                )
                yield found["/A"].get_object() if "/A" in found else direct


def test_every_font_is_embedded_those_of_figures_too(reader: PdfReader) -> None:
    fonts = {}
    for page in reader.pages:
        fonts |= dict(_fonts(page["/Resources"].get_object()))
    names = {str(font["/BaseFont"]) for font in fonts.values() if "/BaseFont" in font}
    assert any("LMRoman" in name for name in names)
    assert any("STIX" in name for name in names)
    for font in fonts.values():
        if font["/Subtype"] == "/Type3":  # drawn by its own procedures
            continue
        described = font.get("/DescendantFonts", [font])[0].get_object()
        descriptor = described["/FontDescriptor"].get_object()
        assert any(key.startswith("/FontFile") for key in descriptor), font["/BaseFont"]


def _fonts(resources: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fonts of a page and, below it, of every figure, by their place in the file."""
    for font in resources.get("/Font", {}).values():
        yield str(font.get_object().indirect_reference), font.get_object()
    for form in resources.get("/XObject", {}).values():
        if "/Resources" in form.get_object():
            yield from _fonts(form.get_object()["/Resources"].get_object())


def test_every_sentence_of_the_articles_is_in_the_appendix(
    finished: Workspace, texts: list[str]
) -> None:
    path = finished.root / "config" / "coding.csv"
    claims = {
        name for row in path.read_text().splitlines()[1:] for name in row.split(",")[5].split()
    }
    rows = read_coding(path, claims)
    text = re.sub(r"\s+", " ", "\n".join(texts))
    start = text.index("The sentences of the articles", text.index("References"))
    appendix = text[start:]
    for reason in {row.reason for row in rows if row.reason}:
        assert appendix.count(f" {reason}") >= sum(row.reason == reason for row in rows)
