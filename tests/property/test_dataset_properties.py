"""Whatever a file holds, it is loaded or refused with lines that name it; nothing else happens."""

import csv
import gzip
import io
import tempfile
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from regclaims.commands.add_dataset import as_yaml
from regclaims.config.base import validate
from regclaims.config.datasets import Dataset, Protocol
from regclaims.datasets import column_means, examine, impute
from regclaims.datasets.notes import on_one_line

NAMES = ["my.csv", "my.tsv", "my.csv.gz", "my.svm", "my.parquet"]
OPTIONS = st.fixed_dictionaries(
    {
        "target": st.sampled_from([None, "y", "a"]),
        "task": st.sampled_from([None, "regression", "classification"]),
        "missing": st.sampled_from(["refuse", "impute"]),
        "protocol": st.sampled_from([{}, Protocol().model_dump()]),
    }
)
LIKELY = st.fixed_dictionaries({"target": st.just("y"), "task": st.none()}).flatmap(
    lambda wanted: OPTIONS.map(lambda others: others | wanted)
)


def loaded(name, content, config):
    """Load what is written under a name, and check what must hold whatever it is."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        fit = bool(config["protocol"])
        data, notes = examine({"source": "file"} | config, file, "my", fit_folds=fit)
        assert [path.name for path in Path(folder).iterdir()] == [name]
    assert (data is None) == bool(notes.problems)
    for problem in (*notes.problems, *notes.warnings):
        assert str(problem).startswith(f"{on_one_line(str(file))}: ")
        assert str(problem).isprintable()  # so it is one line
        assert len(str(problem)) < len(str(file)) + 400
    if data is not None:
        check_loaded(data, config)
    return data


def check_loaded(data, config):
    assert data.X.shape == (len(data.y), len(data.features))
    assert len(set(data.features)) == len(data.features) >= 2
    assert len(data.y) >= 10
    assert np.isfinite(data.y).all()
    assert data.y.min() < data.y.max()
    if data.task == "classification":
        assert set(data.y) == {0, 1}
    if config["missing"] == "refuse":
        assert data.n_missing == 0
        entries = data.X if isinstance(data.X, np.ndarray) else data.X.data
        assert np.isfinite(entries).all()
    row = data.describe()
    assert 0 <= row["mean_correlation"] <= row["max_correlation"] <= 1
    assert row["mean_correlation"] <= row["neighbour_correlation"] + 1e-12  # sums in another order
    assert row["neighbour_correlation"] <= row["max_correlation"]
    assert row["condition_number"] >= 1


@given(st.sampled_from(NAMES), st.binary(max_size=400), OPTIONS)
def test_random_bytes(name, content, config):
    loaded(name, content, config)


@given(st.sampled_from(NAMES), st.text(max_size=400), OPTIONS)
def test_random_text(name, content, config):
    loaded(name, content.encode("utf-8", "surrogatepass"), config)


LINES = st.lists(
    st.text(alphabet="0123456789.,;:\t\"' \r\nab-eENn#\\$(", max_size=40), min_size=1, max_size=30
)


@given(st.sampled_from(NAMES[:4]), LINES, st.sampled_from(["\n", "\r\n", "\r"]), OPTIONS)
def test_text_that_resembles_a_table(name, lines, ending, config):
    loaded(name, ending.join(lines).encode(), config)


WEIRD = [
    "",
    "NA",
    "red",
    "True",
    " ",
    "1e400",
    "1e60",
    "$(x)",
    '"',
    "a\nb",
    "nan",
    "-inf",
    "\u202e",
]
KINDS = {
    "numbers": lambda random: repr(random.gauss(0, 10.0 ** random.randint(-9, 9))),
    "whole": lambda random: str(random.randint(-3, 3)),
    "words": lambda random: random.choice(["red", "blue", "green"]),
    "truth": lambda random: random.choice(["True", "False"]),
    "gaps": lambda random: random.choice(["1", "2.5", "", "NA"]),
    "constant": lambda random: "7",
    "weird": lambda random: random.choice(WEIRD),
}
NAMED = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=6), st.sampled_from(["$(x)", "../x", "a\nb", "\\x", "`x`"])
    ),
    min_size=2,
    max_size=5,
    unique_by=str.strip,
)


@st.composite
def tables(draw):
    """Tables whose columns are of one kind each, with a few cells of any."""
    names = draw(NAMED)
    often = ["numbers", "whole", "words", "truth"] * 3
    kinds = [draw(st.sampled_from([*often, *KINDS])) for _ in names]
    random = Random(draw(st.integers(0, 2**32 - 1)))
    rows = [
        [*(KINDS[kind](random) for kind in kinds), str(random.randint(0, 4))]
        for _ in range(random.choice([0, 9, 12, 20, 40, 60, 60]))
    ]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2])) if rows else 0):
        row = random.choice(rows)
        row[random.randrange(len(row))] = random.choice(WEIRD)
    if rows and draw(st.sampled_from([False] * 9 + [True])):
        random.choice(rows).append("9")
    return [[*names, "y"], *rows]


def test_random_tables():
    outcomes = []

    @settings(max_examples=300)
    @given(tables(), st.one_of(LIKELY, OPTIONS))
    def one(table, config):
        text = io.StringIO()
        csv.writer(text).writerows(table)
        content = text.getvalue().encode("utf-8", "surrogatepass")
        outcomes.append(loaded("my.csv", content, config) is not None)

    one()
    # Neither good nor bad tables are so rare that little was tried.
    assert 30 < sum(outcomes) < len(outcomes) - 30


@settings(max_examples=200)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=14), st.integers(2, 3), st.booleans())
def test_ragged_rows_are_neither_overlooked_nor_made_up(widths, width, quoted):
    cell = '"1\n"' if quoted else "1"
    lines = [",".join("abcd"[:width]), *(",".join([cell] * n) for n in widths)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "my.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        _, notes = examine({"source": "file", "target": "a"}, file, "my")
    told = [p for p in notes.problems if "as the header has" in p.message]
    ragged = [row for row, n in enumerate(widths) if n != width]
    assert len(told) == bool(ragged)
    if ragged:
        more = f", and {len(ragged) - 1} more" if len(ragged) > 1 else ""
        line = "\n".join(lines[: ragged[0] + 1]).count("\n") + 2
        assert told[0].place == f"row {ragged[0] + 1} (line {line}){more}"
        assert f"found {widths[ragged[0]]}" in told[0].message


@given(st.integers(10, 40), st.integers(2, 6), st.integers(0, 2**32 - 1), OPTIONS)
def test_numbers_come_through_bit_by_bit(n_rows, n_columns, seed, config):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n_rows, n_columns + 1)) * 10.0 ** rng.integers(-9, 9)
    names = [f"x{j}" for j in range(n_columns)] + ["y"]
    content = pd.DataFrame(values, columns=names).to_csv(index=False).encode()
    data = loaded("my.csv", content, config | {"target": None, "task": None})
    # Decimal text of 17 digits, read to a unit in the last place.
    np.testing.assert_allclose(data.X, values[:, :-1], rtol=3e-16)
    np.testing.assert_allclose(data.y, values[:, -1], rtol=3e-16)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_filling_in_uses_the_training_rows_alone(n_train, n_test, n_features, seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_train + n_test, n_features))
    X[rng.random(X.shape) < 0.4] = np.nan
    training, test = X[:n_train], X[n_train:]
    filled, other = impute(training, test)
    assert not np.isnan(filled).any()
    assert not np.isnan(other).any()
    alone, nothing_else = impute(training, test[:0])
    np.testing.assert_array_equal(filled, alone)
    assert nothing_else.shape == (0, n_features)
    # A column without a value has no mean; here it is 0.
    there = [column[~np.isnan(column)] for column in training.T]
    means = [column.mean() if len(column) else 0.0 for column in there]
    # Sums of at most 12 numbers, in another order.
    np.testing.assert_allclose(column_means(training), means, rtol=1e-13, atol=1e-15)
    np.testing.assert_array_equal(other, np.where(np.isnan(test), column_means(training), test))


LINES_OF_TEXT = st.text(min_size=1, max_size=30).map(str.strip).filter(bool)


@given(LINES_OF_TEXT, LINES_OF_TEXT, st.lists(LINES_OF_TEXT, max_size=3))
def test_what_is_written_as_yaml_is_read_as_it_was(target, path, drop):
    data = {"title": "t", "source": "file", "path": path, "target": target}
    data |= {"drop": [name for name in drop if name != target], "about": "a"}
    data |= {"licence": "unknown", "citation": "unknown"}
    text = as_yaml(data)
    assert yaml.safe_load(text) == data
    assert validate(Dataset, yaml.safe_load(text), "my.yaml").target == target
