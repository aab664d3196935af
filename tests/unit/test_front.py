"""The front of the README: five findings and a figure, as the published verdicts have them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regclaims.config import load_registry
from regclaims.errors import InputError
from regclaims.io import sha256
from regclaims.report.front import BEGIN, END, FIGURE, FINDINGS, HALF, PICTURE, front, insert

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "results" / "published"


def edited(run, claim, **values):
    """The front of a run in which one claim came out otherwise."""

    def edit(table):
        for column, value in values.items():
            table[column] = table[column].astype(object)
            table.loc[table["claim_id"] == claim, column] = value
        return table

    run.change("verdicts.csv", edit)
    return next(line for line in front(run.results).splitlines() if f"`{claim}`" in line)


def test_the_readme_is_that_of_the_published_verdicts():
    if not PUBLISHED.exists():
        pytest.skip("no run has been published: the README has no findings to check yet")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert insert(readme, front(PUBLISHED), "README.md") == readme
    files = json.loads((PUBLISHED / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert sha256(ROOT / PICTURE) == files[f"results/{FIGURE}.png"]


def test_the_findings_are_claims_of_one_part():
    registry = load_registry((ROOT / "config" / "claims").glob("*.yaml"), []).claims
    assert len(FINDINGS) == 5
    for name in FINDINGS:
        assert registry[name].origin == "article"
        assert len(registry[name].rule.parts) == 1
    assert registry["l1-most-zero"].rule.parts[0].versus == HALF


def test_shares_and_ratios_are_told_in_their_unit(small_run):
    text = front(small_run.results)
    # Effects of .2 [.1, .3]: as a share of zeros over one half, and as a log ratio.
    assert "70.0 % (95 % interval 60.0 to 80.0)" in text
    assert "1.22 times ridge's (95 % interval 1.11 to 1.35)" not in text.splitlines()[2]
    assert "risk is 1.22 (95 % interval 1.11 to 1.35) times ridge's" in text
    # The bar, .05, less .04 [.03, .05].
    assert "1.00 % (95 % interval 0.00 to 2.00) of tuned ridge fits have one" in text
    assert "0.30 times ridge's (95 % interval 0.25 to 0.36)" in text
    assert text.startswith(BEGIN)
    assert text.endswith(END)


def test_each_verdict_has_its_word(small_run):
    claim = "l1-exact-zeros"
    existence = edited(small_run, claim, verdict="supported (existence)")
    assert "**Supported, as it asks for one case.**" in existence
    bounded = edited(small_run, claim, verdict="boundary", region="density <= 0.05")
    assert "**Boundary: density <= 0.05.**" in bounded
    assert "**Refuted.**" in edited(small_run, claim, verdict="refuted")


def test_a_claim_that_could_not_be_tested_has_no_number(small_run):
    def edit(table):
        table.loc[table["claim_id"] == "l1-exact-zeros", "verdict"] = "not testable"
        return table

    small_run.change("verdicts.csv", edit)
    line = next(x for x in front(small_run.results).splitlines() if "Not testable" in x)
    assert line.endswith("**Not testable.**")


def test_a_claim_without_a_verdict_is_named(small_run):
    small_run.change("verdicts.csv", lambda t: t[t["claim_id"] != "l1-most-zero"])
    with pytest.raises(InputError, match="l1-most-zero: has no row"):
        front(small_run.results)


@pytest.mark.parametrize(
    "text", ["", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}", f"{BEGIN}{END}{END}"]
)
def test_markers_must_stand_once_in_their_order(text):
    with pytest.raises(InputError, match="once each, in this order"):
        insert(text, "block", "README.md")
