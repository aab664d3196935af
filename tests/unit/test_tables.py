"""Tables of shards: written whole or not at all, joined, and searched for failures."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regclaims.evidence.tables import CELLS, FITS, TABLES, failures, join, writing
from regclaims.io import replacing

nan = np.nan


def cell_row(**values):
    row = {"cell_id": "c", "source": "synthetic", "method": "lasso", "tuning": "oracle"}
    row |= {"metric": "rr", "mean": 0.5, "mcse": 0.1}
    return row | {"replicates": 4, "n_undefined": 0, "n_failed": 0} | values


def fit_columns(*ids, reasons=None):
    n = len(ids)
    columns = {name: [None] * n for name in FITS}
    status = ["failed" if reason else "converged" for reason in reasons or [""] * n]
    return columns | {"fit_id": list(ids), "reason": reasons or [""] * n, "status": status}


def write(path, *rows):
    with writing({"cells": path}) as writer:
        for row in rows:
            writer.write("cells", [row])


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_rows_come_back_as_they_were_written(tmp_path):
    rows = [cell_row(), cell_row(metric="fdr", mean=nan, n_undefined=4)]
    write(tmp_path / "a.parquet", *rows)
    found = pq.read_table(tmp_path / "a.parquet")
    assert found.column_names == list(CELLS)
    for row, there in zip(rows, found.to_pylist(), strict=True):
        assert there == pytest.approx(row, nan_ok=True)


def test_columns_come_back_as_they_were_written(tmp_path):
    columns = fit_columns("a", "b") | {"rr": [0.25, None], "null": [True, None]}
    with writing({"fits": tmp_path / "a.parquet"}) as writer:
        writer.write_columns("fits", columns)
        writer.write_columns("fits", columns)
    found = pq.read_table(tmp_path / "a.parquet")
    assert found.schema.equals(pa.schema(FITS.items()))
    assert found["rr"].to_pylist() == [0.25, None] * 2
    assert found["null"].to_pylist() == [True, None] * 2


def test_a_value_that_is_missing_from_a_row_is_undefined(tmp_path):
    row = cell_row()
    del row["mcse"]
    write(tmp_path / "a.parquet", row)
    assert pq.read_table(tmp_path / "a.parquet")["mcse"].to_pylist() == [None]


@pytest.mark.parametrize(
    "change", [{"mean": "much"}, {"method": 7}], ids=lambda change: next(iter(change))
)
def test_a_value_of_another_kind_is_an_error(tmp_path, change):
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        write(tmp_path / "a.parquet", cell_row(**change))
    assert names(tmp_path) == []


def test_a_column_that_the_table_has_not_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="the table of cells has no beauty, truth"):
        write(tmp_path / "a.parquet", cell_row(beauty=1.0, truth=True))
    with (
        pytest.raises(ValueError, match="the table of fits has no beauty"),
        writing({"fits": tmp_path / "a.parquet"}) as writer,
    ):
        writer.write_columns("fits", fit_columns("a") | {"beauty": [1.0]})
    assert names(tmp_path) == []


def test_a_table_without_rows_has_its_columns(tmp_path):
    with writing({name: tmp_path / f"{name}.parquet" for name in TABLES}) as writer:
        writer.write("paths", [])
    for name, columns in TABLES.items():
        found = pq.read_table(tmp_path / f"{name}.parquet")
        assert (found.num_rows, found.column_names) == (0, list(columns))


def test_nothing_is_left_where_a_job_raises(tmp_path):
    paths = {name: tmp_path / f"{name}.parquet" for name in TABLES}
    seen = []
    with pytest.raises(ZeroDivisionError), writing(paths) as writer:
        writer.write("cells", [cell_row()])
        seen += names(tmp_path)
        1 / 0  # noqa: B018
    assert seen  # something was on its way
    assert names(tmp_path) == []


def test_tables_that_are_there_survive_a_job_that_raises(tmp_path):
    path = tmp_path / "a.parquet"
    write(path, cell_row())
    before = path.read_bytes()
    with pytest.raises(ZeroDivisionError), writing({"cells": path}) as writer:
        writer.write("cells", [cell_row(mean=9.0)])
        1 / 0  # noqa: B018
    assert path.read_bytes() == before
    assert names(tmp_path) == ["a.parquet"]


def test_the_same_rows_give_the_same_bytes(tmp_path):
    for name in ("a.parquet", "b.parquet"):
        write(tmp_path / name, cell_row(), cell_row(metric="fdr"))
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_tables_are_joined_in_the_order_given(tmp_path):
    parts = [tmp_path / "b.parquet", tmp_path / "a.parquet", tmp_path / "none.parquet"]
    write(parts[0], cell_row(cell_id="b"), cell_row(cell_id="d"))
    write(parts[1], cell_row(cell_id="a"))
    write(parts[2])
    join("cells", parts, tmp_path / "all.parquet")
    found = pq.read_table(tmp_path / "all.parquet")
    assert found["cell_id"].to_pylist() == ["b", "d", "a"]
    assert found.schema.equals(pa.schema(CELLS.items()))


def test_lists_are_joined_too(tmp_path):
    row = {"cell_id": "c", "method": "lasso", "tuning": "oracle", "metric": "cosine", "value": 0.5}
    row |= {"left_out": np.array([0.25, nan]), "replicates": 2, "n_undefined": 0, "n_failed": 0}
    with writing({"stability": tmp_path / "a"}) as writer:
        writer.write("stability", [row])
    join("stability", [tmp_path / "a", tmp_path / "a"], tmp_path / "b")
    found = pq.read_table(tmp_path / "b")["left_out"].to_pylist()
    assert found == [pytest.approx([0.25, nan], nan_ok=True)] * 2


@pytest.mark.parametrize(
    "broken",
    [
        "missing",
        "no parquet",
        "other columns",
    ],
)
def test_a_part_that_cannot_be_read_leaves_no_half_table(tmp_path, broken):
    write(tmp_path / "a.parquet", cell_row())
    bad = tmp_path / "bad.parquet"
    if broken == "no parquet":
        bad.write_bytes(b"words")
    if broken == "other columns":
        pd.DataFrame({"words": [1]}).to_parquet(bad)
    before = names(tmp_path)
    with (
        pytest.raises((OSError, pa.ArrowInvalid, ValueError, KeyError)),
        replacing(tmp_path / "all.parquet") as part,
    ):
        join("cells", [tmp_path / "a.parquet", bad], part)
    assert names(tmp_path) == before


def test_a_part_that_lacks_a_column_is_named(tmp_path):
    write(tmp_path / "a.parquet", cell_row())
    pq.read_table(tmp_path / "a.parquet").drop(["mcse"]).to_pandas().to_parquet(tmp_path / "bad")
    with pytest.raises(ValueError, match="bad is no table of cells: "):
        join("cells", [tmp_path / "a.parquet", tmp_path / "bad"], tmp_path / "all")


def test_failures_are_listed_with_their_reasons(tmp_path):
    paths = [tmp_path / "a", tmp_path / "b", tmp_path / "c"]
    shards = [
        fit_columns("a", "b", reasons=["", "y is constant"]),
        fit_columns("c"),
        fit_columns("d", "e", reasons=['a, b; "c"', "y is constant"]),
    ]
    for path, columns in zip(paths, shards, strict=True):
        with writing({"fits": path}) as writer:
            writer.write_columns("fits", columns)
    found = failures(paths)
    assert list(found) == ["fit_id", "status", "reason"]
    assert found["fit_id"].tolist() == ["b", "d", "e"]
    assert found["reason"].tolist() == ["y is constant", 'a, b; "c"', "y is constant"]
    assert set(found["status"]) == {"failed"}


@pytest.mark.parametrize("parts", [0, 1])
def test_no_failures_are_a_table_without_rows(tmp_path, parts):
    with writing({"fits": tmp_path / "a"}) as writer:
        writer.write_columns("fits", fit_columns("a"))
    found = failures([tmp_path / "a"] * parts)
    assert list(found) == ["fit_id", "status", "reason"]
    assert len(found) == 0
