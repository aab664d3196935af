"""The page as a reader meets it: on phone and desk, by key and by eye, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from study import Results

WIDTHS = (360, 768, 1280)
SCHEMES = ("light", "dark")
CLAIM = "l1-for-high-dim"
SHOWN = "tbody.claim:visible"

Open = Callable[..., Page]


@pytest.fixture
def visit(chromium: Any, page_file: Path) -> Iterator[Open]:
    """Return a function that opens the page, and look afterwards at what it asked for and said."""
    contexts, asked, said = [], [], []

    def visited(
        width: int = 1280, scheme: str = "light", scripts: bool = True, at: str = ""
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{page_file.as_uri()}{at}")
        return page

    yield visited
    for context in contexts:
        context.close()
    assert set(asked) <= {page_file.as_uri(), "data:,"}, "the page loads nothing but itself"
    assert said == [], "the page has nothing to complain of"


def evidence(page: Page, name: str = CLAIM) -> Any:
    return page.locator(f"[id='{name}']")


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_no_fault(visit: Open, width: int, scheme: str, planted: Results) -> None:
    page = visit(width, scheme, at=f"#{CLAIM}")
    # One claim of each verdict and of each kind is open.
    verdicts = {row["verdict"]: row["claim_id"] for row in planted.record["verdicts"]}
    kinds = {claim.kind: name for name, claim in planted.registry.claims.items()}
    for name in {*verdicts.values(), *kinds.values()}:
        page.locator(f"tbody[data-name='{name}'] details").evaluate("(d) => { d.open = true; }")
    page.locator(".howto, .sentences details").evaluate_all(
        "(all) => all.forEach((d) => { d.open = true; })"
    )
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", WIDTHS)
def test_drawings_keep_their_words_inside_and_apart(visit: Open, width: int) -> None:
    page = visit(width)
    open_all(page)
    wrong = page.evaluate(
        """() => [...document.querySelectorAll("svg[role=img]")].flatMap((drawing) => {
          const frame = drawing.getBoundingClientRect();
          const words = [...drawing.querySelectorAll("text")]
            .map((text) => [text.textContent, text.getBoundingClientRect()]);
          const out = words.filter(([, box]) => box.left < frame.left - 1
            || box.right > frame.right + 1 || box.top < frame.top - 1
            || box.bottom > frame.bottom + 1);
          const over = words.filter(([, a], i) => words.slice(i + 1).some(([, b]) =>
            a.left < b.right - 1 && b.left < a.right - 1
            && a.top < b.bottom - 2 && b.top < a.bottom - 2));
          return [...out, ...over].map(([text]) => text);
        })"""
    )
    assert wrong == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scripts", [True, False])
def test_nothing_is_wider_than_the_page(visit: Open, width: int, scripts: bool) -> None:
    page = visit(width, scripts=scripts)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Nor does anything within it stick out.
    wide = page.evaluate(
        """(width) => [...document.querySelectorAll("body *")].filter((element) => {
          const box = element.getBoundingClientRect();
          return box.width && box.right > width + 1 && !element.closest(".unseen, thead, svg");
        }).map((element) => element.outerHTML.slice(0, 80))""",
        width,
    )
    assert wide == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_row_does_not_overlap_itself(visit: Open, width: int) -> None:
    page = visit(width)
    overlapping = page.evaluate(
        """() => [...document.querySelectorAll("tr.line")].flatMap((row) => {
          const cells = [...row.children].map((cell) => [cell.className, [...cell.children]
            .map((inner) => inner.getBoundingClientRect()).filter((box) => box.width > 2)]);
          return cells.flatMap(([name, boxes], i) => cells.slice(i + 1).flatMap(
            ([other, others]) => boxes.flatMap((a) => others.filter((b) =>
              a.left < b.right - 1 && b.left < a.right - 1
              && a.top < b.bottom - 1 && b.top < a.bottom - 1,
            ).map(() => `${row.parentElement.dataset.name}: ${name} and ${other}`))));
        })"""
    )
    assert overlapping == []


@pytest.mark.parametrize("width", WIDTHS)
def test_without_scripts_all_is_there(visit: Open, width: int, planted: Results) -> None:
    page = visit(width, scripts=False)
    expect(page.locator("form.controls")).to_be_hidden()
    expect(page.locator(SHOWN)).to_have_count(len(planted.record["verdicts"]))
    expect(page.locator("noscript p").last).to_be_visible()
    expect(evidence(page)).to_be_hidden()
    page.locator(f"tbody[data-name='{CLAIM}'] summary").focus()
    page.keyboard.press("Enter")
    expect(evidence(page)).to_be_visible()


def test_without_scripts_a_link_opens_its_claim(visit: Open) -> None:
    # A browser opens what a fragment lies in.
    page = visit(scripts=False, at=f"#{CLAIM}")
    expect(evidence(page)).to_be_visible()
    expect(evidence(page)).to_be_in_viewport()


def test_words_are_found_in_any_order_and_anywhere(visit: Open) -> None:
    page = visit()
    search = page.get_by_role("searchbox", name="Find a sentence")
    shown = page.get_by_role("status")
    expect(shown).to_have_text("66 claims")
    search.fill("HIGH-dimensional  l1")  # of the statement
    expect(page.locator(f"tbody[data-name='{CLAIM}']")).to_be_visible()
    expect(page.locator("tbody[data-name='l1-constant-pull']")).to_be_hidden()
    search.fill("sparse models are liked")  # of the gist of a sentence
    expect(page.locator(SHOWN)).to_have_count(1)
    expect(shown).to_have_text("1 of 66 claims")
    expect(page.locator("tbody.group:visible")).to_have_text(["Generalization"])
    search.fill("A Optimization, sentence 4")  # of its place
    expect(page.locator(f"tbody[data-name='{CLAIM}']")).to_be_visible()
    search.fill("no such words")
    expect(page.locator(SHOWN)).to_have_count(0)
    expect(page.get_by_text("No claim has all of this.")).to_be_visible()
    search.press("Escape")
    expect(page.locator(SHOWN)).to_have_count(66)


def test_groups_and_verdicts_filter_together(visit: Open, planted: Results) -> None:
    page = visit()
    rows = planted.record["verdicts"]
    page.get_by_role("combobox", name="Group").select_option("stability")
    expect(page.locator(SHOWN)).to_have_count(8)
    page.get_by_role("checkbox", name="refuted").check()
    refuted = [
        r["claim_id"] for r in rows if (r["group"], r["verdict"]) == ("stability", "refuted")
    ]
    assert 0 < len(refuted) < 8
    expect(page.locator(SHOWN)).to_have_count(len(refuted))
    page.get_by_role("combobox", name="Group").select_option("")
    page.get_by_role("checkbox", name="inconclusive").check()
    either = [row for row in rows if row["verdict"] in ("refuted", "inconclusive")]
    expect(page.locator(SHOWN)).to_have_count(len(either))
    page.get_by_role("button", name="Show all").first.click()
    expect(page.locator(SHOWN)).to_have_count(len(rows))


def test_sorting_puts_what_has_no_value_last_and_goes_back(visit: Open) -> None:
    page = visit()

    def values(key: str) -> list[str]:
        return page.locator(SHOWN).evaluate_all(
            f"(all) => all.map((claim) => claim.dataset['{key}'])"
        )

    before, names = page.locator(".claims").inner_html(), values("name")
    order = page.get_by_role("combobox", name="Sort by")
    for key in ("effect", "holds", "robustness"):
        order.select_option(key)
        found = values(key)
        numbers = [float(value) for value in found if value]
        assert numbers == sorted(numbers, reverse=True)
        assert found[len(numbers) :] == [""] * (len(found) - len(numbers))
        expect(page.locator("tbody.group:visible")).to_have_count(0)
    order.select_option("name")
    assert values("name") == sorted(names)
    order.select_option("verdict")
    assert values("verdict")[0] == "supported"
    order.select_option("place")
    assert values("name") == names
    tags = "(html) => html.replace(/\\s+/g, '')"
    now = page.locator(".claims").inner_html()
    assert page.evaluate(tags, now) == page.evaluate(tags, before)


def test_keys_alone_find_and_open_a_claim(visit: Open) -> None:
    page = visit()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the claims")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(CLAIM)
    expect(page.locator(SHOWN)).to_have_count(1)
    summary = page.locator(f"tbody[data-name='{CLAIM}'] summary")
    for _ in range(20):
        page.keyboard.press("Tab")
        if summary.evaluate("(element) => element === document.activeElement"):
            break
    expect(summary).to_be_focused()
    assert summary.evaluate("(element) => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(evidence(page)).to_be_visible()
    assert page.url.endswith(f"#{CLAIM}"), "the address is one to hand on"
    page.keyboard.press("Enter")
    expect(evidence(page)).to_be_hidden()


def test_a_link_opens_its_claim_whatever_is_filtered(visit: Open) -> None:
    page = visit(at=f"#{CLAIM}")
    expect(evidence(page)).to_be_in_viewport()
    expect(page.locator(f"tbody[data-name='{CLAIM}'] summary")).to_be_focused()
    page.get_by_role("searchbox").fill("no such words")
    page.evaluate("location.hash = 'kink-causes-zeros'")
    expect(evidence(page, "kink-causes-zeros")).to_be_in_viewport()
    expect(page.locator(SHOWN)).to_have_count(66)


@pytest.mark.parametrize("at", ["#no-such-claim", "#<img src=x onerror=alert(1)>", "#%E0%A4%A"])
def test_a_link_to_nothing_does_no_harm(visit: Open, at: str) -> None:
    page = visit(at=at)
    expect(page.locator(SHOWN)).to_have_count(66)
    expect(page.locator("details[open]")).to_have_count(0)


def test_from_a_sentence_to_its_claim(visit: Open) -> None:
    page = visit(768)
    page.locator("summary", has_text="Article A").click()
    page.locator(".sentences").get_by_role("link", name="kink-causes-zeros").first.click()
    expect(evidence(page, "kink-causes-zeros")).to_be_in_viewport()


def test_all_is_opened_and_closed_but_what_is_filtered_away(visit: Open) -> None:
    page = visit()
    page.get_by_role("combobox", name="Group").select_option("stability")
    page.get_by_role("button", name="Open all").click()
    expect(page.locator("tbody.claim details[open]")).to_have_count(8)
    page.get_by_role("button", name="Close all").click()
    expect(page.locator("tbody.claim details[open]")).to_have_count(0)


def test_a_verdict_is_read_without_colour(visit: Open, planted: Results) -> None:
    page = visit()
    for row in planted.record["verdicts"]:
        chip = page.locator(f"tbody[data-name='{row['claim_id']}'] .c-verdict .chip")
        expect(chip).to_have_text(row["verdict"])
    shapes = page.locator("form .chip use").evaluate_all(
        "(all) => all.map((use) => document.querySelector(use.getAttribute('href')).innerHTML)"
    )
    assert len(set(shapes)) == len(shapes)


def test_paper_gets_claims_and_no_controls(visit: Open) -> None:
    page = visit(scheme="dark", at=f"#{CLAIM}")
    page.emulate_media(media="print")
    expect(page.locator("form.controls")).to_be_hidden()
    expect(evidence(page)).to_be_visible()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")
