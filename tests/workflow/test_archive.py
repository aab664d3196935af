"""One file to keep: what it holds, and that it runs where there is no git."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VERSION = "0.1.0"
FILE = f"build/regclaims-{VERSION}.tar.gz"
HELD = [
    "README.md",
    "Makefile",
    "Snakefile",
    "requirements.lock",
    "config/study.yaml",
    "config/claims/zeros.yaml",
    "src/regclaims/cli.py",
    "workflow/rules/fit.smk",
    "paper/main.tex",
    "results/published/report.pdf",
    "docs/in-ten-years.md",
]


def run(folder: Path, *command: str, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a clone of the last commit, with a published paper."""
    if run(ROOT, "git", "rev-parse", "HEAD").returncode:
        pytest.skip("not a git checkout: there is no commit to archive")
    folder = tmp_path / "checkout"
    done = run(tmp_path, "git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder))
    assert done.returncode == 0, done.stdout
    paper = folder / "results" / "published" / "report.pdf"
    if not paper.is_file():
        paper.parent.mkdir(parents=True)
        paper.write_bytes(b"%PDF-1.5 a paper\n")
        commit = ("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "paper")
        assert run(folder, "git", "add", "-f", "results").returncode == 0
        assert run(folder, "git", *commit).returncode == 0
    return folder


def test_an_archive_has_what_it_takes_and_always_the_same_bytes(checkout: Path) -> None:
    hashes = set()
    for _ in range(2):
        done = run(checkout, "make", "archive")
        assert done.returncode == 0, done.stdout
        assert "begin with docs/in-ten-years.md" in done.stdout
        hashes.add(hashlib.sha256((checkout / FILE).read_bytes()).hexdigest())
    assert len(hashes) == 1
    with tarfile.open(checkout / FILE) as archive:
        names = set(archive.getnames())
    assert {f"regclaims-{VERSION}/{name}" for name in HELD} <= names


def test_without_a_published_run_there_is_nothing_to_archive(checkout: Path) -> None:
    done = run(checkout, "git", "rm", "-rq", "--cached", "results")
    assert done.returncode == 0, done.stdout
    commit = ("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "none")
    assert run(checkout, "git", *commit).returncode == 0
    done = run(checkout, "make", "archive")
    assert done.returncode == 2
    assert "regclaims publish first" in done.stdout


def test_what_is_not_under_git_is_no_archive(checkout: Path) -> None:
    shutil.rmtree(checkout / ".git")
    done = run(checkout, "make", "archive")
    assert done.returncode == 2
    assert "needs a git checkout" in done.stdout


@pytest.mark.slow
def test_unpacked_elsewhere_it_runs_without_git(checkout: Path, tmp_path: Path) -> None:
    assert run(checkout, "make", "archive").returncode == 0
    elsewhere = tmp_path / "in ten years"
    with tarfile.open(checkout / FILE) as archive:
        archive.extractall(elsewhere, filter="data")
    folder = elsewhere / f"regclaims-{VERSION}"
    done = run(folder, "make", "reproduce", "CONFIG=config/smoke.yaml", timeout=1800)
    assert done.returncode == 0, done.stdout[-3000:]
    assert (folder / "results" / "report.pdf").stat().st_size > 100_000
