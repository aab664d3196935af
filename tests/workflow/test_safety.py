"""A run opens no connection, and what ships knows no way to run somebody's data."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from workspace import REPOSITORY, Workspace

FORBIDDEN = {
    *("pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"),
    *("socket", "urllib", "http", "requests", "ftplib", "ctypes"),
}
"""Modules that run what they read, or reach out."""

ALLOWED = {
    ("report/tex.py", "urllib"),
    # Compiled kernels, from a folder of the user's own, as in numba's cache.
    ("solvers/kernels/compiling.py", "pickle"),
}
"""`urllib.parse` quotes addresses."""

SAFE_LOADER = ("config/loading.py", "yaml.load(path.read_text(encoding='utf-8'), _UniqueKeys)")
"""A `yaml.SafeLoader` that refuses a key given twice; a test of its own tries hostile tags."""

SOURCES = sorted(
    [*(REPOSITORY / "src").rglob("*.py"), *(REPOSITORY / "workflow" / "scripts").rglob("*.py")]
)


def test_no_job_opens_a_connection(finished: Workspace) -> None:
    """Whoever had opened one in the run of the tiny study would have failed, and stand here."""
    log = finished.connections
    assert not log.exists(), log.read_text(encoding="utf-8")
    # The listener listens.
    probe = "import socket; socket.create_connection(('127.0.0.1', 9))"
    heard = subprocess.run(
        [sys.executable, "-c", probe],
        env=finished.environment() | finished.audit(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no network in a run" in heard.stderr
    assert "socket.getaddrinfo" in log.read_text(encoding="utf-8")
    log.unlink()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_nothing_that_ships_runs_what_it_reads(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported, here = set(), path.as_posix()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            assert name not in {"eval", "exec", "compile", "os.system", "os.popen"}, name
            if not (here.endswith(SAFE_LOADER[0]) and ast.unparse(node) == SAFE_LOADER[1]):
                assert name not in {"yaml.load", "yaml.unsafe_load", "yaml.full_load"}, name
            assert name not in {"pd.read_pickle", "pandas.read_pickle"}, name
            assert not any(
                keyword.arg in {"shell", "allow_pickle"}
                and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
                for keyword in node.keywords
            ), ast.unparse(node)
    allowed = {module for end, module in ALLOWED if here.endswith(end)}
    assert imported & FORBIDDEN <= allowed


def test_every_package_is_pinned_by_its_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        pinned = re.findall(r"^[a-z0-9._\[\]-]+==[^ ]+", text, flags=re.MULTILINE)
        assert len(pinned) > 40
        for block in re.split(r"\n(?=[a-z0-9])", text):
            if re.match(r"[a-z0-9._\[\]-]+==", block):
                assert "--hash=sha256:" in block, block.splitlines()[0]
        assert not re.search(r"^(-e|git\+|http)", text, flags=re.MULTILINE)
