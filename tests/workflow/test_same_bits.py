"""Another machine's habits change no bit: order, locale, clock, permissions, Python."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from workspace import REPOSITORY, Workspace

pytestmark = pytest.mark.slow

SEED = 2026
PARTS = ("Makefile", "README.md", "LICENSE", "pyproject.toml", "src", "tools", "requirements.lock")
PYTHONS = ("3.11", "3.12", "3.13")


def hashes(workspace: Workspace) -> dict[str, str]:
    return json.loads(workspace.read("results/manifest.json"))["files"]


def interpreters() -> dict[str, Path]:
    """Find a Python of each version, other than the one that runs."""
    running = "{}.{}".format(*sys.version_info)
    folders = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")]
    found = {}
    for version in PYTHONS:
        named = [path for folder in folders for path in folder.glob(f"{version}.*/bin/python3")]
        on_path = shutil.which(f"python{version}")
        for path in [*named, *([Path(on_path)] if on_path else [])]:
            asked = [
                str(path),
                "-c",
                "import ensurepip, sys; print('%d.%d' % sys.version_info[:2])",
            ]
            done = subprocess.run(asked, capture_output=True, text=True, check=False)
            if done.stdout.strip() == version != running:
                found[version] = path
    return found


def locales() -> list[str]:
    said = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout
    return said.split()


def test_everything_about_the_machine_is_otherwise(finished: Workspace, tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "a place with blanks, and ümläuts")
    comma = next((name for name in locales() if re.match(r"(de|fr|es|tr)_", name)), "C")
    environment = workspace.environment() | {
        "LC_ALL": comma,
        "TZ": "Asia/Kathmandu",
        "PYTHONHASHSEED": "12345",
        "HOME": str(tmp_path / "nobody"),
        "COLUMNS": "40",
        "SOURCE_DATE_EPOCH": "1",
        "OMP_NUM_THREADS": "7",
        "MPLBACKEND": "svg",
    }

    def run(*arguments: str) -> None:
        done = subprocess.run(
            workspace.command("--cores", "1", *arguments),
            cwd=workspace.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            umask=0o077,
            timeout=1800,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4000:]

    # Jobs in another order: a third of what a run writes, one after the other, then the rest.
    names = [name for name in hashes(finished) if not name.startswith("results/fits.parquet")]
    at = random.Random(SEED)
    for name in at.sample(names, 12):
        run(name)
    run()
    assert hashes(workspace) == hashes(finished)
    assert (workspace.root / "results/report.pdf").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("version", PYTHONS)
def test_other_pythons_give_the_same_bits(
    finished: Workspace, tmp_path: Path, version: str
) -> None:
    if version == "{}.{}".format(*sys.version_info):
        pytest.skip("this is the Python that runs all other tests")
    if version not in interpreters():
        pytest.skip(f"there is no Python {version} here")
    workspace = Workspace.make(tmp_path / "python")
    for part in PARTS:
        source = REPOSITORY / part
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, workspace.root / part)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = ["make", "reproduce", "CONFIG=config/tiny.yaml", "CORES=2"]
    done = subprocess.run(
        [*command, f"PYTHON={interpreters()[version]}"],
        cwd=workspace.root,
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=3000,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert f"Python {version}" in done.stdout
    assert hashes(workspace) == hashes(finished)
