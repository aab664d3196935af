"""What a data set is like: `Loaded.describe` against what it must be, and the command's words."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.preprocessing import StandardScaler

from regclaims.cli import main
from regclaims.config.reference import DATASET
from regclaims.datasets import Loaded, description, load_dataset

ROOT = Path(__file__).resolve().parents[2]


def loaded(X, y=None, **options):
    if y is None:
        y = np.random.default_rng(9).standard_normal(X.shape[0])
    return Loaded(X, y, tuple(f"x{j}" for j in range(X.shape[1])), **options)


def made(n_samples, n_features, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, n_features)) @ rng.standard_normal((n_features, n_features))
    return X * 10.0 ** rng.integers(-3, 4, n_features) + rng.integers(-5, 6, n_features)


def left_over(X, y):
    """Return the share of the squares of y that least squares leaves."""
    y = y - y.mean()
    residual = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    return (residual @ residual) / (y @ y)


def numbers(row):
    return {name: value for name, value in row.items() if not isinstance(value, str)}


def test_against_the_definitions():
    X = made(60, 7)
    y = X @ (1 / X.std(axis=0)) + np.random.default_rng(1).standard_normal(60)
    row = loaded(X, y).describe()
    R = np.corrcoef(X, rowvar=False)
    values = np.linalg.eigvalsh(R)
    # Other ways to the same numbers: the condition number times a few roundings.
    close = {"rel": 1e-10}
    assert row["condition_number"] == pytest.approx(values[-1] / values[0], **close)
    off_diagonal = np.abs(R[~np.eye(7, dtype=bool)])
    assert row["mean_correlation"] == pytest.approx(off_diagonal.mean(), **close)
    assert row["max_correlation"] == pytest.approx(off_diagonal.max(), **close)
    nearest = [np.abs(np.delete(R[j], j)).max() for j in range(7)]
    assert row["neighbour_correlation"] == pytest.approx(np.mean(nearest), **close)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    shares = [left_over(np.delete(Z, j, axis=1), Z[:, j]) for j in range(7)]
    assert row["max_vif"] == pytest.approx(1 / min(shares), **close)
    assert row["noise"] == pytest.approx(left_over(Z, y) * 59 / (60 - 7 - 1), **close)
    assert (row["noise_method"], row["noise_rows"]) == ("least squares", 60)


def test_known_inflation_of_diabetes_and_longley():
    config = {"source": "scikit-learn", "name": "diabetes", "target": "target"}
    row = load_dataset(config, None, "diabetes").describe()
    # As R's car::vif gives them: 59.2 of s1, and 1788.51 of GNP.
    assert row["max_vif"] == pytest.approx(59.2, abs=0.05)
    # Efron, Hastie, Johnstone and Tibshirani (2004): R^2 of the full model is .518 of 442 rows.
    assert row["noise"] == pytest.approx((1 - 0.518) * 441 / 431, abs=1e-3)
    longley = {"source": "file", "target": "TOTEMP"}
    row = load_dataset(longley, ROOT / "data" / "longley.csv", "longley").describe()
    assert row["max_vif"] == pytest.approx(1788.51, abs=0.01)


def test_exact_collinearity_is_infinite():
    X = made(50, 4)
    for more in (X[:, [0]] + X[:, [1]], 3 * X[:, [2]] - 1):
        row = loaded(np.hstack([X, more])).describe()
        assert row["condition_number"] == row["max_vif"] == np.inf
        assert row["max_correlation"] <= 1
        # A column that repeats others takes no degree of freedom.
        assert row["noise"] == pytest.approx(loaded(X).describe()["noise"], rel=1e-9)


@pytest.mark.parametrize("n_features", [20, 21, 100])
def test_more_columns_than_rows(n_features):
    row = loaded(made(20, n_features)).describe()
    assert row["condition_number"] == np.inf
    assert np.isnan(row["max_vif"])
    assert 0 < row["mean_correlation"] < row["max_correlation"] < 1
    assert row["noise_method"] == "ridge"


def test_as_many_columns_as_least_squares_takes():
    row = loaded(made(20, 19)).describe()
    assert np.isfinite([row["condition_number"], row["max_vif"], row["noise"]]).all()
    assert row["noise_method"] == "ridge"  # nothing would be left for the residual
    assert loaded(made(20, 18)).describe()["noise_method"] == "least squares"


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_the_noise_by_ridge_is_the_best_leave_one_out_error(kind):
    X = made(25, 40, seed=3)
    X[np.random.default_rng(5).random(X.shape) < 0.3] = 0
    y = X @ np.r_[np.ones(5) / X[:, :5].std(axis=0), np.zeros(35)]
    y += np.random.default_rng(4).standard_normal(25)
    data = loaded(X if kind == "dense" else sparse.csr_array(X), y)
    Z, rows = StandardScaler().fit_transform(X), LeaveOneOut()
    null = ((y - cross_val_predict(DummyRegressor(), Z, y, cv=rows)) ** 2).mean()
    errors = [
        ((y - cross_val_predict(Ridge(25 * penalty), Z, y, cv=rows)) ** 2).mean()
        for penalty in description.PENALTIES
    ]
    # 25 fits in place of one formula; the smallest penalty is 1e-5 of the eigenvalues.
    assert data.describe()["noise"] == pytest.approx(min(errors) / null, rel=1e-6)


def test_sparse_columns_are_described_as_the_same_dense_ones():
    X = np.random.default_rng(2).poisson(0.3, (80, 12)).astype(float)
    dense, thin = loaded(X).describe(), loaded(sparse.csr_array(X), kinds=("sparse",)).describe()
    assert (dense["kind"], thin["kind"]) == ("numeric", "sparse")
    assert numbers(dense) == pytest.approx(numbers(thin), nan_ok=True)


def test_kinds_classes_and_missing_values_are_counted():
    X = made(60, 3)
    X[5, 1] = np.nan
    y = (np.arange(60) % 3 == 0).astype(float)
    data = loaded(
        X,
        y,
        task="classification",
        classes=("no", "yes"),
        kinds=("numeric", "categorical", "numeric"),
        n_missing=1,
    )
    row = data.describe()
    assert (row["kind"], row["task"]) == ("numeric and categorical", "classification")
    assert row["class_balance"] == pytest.approx(1 / 3)
    assert row["n_missing"] == 1
    filled = np.where(np.isnan(X), np.nanmean(X, axis=0), X)
    assert row["max_correlation"] == loaded(filled, y).describe()["max_correlation"]
    assert np.isnan(loaded(filled).describe()["class_balance"])


@pytest.mark.parametrize("shape", [(400, 60), (30, 90)])
def test_many_columns_are_sampled_and_that_is_said(shape, monkeypatch):
    monkeypatch.setattr(description, "MOST_COLUMNS", 25)
    X = made(*shape)
    row = loaded(X).describe()
    assert row["sampled_columns"] == 25
    assert row["noise_method"] == "ridge"
    assert numbers(row) == pytest.approx(
        numbers(loaded(X).describe()), nan_ok=True
    )  # the same sample every time
    monkeypatch.setattr(description, "MOST_COLUMNS", 2000)
    whole = loaded(X).describe()
    assert whole["sampled_columns"] == 0
    assert 0 < row["max_correlation"] <= whole["max_correlation"]


def test_many_rows_are_sampled_for_ridge(monkeypatch):
    monkeypatch.setattr(description, "MOST_COLUMNS", 5)
    monkeypatch.setattr(description, "MOST_ROWS", 40)
    X = made(300, 10)
    y = X @ (1 / X.std(axis=0))
    row = loaded(X, y).describe()
    assert row["noise_rows"] == 40
    assert row["noise"] < 0.1  # there is none but what the least penalty leaves


def test_a_rare_class_may_be_in_no_sampled_row(monkeypatch):
    monkeypatch.setattr(description, "MOST_ROWS", 3)
    y = np.zeros(50)
    y[17] = 1
    row = loaded(made(50, 60), y, task="classification", classes=("a", "b")).describe()
    assert np.isnan(row["noise"])


@pytest.mark.parametrize("factor", [1e-300, 1e-160, 1e50])
def test_units_do_not_matter(factor):
    X = made(40, 3)
    plain, scaled = loaded(X).describe(), loaded(X * factor).describe()
    # Rounding of the products, times the condition number.
    assert numbers(scaled) == pytest.approx(numbers(plain), rel=1e-9, nan_ok=True)


def test_a_spread_that_is_lost_to_rounding_is_no_warning():
    X = made(40, 3)
    X[:, 1] = 1 + np.spacing(1.0) * (np.arange(40) == 7)
    row = loaded(X).describe()
    assert row["max_correlation"] <= 1


# The command


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name, text in {
        "config/datasets/wheat.yaml": DATASET,
        "data/wheat.csv": "x1,x2,plot,yield\n"
        + "".join(f"{i},{i * i % 7},p{i},{i**3 % 11}\n" for i in range(40)),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def described(capsys, *arguments):
    assert main(["describe", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 120
    return {line[:18].strip(): line[20:] for line in lines}


@pytest.mark.parametrize("name", ["wheat", "config/datasets/wheat.yaml"])
def test_a_data_set_is_described_by_name_or_file(project, capsys, name):
    told = described(capsys, name)
    row = load_dataset(
        {"source": "file", "target": "yield", "drop": ["plot"]}, Path("data/wheat.csv"), "wheat"
    ).describe()
    assert told == {
        "data set": "Yields of wheat",
        "rows": "40",
        "columns": "2 (numeric)",
        "target": "yield (regression)",
        "condition number": f"{row['condition_number']:.3g}, of the correlation matrix",
        "mean |correlation|": f"{row['mean_correlation']:.3f}",
        "max |correlation|": f"{row['max_correlation']:.3f}",
        "of neighbours": f"{row['neighbour_correlation']:.3f}",
        "maximum VIF": f"{row['max_vif']:.3g}",
        "noise": f"{100 * row['noise']:.1f} % of the variance of the target is left, "
        "by least squares",
        "missing": "0 values",
        "licence": "CC0-1.0",
        "citation": "unknown",
    }


def test_a_data_file_is_described_without_a_yaml(project, capsys):
    text = "a,b,c,y\n" + "".join(f"{i},{2 * i + 1},{i % 5},{'MB'[i % 4 > 0]}\n" for i in range(40))
    Path("my.csv").write_text(text, encoding="utf-8")
    told = described(capsys, "my.csv", "--target", "y")
    assert told["class balance"] == "25.0 % M (1), the rest B (0)"
    assert told["condition number"] == "infinite (exactly collinear), of the correlation matrix"
    assert told["maximum VIF"] == "infinite (exactly collinear)"
    assert (told["licence"], told["citation"]) == ("unknown", "unknown")


def test_a_wide_file_says_what_is_not_defined(project, capsys):
    header = ",".join(f"x{j}" for j in range(60))
    X = np.random.default_rng(0).standard_normal((12, 60)).round(3)
    np.savetxt("wide.csv", X, delimiter=",", header=header, comments="", fmt="%g")
    told = described(capsys, "wide.csv")
    assert told["maximum VIF"] == "not defined (p >= n)"
    assert told["condition number"].startswith("infinite (p >= n)")
    assert told["noise"].endswith("by leave-one-out of the best ridge")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "oats",
            "regclaims describe: oats: is neither a file nor a data set of config/datasets; "
            "these are wheat",
        ),
        ("oats.csv", "oats.csv: cannot be read: no such file or directory"),
        ("../../etc/passwd", "regclaims describe: ../../etc/passwd: is neither a file nor"),
        ("a\nb", "regclaims describe: a\\nb: is neither"),
    ],
)
def test_what_is_not_there(project, capsys, name, expected):
    assert main(["describe", name]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(expected)


def test_problems_of_the_data_are_told(project, capsys):
    Path("my.csv").write_text("a,b,y\n1,2\n", encoding="utf-8")
    assert main(["describe", "my.csv"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("my.csv: row 1 (line 2): must have 3 values")
