"""The tiny study, run once for all tests that only look at it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from workspace import Workspace


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which the tiny study has been run on two cores; to read, not to change.

    No job of it could have opened a connection: see `test_safety.py`.
    """
    workspace = Workspace.make(tmp_path_factory.mktemp("finished") / "copy")
    done = workspace.run("--cores", "2", environment=workspace.audit())
    assert done.returncode == 0, done.stdout[-4000:]
    return workspace


@pytest.fixture
def copied(finished: Workspace, tmp_path: Path) -> Workspace:
    """A finished workspace that a test may change."""
    import shutil

    root = tmp_path / "copy"
    shutil.copytree(finished.root, root, symlinks=True)
    return Workspace(root)
