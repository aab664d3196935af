"""One fit made again from its id, and held against what a run recorded."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from regclaims.cli import main
from regclaims.config.reference import STUDY
from regclaims.config.study import Study
from regclaims.designs import Scenario
from regclaims.designs.cells import cells
from regclaims.errors import InputError
from regclaims.evidence.methods import settings
from regclaims.evidence.packing import settings_of, shards
from regclaims.evidence.replay import replay
from regclaims.evidence.replicates import fit_shard
from regclaims.evidence.tables import TABLES, writing
from regclaims.keys import cell_id

LINEAR = {
    "shapes": [[20, 6]],
    "correlations": [{"kind": "blocks", "size": 3, "rho": 0.9}],
    "densities": [0.5],
    "snrs": [100.0],
    "cross_validation": ["ridge", "lasso", "elastic-net-0.5", "elastic-net-0.9"],
}
CLASSES = {
    "response": "logistic",
    "shapes": [[10, 2]],
    "correlations": ["independent"],
    "densities": [0.5],
    "snrs": [1.0],
    "class_shares": [0.1],
}
PLAIN = yaml.safe_load(STUDY) | {
    "population": [LINEAR, CLASSES],
    "replicates": 8,
    "screening_replicates": 2,
    "methods": {
        "l1_ratios": [0.5, 0.9],
        "n_lambdas": 6,
        # So high that the best lambda lies beyond.
        "lambda_floor": {"low_dimensional": 0.3},
    },
    "tuning": {"folds": 3},
}
STUDY_ = Study.model_validate(PLAIN)
CELL, CLASS_CELL = (cell_id(cell.spec) for cell in cells(STUDY_))


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Run the study; returns its table of fits, a folder with a file for each shard."""
    folder = tmp_path_factory.mktemp("results") / "fits.parquet"
    folder.mkdir()
    sections = STUDY_.methods.model_dump() | STUDY_.tuning.model_dump()
    for shard in shards(STUDY_, {}):
        work = tmp_path_factory.mktemp("work")
        with writing({name: work / name for name in TABLES}) as writer:
            fit_shard(shard, settings(settings_of(shard.family, sections)), writer)
        shutil.copyfile(work / "fits", folder / f"{shard.family}-{shard.key}.parquet")
    return folder


