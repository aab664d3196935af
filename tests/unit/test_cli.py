"""The command line: what it says, where, and with which exit status."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from regclaims.claims.verdicts import COLUMNS
from regclaims.cli import main
from regclaims.config import load_study
from regclaims.config.reference import CLAIMS, DATASET, STUDY
from regclaims.designs.cells import cells
from regclaims.evidence.packing import folder, sections, shards
from regclaims.io import write_csv, write_parquet
from regclaims.keys import cell_id
from regclaims.plan.costs import COLUMNS as COSTS
from regclaims.plan.stages import COLUMNS as STAGES
from regclaims.plan.stages import START_SECONDS

ROOT = Path(__file__).resolve().parents[2]
CSV = "x1,x2,plot,yield\n" + "".join(f"{i},{i * i % 7},p{i},{i * i * i % 11}\n" for i in range(40))


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
        "config/small.yaml: good: 8 cells, 12 or more replicates each",
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


def test_problems_of_the_allotment_are_told(project, run):
    with (project / "config/small.yaml").open("a", encoding="utf-8") as file:
        file.write("allotment: config/more.csv\n")
    assert refused(run("check-config")) == [
        "config/more.csv: cannot be read: no such file or directory"
    ]
    Path("config/more.csv").write_text("cell_id,replicates\nzz,40\n", encoding="utf-8")
    (line,) = refused(run("check-config"))
    assert line.startswith("config/more.csv: line 2: cell 'zz' is not in the study")


def test_a_fraction_that_cannot_be_balanced_is_told(project, run):
    change(project / "config/small.yaml", "snrs: [1.22]", "snrs: [1.22]\n    fraction: 9")
    (line,) = refused(run("check-config"))
    assert line.startswith("config/small.yaml: population[0]")


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


def test_a_claim_that_a_figure_shows_is_explained_with_it(project, run):
    change(project / "config/claims/zeros.yaml", "metric: has_zero", "metric: zero_share")
    assert "Figure    results/figures/zero-share.pdf" in run("explain", "l1-has-zeros")[1]


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


# Plans


def cell_ids():
    study = load_study(Path("config/small.yaml"))
    return [cell_id(cell.spec) for cell in cells(study)]


def write_pilot(spread=0.5, milliseconds=10.0):
    """Write what a pilot run of the small study would have measured."""
    lambdas = load_study(Path("config/small.yaml")).methods.n_lambdas
    costs = [
        (family, n, p, lambdas, 1, folds, milliseconds, milliseconds / 5, 3)
        for family in ("least-squares", "lasso", "elastic-net")
        for n, p in ((100, 10), (50, 200))
        for folds in (0, 10)
    ]
    write_csv("data/pilot/costs.csv", pd.DataFrame(costs, columns=list(COSTS)))
    stages = [
        ("fit", "", 3, 0.0, 400.0, 1.0),
        ("verdicts", "", 1, 60.0, 580.0, 4.0),  # of four cells
        ("mechanism", "kink", 1, 30.0, 100.0, 10.0),
        ("report", "", 1, 5.0, 70.0, 1.0),
    ]
    write_csv("data/pilot/stages.csv", pd.DataFrame(stages, columns=list(STAGES)))
    rows = [("l1-has-zeros", 0, cell, spread, 0.05) for cell in cell_ids()]
    columns = ["claim_id", "part", "cell_id", "deviation", "margin"]
    write_csv("data/pilot/deviations.csv", pd.DataFrame(rows, columns=columns))


def plan(run, *options):
    return run("plan", "--config", "config/small.yaml", *options)


def number(out, name):
    """Return the first number of the line that begins with this name."""
    (line,) = (line for line in out if line.strip().startswith(f"{name} "))
    return float(line.strip().removeprefix(name).split()[0].replace(",", ""))


def test_a_plan_says_size_cost_and_precision(project, run):
    write_pilot()
    status, out, err = plan(run)
    assert (status, err) == (0, [])
    assert out[0] == "Study small"
    assert number(out, "cells") == 8
    # 12 replicates and 5 to screen with.
    assert number(out, "replicates per cell") == 12
    assert number(out, "data sets") == 8 * 17
    assert any(line.split()[:4] == ["table", "of", "fits", "about"] for line in out)
    minutes = 8 * 17 * 0.010 / 60
    for family in ("least-squares", "lasso", "elastic-net"):
        assert number(out, family) == pytest.approx(minutes, abs=0.05)
    assert number(out, "all") == pytest.approx(3 * minutes, abs=0.05)
    assert not any("extrapolation" in line for line in out)
    # Eight cells and so twice the verdicts; the experiment with the study's own replicates.
    replicates = load_study(project / "config/small.yaml").mechanisms.kink.replicates
    fit_jobs = number(out, "fit jobs")
    others = 2 * 60 + 30 * replicates / 10 + 5 + START_SECONDS * fit_jobs
    (jobs,) = (line for line in out if line.strip().startswith("jobs "))
    assert jobs.split()[1:] == ["about", f"{fit_jobs + 3:.0f}"]
    assert number(out, "CPU hours") == pytest.approx(minutes / 20 + others / 3600, abs=0.006)
    assert number(out, "memory of a job") == 580
    assert any(line.strip().startswith("disk ") for line in out)
    # .5/sqrt(12) in units of .05.
    row = next(line for line in out if line.strip().startswith("l1-has-zeros"))
    assert row.split() == ["l1-has-zeros", "1", "8", "0.05", "2.89", "2.89", "0", "%"]


def test_a_plan_says_what_no_pilot_measured(project, run):
    write_pilot()
    change(project / "config/small.yaml", "[50, 200]]", "[50, 100]]")
    _, out, _ = plan(run)
    assert sum("% by extrapolation" in line for line in out) == 3
    # Four of the eight cells are those of the pilot.
    assert any(line.split()[:3] == ["l1-has-zeros", "1", "4"] for line in out)


def test_a_plan_without_a_pilot(project, run):
    (line,) = refused(plan(run))
    assert line.startswith("data/pilot/costs.csv: cannot be read: ")
    assert "`regclaims plan --record` writes it" in line


def test_nothing_to_record_before_a_run(project, run):
    assert refused(plan(run, "--record")) == ["results: holds no finished run; run the study first"]


def test_an_allotment_needs_a_file_to_be_written_to(project, run):
    write_pilot()
    assert refused(plan(run, "--allot")) == [
        "config/small.yaml: allotment: must name the CSV file that --allot is to write"
    ]


def allotted(run, *options):
    file = Path("config/small.yaml")
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "allotment: config/more.csv\n", encoding="utf-8")
    # A standard error of a third of the margin takes 36 replicates: 40, as they come in tens.
    write_pilot(spread=0.1)
    told = plan(run, "--allot", *options)
    return told, pd.read_csv("config/more.csv")


def test_an_allotment_is_written_and_taken_into_account(project, run):
    (status, out, err), table = allotted(run, "--minutes", "10")
    assert (status, err) == (0, [])
    assert out[0].startswith("config/more.csv: 8 cells get more than 12 replicates; 8 of 8 cells")
    assert set(table["cell_id"]) == set(cell_ids())
    assert set(table["replicates"]) == {40}
    assert number(out, "data sets") == 8 * 45
    assert any(line.split()[-2:] == ["100", "%"] for line in out)
    # It is read again without --allot, and the configuration is good.
    assert plan(run)[1] == out[1:]
    assert run("check-config")[0] == 0


def test_an_allotment_keeps_to_its_minutes(project, run):
    # 8 x 17 data sets of 30 ms are .068 minutes; each cell wants 28 more, .014 minutes.
    (status, _, _), table = allotted(run, "--minutes", "0.1")
    assert status == 0
    assert len(table) == 2


def test_an_allotment_keeps_to_what_one_cell_may_have(project, run):
    (_, out, _), table = allotted(run, "--minutes", "10", "--most", "20")
    assert set(table["replicates"]) == {20}
    assert "; 0 of 8 cells have what" in out[0]


def test_a_plan_of_logistic_cells_with_a_pilot_that_had_none(project, run):
    write_pilot()
    change(
        project / "config/small.yaml",
        "    snrs: [1.22]",
        "    snrs: [1.22]\n    response: logistic",
    )
    change(project / "config/small.yaml", "    cross_validation: [ridge, lasso]\n", "")
    status, _, (line,) = plan(run)
    assert status == 2
    assert "logistic" in line


@pytest.mark.parametrize("name", ["costs.csv", "deviations.csv", "stages.csv"])
def test_a_pilot_with_other_columns(project, run, name):
    write_pilot()
    Path("data/pilot", name).write_text("a,b\n1,2\n", encoding="utf-8")
    (line,) = refused(plan(run))
    assert line.startswith(f"data/pilot/{name}: lacks the columns ")
    assert line.endswith("; `regclaims plan --record` writes it after a run")


def test_a_pilot_with_words_for_numbers(project, run):
    write_pilot()
    change(project / "data/pilot/costs.csv", ",10.0,2.0,3\n", ",much,2.0,3\n")
    (line,) = refused(plan(run))
    assert line.startswith("data/pilot/costs.csv: cannot be read: ")


def write_times(seconds=0.02):
    """Write what a run of the small study took, so many seconds a data set; returns the files."""
    study = load_study(Path("config/small.yaml"))
    files = []
    for shard in shards(study, {}):
        spec = shard.cells[0]
        row = {"family": shard.family, "n_samples": spec["n_samples"]}
        row |= {"n_features": spec["n_features"], "n_cross_validated": 0}
        row |= {"n_lambdas": study.methods.n_lambdas}
        times = [row | {"data_sets": many, "seconds": many * seconds} for many in (10, 5)]
        table = pd.DataFrame(times)
        files.append(Path("results/work", folder(shard, sections(study)), "times.csv"))
        write_csv(files[-1], table)
    for job, cpu, memory in [
        ("fit-lasso-0123", 5.0, 300.0),
        ("fit-lasso-4567", 6.0, 350.0),
        ("mechanism-kink", 4.0, 150.0),
        ("real-verdicts", 3.0, 200.0),
        ("real-paths-wheat-0123", 2.0, 210.0),
        ("known-beta-wheat-0123", 1.0, 220.0),
        ("verdicts", 8.0, 500.0),
    ]:
        measured = pd.DataFrame({"s": [9.9], "max_rss": memory, "cpu_time": cpu})
        path = Path("results/volatile/benchmarks", f"{job}.tsv")
        path.parent.mkdir(parents=True, exist_ok=True)
        measured.to_csv(path, sep="\t", index=False)
    return files


def test_a_run_is_recorded(project, run):
    families = ("least-squares", "lasso", "elastic-net")
    files = write_times()
    # Another study's, and those of other settings, are none of ours.
    other = pd.read_csv(files[0]).assign(seconds=1e6)
    write_csv("results/work/lasso-0123456789abcdef/0123456789abcdef/times.csv", other)
    write_csv(files[0].parent.parent / "0123456789abcdef" / "times.csv", other)
    row = {"claim_id": "l1-has-zeros", "part": 0, "cell_id": cell_ids()[0], "se": 0.1}
    row |= {"replicates": 16, "reading": "charitable", "why_not": ""}
    write_parquet("results/contrasts.parquet", pd.DataFrame([row]))
    status, out, err = plan(run, "--record")
    assert (status, err) == (0, [])
    assert out[0].startswith("data/pilot: measurements of the last run")
    costs = pd.read_csv("data/pilot/costs.csv").set_index("family")
    assert set(costs.index) == set(families)
    # 20 milliseconds a data set in all cells.
    assert (costs["milliseconds"] == 20).all()
    assert (costs["spread"] == 0).all()
    assert set(costs["n_lambdas"]) == {load_study(Path("config/small.yaml")).methods.n_lambdas}
    found = pd.read_csv("data/pilot/deviations.csv")
    assert found[["deviation", "margin"]].to_numpy().tolist() == [[0.4, 0.05]]
    stages = pd.read_csv("data/pilot/stages.csv", keep_default_na=False)
    kink = load_study(Path("config/small.yaml")).mechanisms.kink.replicates
    assert stages.to_numpy().tolist() == [
        ["fit", "", 2, 0.0, 350.0, 1.0],
        ["known-beta", "", 1, 1.0, 220.0, 1.0],
        ["mechanism", "kink", 1, 4.0, 150.0, kink],
        ["real", "", 1, 2.0, 210.0, 1.0],
        ["real-verdicts", "", 1, 3.0, 200.0, 1.0],
        ["verdicts", "", 1, 8.0, 500.0, 8.0],
    ]
    # What was recorded is what a plan goes by from then on.
    assert plan(run)[1] == out[1:]


def test_a_run_with_other_claims_is_not_recorded(project, run):
    write_times()
    table = pd.DataFrame({"claim_id": ["l1-has-zeros", "l1-is-slow"]})
    write_parquet("results/contrasts.parquet", table)
    assert refused(plan(run, "--record")) == [
        "results/contrasts.parquet: has claims that config/claims lacks (l1-is-slow); run the "
        "study first"
    ]
    assert not Path("data/pilot").exists()


def test_a_run_of_which_something_is_missing_is_not_recorded(project, run):
    files = write_times()
    write_parquet("results/contrasts.parquet", pd.DataFrame())
    gone = [file for file in files if file.parts[2].startswith("lasso-")]
    for file in (*gone, files[0]):
        file.unlink()
    lines = refused(plan(run, "--record"))
    assert len(lines) == 2
    assert lines[0].startswith(f"{files[0]}: is missing, as are the times of 1 of 2 least-squares")
    assert lines[1].startswith(f"{gone[0]}: is missing, as are the times of 2 of 2 lasso shards")
    assert not Path("data/pilot").exists()


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
    for command in ("check-config", "check-dataset", "verdicts", "explain", "plan", "replay"):
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
