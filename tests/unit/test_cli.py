"""The command line: what it says, where, and with which exit status."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from regclaims.claims.verdicts import COLUMNS
from regclaims.cli import main
from regclaims.config.reference import CLAIMS, DATASET, STUDY

ROOT = Path(__file__).resolve().parents[2]
CSV = "x1,x2,plot,yield\n" + "".join(f"{i},{i * i % 7},p{i},{i * i * i % 11}\n" for i in range(12))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a folder with a study, a group of claims and a data set; tests run inside it."""
    for name, text in {
        "config/small.yaml": STUDY + "path_figure: wheat\n",
        "config/claims/zeros.yaml": CLAIMS,
        "config/datasets/wheat.yaml": DATASET,
        "data/wheat.csv": CSV,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys):
    """Return a function that runs a command and gives its status, output and errors."""

    def command(*arguments):
        status = main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return status, told.out.splitlines(), told.err.splitlines()

    return command


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def refused(told):
    """Return the lines of a run that found problems."""
    status, out, err = told
    assert status == 2
    assert out == []
    assert err
    assert not any("Traceback" in line for line in err)
    return err


def test_a_good_configuration_is_counted(project, run):
    status, out, err = run("check-config")
    assert (status, err) == (0, [])
    assert out == [
        "config/small.yaml: good: 8 cells in 2 shards, 12 replicates each",
        "config/claims: good: 1 claim",
        "config/datasets: good: 1 data set",
    ]


def test_single_files_are_checked_as_what_they_are(project, run):
    files = ["config/claims/zeros.yaml", "config/datasets/wheat.yaml", "config/small.yaml"]
    status, out, _ = run("check-config", *files)
    assert status == 0
    for file in files:
        assert any(line.startswith(f"{file}: good") for line in out)


def test_files_elsewhere_are_told_apart_by_their_keys(project, run):
    shutil.move("config/claims/zeros.yaml", "mine.yaml")
    shutil.move("config/datasets/wheat.yaml", "other.yaml")
    status, out, _ = run("check-config", "mine.yaml", "other.yaml")
    assert status == 0
    assert out[0] == "mine.yaml: good: 1 claim"
    assert out[1].startswith("other.yaml: good")


def test_problems_of_all_files_are_told_at_once(project, run):
    change(project / "config/small.yaml", "seed: 1729", "sed: 1729")
    change(project / "config/claims/zeros.yaml", "order: 9", "order: 0")
    change(project / "config/datasets/wheat.yaml", "licence: CC0-1.0\n", "")
    assert sorted(refused(run("check-config"))) == [
        "config/claims/zeros.yaml: order: must be 1 or more; found 0",
        "config/datasets/wheat.yaml: licence: is missing",
        "config/small.yaml: sed: is not a known key; did you mean seed?",
        "config/small.yaml: seed: is missing",
    ]


def test_problems_between_files_are_told(project, run):
    change(project / "config/small.yaml", "path_figure: wheat", "path_figure: oats")
    change(project / "config/claims/zeros.yaml", "metric: has_zero", "metric: has_zeros")
    err = refused(run("check-config"))
    assert any("path_figure" in line and "oats" in line for line in err)
    assert any("has_zeros" in line for line in err)


def test_problems_of_the_data_are_told(project, run):
    change(project / "data/wheat.csv", "3,2,p3,5", "3,two,p3,5")
    (line,) = refused(run("check-config"))
    assert line.startswith("data/wheat.csv: column x2, row 4: must be a finite number")


def test_one_problem_has_one_line_however_many_studies_share_it(project, run):
    shutil.copy("config/small.yaml", "config/other.yaml")
    change(project / "config/claims/zeros.yaml", "metric: has_zero", "metric: has_zeros")
    err = refused(run("check-config"))
    assert len(set(err)) == len(err)


def test_a_file_with_the_wrong_ending_would_not_be_read(project, run):
    shutil.copy("config/datasets/wheat.yaml", "config/datasets/oats.yml")
    assert refused(run("check-config")) == [
        "config/datasets/oats.yml: must end in .yaml, or it is not read"
    ]


