"""A sentence for each verdict, and the record of all."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from regclaims.claims.decide import VERDICTS
from regclaims.claims.record import Record, record, schema
from regclaims.claims.verdicts import COLUMNS
from regclaims.claims.wording import sentence

NUMBERS = st.one_of(st.none(), st.just(float("nan")), st.floats(-1e6, 1e6))
ROWS = st.fixed_dictionaries(
    {
        "verdict": st.sampled_from(VERDICTS),
        "bar": st.sampled_from(["existence", "0.5", 0.75, "1.0"]),
        "cells": st.integers(0, 500),
        "region": st.just("snr >= 1.22, not snr <= 0.25"),
        "effect": NUMBERS,
        "ci_low": NUMBERS,
        "ci_high": NUMBERS,
        "robustness": st.one_of(st.none(), st.floats(0, 1)),
        "design_dependent": st.sampled_from([True, False, None, "True", float("nan")]),
        "registered": st.sampled_from(["registered", "not registered", "deviation"]),
    }
)
STRONGER = {
    "supported": ("refuted", "inconclusive", "existence"),
    "supported (existence)": ("refuted", "inconclusive"),
    "boundary": ("supported", "refuted", "inconclusive"),
    "refuted": ("supported", "inconclusive"),
    "inconclusive": ("supported", "refuted"),
    "not testable": ("supported", "refuted", "inconclusive"),
}


@given(ROWS, st.booleans())
def test_every_sentence_is_one(row, rarely):
    existence = row["bar"] == "existence"
    # Of one cell nothing but existence is claimed, and of shares no existence.
    assume(not (existence and (rarely or row["verdict"] in ("supported", "boundary"))))
    assume(existence or row["verdict"] != "supported (existence)")
    told = sentence(row, rarely=rarely)
    assert re.fullmatch(r"[A-Z].*\.", told)
    assert "  " not in told
    assert "nan" not in told.lower().replace("inconclusive", "")
    assert "None" not in told
    assert "1 cells" not in told.replace("01 cells", "").replace("11 cells", "") or re.search(
        r"\d1 cells", told
    )
    for word in STRONGER[row["verdict"]]:
        assert word not in told.lower()
    assert ("was not registered" in told) == (row["registered"] == "not registered")


def test_words_by_hand():
    row = {"verdict": "supported", "bar": 0.75, "cells": 480, "region": None, "effect": 0.123456}
    row |= {"ci_low": 0.1, "ci_high": 0.15, "robustness": 0.9, "design_dependent": False}
    row |= {"registered": "registered"}
    assert sentence(row) == (
        "Supported: it holds in at least 75 % of 480 cells. The mean effect is 0.123 (95 % "
        "interval 0.1 to 0.15). 90 % of the registered alternatives agree."
    )
    one = row | {"verdict": "inconclusive", "cells": 1, "effect": None, "robustness": None}
    assert sentence(one) == "Inconclusive: 1 cell does not decide it."
    with pytest.raises(ValueError, match="unknown verdict"):
        sentence(row | {"verdict": "proved"})


def tables():
    row = dict.fromkeys(COLUMNS) | {
        "claim_id": "c",
        "group": "g",
        "statement": "It is so.",
        "sources": "A s1",
        "origin": "article",
        "verdict": "supported",
        "effect": np.float64(0.2),
        "ci_low": 0.1,
        "ci_high": 0.3,
        "mcse": 0.05,
        "bar": "0.75",
        "share_holds": 0.9,
        "share_negligible": 0.1,
        "share_reversed": 0.0,
        "share_open": 0.0,
        "cells": 10,
        "replicates": 5,
        "robustness": float("nan"),
        "design_dependent": np.bool_(False),
        "registered": "not registered",
        "controls_ok": True,
        "registry_hash": "0123",
    }
    decision = {"claim_id": "c", "reading": "charitable", "p_supported": 0.001, "p_refuted": 1.0}
    return {
        "verdicts": pd.DataFrame([row]),
        "strict": pd.DataFrame([{"claim_id": "c", "verdict": "refuted"}]),
        "decisions": pd.DataFrame([decision, decision | {"reading": "strict"}]),
        "robustness": pd.DataFrame(
            [
                {"claim_id": "c", "alternative": "registered", "verdict": "supported"}
                | {"agreement": "agrees"},
                {"claim_id": "c", "alternative": "tuning-bic", "verdict": "not testable"}
                | {"agreement": None},
            ]
        ),
        "real": pd.DataFrame(
            [
                {"claim_id": "c", "scope": "all", "verdict": "inconclusive", "effect": None}
                | {"ci_low": None, "ci_high": None, "datasets": 2, "holds_on": "one two"}
            ]
        ),
        "known_beta": pd.DataFrame(columns=["claim_id", "verdict"]),
    }


def test_the_record_is_what_its_schema_says():
    found = record("study", 1, [], tables())
    Record.model_validate(found)
    ours = tables()
    ours["verdicts"] = ours["verdicts"].assign(sources=float("nan"), origin="ours")
    assert record("study", 1, [], ours)["verdicts"][0]["sources"] == ""
    (verdict,) = found["verdicts"]
    assert verdict["shares"] == {"holds": 0.9, "negligible": 0.1, "reversed": 0.0, "open": 0.0}
    assert verdict["robustness"] is None
    assert verdict["strict_verdict"] == "refuted"
    assert verdict["real_data"][0]["holds_on"] == ["one", "two"]
    assert verdict["alternatives"][1]["agreement"] is None
    published = schema()
    assert published["$defs"]["Verdict"]["additionalProperties"] is False
    assert set(verdict) == set(published["$defs"]["Verdict"]["properties"])


def test_what_the_schema_does_not_know_is_refused():
    found = record("study", 1, [], tables())
    found["verdicts"][0]["verdict"] = "proved"
    with pytest.raises(ValidationError):
        Record.model_validate(found)
