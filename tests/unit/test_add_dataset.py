"""`regclaims add-dataset`: what it writes, what it refuses, and that it never asks."""

import gzip
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

import regclaims
from regclaims.cli import main
from regclaims.config import load_registry
from regclaims.config.datasets import Dataset
from regclaims.config.loading import load
from regclaims.config.reference import CLAIMS, STUDY
from regclaims.datasets import files, load_dataset
from regclaims.datasets.columns import LARGEST, MISSING, MOST_LEVELS, MOSTLY
from regclaims.datasets.table import LONGEST_NAME

GOOD = "a,b,y\n" + "".join(f"{i},{i * i % 7},{i**3 % 11}\n" for i in range(40))
FOLDER = Path("config/datasets")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def repository(tmp_path, monkeypatch):
    """Be in a folder with a study and a file of data; nothing can be asked on standard input."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", None)
    for name, text in {
        "config/small.yaml": STUDY + "path_figure: my\n",
        "config/claims/zeros.yaml": CLAIMS,
        "my.csv": GOOD,
    }.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(capsys):
    """Run a command; gives its status, and its lines on both streams."""

    def command(*arguments):
        status = main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return status, told.out.splitlines(), told.err.splitlines()

    return command


def refused(told):
    status, out, err = told
    assert (status, out) == (2, [])
    assert err
    return err


def written(name="my"):
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def test_a_file_becomes_a_data_set(run):
    status, out, err = run("add-dataset", "my.csv", "--target", "y")
    assert (status, err) == (0, [])
    assert out == [
        "config/datasets/my.yaml: written: 40 rows; target y (regression); 2 columns",
        "The task was taken to be regression; --task says otherwise.",
        "Unknown: licence and citation; the report will say so.",
        "Next: `regclaims describe my` tells what it is like; `snakemake` adds it.",
    ]
    assert written() == {
        "title": "My",
        "source": "file",
        "path": "my.csv",
        "target": "y",
        "task": "regression",
        "missing": "refuse",
        "licence": "unknown",
        "citation": "unknown",
        "about": "Entered with `regclaims add-dataset`; 40 rows.",
        "protocol": {"splits": 20, "test_share": 0.25, "folds": 10},
    }
    assert [file.name for file in FOLDER.iterdir()] == ["my.yaml"]


def test_what_was_written_passes_every_check(run):
    run("add-dataset", "my.csv", "--target", "y")
    assert run("check-dataset", "config/datasets/my.yaml")[0] == 0
    status, out, err = run("check-config")
    assert (status, err) == (0, [])
    assert "config/datasets: good: 1 data set" in out
    dataset = load_registry([], FOLDER.glob("*.yaml")).datasets["my"]
    data = load_dataset(dataset.model_dump(), Path(dataset.path), "my")
    assert data.features == ("a", "b")


def test_every_option_is_written(run):
    Path("paper").mkdir()
    Path("paper/references.bib").write_text("@article{box1964,\n}\n", encoding="utf-8")
    text = "id,a,b,y\n" + "".join(f"n{i},{i},{i % 7 or ''},{'MB'[i % 2]}\n" for i in range(40))
    Path("Other File.csv").write_text(text, encoding="utf-8")
    status, out, _ = run(
        *("add-dataset", "Other File.csv", "--target", " y ", "--name", "other", "--drop", "id"),
        *("--title", "Others: 50 % \\more", "--task", "classification", "--missing", "impute"),
        *("--licence", "CC0-1.0", "--citation", "box1964"),
    )
    assert status == 0
    assert len(out) == 2
    assert "target y (classification: M is 1, B is 0)" in out[0]
    found = written("other")
    assert {key: found[key] for key in ("title", "task", "missing", "licence", "citation")} == {
        "title": "Others: 50 % \\more",
        "task": "classification",
        "missing": "impute",
        "licence": "CC0-1.0",
        "citation": "box1964",
    }
    assert (found["path"], found["target"], found["drop"]) == ("Other File.csv", "y", ["id"])
    assert run("check-dataset", "config/datasets/other.yaml")[0] == 0


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("my.csv", "my"),
        ("My Data (2).csv", "my-data-2"),
        ("a.b.csv", "a"),
        ("$(touch pwned).csv", "touch-pwned"),
        ("`x`;rm -rf.csv", "x-rm-rf"),
        ("größe_1.csv", "gr-e_1"),
        ("x" * 100 + ".csv", "x" * 60),
        ("a\nb\x1b[31m.csv", "a-b-31m"),
        ("\\input{x}.csv", "input-x"),
    ],
)
def test_names_are_made_of_file_names(run, file, name):
    Path(file).write_text(GOOD, encoding="utf-8")
    before = set(Path().rglob("*"))
    status, out, _ = run("add-dataset", file, "--target", "y")
    assert status == 0
    assert out[0].startswith(f"config/datasets/{name}.yaml: written")
    assert set(Path().rglob("*")) - before == {FOLDER, FOLDER / f"{name}.yaml"}
    assert written(name)["path"] == file
    assert run("check-dataset", FOLDER / f"{name}.yaml")[0] == 0


def test_a_file_outside_of_the_repository_has_a_whole_path(run, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "far.csv"
    elsewhere.write_text(GOOD, encoding="utf-8")
    run("add-dataset", os.path.relpath(elsewhere), "--target", "y")
    assert written("far")["path"] == str(elsewhere)
    Path("data").mkdir()
    Path("data/near.csv").write_text(GOOD, encoding="utf-8")
    run("add-dataset", Path("data/near.csv").absolute(), "--target", "y")
    assert written("near")["path"] == "data/near.csv"


@pytest.mark.parametrize(
    ("column", "task"),
    [
        ([i % 2 for i in range(40)], "classification"),
        (["yes" if i % 3 else "no" for i in range(40)], "classification"),
        ([i % 3 for i in range(40)], "regression"),
        ([i / 7 for i in range(40)], "regression"),
    ],
)
def test_the_task_is_guessed_and_said(run, column, task):
    text = "a,b,y\n" + "".join(f"{i},{i % 7},{value}\n" for i, value in enumerate(column))
    Path("my.csv").write_text(text, encoding="utf-8")
    _, out, _ = run("add-dataset", "my.csv", "--target", "y")
    assert f"The task was taken to be {task}; --task says otherwise." in out
    assert written()["task"] == task


@pytest.mark.parametrize(("rows", "folds"), [(12, 4), (20, 7), (40, 10)])
def test_a_small_file_gets_fewer_folds(run, rows, folds):
    Path("my.csv").write_text("".join(GOOD.splitlines(keepends=True)[: rows + 1]), encoding="utf-8")
    run("add-dataset", "my.csv", "--target", "y")
    assert written()["protocol"]["folds"] == folds
    assert run("check-dataset", "config/datasets/my.yaml")[0] == 0


def test_a_rare_class_gets_fewer_folds_or_is_refused(run):
    def text(rare):
        return "a,b,y\n" + "".join(f"{i},{i % 7},{'MB'[i < rare]}\n" for i in range(40))

    Path("my.csv").write_text(text(8), encoding="utf-8")
    run("add-dataset", "my.csv", "--target", "y")
    assert written()["protocol"]["folds"] == 6
    assert run("check-dataset", "config/datasets/my.yaml")[0] == 0
    Path("other.csv").write_text(text(2), encoding="utf-8")
    (line,) = refused(run("add-dataset", "other.csv", "--target", "y"))
    assert line.startswith("other.csv: column y: needs 3 rows of class B or more")


# What is refused


def test_nothing_is_written_over(run):
    run("add-dataset", "my.csv", "--target", "y")
    before = written()
    assert refused(run("add-dataset", "my.csv", "--target", "a")) == [
        "config/datasets/my.yaml: exists; give the new data set another name with --name, or "
        "remove this file"
    ]
    assert written() == before
    assert run("add-dataset", "my.csv", "--target", "a", "--name", "mine")[0] == 0


@pytest.mark.parametrize(
    "name", ["../../x", "a/b", "A", "-x", "", ".", "a b", "x" * 61, "$(x)", "a\n"]
)
def test_names_that_are_none(run, name):
    before = set(Path().rglob("*"))
    (line,) = refused(run("add-dataset", "my.csv", "--target", "y", f"--name={name}"))
    assert line.startswith("regclaims add-dataset: --name: must begin with a-z or 0-9")
    assert set(Path().rglob("*")) == before


def test_a_file_whose_name_gives_none(run):
    Path("中.csv").write_text(GOOD, encoding="utf-8")
    (line,) = refused(run("add-dataset", "中.csv", "--target", "y"))
    assert line.startswith("regclaims add-dataset: --name: must begin")
    assert line.endswith("give one")
    assert run("add-dataset", "中.csv", "--target", "y", "--name", "zh")[0] == 0
    assert written("zh")["path"] == "中.csv"


def test_problems_of_name_and_data_are_told_at_once(run):
    Path("my.csv").write_text(GOOD + "red,1,2\n1,2\n", encoding="utf-8")
    err = refused(run("add-dataset", "my.csv", "--target", "y", "--name", "No"))
    assert [line.partition(": ")[0] for line in err] == [
        "regclaims add-dataset",
        "my.csv",
        "my.csv",
    ]
    assert not FOLDER.exists()


def test_problems_of_what_is_written_are_told(run):
    Path("paper").mkdir()
    Path("paper/references.bib").write_text("@article{box1964,\n}\n", encoding="utf-8")
    assert refused(run("add-dataset", "my.csv", "--target", "y", "--licence", " ")) == [
        "regclaims add-dataset: licence: must be text that is not empty; found ' '"
    ]
    (line,) = refused(run("add-dataset", "my.csv", "--target", "y", "--citation", "gone1999"))
    assert "citation: must be a key of references.bib, or unknown; found 'gone1999'" in line
    Path(" my.csv").write_text(GOOD, encoding="utf-8")
    (line,) = refused(run("add-dataset", " my.csv", "--target", "y"))
    assert line == " my.csv: its name must not begin or end with white space"
    assert not FOLDER.exists()


def test_a_target_that_is_not_there(run):
    assert refused(run("add-dataset", "my.csv", "--target", "z")) == [
        "my.csv: column z: does not exist; the columns are a, b, y"
    ]


def test_outside_of_a_repository(run, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    Path("my.csv").write_text(GOOD, encoding="utf-8")
    assert refused(run("add-dataset", "my.csv", "--target", "y")) == [
        "config: holds no study; run this in the repository"
    ]
    assert [file.name for file in Path().iterdir()] == ["my.csv"]


def test_without_a_target_it_says_how_it_is_used(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["add-dataset", "my.csv"])
    assert ended.value.code == 2
    assert "--target" in capsys.readouterr().err


def test_a_write_that_fails_leaves_nothing(run, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        run("add-dataset", "my.csv", "--target", "y")
    assert list(FOLDER.iterdir()) == []


# Hostile contents


@pytest.mark.parametrize(
    "name",
    [
        "$(touch pwned)",
        "`touch pwned`",
        "\\input{x}",
        "../../x",
        "yes",
        "null",
        "1",
        "=",
        "- a",
        "a: b #c",
        "!!python/object/apply:os.getcwd []",
        "&x *x",
        "{{x}} %s {0}",
        "quote \" and ' both",
        "é中\u202e",
        "a\x85b\u2028c",
    ],
)
def test_names_of_columns_come_back_as_they_were(run, name):
    quoted = '"' + name.replace('"', '""') + '"'
    text = f"a,b,c,{quoted}\n" + "".join(f"{i},{i % 7},n{i},{i % 5}\n" for i in range(40))
    Path("my.csv").write_text(text, encoding="utf-8")
    assert run("add-dataset", "my.csv", "--target", name, "--drop", "c")[0] == 0
    assert load(Dataset, FOLDER / "my.yaml").target == name
    assert run("check-dataset", "config/datasets/my.yaml")[0] == 0
    text = f"a,b,{quoted},y\n" + "".join(f"{i},{i % 7},n{i},{i % 5}\n" for i in range(40))
    Path("my.csv").write_text(text, encoding="utf-8")
    assert run("add-dataset", "my.csv", "--target=y", f"--drop={name}", "--name=two")[0] == 0
    assert load(Dataset, FOLDER / "two.yaml").drop == [name]
    assert run("check-dataset", "config/datasets/two.yaml")[0] == 0
    assert not Path("pwned").exists()


def test_10_000_by_500_is_added_in_seconds():
    rng = np.random.default_rng(1)
    block = [",".join(map(repr, row)) for row in rng.standard_normal((100, 501)).tolist()]
    header = ",".join(f"c{j}" for j in range(501))
    Path("big.csv").write_text("\n".join([header, *block * 100]) + "\n", encoding="utf-8")
    program = (
        "import sys, time; from regclaims.cli import main; status = main(sys.argv[1:]);"
        "print(time.process_time()); sys.exit(status)"
    )
    package = {"PYTHONPATH": str(Path(regclaims.__file__).resolve().parents[1])}
    command = [sys.executable, "-c", program, "add-dataset", "big.csv", "--target", "c500"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | package, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    # 3 s when measured, imports included; CPU time, since a machine may be busy.
    assert float(done.stdout.splitlines()[-1]) < 10


# The page that tells how


def test_the_page_on_data_says_what_happens(run):
    page = (ROOT / "docs" / "datasets.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL)
    csv = [text for kind, text in blocks if kind == "csv"]
    for name, text in zip(["trees.csv", "bad.csv"], csv, strict=True):
        Path(name).write_text(text, encoding="utf-8")
    tried = 0
    for text in (text for kind, text in blocks if kind == "console"):
        command, *expected = text.splitlines()
        prompt, program, *arguments = shlex.split(command)
        assert (prompt, program) == ("$", "regclaims")
        status, out, err = run(*arguments)
        assert out + err == expected
        assert (status == 2) == bool(err)
        tried += 1
    assert tried == 5
    entered, by_hand = [text for kind, text in blocks if kind == "yaml"]
    assert (FOLDER / "trees.yaml").read_text(encoding="utf-8") == entered
    Path("reviews.yaml").write_text(by_hand, encoding="utf-8")
    reviews = load(Dataset, Path("reviews.yaml"))
    Path("data").mkdir()
    rows = "".join(f"{i % 2} {1 + i % 3}:{1 + i % 5} 4:{1 + i % 7}\n" for i in range(60))
    Path(reviews.path).write_bytes(gzip.compress(rows.encode()))
    Path(reviews.features).write_text("oak\nash\nelm\nfir\n", encoding="utf-8")
    assert run("check-dataset", "reviews.yaml")[0] == 0


def test_the_page_on_data_gives_the_limits_of_the_code():
    page = (ROOT / "docs" / "datasets.md").read_text(encoding="utf-8")
    for text in (
        f"At most {files.MOST_BYTES // 10**6} MB (unpacked), {files.MOST_CELLS // 10**6} million "
        f"values, {files.MOST_COLUMNS:,} columns, {files.MOST_CHARACTERS:,} characters in a value "
        f"and {LONGEST_NAME:,} in a name; numbers up to {LARGEST:g} in size.",
        f"More than {MOST_LEVELS} levels",
        f"with {100 * MOSTLY:.0f} % numbers or more",
    ):
        assert text.replace("1e+50", "1e50") in " ".join(page.split())
    listed = page.partition("among numbers also ")[2].partition(". `missing")[0]
    assert set(re.findall(r"`([^`]+)`", listed)) == MISSING