def test_outside_of_a_repository(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    assert refused(run("check-config")) == ["config: holds no study; run this in the repository"]


UNUSABLE = {
    "missing.yaml": None,
    "folder.yaml": "",
    "latin.yaml": b"name: caf\xe9",
    "empty.yaml": b"",
    "list.yaml": b"- 1\n- 2\n",
    "text.yaml": b"words",
    "twice.yaml": b"name: a\nname: b\n",
    "tag.yaml": b"name: !!python/object/apply:os.getcwd []\n",
    "broken.yaml": b"name: [",
    "binary.yaml": bytes(range(256)),
}


@pytest.mark.parametrize("name", UNUSABLE)
@pytest.mark.parametrize("command", ["check-config", "check-dataset"])
def test_a_file_that_cannot_be_used_gets_one_line(project, run, command, name):
    content = UNUSABLE[name]
    if content == "":
        Path(name).mkdir()
    elif content is not None:
        Path(name).write_bytes(content)
    (line,) = refused(run(command, name))
    assert line.startswith(f"{name}: ")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_gets_one_line(project, run):
    Path("config/small.yaml").chmod(0)
    (line,) = refused(run("check-config", "config/small.yaml"))
    assert line == "config/small.yaml: cannot be read: permission denied"


def test_a_good_data_set_is_described(project, run):
    status, (line,), _ = run("check-dataset", "config/datasets/wheat.yaml")
    assert status == 0
    assert line.startswith("config/datasets/wheat.yaml: good: 12 rows; target yield and 2 other")
    assert "condition number" in line


def test_a_csv_file_is_described_without_a_yaml(project, run):
    Path("plain.csv").write_text(
        "a,b,c\n" + "".join(f"{i},{i * i},{i**3 % 5}\n" for i in range(12)), encoding="utf-8"
    )
    status, (line,), _ = run("check-dataset", "plain.csv")
    assert status == 0
    assert line.startswith("plain.csv: good: 12 rows; target c and 2 other columns; largest")
    _, (line,), _ = run("check-dataset", "plain.csv", "--target", "a")
    assert "target a and" in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "cannot be read as CSV: No columns to parse from file"),
        ("a,b,a\n1,2,3\n", "column a: stands in the header twice"),
        ("a,b,c\n" + "1,2,x\n2,3,y\n" * 6, "column c, row 1, and 11 more: must be a finite"),
        ("a,b,c\n" + "1,2,3\n2,1,4\n" * 2, "needs 10 rows or more; it has 4"),
        ("a,b,c\n" + "1,2,3\n1,1,4\n" * 6, "column a: is constant; drop it"),
        ("a,b\n" + "1,2\n2,1\n" * 6, "needs two columns or more beside the target"),
    ],
)
def test_a_bad_csv_file_gets_lines(project, run, text, expected):
    Path("bad.csv").write_text(text, encoding="utf-8")
    assert any(
        line.startswith(f"bad.csv: {expected}") for line in refused(run("check-dataset", "bad.csv"))
    )


def test_a_target_that_is_not_there(project, run):
    (line,) = refused(run("check-dataset", "data/wheat.csv", "--target", "height"))
    assert line == (
        "data/wheat.csv: column height: does not exist; the columns are x1, x2, plot, yield"
    )
    (line,) = refused(run("check-dataset", "config/datasets/wheat.yaml", "--target", "x1"))
    assert "--target: is for a CSV file" in line


def test_a_data_set_whose_file_is_gone(project, run):
    Path("data/wheat.csv").unlink()
    (line,) = refused(run("check-dataset", "config/datasets/wheat.yaml"))
    assert line.startswith("data/wheat.csv: ")


def verdict(name, group="zeros", decided="supported", **changes):
    row = dict.fromkeys(COLUMNS, "") | {
        "claim_id": name,
        "group": group,
        "verdict": decided,
        "effect": "0.41234",
        "ci_low": "0.4",
        "ci_high": "0.42",
        "share_holds": "0.9",
        "share_negligible": "0.1",
        "share_reversed": "0.0",
        "share_open": "0.0",
        "cells": "40",
        "replicates": "20",
    }
    return row | changes


