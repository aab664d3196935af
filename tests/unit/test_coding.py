"""Every sentence of the articles is coded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclaims.config import load_registry
from regclaims.config.coding import (
    Coded,
    read_coding,
    sentence_hash,
    sentences,
    uncoded,
)
from regclaims.errors import InputError

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "config" / "coding.csv"
CLAIMS = load_registry((ROOT / "config" / "claims").glob("*.yaml"), []).claims


def articles() -> Path | None:
    """Where the articles are: they are not shipped."""
    named = os.environ.get("REGCLAIMS_ARTICLES")
    folders = [Path(named)] if named else [ROOT.parent / "shared" / "sources"]
    return next((folder for folder in folders if any(folder.glob("000_*.txt"))), None)


def test_every_sentence_is_coded():
    folder = articles()
    if folder is None:
        pytest.skip("the articles are not shipped; REGCLAIMS_ARTICLES says where they are")
    assert uncoded(read_coding(TABLE, CLAIMS), folder) == []


def test_every_claim_of_an_article_has_a_sentence_and_ours_have_none():
    cited = {name for row in read_coding(TABLE, CLAIMS) for name in row.claims}
    assert cited == {name for name, claim in CLAIMS.items() if claim.origin == "article"}


def test_a_sentence_that_moved_or_changed_is_noticed(tmp_path):
    for number in range(3):
        (tmp_path / f"00{number}_x.txt").write_text("One thing. Another thing!\n", encoding="utf-8")
    rows = [
        Coded(article, number, sentence_hash(text), (), "scope", "gist")
        for article in "ABC"
        for number, text in enumerate(["One thing.", "Another thing!"], start=1)
    ]
    assert uncoded(rows, tmp_path) == []
    assert uncoded(rows[:-1], tmp_path) == ["C 2"]
    (tmp_path / "000_x.txt").write_text("One thing. Another thing? New.\n", encoding="utf-8")
    # A question mark is no letter; a further sentence is one.
    assert uncoded(rows, tmp_path) == ["A 3"]
    (tmp_path / "000_x.txt").write_text("Some thing. Another thing.\n", encoding="utf-8")
    assert uncoded(rows, tmp_path) == ["A 1"]


def test_what_is_wrong_with_the_table_is_said_by_line(tmp_path):
    path = tmp_path / "coding.csv"
    head = "article,number,hash,claims,reason,gist\n"
    path.write_text(
        head + "D,1,x,,scope,g\nA,1,x,nothing-such,,g\nA,1,x,,,g\nA,2,x,,whim,\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as stopped:
        read_coding(path, CLAIMS)
    told = "\n".join(map(str, stopped.value.problems))
    for part in (
        "line 2: article must be one of A, B, C",
        "line 3: 'nothing-such' is not a claim",
        "line 4: must have claims or a reason",
        "line 5: reason must be one of scope",
        "line 5: gist must say",
        "sentence 1 of A stands twice",
    ):
        assert part in told
    path.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(InputError, match="must have the columns"):
        read_coding(path, CLAIMS)


def test_splitting():
    text = "Title\n\nOne (often 1). Two? “Three.” Four\tfive\n- \n"
    found = ["Title", "One (often 1).", "Two?", "“Three.", "Four", "five"]
    assert sentences(text) == found


@given(st.text(max_size=60))
def test_a_hash_is_of_letters_alone(text):
    assert sentence_hash(text) == sentence_hash(f" {text.lower()} ...")
    assert len(sentence_hash(text)) == 12
