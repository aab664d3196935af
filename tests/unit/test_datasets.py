"""Real data: what is read, what is refused and in which words, and the splits."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import lasso_path

from regclaims.datasets import Loaded, load_dataset
from regclaims.errors import InputError
from regclaims.evidence.methods import Method, Settings
from regclaims.evidence.real import path_bands, split_dataset

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


# What is read


def test_a_good_file(load):
    data = load(["a,b,y", *ROWS])
    assert data.features == ("a", "b")
    np.testing.assert_array_equal(data.X[:, 0], np.arange(12))
    np.testing.assert_array_equal(data.y, [i**3 % 11 for i in range(12)])
    assert data.X.dtype == data.y.dtype == float


def test_columns_may_stand_anywhere_and_be_dropped(load):
    rows = [f"{i % 5},name {i},{2 * i},{i * i}" for i in range(12)]
    data = load(["y,label,a,b", *rows], drop=["label"])
    assert data.features == ("a", "b")
    np.testing.assert_array_equal(data.y, np.arange(12) % 5)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_files_from_other_systems(load, ending, start):
    text = ending.join(["a,b,y", *ROWS])
    assert load(start + text.encode()).features == ("a", "b")


def test_numbers_keep_all_their_digits(load):
    assert load(with_cell(3, 1, "0.30000000000000004")).X[2, 0] == 0.1 + 0.2
    assert load(with_cell(3, 1, "-1.5e-300")).X[2, 0] == -1.5e-300


def test_names_that_mean_something_elsewhere_are_just_names(load):
    data = load(["=cmd|' /C calc'!A0,\\input{x},y", *ROWS])
    assert data.features == ("=cmd|' /C calc'!A0", "\\input{x}")


def test_description_by_hand():
    a = np.array([1.0, 1.0, -1.0, -1.0])
    b = np.array([1.0, -1.0, 1.0, -1.0])
    row = Loaded(np.column_stack([a, 0.6 * a + 0.8 * b]), a, ("a", "b")).describe()
    # Correlation 0.6: eigenvalues 1.6 and 0.4.
    assert (row["n_samples"], row["n_features"]) == (4, 2)
    assert row["max_correlation"] == pytest.approx(0.6)
    assert row["condition_number"] == pytest.approx(4)


def test_diabetes_is_complete():
    config = {"source": "scikit-learn", "name": "diabetes", "target": "target", "drop": []}
    data = load_dataset(config, None, "diabetes")
    assert data.X.shape == (442, 10)
    assert data.features == ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
    # Efron, Hastie, Johnstone and Tibshirani (2004), table 1: the first patient.
    np.testing.assert_allclose(data.X[0, :4], [59, 2, 32.1, 101])
    assert data.y[0] == 151


def test_longley_is_complete():
    config = {"source": "file", "target": "TOTEMP", "drop": []}
    data = load_dataset(config, ROOT / "data" / "longley.csv", "longley")
    assert data.X.shape == (16, 6)
    assert data.features[-1] == "YEAR"
    np.testing.assert_array_equal(data.X[:, -1], np.arange(1947, 1963))


# What is refused


@pytest.mark.parametrize("value", ["red", "inf", "-inf", "nan", "NA", "1e999", "", "#N/A", "1;5"])
def test_a_value_that_is_no_finite_number_is_named_with_its_row(load, value):
    (told,) = load(with_cell(7, 2, value))
    assert told.startswith("column b, row 7: must be a finite number")
    if value in ("red", "nan", "NA", "#N/A", "1;5"):
        assert told.endswith(f"found {value!r}")


def test_a_whole_number_too_large_to_hold(load):
    (told,) = load(with_cell(7, 2, "1" * 400))
    assert told.startswith("column b, row 7: must be a finite number")


def test_the_first_of_many_and_how_many_more(load):
    lines = ["a,b,y", *ROWS]
    for row in (3, 5, 9):
        lines[row] = f"x{row},1,{row}"
    (told,) = load(lines)
    assert told.startswith("column a, row 3, and 2 more: ")
    assert "x3" in told


def test_all_problems_at_once(load):
    told = load(["a,b,c,y", *(f"{i},one,5,{i}" for i in range(8)), "nine,2,5,"])
    assert [line.split(": ")[0] for line in told] == [
        "column a, row 9",
        "column b, row 1, and 7 more",
        "column c",
        "column y, row 9",
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
    assert isinstance(told, list)
    assert any("y" in line.split(":")[0] for line in told)


def test_columns_that_say_nothing(load):
    told = load(["a,b,y", *(f"{i},3.5,0" for i in range(12))])
    assert told == ["column b: is constant; drop it", "column y: is constant; drop it"]


def test_too_small(load):
    assert load(["a,b,y", *ROWS[:9]]) == ["needs 10 rows or more; it has 9"]
    assert load(["a,y", *(f"{i},{i % 4}" for i in range(12))]) == [
        "needs two columns or more beside the target"
    ]


def test_a_header_and_nothing_else(load):
    told = load(["a,b,y"])
    assert "needs 10 rows or more; it has 0" in told


@pytest.mark.parametrize("lines", [[], [""], ["", "", ""]])
def test_nothing_at_all(load, lines):
    (told,) = load(lines)
    assert "cannot be read as CSV" in told


def test_two_columns_of_one_name(load):
    told = load(["a,a,b,b,y", *(f"{i},1,2,3,{i}" for i in range(12))])
    assert told == ["column a: stands in the header twice", "column b: stands in the header twice"]


def test_rows_that_are_longer_than_the_header_are_not_shifted(load):
    # Every row has a value more than the header names: which column is which is anybody's guess.
    told = load(["a,b,y", *(f"{line},{i}" for i, line in enumerate(ROWS))])
    assert isinstance(told, list), f"read as {told}"


def test_one_row_that_is_too_long(load):
    (told,) = load(["a,b,y", *ROWS, "1,2,3,4"])
    assert "cannot be read as CSV" in told
    assert "14" in told  # the line


def test_one_row_that_is_too_short(load):
    (told,) = load(["a,b,y", *ROWS, "1,2"])
    assert told.startswith("column y, row 13: ")


def test_another_separator(load):
    (told,) = load(["a;b;y", *(line.replace(",", ";") for line in ROWS)])
    assert told == "column y: does not exist; the columns are a;b;y"


def test_bytes_that_are_no_text(load):
    (told,) = load(b"a,b,y\n\xff\xfe,1,2\n")
    assert "cannot be read as CSV" in told


def test_files_that_are_not_there(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be read as CSV") as raised:
            load_dataset(CONFIG, path, "my")
        assert str(path) in str(raised.value)
    with pytest.raises(InputError, match=r"my: path"):
        load_dataset(CONFIG, None, "my")


def test_an_unknown_loader_is_named_with_those_that_exist():
    config = {"source": "scikit-learn", "name": "iris", "target": "y", "drop": []}
    with pytest.raises(InputError, match=r"flowers: name: .*diabetes.*'iris'"):
        load_dataset(config, None, "flowers")


# Splits

SETTINGS = Settings(
    l1_ratios=(),
    logistic_l1_ratios=(),
    gammas=(),
    max_at_end=0.05,
    n_lambdas=15,
    floors=(1e-3, 1e-2, 1e-1),
    deviance_stop=0.999,
    solver="regclaims",
    folds=3,
    matched_df=0.5,
)
METHODS = [Method("ols", None), Method("ridge", 0.0), Method("lasso", 1.0)]
PROTOCOL = {"splits": 4, "test_share": 0.25, "folds": 3}
NAMES = {"seed": 1, "key": 99, "name": "made"}


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
    assert not splits.duplicated(["dataset", "split", "method", "tuning"]).any()
    assert set(splits["dataset"]) == {"made"}
    assert (splits["n_test"] == 11).all()
    assert (splits["n_train"] == 32).all()
    assert (splits["status"] == "converged").all()
    rules = splits.groupby("method")["tuning"].unique().map(list).to_dict()
    assert rules == {"ols": ["none"], "ridge": ["cv-min"], "lasso": ["cv-min"]}


def test_splits_are_the_same_whatever_else_is_fitted(made, splits):
    alone = split_dataset(made, PROTOCOL, METHODS[2:], SETTINGS, **NAMES)
    same = splits[splits["method"] == "lasso"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, same[alone.columns], check_exact=True)
    longer = split_dataset(made, PROTOCOL | {"splits": 6}, METHODS, SETTINGS, **NAMES)
    pd.testing.assert_frame_equal(longer.head(12), splits, check_exact=True)


def test_splits_differ_from_each_other_and_between_seeds(made, splits):
    ols = splits[splits["method"] == "ols"]["relative_error"]
    assert ols.nunique() == 4
    other = split_dataset(made, PROTOCOL, METHODS[:1], SETTINGS, **(NAMES | {"seed": 2}))
    assert not set(other["relative_error"]) & set(ols)


class Watching(Method):
    """A method that keeps the data it is shown."""

    seen: list

    def fit(self, X, y, settings):
        type(self).seen.append((X, y))
        return super().fit(X, y, settings)

    def cross_validate(self, X, y, path, folds):
        type(self).seen.append(folds)
        return super().cross_validate(X, y, path, folds)


def test_tuning_and_testing_against_scikit_learn(made):
    Watching.seen = []
    lasso = Watching("lasso", 1.0)
    rows = split_dataset(made, PROTOCOL | {"splits": 1}, [lasso], SETTINGS, **NAMES)
    (X, y), folds = Watching.seen
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
        def fit(self, X, y, settings):
            return super().fit(X, y, settings).until(1)

    rows = split_dataset(made, PROTOCOL, [Null("null", 1.0)], SETTINGS, **NAMES)
    np.testing.assert_allclose(rows["relative_error"], 1, rtol=1e-12)
    assert (rows["zero_share"] == 1).all()


def test_bands_of_a_path(made):
    bands = path_bands(made, METHODS, SETTINGS, seed=1, key=99, resamples=8)
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
    bands = path_bands(made, METHODS[1:2], SETTINGS, seed=1, key=99, resamples=60)
    last = bands[bands["lambda_index"] == 14].set_index("feature")
    # The least penalized fit to all rows lies where fits to halves scatter about it.
    inside = (last["low"] <= last["coef"]) & (last["coef"] <= last["high"])
    assert inside.all()
    again = path_bands(made, METHODS[1:2], SETTINGS, seed=1, key=99, resamples=60)
    pd.testing.assert_frame_equal(bands, again, check_exact=True)
