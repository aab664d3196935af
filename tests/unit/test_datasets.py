"""Real data: what is read, what is refused and in which words, and the splits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import sparse
from sklearn.linear_model import lasso_path

from regclaims.config.base import validate
from regclaims.config.datasets import Dataset
from regclaims.config.reference import DATASET
from regclaims.datasets import (
    Loaded,
    fitting_protocol,
    impute,
    load_dataset,
    split_sizes,
)
from regclaims.errors import InputError
from regclaims.evidence.bands import path_bands
from regclaims.evidence.methods import Method, Settings
from regclaims.evidence.names import NULL
from regclaims.evidence.real import fit_splits
from regclaims.evidence.splits import draw_split
from regclaims.keys import generator

ROOT = Path(__file__).resolve().parents[2]
CONFIG = {"source": "file", "target": "y", "drop": []}
ROWS = [f"{i},{i * i % 7},{i**3 % 11}" for i in range(12)]


@pytest.fixture
def load(tmp_path):
    """Write lines as a CSV file and load it; returns what was loaded, or the problems as lines."""
    file = tmp_path / "my.csv"

    def run(lines, **config):
        if not isinstance(lines, bytes):
            lines = "".join(f"{line}\n" for line in lines).encode()
        file.write_bytes(lines)
        try:
            return load_dataset(CONFIG | config, file, "my")
        except InputError as error:
            told = str(error).splitlines()
            assert len(told) == len(error.problems)
            assert all(line.startswith(f"{file}: ") for line in told)
            return [line.removeprefix(f"{file}: ") for line in told]

    return run


def with_cell(row, column, value):
    """Return the rows with one cell changed, both counted from 1."""
    cells = [line.split(",") for line in ROWS]
    cells[row - 1][column - 1] = value
    return ["a,b,y", *(",".join(line) for line in cells)]


# The YAML

EXAMPLE = yaml.safe_load(DATASET)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"task": "ranking"}, "task: must be 'regression' or 'classification'; found 'ranking'"),
        ({"missing": "mean"}, "missing: must be 'refuse' or 'impute'; found 'mean'"),
        ({"expansion": "cubic"}, "expansion: must be 'none' or 'quadratic'; found 'cubic'"),
        ({"positive": "M"}, "task regression takes no positive; task classification does"),
        (
            {"task": "classification", "positive": True},
            "positive: must be text (in quotes, if it looks like something else); found true",
        ),
        (
            {"features": "terms.txt"},
            "features is for sparse text (.svm, .svm.gz); others have a header",
        ),
        (
            {"path": "a.svm", "expansion": "quadratic"},
            "sparse text (.svm, .svm.gz) takes no expansion and no missing",
        ),
        (
            {"path": "a.SVM.gz", "missing": "impute"},
            "sparse text (.svm, .svm.gz) takes no expansion and no missing",
        ),
        ({"drop": ["yield"]}, "target yield must not be in drop"),
        (
            {"protocol": {"tuning": "bic"}},
            "protocol.tuning: must be 'cross-validation' or 'validation'; found 'bic'",
        ),
        (
            {"protocol": {"tuning": "validation", "validation_share": 0.75}},
            "protocol: test_share and validation_share must leave rows to train on",
        ),
        ({"protocol": {"l1_ratios": []}}, "protocol.l1_ratios: must have 1 or more entries"),
        ({"protocol": {"l1_ratios": [1]}}, "protocol.l1_ratios[0]: must be below 1; found 1"),
    ],
)
def test_a_yaml_that_is_wrong(changes, expected):
    with pytest.raises(InputError) as raised:
        validate(Dataset, EXAMPLE | changes, "my.yaml")
    assert str(raised.value).startswith(f"my.yaml: {expected}")
    assert len(raised.value.problems) == 1


@pytest.mark.parametrize(("positive", "text"), [("M", "M"), (1, "1"), (2.5, "2.5"), ("1", "1")])
def test_a_class_may_be_called_by_a_number(positive, text):
    changes = {"task": "classification", "positive": positive}
    assert validate(Dataset, EXAMPLE | changes, "my.yaml").positive == text


def test_shares_of_a_validation_set_do_not_matter_without_one():
    changes = {"protocol": {"test_share": 0.5, "validation_share": 0.5}}
    assert validate(Dataset, EXAMPLE | changes, "my.yaml").protocol.tuning == "cross-validation"


# What is read


def test_a_good_file(load):
    data = load(["a,b,y", *ROWS])
    assert data.features == ("a", "b")
    np.testing.assert_array_equal(data.X[:, 0], np.arange(12))
    np.testing.assert_array_equal(data.y, [i**3 % 11 for i in range(12)])
    assert data.X.dtype == data.y.dtype == float
    assert (data.task, data.classes, data.n_missing, data.warnings) == ("regression", None, 0, ())


def test_columns_may_stand_anywhere_and_be_dropped(load):
    rows = [f"{i % 5},name {i},{2 * i},{i * i}" for i in range(12)]
    data = load(["y,label,a,b", *rows], drop=["label"])
    assert data.features == ("a", "b")
    np.testing.assert_array_equal(data.y, np.arange(12) % 5)


def test_without_a_target_it_is_the_last_column_that_is_kept(load):
    data = load([*with_cell(1, 1, "0")], target=None)
    assert (data.target, data.features) == ("y", ("a", "b"))
    rows = [f"{line},{i}" for i, line in enumerate(ROWS)]
    assert load(["a,b,c,id", *rows], target=None, drop=["id"]).target == "c"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_files_from_other_systems(load, ending, start):
    text = ending.join([" a ,b,y", *ROWS])
    data = load(start + text.encode())
    assert data.features == ("a", "b")
    np.testing.assert_array_equal(data.X[:, 0], np.arange(12))


def test_blank_lines_are_no_rows(load):
    lines = ["", "a,b,y", "  ", *ROWS[:5], "", *ROWS[5:], "", "  "]
    assert load(lines).X.shape == (12, 2)
    (told,) = load([*lines, "1,red,2"])
    assert told.startswith("column b, row 13: ")


@pytest.mark.parametrize("name", ["my.tsv", "my.csv.gz", "my.tsv.gz", "my.parquet", "MY.CSV"])
def test_other_kinds_of_files_say_the_same(load, tmp_path, name):
    expected = load(["a,b,y", *ROWS])
    table = pd.DataFrame({"a": expected.X[:, 0], "b": expected.X[:, 1], "y": expected.y})
    if name.endswith("parquet"):
        table.to_parquet(tmp_path / name)
    else:
        table.to_csv(tmp_path / name, index=False, sep="\t" if ".tsv" in name else ",")
    data = load_dataset(CONFIG, tmp_path / name, "my")
    np.testing.assert_array_equal(data.X, expected.X)
    np.testing.assert_array_equal(data.y, expected.y)
    assert data.features == expected.features


def test_numbers_keep_all_their_digits(load):
    assert load(with_cell(3, 1, "0.30000000000000004")).X[2, 0] == 0.1 + 0.2
    assert load(with_cell(3, 1, "-1.5e-300")).X[2, 0] == -1.5e-300


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|' /C calc'!A0",
        "\\input{x}",
        "$(touch pwned)",
        "`touch pwned`",
        "../../etc/passwd",
        "</script><b>",
        "100 % & #_^~ {}",
        "{{a}} {0}",
        "tab\tand\nline",
        "é中\u202e\x1b[31m",
    ],
)
def test_names_and_levels_that_mean_something_elsewhere_are_just_text(load, tmp_path, name):
    quoted = '"' + name + '"'
    rows = [f"{i},{quoted if i % 2 else 'z'},{i % 3},{i % 11}" for i in range(12)]
    before = sorted(tmp_path.iterdir())
    data = load([f"{quoted},b,c,y", *rows])
    # Of two levels the first in the alphabet has no column.
    assert data.features == (name, f"b={max(name, 'z')}", "c")
    data = load([f"a,b,c,{quoted}", *rows], target=name)
    assert data.target == name
    assert sorted(tmp_path.iterdir()) == [*before, tmp_path / "my.csv"]


# Text, missing values, classes


def test_text_becomes_indicators_of_its_levels_but_the_first(load):
    colours = ["red", "blue", " green "]
    lines = ["a,colour,y", *(f"{i},{colours[i % 3]},{i % 7}" for i in range(12))]
    data = load(lines)
    assert data.features == ("a", "colour=green", "colour=red")
    np.testing.assert_array_equal(data.X[:3, 1:], [[0, 1], [0, 0], [1, 0]])
    np.testing.assert_array_equal(data.X[:, 1:].sum(axis=0), [4, 4])
    assert data.kinds == ("numeric", "categorical")


def test_truth_values_are_levels(load):
    data = load(["a,b,y", *(f"{i},{i % 2 == 0},{i % 7}" for i in range(12))])
    assert data.features == ("a", "b=True")
    np.testing.assert_array_equal(data.X[:, 1], [1, 0] * 6)


def test_fifty_levels_and_no_more(load):
    def lines(levels):
        return ["a,b,y", *(f"{i},k{i % levels},{i % 7}" for i in range(110))]

    assert len(load(lines(50)).features) == 50
    (told,) = load(lines(51))
    assert told.startswith("column b: must be numbers, or text with 50 levels at most; found 51")
    assert "drop" in told


def test_text_that_differs_in_every_row_is_an_identifier(load):
    (told,) = load(["a,b,y", *(f"{i},k{i},{i % 7}" for i in range(12))])
    assert told.startswith("column b: must be numbers, or text with 50 levels at most")
    assert "one a row" in told


def test_a_column_of_nine_tenths_numbers_is_one_of_numbers(load):
    def lines(words):
        cells = ["x"] * words + list("123456789" * 4)[: 20 - words]
        return ["a,b,y", *(f"{i},{cell},{i % 7}" for i, cell in enumerate(cells))]

    (told,) = load(lines(2))
    assert told == "column b, row 1, and 1 more: must be a finite number; found 'x'"
    data = load(lines(3))
    assert data.kinds == ("numeric", "categorical")
    (warning,) = data.warnings
    assert warning.place == "column b"
    assert warning.message == "is taken as text (17 of its values are numbers; row 1 has 'x')"


@pytest.mark.parametrize("word", ["", "  ", "NA", "nan", "?", "null", "#N/A"])
def test_a_missing_number_is_refused_or_left_to_be_filled_in(load, word):
    lines = with_cell(7, 2, word)
    (told,) = load(lines)
    found = repr(word) if word.strip() else "nothing"
    assert told == (
        f"column b, row 7: must be a finite number; found {found}; "
        "`missing: impute` would fill it in"
    )
    data = load(lines, missing="impute")
    assert np.argwhere(np.isnan(data.X)).tolist() == [[6, 1]]
    assert data.n_missing == 1


def test_missing_text_is_a_level_of_its_own_if_it_may_be_missing(load):
    lines = ["a,b,y", *(f"{i},{['', 'NA', 'red'][i % 3]},{i % 7}" for i in range(12))]
    (told,) = load(lines)
    assert told.startswith("column b, row 1, and 3 more: must have a value; found nothing")
    data = load(lines, missing="impute")
    assert data.features == ("a", "b=red", "b=(missing)")
    np.testing.assert_array_equal(data.X[:3, 1:], [[0, 1], [0, 0], [1, 0]])
    assert data.n_missing == 4


@pytest.mark.parametrize("missing", ["refuse", "impute"])
def test_a_target_may_never_be_missing(load, missing):
    (told,) = load(with_cell(7, 3, ""), missing=missing)
    assert told.startswith("column y, row 7: must be a finite number; found nothing; the target")
    lines = ["a,b,y", *(f"{i},{i % 5},{['M', 'B', ''][i % 3]}" for i in range(12))]
    (told,) = load(lines, missing=missing, task="classification")
    assert told.startswith("column y, row 3, and 3 more: must be one of two classes; found nothing")


def test_values_are_filled_in_from_the_training_rows_alone():
    nan = np.nan
    training = np.array([[1.0, nan, nan], [3.0, 4.0, nan]])
    test = np.array([[nan, nan, nan], [9.0, 9.0, 9.0]])
    filled, other = impute(training, test)
    np.testing.assert_array_equal(filled, [[1, 4, 0], [3, 4, 0]])
    np.testing.assert_array_equal(other, [[2, 4, 0], [9, 9, 9]])
    assert np.isnan(training).sum() == 3  # what was given is as it was
    whole, sparse_ = np.ones((2, 2)), sparse.csr_array(np.eye(2))
    assert impute(whole, whole) == (whole, whole)
    assert impute(sparse_, sparse_) == (sparse_, sparse_)


CLASSES = ["a,b,y", *(f"{i},{i % 5},{['B', 'M'][i % 2]}" for i in range(12))]


def test_two_classes_are_coded_0_and_1(load):
    data = load(CLASSES, task="classification")
    assert (data.task, data.classes) == ("classification", ("B", "M"))
    np.testing.assert_array_equal(data.y, [0, 1] * 6)
    data = load(CLASSES, task="classification", positive="B")
    assert data.classes == ("M", "B")
    np.testing.assert_array_equal(data.y, [1, 0] * 6)


@pytest.mark.parametrize("positive", ["2", "2.0"])
def test_classes_may_be_numbers(load, positive):
    lines = ["a,b,y", *(f"{i},{i % 5},{[10, 2][i % 2]}" for i in range(12))]
    data = load(lines, task="classification")
    assert data.classes == ("2", "10")
    data = load(lines, task="classification", positive=positive)
    assert data.classes == ("10", "2")
    np.testing.assert_array_equal(data.y, [0, 1] * 6)


@pytest.mark.parametrize(
    ("lines", "config", "expected"),
    [
        (["a,b,y", *ROWS], {}, "column y: must have two classes, as the task is classification"),
        (CLASSES, {"positive": "C"}, "column y: must have the class 'C' (positive); its classes"),
        (CLASSES, {"task": "regression"}, "column y: must be numbers, or the task classification"),
    ],
)
def test_classes_that_are_not_there(load, lines, config, expected):
    (told,) = load(lines, **({"task": "classification"} | config))
    assert told.startswith(expected)


def test_a_task_is_guessed_by_the_values_of_the_target(load):
    assert load(CLASSES, task=None).task == "classification"
    assert load(["a,b,y", *ROWS], task=None).task == "regression"
    numbers = ["a,b,y", *(f"{i},{i % 5},{i % 2}" for i in range(12))]
    assert load(numbers, task=None).classes == ("0", "1")


# Warnings


def test_constant_columns_are_left_out_with_a_warning(load):
    lines = ["a,b,c,d,y", *(f"{i},3.5,red,{i % 5},{i % 7}" for i in range(12))]
    data = load(lines)
    assert data.features == ("a", "d")
    assert data.dropped == ("b",)
    assert [str(w).partition("my.csv: ")[2] for w in data.warnings] == [
        "column b: is constant, and left out"
    ]


def test_columns_of_the_same_values_stay_with_a_warning(load):
    lines = ["a,b,c,y", *(f"{i},{i}.0,{i % 5},{i % 7}" for i in range(12))]
    data = load(lines)
    assert data.features == ("a", "b", "c")
    assert [str(w).partition("my.csv: ")[2] for w in data.warnings] == [
        "column b: has the same values as column a"
    ]


def test_many_warnings_are_summed_up(load):
    header = ",".join(f"c{j}" for j in range(20))
    lines = [
        f"{header},a,b,y",
        *(",".join(["1"] * 20) + f",{i},{i % 5},{i % 7}" for i in range(12)),
    ]
    data = load(lines)
    assert len(data.dropped) == 20
    assert len(data.warnings) == 6
    assert data.warnings[-1].place == "15 more columns"


# The quadratic expansion


def test_the_quadratic_expansion_of_diabetes_has_64_columns():
    config = {"source": "scikit-learn", "name": "diabetes", "target": "target"}
    plain = load_dataset(config, None, "diabetes")
    data = load_dataset(config | {"expansion": "quadratic"}, None, "diabetes")
    # Efron, Hastie, Johnstone and Tibshirani (2004): 10 columns, 9 squares (sex has none), 45
    # products.
    assert data.X.shape == (442, 64)
    assert data.features[10:13] == ("age^2", "bmi^2", "bp^2")
    assert data.features[19] == "age:sex"
    assert data.features[-1] == "s5:s6"
    np.testing.assert_array_equal(data.X[:, :10], plain.X)
    centred = plain.X - plain.X.mean(axis=0)
    # One product of numbers below 300: a few roundings.
    np.testing.assert_allclose(data.X[:, 11], centred[:, 2] ** 2, rtol=1e-12)
    np.testing.assert_allclose(data.X[:, -1], centred[:, 8] * centred[:, 9], rtol=1e-12)


def test_indicators_have_no_squares_and_no_products_with_their_own(load):
    colours = ["red", "blue", "green"]
    lines = ["a,c,y", *(f"{i},{colours[i % 3]},{i % 7}" for i in range(12))]
    data = load(lines, expansion="quadratic")
    assert data.features == ("a", "c=green", "c=red", "a^2", "a:c=green", "a:c=red")


def test_what_is_missing_is_missing_in_products_too(load):
    data = load(with_cell(7, 2, ""), missing="impute", expansion="quadratic")
    missing = dict(zip(data.features, np.isnan(data.X[6]), strict=True))
    assert missing == {"a": False, "b": True, "a^2": False, "b^2": True, "a:b": True}
    assert np.isnan(data.X).sum() == 3


# Sparse text

SVM = [f"{(-1) ** i} {1 + i % 3}:{i + 0.5} 5:{1 + i % 4}" for i in range(12)]
TERMS = ["good", "bad", "\\write18{x}", "never", "$(x)", "last"]


@pytest.fixture
def load_sparse(tmp_path):
    """Write lines of sparse text, and terms, and load them; returns problems as lines."""

    def run(lines, terms=None, **config):
        file, names = tmp_path / "my.svm", tmp_path / "terms.txt"
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        if terms is not None:
            names.write_text("".join(f"{term}\n" for term in terms), encoding="utf-8")
            config["features"] = str(names)
        try:
            return load_dataset(CONFIG | {"task": "classification"} | config, file, "my")
        except InputError as error:
            return [line.rpartition(f"{tmp_path}/")[2] for line in str(error).splitlines()]

    return run


def test_sparse_text_stays_sparse(load_sparse):
    data = load_sparse(SVM, TERMS)
    assert isinstance(data.X, sparse.csr_array)
    assert data.features == ("good", "bad", "\\write18{x}", "$(x)")
    assert data.dropped == ("never", "last")
    assert data.kinds == ("sparse",)
    np.testing.assert_array_equal(
        data.X[:4].toarray(), [[0.5, 0, 0, 1], [0, 1.5, 0, 2], [0, 0, 2.5, 3], [3.5, 0, 0, 4]]
    )
    assert data.classes == ("-1", "1")
    np.testing.assert_array_equal(data.y, [1, 0] * 6)


def test_terms_without_names_are_numbered_and_terms_may_be_dropped(load_sparse):
    assert load_sparse(SVM).features == ("term 1", "term 2", "term 3", "term 5")
    assert load_sparse(SVM, TERMS, drop=["bad"]).features == ("good", "\\write18{x}", "$(x)")
    (told,) = load_sparse(SVM, TERMS, drop=["ugly"])
    assert told.startswith("my.svm: column ugly: does not exist; the columns are good, bad, ")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("one 1:2", "one"),
        ("1 1:x", "1:x"),
        ("1 1:nan", "1:nan"),
        ("1 1:1e999", "1:1e999"),
        ("1 3:1 2:1", "2:1"),
        ("1 2:1 2:1", "2:1"),
        ("1 1", "1"),
        ("1 x:1", "x:1"),
        ("1 9999999999:1", "9999999999:1"),
        ("inf 1:1", "inf"),
    ],
)
def test_rows_of_sparse_text_that_are_wrong(load_sparse, line, found):
    (told,) = load_sparse([*SVM[:6], line, "", *SVM[6:], line])
    assert told.startswith("my.svm: row 7, and 1 more: must be 'label index:value ...'")
    assert told.endswith(f"found {found!r}")


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (TERMS[:3], ["terms.txt: must have a line for each of 5 terms; it has 3"]),
        (["good", "", *TERMS[2:]], ["terms.txt: line 2: must be a term; it is blank"]),
        (["good", "good", *TERMS[2:]], ["terms.txt: has terms twice: good"]),
        ([], ["terms.txt: must be a table; it is empty"]),
    ],
)
def test_terms_that_do_not_fit(load_sparse, terms, expected):
    assert load_sparse(SVM, terms) == expected


# Descriptions


def test_description_by_hand():
    a = np.array([1.0, 1.0, -1.0, -1.0])
    b = np.array([1.0, -1.0, 1.0, -1.0])
    y = a + np.array([0.5, -0.5, -0.5, 0.5])
    row = Loaded(np.column_stack([a, 0.6 * a + 0.8 * b]), y, ("a", "b")).describe()
    # Correlation 0.6: eigenvalues 1.6 and 0.4, VIF 1 / (1 - 0.36). Of y, 4 in 5 are of a; of four
    # rows one degree of freedom is left for the rest: (1 / 1) / (5 / 3).
    expected = {
        "n_samples": 4,
        "n_features": 2,
        "n_missing": 0,
        "task": "regression",
        "kind": "numeric",
        "condition_number": pytest.approx(4),
        "mean_correlation": pytest.approx(0.6),
        "max_correlation": pytest.approx(0.6),
        "neighbour_correlation": pytest.approx(0.6),
        "max_vif": pytest.approx(1.5625),
        "sampled_columns": 0,
        "class_balance": pytest.approx(np.nan, nan_ok=True),
        "noise": pytest.approx(0.6),
        "noise_method": "least squares",
        "noise_rows": 4,
    }
    assert row == expected


def test_diabetes_is_complete():
    config = {"source": "scikit-learn", "name": "diabetes", "target": "target", "drop": []}
    data = load_dataset(config, None, "diabetes")
    assert data.X.shape == (442, 10)
    assert data.features == ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
    # Efron, Hastie, Johnstone and Tibshirani (2004), table 1: the first patient.
    np.testing.assert_allclose(data.X[0, :4], [59, 2, 32.1, 101])
    assert data.y[0] == 151


def test_breast_cancer_is_complete():
    config = {"source": "scikit-learn", "name": "breast-cancer", "target": "target"}
    config |= {"task": "classification", "positive": "malignant"}
    data = load_dataset(config, None, "breast-cancer")
    assert data.X.shape == (569, 30)
    # As its authors count them: 357 benign, 212 malignant.
    assert (data.classes, data.y.sum()) == (("benign", "malignant"), 212)


def test_longley_is_complete():
    config = {"source": "file", "target": "TOTEMP", "drop": []}
    data = load_dataset(config, ROOT / "data" / "longley.csv", "longley")
    assert data.X.shape == (16, 6)
    assert data.features[-1] == "YEAR"
    np.testing.assert_array_equal(data.X[:, -1], np.arange(1947, 1963))


# What is refused; how a command says it stands in test_check_dataset.py


@pytest.mark.parametrize(
    "value", ["red", "inf", "-inf", "nan", "NA", "1e999", "", "#N/A", "1;5", "1_000", "0x10"]
)
def test_a_value_that_is_no_finite_number_is_named_with_its_row(load, value):
    (told,) = load(with_cell(7, 2, value))
    assert told.startswith("column b, row 7: must be a finite number; found ")
    if "inf" not in value and value not in ("", "1e999"):
        assert f"found {value!r}" in told


@pytest.mark.parametrize("digits", [51, 400, 5000])
def test_a_number_that_is_too_large(load, digits):
    (told,) = load(with_cell(7, 2, "1" * digits))
    assert told.startswith("column b, row 7: must be ")
    assert len(told) < 140


def test_the_first_of_many_and_how_many_more(load):
    lines = ["a,b,y", *(f"{i},{i * i % 7},{i}" for i in range(40))]
    for row in (3, 5, 9):
        lines[row] = f"x{row},1,{row}"
    assert load(lines) == ["column a, row 3, and 2 more: must be a finite number; found 'x3'"]


def test_all_problems_at_once(load):
    told = load(["a,b,c,d,d,y", *(f"{i},k{i},5,{i},1,{i}" for i in range(8)), "8,k8,inf,2,3,"])
    assert [line.split(": ")[0] for line in told] == [
        "column d",
        "column y, row 9",
        "column b",
        "column c, row 9",
        "needs 10 rows or more; it has 9",
    ]


def test_missing_columns_are_all_named_with_those_that_exist(load):
    told = load(["a,b,y", *ROWS], target="z", drop=["b", "q"])
    assert told == [
        "column z: does not exist; the columns are a, b, y",
        "column q: does not exist; the columns are a, b, y",
    ]


def test_a_missing_column_hides_no_other_problem(load):
    told = load(with_cell(7, 2, "red"), drop=["q"])
    places = [line.split(": ")[0] for line in told]
    assert places == ["column q", "column b, row 7"]


def test_a_target_that_is_dropped(load):
    rows = [f"{line},{i % 3}" for i, line in enumerate(ROWS)]
    told = load(["a,b,y,c", *rows], drop=["y"])
    assert told == ["column y: is the target, and cannot be dropped"]


def test_a_constant_target(load):
    told = load(["a,b,y", *(f"{i},{i % 5},0" for i in range(12))])
    assert told == ["column y: must not be constant; all its values are 0"]


def test_a_level_and_a_column_of_one_name(load):
    lines = ["a,b,a=red,y", *(f"{['red', 'blue'][i % 2]},{i},{i % 5},{i % 7}" for i in range(12))]
    (told,) = load(lines)
    assert told.startswith("column a=red: is the name of a column and of a level of another")


def test_too_small(load):
    assert load(["a,b,y", *ROWS[:9]]) == ["needs 10 rows or more; it has 9"]
    assert load(["a,y", *(f"{i},{i % 4}" for i in range(12))]) == [
        "needs two columns or more beside the target; it has 1"
    ]
    assert load(["a,b,y", *(f"{i},3,{i % 4}" for i in range(12))]) == [
        "needs two columns or more that vary; it has 1"
    ]


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ({"test_share": 0.25, "folds": 4}, None),
        (
            {"test_share": 0.25, "folds": 5},
            "protocol.folds: must be 4 at most, for 2 of the 9 training rows or more in each; "
            "found 5",
        ),
        (
            {"test_share": 0.7, "folds": 2},
            "protocol.test_share: must leave 5 of 12 rows or more to train; 4 are",
        ),
        (
            {"test_share": 0.3, "folds": 50, "tuning": "validation", "validation_share": 0.25},
            None,
        ),
        (
            {"test_share": 0.4, "folds": 2, "tuning": "validation", "validation_share": 0.3},
            "protocol.test_share and validation_share: must leave 5 of 12 rows or more to train; "
            "3 are",
        ),
    ],
)
def test_too_few_rows_for_a_protocol(load, protocol, expected):
    told = load(["a,b,y", *ROWS], protocol=protocol)
    assert isinstance(told, Loaded) if expected is None else told == [expected]


def test_too_few_rows_of_a_class(load):
    lines = ["a,b,y", *(f"{i},{i % 5},{'M' if i < 10 else 'B'}" for i in range(40))]
    config = {"task": "classification", "protocol": {"test_share": 0.25, "folds": 8}}
    (told,) = load(lines, **config)
    # 11 rows of a class leave 8.25 to train on.
    assert (
        told == "column y: needs 11 rows of class M or more, for some in each of 8 folds; it has 10"
    )
    config["protocol"]["folds"] = 7
    assert isinstance(load(lines, **config), Loaded)


def test_sizes_of_splits_are_those_of_the_shares():
    protocol = {"test_share": 0.25, "folds": 10}
    assert split_sizes(protocol, 442) == (332, 0, 110)
    halves = {"test_share": 0.2, "tuning": "validation", "validation_share": 0.2}
    assert split_sizes(halves, 100) == (60, 20, 20)
    assert split_sizes(protocol, 4) == (2, 0, 2)


@pytest.mark.parametrize(("rows", "folds"), [(12, 4), (16, 6), (27, 10), (1000, 10)])
def test_without_a_protocol_folds_are_as_many_as_fit(load, rows, folds):
    protocol = fitting_protocol({"test_share": 0.25, "folds": 10}, rows, None)
    assert protocol == {"test_share": 0.25, "folds": folds}
    lines = ["a,b,y", *(f"{i},{i % 5},{i % 7}" for i in range(rows))]
    assert isinstance(load(lines, protocol=protocol), Loaded)


def test_files_that_are_not_there(tmp_path):
    for path, reason in (
        (tmp_path / "none.csv", "no such file or directory"),
        (tmp_path / "folder.csv", "it is no file"),
        (tmp_path / "a\0b.csv", "embedded null byte"),
    ):
        if "folder" in path.name:
            path.mkdir()
        with pytest.raises(InputError, match=f"cannot be read: {reason}"):
            load_dataset(CONFIG, path, "my")
    with pytest.raises(InputError, match=r"my: path"):
        load_dataset(CONFIG, None, "my")


def test_an_unknown_loader_is_named_with_those_that_exist():
    config = {"source": "scikit-learn", "name": "iris", "target": "y", "drop": []}
    with pytest.raises(InputError, match=r"flowers: name: .*breast-cancer, diabetes.*'iris'"):
        load_dataset(config, None, "flowers")


# Splits

SETTINGS = Settings(
    l1_ratios=(),
    logistic_l1_ratios=(),
    gammas=(),
    added=(),
    max_at_end=0.05,
    n_lambdas=15,
    floors=(1e-3, 1e-2, 1e-1),
    deviance_stop=0.999,
    solver="regclaims",
    folds=3,
    matched_df=0.5,
)
METHODS = [Method("ols", None), Method("ridge", 0.0), Method("lasso", 1.0)]
PROTOCOL = {"splits": 4, "test_share": 0.25, "folds": 3, "tuning": "cross-validation"}
NAMES = {"seed": 1, "key": 99}


def split_dataset(data, protocol, methods, settings, **names):
    """Test what least squares and the least cross-validated error give."""
    found = fit_splits(data, protocol, methods, settings, range(protocol["splits"]), **names)
    rows = found.tested[found.tested["tuning"] != "cv-1se"]
    return rows[rows["method"] != NULL].reset_index(drop=True)


@pytest.fixture(scope="module")
def made():
    rng = np.random.default_rng(5)
    X = rng.standard_normal((43, 4)) * [1, 10, 0.1, 3] + [0, 50, 1, 2]
    y = X @ [1.0, 0.2, 0, 0] + rng.standard_normal(43)
    return Loaded(X, y, ("a", "b", "c", "d"))


@pytest.fixture(scope="module")
def splits(made):
    return split_dataset(made, PROTOCOL, METHODS, SETTINGS, **NAMES)


def test_a_row_for_every_split_and_method(splits):
    assert len(splits) == 12
    assert not splits.duplicated(["split", "method", "tuning"]).any()
    assert (splits["n_test"] == 11).all()
    assert (splits["n_train"] == 32).all()
    assert (splits["status"] == "converged").all()
    rules = splits.groupby("method")["tuning"].unique().map(list).to_dict()
    assert rules == {"ols": ["none"], "ridge": ["cv-min"], "lasso": ["cv-min"]}


def test_missing_values_are_filled_in_from_the_training_rows(made):
    gaps = np.where(np.random.default_rng(6).random(made.X.shape) < 0.1, np.nan, made.X)
    holed = split_dataset(replace(made, X=gaps), PROTOCOL, METHODS, SETTINGS, **NAMES)
    assert (holed["status"] == "converged").all()
    assert holed["relative_error"].notna().all()
    # What stands in the rows held out moves no fit: they are filled in, and nothing else is.
    order = generator(NAMES["seed"], "real", NAMES["key"], 0).permutation(43)
    moved = gaps.copy()
    moved[order[:11]] *= 2
    other = split_dataset(replace(made, X=moved), PROTOCOL, METHODS, SETTINGS, **NAMES)
    for name in ("lambda", "n_nonzero", "df"):
        assert (other[name] == holed[name])[holed["split"] == 0].all()
    assert (other["relative_error"] != holed["relative_error"])[holed["split"] == 0].all()


def test_splits_are_the_same_whatever_else_is_fitted(made, splits):
    alone = split_dataset(made, PROTOCOL, METHODS[2:], SETTINGS, **NAMES)
    same = splits[splits["method"] == "lasso"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, same[alone.columns], check_exact=True)
    longer = split_dataset(made, PROTOCOL | {"splits": 6}, METHODS, SETTINGS, **NAMES)
    pd.testing.assert_frame_equal(longer.head(12), splits, check_exact=True)
    parts = [
        fit_splits(made, PROTOCOL, METHODS, SETTINGS, part, **NAMES).tested
        for part in ([0, 1, 2], [3])
    ]
    whole = fit_splits(made, PROTOCOL, METHODS, SETTINGS, range(4), **NAMES).tested
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole, check_exact=True)


def test_splits_differ_from_each_other_and_between_seeds(made, splits):
    ols = splits[splits["method"] == "ols"]["relative_error"]
    assert ols.nunique() == 4
    other = split_dataset(made, PROTOCOL, METHODS[:1], SETTINGS, **(NAMES | {"seed": 2}))
    assert not set(other["relative_error"]) & set(ols)


class Watching(Method):
    """A method that keeps the data it is shown."""

    seen: list

    def fit(self, X, y, settings, longer=False):
        type(self).seen.append((X, y))
        return super().fit(X, y, settings, longer)


def test_tuning_and_testing_against_scikit_learn(made):
    Watching.seen = []
    lasso = Watching("lasso", 1.0)
    rows = split_dataset(made, PROTOCOL | {"splits": 1}, [lasso], SETTINGS, **NAMES)
    X, y = Watching.seen[0]
    first = generator(NAMES["seed"], "real", NAMES["key"], 0)
    folds = draw_split(made, PROTOCOL, first).folds
    held_out = ~np.isin(made.y, y)
    assert held_out.sum() == 11
    np.testing.assert_array_equal(np.sort(made.y[~held_out]), np.sort(y))
    assert np.bincount(folds).tolist() == [11, 11, 10]
    path = lasso.fit(X, y, SETTINGS)
    errors = []
    for fold in range(3):
        inner = folds != fold
        center, scale = X[inner].mean(axis=0), X[inner].std(axis=0)
        _, coefs, _ = lasso_path(
            (X[inner] - center) / scale,
            y[inner] - y[inner].mean(),
            alphas=path.lambdas,
            tol=1e-12,
            max_iter=10**6,
        )
        predicted = (X[~inner] - center) / scale @ coefs + y[inner].mean()
        errors.append(((predicted - y[~inner][:, None]) ** 2).mean(axis=0))
    best = int(np.argmin(np.mean(errors, axis=0)))
    assert rows["lambda"][0] == path.lambdas[best]
    fitted = made.X[held_out] @ path.coefs[best] + path.intercepts[best]
    null = np.mean((made.y[held_out] - y.mean()) ** 2)
    expected = np.mean((made.y[held_out] - fitted) ** 2) / null
    # One path, one formula: sums in another order.
    assert rows["relative_error"][0] == pytest.approx(expected, rel=1e-12)


def test_a_null_fit_has_relative_error_one(made):
    class Null(Method):
        def fit(self, X, y, settings, longer=False):
            return super().fit(X, y, settings).until(1)

    rows = split_dataset(made, PROTOCOL, [Null("null", 1.0)], SETTINGS, **NAMES)
    np.testing.assert_allclose(rows["relative_error"], 1, rtol=1e-12)
    assert (rows["zero_share"] == 1).all()


def test_bands_of_a_path(made):
    bands = path_bands(made, {"halves": 8}, METHODS, SETTINGS, **NAMES)
    assert set(bands["method"]) == {"ridge", "lasso"}
    assert len(bands[bands["method"] == "ridge"]) == 15 * 4
    assert (bands["low"] <= bands["high"]).all()
    first = bands[(bands["method"] == "lasso") & (bands["lambda_index"] == 0)]
    assert (first["coef"] == 0).all()
    assert (first["lambda_ratio"] == 1).all()
    path = METHODS[2].fit(made.X, made.y, SETTINGS)
    last = bands[(bands["method"] == "lasso") & (bands["lambda_index"] == len(path) - 1)]
    assert last["feature"].tolist() == list(made.features)
    np.testing.assert_array_equal(last["coef"], path.coefs[-1] * made.X.std(axis=0))


def test_bands_hold_most_of_the_refits_to_halves(made):
    bands = path_bands(made, {"halves": 60}, METHODS[1:2], SETTINGS, **NAMES)
    last = bands[bands["lambda_index"] == 14].set_index("feature")
    # The least penalized fit to all rows lies where fits to halves scatter about it.
    inside = (last["low"] <= last["coef"]) & (last["coef"] <= last["high"])
    assert inside.all()
    again = path_bands(made, {"halves": 60}, METHODS[1:2], SETTINGS, **NAMES)
    pd.testing.assert_frame_equal(bands, again, check_exact=True)
