"""Every sentence of the articles is coded."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclaims.cli import main
from regclaims.config import load_registry
from regclaims.config.coding import (
    ARTICLES,
    COLUMNS,
    REASONS,
    Coded,
    check_sources,
    read_coding,
    sentence_hash,
    sentences,
    uncoded,
)
from regclaims.errors import InputError

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "config" / "coding.csv"
CLAIMS = load_registry((ROOT / "config" / "claims").glob("*.yaml"), []).claims


HASH = "0" * 12
HEAD = ",".join(COLUMNS)


def problems(folder, *rows, head=HEAD):
    """Write a table, and return what is wrong with it, without the file's name."""
    path = folder / "coding.csv"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    with pytest.raises(InputError) as stopped:
        read_coding(path, CLAIMS)
    return [str(problem).removeprefix(f"{path}: ") for problem in stopped.value.problems]


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
        Coded(article, number, "body", number, sentence_hash(text), (), "scope", "gist")
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
    # What a new sentence shifts is still where it is looked for.
    (tmp_path / "000_x.txt").write_text("New. One thing. Another thing.\n", encoding="utf-8")
    assert uncoded(rows, tmp_path) == ["A 1"]


def test_what_is_wrong_with_the_table_is_said_by_line(tmp_path):
    told = problems(
        tmp_path,
        f"D,1,s,1,{HASH},,scope,g",
        f"A,1,s,1,{HASH},l1-exact-zero,,g",
        f"A,2,s,2,{HASH},,,g",
        "A,3,s,3,x,,whim,",
        f"A,4,,1,{HASH},l2-no-zeros l2-no-zeros,,g",
        f"A,4,t,1,{HASH},,scope,g",
    )
    assert told == [
        "line 2: article must be one of A, B, C; found 'D'",
        "line 3: 'l1-exact-zero' is not a claim; did you mean l1-exact-zeros?",
        "line 4: must have claims or a reason, and not both",
        f"line 5: reason must be one of {', '.join(REASONS)}; found 'whim'",
        "line 5: gist must say what the sentence says",
        "line 5: hash must be 12 hexadecimal digits; found 'x'",
        "line 6: names a claim twice",
        "line 6: section must be named",
        "sentence 4 of A stands twice",
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A,1", "line 2: must have 8 cells; found 2"),
        (f"A,1,s,1,{HASH},,scope,g,more", "line 2: must have 8 cells; found more"),
        (f"A,one,s,1,{HASH},,scope,g", "line 2: number must be a whole number; found 'one'"),
        (f"A,1,s,-1,{HASH},,scope,g", "line 2: sentence must be a whole number; found '-1'"),
        (f"A,2,s,1,{HASH},,scope,g", "A: the next sentence must be 1; found 2"),
        (f"A,1,s,2,{HASH},,scope,g", "A, s: the next sentence must be 0 or 1; found 2"),
    ],
)
def test_a_row_that_is_out_of_place(tmp_path, row, message):
    assert problems(tmp_path, row) == [message]


def test_a_sentence_that_was_left_out_is_told_once(tmp_path):
    rows = [f"A,{i},s,{i},{HASH},,scope,g" for i in (1, 2, 4, 5)]
    assert problems(tmp_path, *rows) == [
        "A: the next sentence must be 3; found 4",
        "A, s: the next sentence must be 3; found 4",
    ]


def test_no_table_and_other_columns(tmp_path):
    (told,) = problems(tmp_path, head="a,b")
    assert told == f"line 1: must have the columns {', '.join(COLUMNS)}; found a, b"
    with pytest.raises(InputError, match=r"gone\.csv: cannot be read"):
        read_coding(tmp_path / "gone.csv", CLAIMS)


def row(place, *claims):
    return Coded(place[0], 1, *place[1:], HASH, claims, "", "gist")


def test_sources_are_the_sentences_that_are_coded_and_no_others():
    claims = {"l1-most-zero": CLAIMS["l1-most-zero"]}
    check_sources([row(("B", "snippets", 15), "l1-most-zero")], claims, "coding.csv")
    with pytest.raises(InputError) as stopped:
        check_sources([row(("C", "closing", 1), "l1-most-zero")], claims, "coding.csv")
    assert [str(problem) for problem in stopped.value.problems] == [
        "coding.csv: claims.l1-most-zero: has the source B, snippets, sentence 15, which is not "
        "coded to it",
        "coding.csv: claims.l1-most-zero: lacks the source C, closing, sentence 1, which is coded "
        "to it",
    ]


def test_the_shipped_claims_name_the_sentences_that_are_coded_to_them():
    check_sources(read_coding(TABLE, CLAIMS), CLAIMS, str(TABLE))
    for claim in CLAIMS.values():
        assert all(source.sentence for source in claim.sources)


def test_the_shipped_table_has_the_recorded_counts():
    """Where the articles are not at hand, these are what was counted in them."""
    rows = read_coding(TABLE, CLAIMS)
    assert Counter(row.article for row in rows) == {"A": 54, "B": 44, "C": 38}


def test_no_gist_quotes_its_article():
    """Five words in a row of a gist are never in a row in its article."""
    folder = articles()
    if folder is None:
        pytest.skip("the articles are not shipped; REGCLAIMS_ARTICLES says where they are")
    words = re.compile(r"[a-z0-9]+")
    for key, pattern in ARTICLES.items():
        (file,) = folder.glob(pattern)
        said = f" {' '.join(words.findall(file.read_text(encoding='utf-8').lower()))} "
        for coded in read_coding(TABLE, CLAIMS):
            gist = words.findall(coded.gist.lower())
            runs = [f" {' '.join(gist[i : i + 5])} " for i in range(len(gist) - 4)]
            assert coded.article != key or not any(run in said for run in runs), coded.place


def test_check_config_tells_of_the_table(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert main(["check-config"]) == 0
    assert "config/coding.csv: good: 136 sentences" in capsys.readouterr().out


@given(st.lists(st.text("ab .?!\n\t)", max_size=20), max_size=5))
def test_splitting_loses_no_letter(lines):
    text = "\n".join(lines)
    found = sentences(text)
    letters = [character for character in text if character.isalpha()]
    assert [character for part in found for character in part if character.isalpha()] == letters
    assert sentences("\n".join(found)) == found


def test_splitting():
    text = "Title\n\nOne (often 1). Two? “Three.” Four\tfive\n- \n"
    found = ["Title", "One (often 1).", "Two?", "“Three.", "Four", "five"]
    assert sentences(text) == found


@given(st.text(max_size=60))
def test_a_hash_is_of_letters_alone(text):
    assert sentence_hash(text) == sentence_hash(f" {text.lower()} ...")
    assert len(sentence_hash(text)) == 12
