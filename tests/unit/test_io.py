"""Files are written whole or not at all, with the same bytes every time."""

import json

import numpy as np
import pandas as pd
import pytest

from regclaims.io import replacing, write_csv, write_json, write_parquet, write_text

TABLE = pd.DataFrame({"x": [0.1, np.nan, 1 / 3], "name": ["a", "b,c", "é"]})


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_only_when_it_is_complete(tmp_path):
    with replacing(tmp_path / "new" / "a.txt") as part:
        part.write_text("half", encoding="utf-8")
        assert not (tmp_path / "new" / "a.txt").exists()
    assert names(tmp_path / "new") == ["a.txt"]


def test_an_exception_leaves_the_old_file_and_no_part(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    with pytest.raises(RuntimeError), replacing(tmp_path / "a.txt") as part:
        part.write_text("half", encoding="utf-8")
        raise RuntimeError
    assert names(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}])
def test_what_is_no_json_leaves_nothing(tmp_path, value):
    with pytest.raises((ValueError, TypeError)):
        write_json(tmp_path / "a.json", {"x": value})
    assert names(tmp_path) == []


def test_a_table_that_cannot_be_written_leaves_nothing(tmp_path):
    mixed = pd.DataFrame({"x": [1, "a", {}]})
    with pytest.raises(Exception, match="x"):
        write_parquet(tmp_path / "a.parquet", mixed)
    assert names(tmp_path) == []


def test_text_has_line_feeds_and_utf8(tmp_path):
    write_text(tmp_path / "a.txt", "é\nb\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa9\nb\n"


def test_json_has_one_spelling(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": [1.5, None]})
    write_json(tmp_path / "b.json", {"a": [1.5, None], "b": 1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {
        "a": [1.5, None],
        "b": 1,
    }


def test_csv_keeps_all_digits_and_leaves_undefined_empty(tmp_path):
    write_csv(tmp_path / "a.csv", TABLE)
    expected = 'x,name\n0.1,a\n,"b,c"\n0.3333333333333333,é\n'
    assert (tmp_path / "a.csv").read_bytes() == expected.encode()


@pytest.mark.parametrize("write", [write_parquet, write_csv])
def test_a_table_is_written_with_the_same_bytes(tmp_path, write):
    write(tmp_path / "a", TABLE)
    write(tmp_path / "b", TABLE)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_parquet_comes_back_as_it_was(tmp_path):
    write_parquet(tmp_path / "a.parquet", TABLE)
    back = pd.read_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(back, TABLE)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+x", "'+x"),
        (" -x", "' -x"),
        ("\t=1", "'\t=1"),
        ("-0.7", "-0.7"),
        ("+1e5", "+1e5"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_no_text_is_a_formula_in_a_spreadsheet(tmp_path, text, written):
    write_csv(tmp_path / "a.csv", pd.DataFrame({"x": [1.5, -2.0], "name": [text, None]}))
    read = pd.read_csv(tmp_path / "a.csv", keep_default_na=False, dtype=str)
    assert read["name"].tolist() == [written, ""]
    assert read["x"].tolist() == ["1.5", "-2.0"]
