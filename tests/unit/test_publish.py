"""`regclaims publish`: what is kept of a run, and which runs are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from regclaims.cli import main
from regclaims.manifest import read_run
from regclaims.publication import selection
from regclaims.publication.selection import REQUIRED
from regclaims.report.front import BEGIN, END, front


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Run the command, which must refuse and write nothing; give its lines."""
    readme = Path("README.md").read_bytes()
    before = sorted(Path("results").rglob("*"))
    assert main(["publish", *arguments]) == 2
    assert Path("README.md").read_bytes() == readme
    assert sorted(Path("results").rglob("*")) == before
    return capsys.readouterr().err.splitlines()


def test_a_registered_run_is_published_as_it_is(small_run, capsys):
    assert main(["publish"]) == 0
    told = capsys.readouterr().out
    published = small_run.results / "published"
    kept = {p.relative_to(published).as_posix() for p in published.rglob("*") if p.is_file()}
    assert kept == {
        *REQUIRED,
        "manifest.json",
        "index.html",
        "figures/risk-by-factor.csv",
        "figures/page-diabetes.csv",
    }
    for name in kept:
        assert (published / name).read_bytes() == (small_run.results / name).read_bytes()
    assert "study study, seed 1729" in told
    # No clean checkout stands behind this run, and the paper would say so.
    assert "'unknown'" in told
    assert not [p for p in small_run.results.iterdir() if p.name.startswith(".")]


def test_the_front_of_the_readme_follows(small_run):
    assert main(["publish"]) == 0
    text = Path("README.md").read_text(encoding="utf-8")
    assert text.startswith("# Front\n\n" + BEGIN)
    assert text.endswith(END + "\n\nThe rest.\n")
    assert front(small_run.results / "published") in text
    assert Path("docs/risk.png").read_bytes() == b"bytes of figures/risk-by-factor.png"


def test_a_published_run_is_replaced_on_request_only(small_run, capsys):
    assert main(["publish"]) == 0
    small_run.change("verdicts.csv", lambda table: table.assign(effect=0.25))
    assert refused(capsys) == [
        "results/published: holds a published run; --replace puts this one in its place"
    ]
    (small_run.results / "published" / "stale.csv").write_text("x\n")
    assert main(["publish", "--replace"]) == 0
    published = read_run(small_run.results / "published", "")
    assert published.altered(REQUIRED) == []
    assert not (small_run.results / "published" / "stale.csv").exists()


def test_without_a_run_there_is_nothing_to_publish(small_run, capsys):
    (small_run.results / "manifest.json").unlink()
    assert refused(capsys) == [
        "results/manifest.json: does not exist: no run is finished; run `snakemake`"
    ]


def test_what_does_not_match_the_manifest_is_named(small_run, capsys):
    (small_run.results / "strict.csv").write_text("claim_id\n")
    (small_run.results / "cells.parquet").unlink()
    lines = refused(capsys)
    assert lines == [
        "results/cells.parquet: is missing; run `snakemake` again",
        "results/strict.csv: is not the file that results/manifest.json lists; "
        "run `snakemake` again",
    ]


def test_an_unfinished_run_is_refused(small_run, capsys):
    (small_run.results / "report.pdf").unlink()
    small_run.sum_up()
    (line,) = refused(capsys)
    assert line.startswith("results/report.pdf: is not in the manifest: the run is not finished")


def test_a_smoke_run_is_refused(small_run, capsys):
    small_run.smoke = True
    small_run.sum_up()
    assert refused(capsys) == [
        "results/manifest.json: smoke: study is a smoke run: its verdicts are not to be cited"
    ]


def test_a_run_that_is_not_registered_is_refused(small_run, capsys):
    (small_run.root / "config" / "registration.json").unlink()
    assert refused(capsys) == [
        "config/registration.json: does not exist: only registered runs are published"
    ]


def test_a_run_from_before_it_was_registered_is_refused(small_run, capsys):
    small_run.change("verdicts.csv", lambda table: table.assign(registered="not registered"))
    lines = refused(capsys)
    # Each claim has its line.
    assert len(lines) > 60
    assert "results/verdicts.csv: l1-most-zero: its rule is not registered" in lines


def test_another_study_than_the_registered_one_is_refused(small_run, capsys):
    small_run.provenance = {"study": "mine"}
    small_run.sum_up()
    (line,) = refused(capsys)
    assert line == "results/manifest.json: study: is mine; the registered study is study"


def test_another_seed_than_the_registered_one_is_refused(small_run, capsys):
    small_run.provenance = {"configuration": "0123456789abcdef"}
    small_run.sum_up()
    (line,) = refused(capsys)
    assert line.startswith("results/manifest.json: configuration: is not what")


def test_a_deviation_with_its_reason_is_published(small_run):
    small_run.provenance = {"configuration": "0123456789abcdef"}
    row = {"claim_id": ["study"], "when": ["2027-01-01"], "reason": ["a slip"]}
    small_run.change("deviations.csv", lambda table: table.reindex([0]).assign(**row))
    small_run.change("verdicts.csv", lambda table: table.assign(registered="deviation"))
    assert main(["publish"]) == 0


def test_a_claim_of_ones_own_may_stand_beside_them(small_run):
    own = {"claim_id": "mine", "origin": "ours", "registered": "not registered"}
    small_run.change("verdicts.csv", lambda t: pd.concat([t, t.iloc[:1].assign(**own)]))
    assert main(["publish"]) == 0


def test_without_markers_in_the_readme_nothing_is_published(small_run, capsys):
    Path("README.md").write_text("# Front\n", encoding="utf-8")
    (line,) = refused(capsys)
    assert line.startswith("README.md: must have the lines")


def test_too_large_a_file_is_named(small_run, capsys, monkeypatch):
    size = (small_run.results / "cells.parquet").stat().st_size
    monkeypatch.setattr(selection, "MOST_BYTES", size)
    lines = refused(capsys)
    assert "to publish, and" in lines[0]
    assert any("cells.parquet: too large" in line for line in lines[1:])


def test_what_need_not_be_published_is_left_out_where_it_does_not_fit(
    small_run, capsys, monkeypatch
):
    names = read_run(small_run.results, "").files
    must = sum((small_run.results / n).stat().st_size for n in selection.required(names))
    manifest = (small_run.results / "manifest.json").stat().st_size
    page = (small_run.results / "figures" / "page-diabetes.csv").stat().st_size
    # Room for the page of the data set, not for index.html, which comes first.
    assert page < len(b"bytes of index.html")
    monkeypatch.setattr(selection, "MOST_BYTES", must + manifest + page)
    assert main(["publish"]) == 0
    assert "results/index.html: left out" in capsys.readouterr().out
    assert not (small_run.results / "published" / "index.html").exists()
    assert (small_run.results / "published" / "figures" / "page-diabetes.csv").exists()


@pytest.mark.parametrize("name", ["results/../../secret", "elsewhere/x", "results"])
def test_a_manifest_that_leads_out_of_its_folder_is_refused(small_run, capsys, name):
    path = small_run.results / "manifest.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    found["files"][name] = "0" * 64
    path.write_text(json.dumps(found), encoding="utf-8")
    (line,) = refused(capsys)
    assert "is no manifest" in line
