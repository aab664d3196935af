"""The page as text: everything is on it, nothing in it runs, and it is the same every time."""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from study import Results, results

from regclaims.config import Registry, load_registry
from regclaims.config.coding import Coded
from regclaims.page.render import TEMPLATES, assets_hash
from regclaims.page.view import Tables

ROOT = Path(__file__).parents[2]
VOID = {"meta", "link", "input", "br", "img", "hr"}
RUNNING = {"script", "iframe", "object", "embed", "base", "img", "audio", "video", "style"}


class Document(HTMLParser):
    """Elements with their attributes, and what is read as text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"{tag} closes another element"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def every(self, attribute: str) -> list[str]:
        return [given[attribute] for _, given in self.elements if attribute in given]

    def inside(self, tag: str, html: str) -> list[str]:
        return re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)


@pytest.fixture(scope="session")
def document(html: str) -> Document:
    return Document(html)


def test_every_claim_is_there_with_all_its_words(document: Document, planted: Results) -> None:
    assert document.open == []
    text = document.text
    for row in planted.record["verdicts"]:
        claim = planted.registry.claims[row["claim_id"]]
        said = [claim.statement, row["sentence"], claim.estimand, claim.comparator, claim.reading]
        said += [claim.strict_reading, claim.data_budget, claim.margin_reason, claim.note or ""]
        said += [row["registry_hash"], f"regclaims explain {row['claim_id']}"]
        for words in said:
            assert " ".join(words.split()).lower() in text.lower(), row["claim_id"]


def test_every_sentence_is_there_with_its_gist(document: Document, planted: Results) -> None:
    assert len(planted.coding) > 100
    for coded in planted.coding:
        assert " ".join(coded.gist.split()) in document.text, coded.place


def test_every_reference_has_its_target(document: Document, planted: Results) -> None:
    ids = document.every("id")
    assert len(set(ids)) == len(ids)
    fragments = {link[1:] for link in document.every("href") if link.startswith("#")}
    patterns = set(re.findall(r"url\(#([\w-]+)\)", (TEMPLATES / "page.css").read_text()))
    wanted = fragments | patterns | {*document.every("for"), *document.every("aria-labelledby")}
    assert wanted <= set(ids)
    assert set(planted.registry.claims) <= fragments


def test_files_that_it_points_to_are_results(document: Document) -> None:
    rules = "\n".join(path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    figures = set(re.findall(r'^    "([a-z-]+)": \(', rules, flags=re.MULTILINE))
    files = {link for link in document.every("href") if not link.startswith(("#", "data:"))}
    for file in files:
        folder, _, name = file.rpartition("/")
        if folder == "figures":
            assert name.rpartition(".")[0] in figures
        elif folder != "mechanisms":
            assert f'"results/{file}"' in rules, file


def test_it_loads_nothing_and_runs_only_its_own(html: str, document: Document) -> None:
    for attribute in ("src", "srcset", "action", "poster", "data", "style"):
        assert document.every(attribute) == [], attribute
    assert not [link for link in document.every("href") if re.match(r"\w+:|//", link, re.I)][1:]
    (style,), (script,) = document.inside("style", html), document.inside("script", html)
    assert "@import" not in style
    assert set(re.findall(r"url\((.)", style)) == {"#"}
    for name in ("fetch", "XMLHttpRequest", "import(", "innerHTML", "eval", "localStorage"):
        assert name not in script
    (policy,) = [
        given["content"]
        for tag, given in document.elements
        if given.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for kind, text in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[kind] == f"'sha256-{digest}'"


PAYLOAD = "</script></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}"


def hostile() -> Results:
    """Three claims with a payload wherever words come from people or data."""
    registry = load_registry((ROOT / "config" / "claims").glob("generalization.yaml"), [])
    group = registry.groups["generalization"]
    wording = ("statement", "estimand", "comparator", "reading", "strict_reading", "note")
    wording = (*wording, "data_budget", "margin_reason")
    claims = {
        name: claim.model_copy(update=dict.fromkeys(wording, PAYLOAD))
        for name, claim in list(group.claims.items())[:3]
    }
    bad = group.model_copy(update={"title": PAYLOAD, "claims": claims})
    found = results(Registry({"generalization": bad}, {}))
    found.coding.append(Coded("A", 1, PAYLOAD, 1, "0" * 12, tuple(claims), "", PAYLOAD))
    found.tables.contrasts["why_not"] = ""
    found.tables.contrasts.iloc[:5, found.tables.contrasts.columns.get_loc("why_not")] = PAYLOAD
    found.tables.real["dataset"] = PAYLOAD
    found.tables.real["why_not"] = PAYLOAD
    return found


def test_what_people_and_data_say_stays_words() -> None:
    html = hostile().page(
        study=PAYLOAD,
        provenance={PAYLOAD: PAYLOAD},
        datasets={PAYLOAD: PAYLOAD, "longley": PAYLOAD},
    )
    document = Document(html)
    found = [tag for tag, _ in document.elements if tag in RUNNING]
    assert sorted(found) == ["script", "style"]
    names = {name for _, given in document.elements for name in given}
    assert not [name for name in names if name.startswith("on")]
    assert " ".join(PAYLOAD.split()) in document.text
    assert "49" not in re.findall(r"&(\d+)", document.text)
    assert document.open == []


def test_it_is_the_same_whatever_the_order_of_rows(planted: Results, html: str) -> None:
    assert planted.page() == html
    tables = {
        name: table.sample(frac=1, random_state=3) for name, table in vars(planted.tables).items()
    }
    shuffled = Results(planted.registry, planted.coding, planted.record, Tables(**tables))
    assert shuffled.page() == html


def test_it_is_small(html: str) -> None:
    assert len(html.encode()) < 3_000_000


@pytest.mark.parametrize(("smoke", "count"), [(True, 1), (False, 0)])
def test_a_smoke_run_is_marked(planted: Results, smoke: bool, count: int) -> None:
    assert planted.page(smoke=smoke).count("Smoke run: numbers illustrate the machinery") == count


def test_provenance_is_at_its_end(planted: Results) -> None:
    given = {"last commit to change inputs": "0123abcd", "numpy": "9.9.9"}
    text = Document(planted.page(provenance=given)).text
    for name, value in given.items():
        assert f"{name} {value}" in text


def test_templates_are_installed_with_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    for path in TEMPLATES.iterdir():
        name = path.relative_to(TEMPLATES.parent).as_posix()
        assert any(fnmatch.fnmatch(name, pattern) for pattern in patterns), name


def test_an_edited_style_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = assets_hash()
    for path in TEMPLATES.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("regclaims.page.render.TEMPLATES", tmp_path)
    assert assets_hash() == before
    with (tmp_path / "page.css").open("a", encoding="utf-8") as file:
        file.write("p { margin: 0; }\n")
    assert assets_hash() != before


def colours(scheme: str) -> dict[str, str]:
    """Colours of the style sheet by name; dark ones stand over the light ones."""
    light, dark = re.findall(r":root \{(.*?)\}", (TEMPLATES / "page.css").read_text(), re.DOTALL)[
        :2
    ]
    text = light if scheme == "light" else light + dark
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", text))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


TEXTS = [(ink, ground) for ink in ("ink", "soft", "link") for ground in ("ground", "raised")]
TEXTS += [("on-hold", "hold"), ("on-against", "against"), ("ink", "band")]
TEXTS += [("on-light", f"q{i}") for i in range(3)] + [("on-dark", f"q{i}") for i in (3, 4)]
DRAWN = [("edge", "ground"), ("edge", "raised"), ("focus", "ground"), ("hold", "ground")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXTS, 4.5), (DRAWN, 3.0)], ids=["text", "drawings"])
def test_colours_have_contrast(scheme: str, pairs: list[tuple[str, str]], least: float) -> None:
    """WCAG 2, level AA: 4.5 for text, 3 for what has to be seen to understand a drawing."""
    found = colours(scheme)
    for first, second in pairs:
        light, dark = sorted([luminance(found[first]), luminance(found[second])], reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= least, (first, second)


def test_real_data_are_named_and_marked(planted: Results, document: Document) -> None:
    real: Any = planted.tables.real
    assert isinstance(real, pd.DataFrame)
    assert set(real["dataset"]) == {"longley", "khan", "mine"}
    assert "Longley" in document.text
    assert "mine not registered" in document.text
    assert "does not vote: saturated" in document.text