@pytest.fixture(scope="module")
def fits(results):
    return pd.read_parquet(results)


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("study.yaml").write_text(yaml.safe_dump(PLAIN), encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(project, capsys):
    """Return a function that replays a fit and gives the status, output and errors."""

    def command(fit, fits, *more):
        arguments = ["replay", fit, "--config", "study.yaml", "--fits", str(fits), *more]
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = ended.code
        told = capsys.readouterr()
        return status, told.out.splitlines(), told.err.splitlines()

    return command


def assert_recorded(found, row):
    for name, value in found.row.items():
        there = row[name]
        undefined = value is None or value != value
        assert undefined == bool(pd.isna(there)), name
        assert undefined or value == there, name


ARMS = [
    "ols-none",
    "ridge-validation",
    "ridge-matched-df",
    "lasso-cv-1se",
    "relaxed-lasso-oracle",
    "adaptive-lasso-bic",
    "elastic-net-0.5-validation",
    "elastic-net-0.9-cv-min",
    "elastic-net-validation",
    "elastic-net-cv-min",
    "elastic-net-rescaled-oracle",
]


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("replicate", [0, 5])
def test_a_fit_made_again_is_the_recorded_one_bit_for_bit(results, fits, arm, replicate):
    name = f"{CELL}-{replicate:04d}-{arm}"
    (row,) = fits[fits["fit_id"] == name].to_dict("records")
    found = replay(name, STUDY_, results)
    assert found.recorded is not None
    assert found.differences == []
    assert_recorded(found, row)
    assert f"{row['method']}-{row['tuning']}" == arm
    draw = Scenario(cells(STUDY_)[0].spec).draw(STUDY_.seed, replicate)
    for key, values in draw.__dict__.items():
        np.testing.assert_array_equal(getattr(found.draw, key), values)


@pytest.mark.parametrize(
    "arm", ["logistic-ridge-oracle", "logistic-lasso-validation", "logistic-elastic-net-0.5-oracle"]
)
def test_logistic_fits_too(results, fits, arm):
    some = fits[(fits["cell_id"] == CLASS_CELL) & fits["fit_id"].str.endswith(arm)]
    for status in ("converged", "failed"):
        row = some[some["status"] == status].iloc[0]
        found = replay(row["fit_id"], STUDY_, results)
        assert found.row["status"] == status
        assert found.differences == []
        assert_recorded(found, row)


def test_a_failed_fit_fails_again_and_says_why(results, fits, run):
    name = fits.loc[fits["status"] == "failed", "fit_id"].iloc[0]
    status, out, err = run(name, results)
    assert (status, err) == (0, [])
    assert any(line.split()[:2] == ["status", "failed"] for line in out)
    assert any("there is nothing to tell apart" in line for line in out)
    assert any(line.split() == ["rr", "undefined"] for line in out)
    assert out[-1] == f"{results}: the same, bit for bit"


def test_a_fit_on_the_longer_grid_is_made_again_there(results, fits):
    longer = fits[fits["longer_grid"] & (fits["method"] == "lasso")]
    assert len(longer)
    name = longer["fit_id"].iloc[-1]
    found = replay(name, STUDY_, results)
    assert found.row["longer_grid"]
    assert found.differences == []
    # Both grids are in this table, or nothing is said about the choice between them.
    assert not fits["longer_grid"].all()


def test_without_a_record_there_is_nothing_to_compare(run, results):
    status, out, err = run(f"{CELL}-0003-ols-none", "nowhere")
    assert (status, err) == (0, [])
    assert out[-1] == "nowhere: no such row to compare with"


def test_every_column_of_the_row_is_printed(run, results, fits):
    status, out, err = run(f"{CELL}-0000-lasso-oracle", results)
    assert (status, err) == (0, [])
    assert [line.split()[0] for line in out[:-1]] == list(fits.columns)
    assert out[-1] == f"{results}: the same, bit for bit"


def test_data_can_be_written(run, results, project):
    status, _, _ = run(f"{CELL}-0002-ridge-oracle", results, "--data", "data.npz")
    assert status == 0
    draw = Scenario(cells(STUDY_)[0].spec).draw(STUDY_.seed, 2)
    with np.load("data.npz", allow_pickle=False) as data:
        assert set(data) == {"X", "y", "X_validation", "y_validation"}
        for name in data:
            np.testing.assert_array_equal(data[name], getattr(draw, name))


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("rr", lambda value: np.nextafter(value, 1)),
        ("n_nonzero", lambda value: value + 1),
        ("status", lambda value: "failed"),
        ("kkt", lambda value: None),
        ("fdr", lambda value: 0.25),
    ],
)
def test_a_record_that_was_tampered_with_is_told(run, fits, project, column, change):
    name = f"{CELL}-0004-ridge-oracle"
    changed = fits.copy()
    at = changed["fit_id"] == name
    changed.loc[at, column] = change(changed.loc[at, column].item())
    changed.to_parquet("changed.parquet", index=False)
    status, _, err = run(name, "changed.parquet")
    assert status == 1
    first, advice = err
    assert first.startswith(f"changed.parquet: differs: {column} is ")
    assert " there, " in first
    assert "this study, code, machine and packages" in advice


def test_another_seed_gives_other_fits(run, results, project):
    Path("study.yaml").write_text(yaml.safe_dump(PLAIN | {"seed": 7}), encoding="utf-8")
    status, _, err = run(f"{CELL}-0004-ridge-oracle", results)
    assert status == 1
    assert any("differs: rr is" in line for line in err)