def write_verdicts(*rows):
    Path("results").mkdir(exist_ok=True)
    lines = [",".join(COLUMNS), *(",".join(row.values()) for row in rows)]
    Path("results/verdicts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


UNHEARD = {"effect": "", "ci_low": "", "ci_high": "", "cells": "0"} | dict.fromkeys(
    ("share_holds", "share_negligible", "share_reversed", "share_open"), ""
)


def test_verdicts_are_an_aligned_table(project, run):
    write_verdicts(
        verdict("l1-has-zeros"),
        verdict("other", "weights", "supported (existence)"),
        verdict("x", "weights", "not testable", **UNHEARD),
    )
    status, out, _ = run("verdicts")
    assert status == 0
    assert out == [
        "claim         group    verdict                effect   95 % interval  hold  cells",
        "l1-has-zeros  zeros    supported               0.412  [0.400, 0.420]  90 %     40",
        "other         weights  supported (existence)   0.412  [0.400, 0.420]  90 %     40",
        "x             weights  not testable                -               -     -      0",
    ]


@pytest.mark.parametrize(
    ("options", "claims"),
    [
        (["--group", "weights"], ["b", "c"]),
        (["--verdict", "supported"], ["a"]),
        (["--verdict", "existence"], ["b"]),
        (["--verdict", "supported (existence)"], ["b"]),
        (["--group", "weights", "--verdict", "refuted"], ["c"]),
    ],
)
def test_verdicts_can_be_narrowed(project, run, options, claims):
    write_verdicts(
        verdict("a"),
        verdict("b", "weights", "supported (existence)"),
        verdict("c", "weights", "refuted"),
    )
    _, out, _ = run("verdicts", *options)
    assert [line.split()[0] for line in out[1:]] == claims


def test_a_group_or_verdict_that_is_not_there(project, run):
    write_verdicts(verdict("a"), verdict("b", "weights", "refuted"))
    (line,) = refused(run("verdicts", "--group", "zero"))
    assert line == (
        "regclaims verdicts: --group: none is 'zero' in results/verdicts.csv; "
        "there are weights, zeros"
    )
    refused(run("verdicts", "--verdict", "true"))
    (line,) = refused(run("verdicts", "--group", "zeros", "--verdict", "refuted"))
    assert line == "results/verdicts.csv: no claim is of this group and verdict"


def test_verdicts_before_a_run(project, run):
    assert refused(run("verdicts")) == [
        "results/verdicts.csv: does not exist; run `snakemake` first"
    ]


@pytest.mark.parametrize("content", [b"caf\xe9,b\n", b"a,b\n1,2\n", b"claim_id\n\0\n", None])
def test_a_file_that_holds_no_verdicts(project, run, content):
    path = Path("other.csv")
    path.mkdir() if content is None else path.write_bytes(content)
    (line,) = refused(run("verdicts", "--file", "other.csv"))
    assert line.startswith("other.csv: ")


def test_a_claim_is_explained_before_a_run(project, run):
    status, out, _ = run("explain", "l1-has-zeros")
    text = "\n".join(out)
    assert status == 0
    for expected in (
        "l1-has-zeros: L1 models have zero coefficients.",
        "A Mechanics, sentence 4",
        "In at least 75 % of the cells this must hold:",
        "- has_zero of lasso (validation) less 0.5 is above 0.05; null fits are left out",
        "Voting    all cells",
        "Verdict   none yet: run `snakemake`",
        "config/claims/zeros.yaml",
    ):
        assert expected in text
    assert len(out) <= 30
    assert max(map(len, out)) <= 96


def test_a_claim_is_explained_with_its_verdict(project, run):
    write_verdicts(verdict("l1-has-zeros"))
    text = "\n".join(run("explain", "l1-has-zeros")[1])
    assert "Verdict   supported; mean effect 0.412, 95 % interval [0.400, 0.420]" in text
    assert "40 vote, 20 replicates each: 90 % holds, 10 % negligible, 0 % reversed" in text
    assert "results/contrasts.parquet" in text


def test_a_claim_that_the_last_run_did_not_know(project, run):
    write_verdicts(verdict("other"))
    assert "did not know this claim" in "\n".join(run("explain", "l1-has-zeros")[1])


def test_a_claim_without_votes_is_explained(project, run):
    write_verdicts(verdict("l1-has-zeros", decided="not testable", **UNHEARD))
    assert "Verdict   not testable" in "\n".join(run("explain", "l1-has-zeros")[1])


def test_an_unknown_claim_gets_one_line_with_near_ones(project, run):
    assert refused(run("explain", "l1-has-zero")) == [
        "regclaims explain: l1-has-zero: is not a claim; did you mean l1-has-zeros?"
    ]
    assert refused(run("explain", "qqq")) == [
        "regclaims explain: qqq: is not a claim; the claims are l1-has-zeros"
    ]


def test_every_shipped_claim_fits_on_a_screen(run, monkeypatch):
    monkeypatch.chdir(ROOT)
    _, out, err = run("check-config")
    assert err == []
    for file in Path("config/claims").glob("*.yaml"):
        for claim in yaml.safe_load(file.read_text(encoding="utf-8"))["claims"]:
            status, out, _ = run("explain", claim)
            assert status == 0
            assert len(out) <= 40
            assert max(map(len, out)) <= 96


def test_help_lists_the_commands(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for command in ("check-config", "check-dataset", "verdicts", "explain"):
        assert command in text


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["explain"], ["verdicts", "--nonsense"]])
def test_a_wrong_call_ends_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: regclaims" in capsys.readouterr().err


def python(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_the_version_is_printed():
    done = python("-m", "regclaims.cli", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("regclaims ")


def test_help_and_verdicts_load_nothing_heavy():
    heavy = "{'numpy', 'pandas', 'scipy', 'sklearn', 'matplotlib', 'pydantic', 'yaml'}"
    code = (
        "import sys, regclaims.cli as cli\n"
        "cli.main(['verdicts', '--file', 'does-not-exist.csv'])\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = python("-c", code)
    assert done.stdout.strip() == "[]"
    assert done.returncode == 0
