"""Verdicts in the paper's text: never more than was decided, and each with its evidence."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regclaims.config import Registry, load_registry
from regclaims.config.coding import read_coding
from regclaims.figures.of_claims import figures_of
from regclaims.report.coding import coding_numbers, coding_table, coding_totals
from regclaims.report.court import controls_table, deviations_text
from regclaims.report.data import real_numbers
from regclaims.report.groups import group_summaries
from regclaims.report.maps import map_numbers
from regclaims.report.sentences import in_short, standing
from regclaims.report.verdicts import overview_numbers, verdict_numbers

ROOT = Path(__file__).parents[2]
PAPER = "\n".join(path.read_text(encoding="ascii") for path in (ROOT / "paper").rglob("*.tex"))


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry((ROOT / "config" / "claims").glob("*.yaml"), [])


def verdict(name: str, kind: str, **columns: object) -> dict[str, object]:
    row = {"claim_id": name, "statement": "L1 is sparse.", "origin": "article", "verdict": kind}
    row |= {"bar": 0.75, "share_holds": 0.8, "region": np.nan, "robustness": 1.0}
    return row | {"design_dependent": False, "registered": "registered"} | columns


@pytest.mark.parametrize(
    ("kind", "columns", "said"),
    [
        ("supported", {}, r"supported: the claim holds in at least 75\,\% of the cells"),
        ("supported", {"bar": 1.0}, "supported: the claim holds in all cells"),
        ("refuted", {"bar": "1.0"}, "refuted: the claim does not hold in all cells"),
        ("refuted", {}, r"refuted: the claim holds in fewer than 75\,\% of the cells"),
        ("refuted", {"bar": "existence"}, "refuted: it holds in no cell"),
        ("supported (existence)", {"bar": "existence"}, "it holds in some cell"),
        ("inconclusive", {"bar": "existence"}, "(inconclusive)"),
        (
            "inconclusive",
            {"cells": 42},
            r"inconclusive: it holds in 80\,\% of 42 cells, against a bar of 75\,\%",
        ),
        ("supported", {"share_holds": np.nan}, "the event is as rare as the wording says"),
        ("refuted", {"share_holds": np.nan}, "the event is more frequent than the wording says"),
        (
            "boundary",
            {"region": "snr >= 1, not snr <= 0.25"},
            r"bar for snr \ensuremath{\geq} 1, and misses it for snr \ensuremath{\leq} 0.25",
        ),
        ("not testable", {"bar": np.nan, "share_holds": np.nan}, "no cell of this study meets"),
    ],
)
def test_a_claim_in_a_few_words_says_what_was_decided(
    kind: str, columns: dict[str, object], said: str
) -> None:
    values = verdict_numbers(pd.DataFrame([verdict("a", kind, **columns)]))
    assert said in values["said-a"]
    assert values["said-a"].startswith(r"\emph{L1 is sparse} (")


def test_verdicts_on_claims_of_ours_are_in_no_total() -> None:
    rows = [verdict("a", "supported"), verdict("b", "supported", origin="ours", robustness=0.5)]
    values = verdict_numbers(pd.DataFrame(rows))
    assert (values["n-supported"], values["n-claims"], values["n-ours"]) == ("1", "1", "1")
    assert (values["n-robust"], values["n-robust-tried"]) == ("1", "2")


def test_an_unknown_verdict_is_refused() -> None:
    with pytest.raises(ValueError, match="proven"):
        in_short(verdict("a", "proven"), rarely=False)


def test_overview_counts_refuted_claims_whose_mean_is_beyond_the_margin() -> None:
    data = pd.DataFrame(
        {"effect": [2.0, 2.0, 0.5], "margin": [0.05, 0.0, 0.05], "clipped": [True, False, False]}
        | {"verdict": "refuted", "strict_verdict": ["refuted", "refuted", "supported"]}
        | {"claim_id": ["a", "b", "c"], "scale": "difference", "origin": "article"}
    )
    values = overview_numbers(data)
    assert values["overview-refuted-above"] == "1"  # without a margin nothing is beyond it
    assert values["overview-refuted-names"] == r" (\textsf{a})"
    assert values["overview-strict-differs"] == "1"
    assert values["overview-strict-stronger"] == "0"


def test_overview_counts_what_could_hardly_have_failed_and_what_is_stronger_strictly() -> None:
    data = pd.DataFrame(
        {"claim_id": ["a", "b", "c"], "effect": 1.0, "margin": 0.0, "clipped": False}
        | {"verdict": ["supported", "supported", "supported (existence)"]}
        | {"strict_verdict": ["refuted", "supported", "supported"]}
        | {"scale": ["digits", "digits", "difference"], "origin": ["article", "ours", "article"]}
    )
    values = overview_numbers(data)
    assert values["n-identity-supported"] == "1"
    assert values["overview-strict-differs"] == "2"
    assert values["overview-strict-stronger"] == "1"
    assert values["overview-refuted-names"] == ""


def test_support_against_most_alternatives_is_told() -> None:
    rows = [
        verdict("a", "supported", robustness=0.4),
        verdict("b", "supported", robustness=0.25),
        verdict("c", "refuted", robustness=0.1),
    ]
    values = verdict_numbers(pd.DataFrame(rows))
    told = r"\textsf{b} (25\,\% agree) and \textsf{a} (40\,\% agree)"
    assert values["supported-by-few"].endswith(told)
    assert values["n-not-robust"] == "3"
    firm = verdict_numbers(pd.DataFrame([verdict("a", "supported")]))
    assert firm["supported-by-few"].startswith("none of those")


def test_a_boundary_is_compared_with_what_it_is_without_one() -> None:
    row = verdict("a", "boundary", robustness=0.5)
    assert r"50\,\% of the registered alternatives agree on what it is without one." in standing(
        row
    )
    assert "without" not in standing(verdict("a", "refuted"))


def test_claims_that_only_real_data_refute_are_named() -> None:
    columns = ["claim_id", "scope", "verdict"]
    real = pd.DataFrame([("a", "all", "refuted"), ("b", "all", "refuted")], columns=columns)
    known = pd.DataFrame({"claim_id": ["a"], "verdict": ["inconclusive"]})
    population = pd.DataFrame({"claim_id": ["a", "b"], "verdict": ["inconclusive", "refuted"]})
    told = real_numbers(real, known, population)["refuted-elsewhere"]
    assert told.endswith(r"on real data \textsf{a}; with known $\beta$ on real columns none.")


def test_maps_name_the_claim_that_changes_most() -> None:
    data = pd.DataFrame(
        [
            {"claim_id": name, "row": row, "column": "x", "cells": cells}
            | {"share_holds_row": share, "share_holds_column": 0.5}
            for name, row, cells, share in [
                *[("a", 0.05, 20, 0.5), ("a", 1.0, 20, 0.6)],
                *[("b", 0.05, 20, 0.1), ("b", 1.0, 30, 0.9)],
                *[("c", 0.05, 2, 0.0), ("c", 1.0, 2, 1.0)],  # too few cells to speak of
            ]
        ]
    )
    values = map_numbers({"map-density-snr": data, "map-correlation-shape": data.head(0)})
    assert values["map-density-snr-row-claim"] == r"\textsf{b}"
    assert values["map-density-snr-row-least-level"] == "0.05"
    assert values["map-density-snr-row-most-share"] == r"90\,\%"
    assert values["map-density-snr-row-most-cells"] == "30"
    assert values["map-density-snr-few"] == r"33\,\%"
    assert values["map-correlation-shape-claims"] == "0"
    assert values["map-correlation-shape-row-least-share"] == "---"


def test_every_figure_of_a_claim_is_in_the_paper(registry: Registry) -> None:
    labels = set(re.findall(r"\{fig:([a-z-]+)\}\{", PAPER))
    shown = {name: figures_of(claim) for name, claim in registry.claims.items()}
    assert {figure for figures in shown.values() for figure in figures} <= labels
    assert shown["kink-causes-zeros"] == ["kink"]
    assert shown["l2-stable-coefficients"] == ["stability"]
    assert shown["real-world-reliable"] == ["real-data"]
    # An experiment has a figure always, a contrast of the population where one is drawn.
    for name, claim in registry.claims.items():
        assert shown[name] or claim.kind == "population"


def test_groups_list_every_claim_once(registry: Registry) -> None:
    rows = [verdict(name, "refuted") for name in registry.claims]
    text = group_summaries(registry, pd.DataFrame(rows))
    assert sorted(re.findall(r"hyperref\[claim:([a-z0-9-]+)\]", text)) == sorted(registry.claims)
    assert text.count(r"\paragraph") == len(registry.groups)


def test_the_appendix_has_every_sentence(registry: Registry) -> None:
    coded = read_coding(ROOT / "config" / "coding.csv", registry.claims)
    sentences = [row.__dict__ for row in coded]
    table = coding_table(sentences)
    assert table.count(r"\hyperref[claim:") == sum(len(row.claims) for row in coded)
    assert all(rf"\emph{{{row.reason}}}" in table for row in coded if row.reason)
    assert coding_numbers(sentences)["coding-sentences"] == str(len(coded))
    last = coding_totals(sentences).splitlines()[-3].removesuffix(r" \\").split(" & ")
    assert [int(cell) for cell in last[1:-1]] and sum(map(int, last[1:-1])) == int(last[-1])
    assert int(last[-1]) == len(coded)


NONE = pd.DataFrame(columns=["claim_id", "when", "reason", "verdict", "registered_verdict"])


def test_deviations_are_told_or_that_there_are_none() -> None:
    rows = pd.DataFrame([verdict("a", "refuted"), verdict("b", "refuted")])
    assert "pilot run" in deviations_text(NONE, rows.assign(registered="not registered"))
    assert "there is no deviation" in deviations_text(NONE, rows)
    mixed = rows.assign(registered=["registered", "not registered"])
    assert "1 of 2 rules were registered (not b)" in deviations_text(NONE, mixed)
    changed = pd.DataFrame(
        [
            ["a", "2027-01-15", "50 % was meant", "refuted", "supported"],
            ["b", "x", "y", None, None],
        ],
        columns=NONE.columns,
    )
    text = deviations_text(changed, rows)
    assert r"a & 2027-01-15 & 50 \% was meant & supported & refuted" in text
    assert r"b & x & y & -{}-{}- & -{}-{}-" in text.replace("---", "-{}-{}-")


def test_controls_are_listed_with_what_they_must_be() -> None:
    controls = pd.DataFrame(
        [
            ["ridge-selects", "refuted", "refuted", 0.1, 9, True],
            ["planted-at-the-margin", "inconclusive", "inconclusive", 1.0, 100, True],
        ],
        columns=["control", "expected", "verdict", "effect", "cells", "ok"],
    )
    table = controls_table(controls)
    assert "Ridge selects variables" in table
    assert "planted exactly at their margin" in table


@pytest.mark.parametrize(
    ("statement", "begins"),
    [("Under L1 it is so.", "under L1"), ("L1 is so.", "L1 is"), ("Ridge is so.", "Ridge is")],
)
def test_within_a_sentence_a_statement_begins_with_a_capital_only_for_a_name(statement, begins):
    values = verdict_numbers(pd.DataFrame([verdict("a", "supported", statement=statement)]))
    assert values["said-a"].startswith(rf"\emph{{{begins}")