WRONG = {
    "": "must be <cell>-<replicate>-<method>-<tuning>",
    "lasso": "must be <cell>-<replicate>-<method>-<tuning>",
    f"{CELL}-lasso-oracle": "must be <cell>-<replicate>-<method>-<tuning>",
    f"{CELL}-12-lasso-oracle": "must be <cell>-<replicate>-<method>-<tuning>",
    f"{CELL}-0000-lasso-oracle; true": "must be <cell>-<replicate>-<method>-<tuning>",
    f"{CELL.upper()}0-0000-lasso-oracle": "must be <cell>-<replicate>-<method>-<tuning>",
    "0123456789abcdef-0000-lasso-oracle": "study small has no cell 0123456789abcdef",
    f"{CELL}-0000-scad-oracle": "must name one of ols, ridge, lasso, ",
    f"{CELL}-0000-lasso": "must name one of ols, ridge, lasso, ",
    f"{CELL}-0000-logistic-lasso-oracle": "must name one of ols, ridge, lasso, ",
    f"{CLASS_CELL}-0000-lasso-oracle": "must name one of logistic-ridge, ",
    f"{CELL}-0000-lasso-guess": "lasso is tuned by validation, oracle, bic, cv-min, ",
    f"{CELL}-0000-ols-oracle": "ols is tuned by none on this cell",
    f"{CELL}-0000-elastic-net-0.7-oracle": "elastic-net is tuned by validation, oracle, ",
    f"{CLASS_CELL}-0000-logistic-lasso-bic": "logistic-lasso is tuned by validation, oracle on",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_id_gets_one_line(run, results, name):
    status, out, err = run(name, results)
    assert status == 2
    assert out == []
    (line,) = err
    assert line.startswith("regclaims replay: ")
    assert WRONG[name] in line


def test_a_replicate_beyond_the_study_is_told(results):
    with pytest.raises(InputError, match="study small draws replicates 0 to 9 of this cell"):
        replay(f"{CELL}-0010-lasso-oracle", STUDY_, results)
    assert replay(f"{CELL}-0009-lasso-oracle", STUDY_, results).differences == []


def test_a_cell_s_allotted_replicates_are_the_study_s(results, tmp_path):
    (tmp_path / "more.csv").write_text(f"cell_id,replicates\n{CELL},9\n", encoding="utf-8")
    more = STUDY_.model_copy(update={"allotment": "more.csv"})
    found = replay(f"{CELL}-0010-lasso-oracle", more, results, tmp_path)
    assert found.recorded is None
    with pytest.raises(InputError, match="replicates 0 to 10 of this cell"):
        replay(f"{CELL}-0011-lasso-oracle", more, results, tmp_path)
    with pytest.raises(InputError, match="replicates 0 to 9 of this cell"):
        replay(f"{CLASS_CELL}-0010-logistic-lasso-oracle", more, results, tmp_path)


def test_a_replicate_with_too_many_digits_is_told(results):
    with pytest.raises(InputError):
        replay(f"{CELL}-00003-lasso-oracle", STUDY_, results)


def test_a_file_of_fits_that_is_none_is_told(run, project):
    Path("words.txt").write_text("words", encoding="utf-8")
    status, _, err = run(f"{CELL}-0000-ols-none", "words.txt")
    assert status == 2
    assert err[0].startswith("words.txt: ")
    assert len(err) == 1


def test_a_table_of_something_else_is_told(run, project):
    pd.DataFrame({"cell_id": [CELL], "mean": [0.5]}).to_parquet("cells.parquet")
    status, _, (line,) = run(f"{CELL}-0000-ols-none", "cells.parquet")
    assert status == 2
    assert line.startswith("cells.parquet: is no table of fits: it lacks fit_id, method, ")


def test_a_study_that_is_not_there_is_told(run, results, project):
    Path("study.yaml").unlink()
    status, _, (line,) = run(f"{CELL}-0000-ols-none", results)
    assert status == 2
    assert line.startswith("study.yaml: ")
