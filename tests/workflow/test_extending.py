"""docs/extending.md, followed as it is written, in a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from workspace import REPOSITORY, Workspace

CLI = "import sys; from regclaims.cli import main; sys.exit(main())"
PAGE = REPOSITORY / "docs" / "extending.md"


@pytest.fixture
def followed(tmp_path: Path) -> Workspace:
    """A copy with every file of the page in its place, and its line in the tiny study."""
    workspace = Workspace.make(tmp_path / "copy")
    for folder in ("src", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / folder, workspace.root / folder, ignore=ignored)
    shutil.copy2(REPOSITORY / "pyproject.toml", workspace.root)
    page = PAGE.read_text(encoding="utf-8")
    files = re.findall(r"^`(\S+)`\n\n```\w+\n(.*?)```", page, flags=re.DOTALL | re.MULTILINE)
    assert len(files) == 5
    for name, text in files:
        assert not (workspace.root / name).exists()
        (workspace.root / name).write_text(text, encoding="utf-8")
    (line,) = re.findall(r"```yaml\n(methods:.*?)```", page, flags=re.DOTALL)
    study = yaml.safe_load(workspace.read("config/tiny.yaml"))
    workspace.edit_study(methods=study["methods"] | yaml.safe_load(line)["methods"])
    return workspace


def test_the_page_works_as_it_is_written(followed: Workspace) -> None:
    environment = followed.environment() | {"PYTHONPATH": str(followed.root / "src")}
    own = [f"tests/unit/test_{name}.py" for name in ("raw_lasso", "wrong_sign")]
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *own]
    done = subprocess.run(
        tests, cwd=followed.root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    run = followed.command("--cores", "2", "results/verdicts.csv")
    done = subprocess.run(
        run, cwd=followed.root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    fits = pd.read_parquet(followed.root / "results" / "fits.parquet")
    added = fits[fits["method"] == "raw-lasso"]
    assert set(added["tuning"]) == {"validation", "oracle", "bic"}
    assert added["wrong_sign"].between(0, 1).any()
    verdicts = pd.read_csv(followed.root / "results" / "verdicts.csv").set_index("claim_id")
    assert verdicts.loc["standardizing-keeps-signs", "cells"] > 0
    command = [sys.executable, "-c", CLI, "explain", "standardizing-keeps-signs"]
    done = subprocess.run(
        command, cwd=followed.root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "standardizing-keeps-signs" in done.stdout


def test_code_that_was_added_is_code_that_fits_depend_on(followed: Workspace) -> None:
    script = (
        "from regclaims.provenance import code_hash; print(code_hash('workflow/scripts/fit.py'))"
    )

    def hashed() -> str:
        environment = os.environ | {"PYTHONPATH": str(followed.root / "src")}
        command = [sys.executable, "-c", script]
        return subprocess.check_output(command, cwd=followed.root, env=environment, text=True)

    before = hashed()
    followed.edit("src/regclaims/added/metrics/wrong_sign.py", "products < 0", "products <= 0")
    assert hashed() != before
