"""A job notices that what it is given is not what another job wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from regclaims import sums

FOLDER = Path("results/volatile/sums")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("results/parts").mkdir(parents=True)
    Path("results/a.csv").write_text("x\n1\n2\n", encoding="utf-8")
    Path("results/parts/0.csv").write_text("x\n", encoding="utf-8")
    sums.keep(["results/a.csv", "results/parts"], FOLDER)


def names() -> list[str]:
    return [p.file for p in sums.damaged(["results/a.csv", "results/parts"], FOLDER)]


def test_what_was_written_is_good() -> None:
    assert names() == []


def test_a_table_that_was_cut_between_two_lines_is_noticed() -> None:
    Path("results/a.csv").write_text("x\n1\n", encoding="utf-8")
    assert names() == ["results/a.csv"]


@pytest.mark.parametrize("change", ["content", "added", "removed", "renamed"])
def test_a_folder_is_all_its_files(change: str) -> None:
    file = Path("results/parts/0.csv")
    match change:
        case "content":
            file.write_text("y\n", encoding="utf-8")
        case "added":
            Path("results/parts/1.csv").write_text("x\n", encoding="utf-8")
        case "removed":
            file.unlink()
        case "renamed":
            file.rename("results/parts/1.csv")
    assert names() == ["results/parts"]


def test_snakemakes_own_stamp_does_not_count() -> None:
    (Path("results/parts") / sums.STAMP).touch()
    assert names() == []


def test_what_no_job_wrote_is_not_checked() -> None:
    Path("data.csv").write_text("x\n", encoding="utf-8")
    assert sums.damaged(["data.csv", "../elsewhere.csv", "/etc/hostname"], FOLDER) == []


def test_a_garbled_sum_is_damage_too() -> None:
    next(FOLDER.rglob("a.csv.sha256")).write_bytes(b"\xff\xfe")
    assert names() == ["results/a.csv"]


def test_sums_stay_in_their_folder() -> None:
    Path("../outside.csv").write_text("x\n", encoding="utf-8")
    sums.keep(["../outside.csv"], FOLDER)
    assert next(FOLDER.rglob("outside.csv.sha256")).is_relative_to(FOLDER)
    assert sums.damaged(["../outside.csv"], FOLDER) == []


@pytest.mark.parametrize(
    ("log", "folder"),
    [
        ("results/volatile/logs/fit.log", "results/volatile/sums"),
        ("theirs/results/volatile/logs/a/b.log", "theirs/results/volatile/sums"),
        ("fit.log", None),
    ],
)
def test_sums_stand_beside_logs(log: str, folder: str | None) -> None:
    found = sums.folder_of(log)
    assert (None if found is None else found.as_posix()) == folder


def job(name: str, body: str, **files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script of a few lines as a job."""
    script = "from regclaims.job import job\nfrom pathlib import Path\n"
    script += f"with job(globals()) as run:\n    {body}\n"
    Path("script.py").write_text(script, encoding="utf-8")
    given = files | {"log": [f"results/volatile/logs/{name}.log"]}
    Path("job.json").write_text(json.dumps(given), encoding="utf-8")
    return subprocess.run([sys.executable, "script.py", "job.json"], check=False, text=True)


def test_a_job_refuses_what_was_damaged_and_says_what_to_do() -> None:
    made = job("one", "Path(run.output.b).write_text('good' * 9)", output={"b": "results/b.txt"})
    assert made.returncode == 0
    copy = "Path(run.output.c).write_text(Path(run.input.b).read_text())"
    files = {"input": {"b": "results/b.txt"}, "output": {"c": "results/c.txt"}}
    assert job("two", copy, **files).returncode == 0
    Path("results/b.txt").write_text("good", encoding="utf-8")
    Path("results/c.txt").unlink()
    assert job("two", copy, **files).returncode == 2
    assert not Path("results/c.txt").exists()
    log = Path("results/volatile/logs/two.log").read_text(encoding="utf-8")
    assert log == f"failed: results/b.txt: {sums.DAMAGED}\n"
