"""Where results come from: the code a rule runs, the commit, the versions."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import subprocess
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
TRACKED = ("src", "workflow", "config", "data", "paper", "Snakefile", "requirements.lock")
"""What the printed commit is the last one to have touched."""

OPEN = "regclaims.added."
"""Packages all of whose modules are imported by whoever imports one of them."""

VERSIONS_OF = (
    "numpy",
    "scipy",
    "numba",
    "scikit-learn",
    "pandas",
    "pyarrow",
    "matplotlib",
    "snakemake",
    "pydantic",
    "pybtex",
    "jinja2",
)


def code_hash(script: str | Path) -> str:
    """Hash a script and every module of this package that it imports, directly or not.

    Docstrings and comments do not count: editing them re-runs nothing.

    Parameters
    ----------
    script : path
        A Python file.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    files = [Path(script), *_closure(Path(script))]
    text = "\n".join(f"{path.name}:{_stripped(path)}" for path in files)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _closure(script: Path) -> list[Path]:
    """Modules of this package that `script` imports, sorted by name."""
    found: dict[str, Path] = {}
    queue = list(_imported(script))
    while queue:
        name = queue.pop()
        path = _file(name)
        if path is None or name in found:
            continue
        found[name] = path
        queue += _imported(path)
        if name.startswith(OPEN):
            queue += [f"{name}.{module.stem}" for module in path.parent.glob("[a-z]*.py")]
        queue += [name.rpartition(".")[0]] if "." in name else []
    return [found[name] for name in sorted(found)]


@functools.cache
def _imported(path: Path) -> tuple[str, ...]:
    return tuple(_names(ast.parse(path.read_text(encoding="utf-8"))))


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            # What is imported from a package may itself be a module.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _file(name: str) -> Path | None:
    parts = name.split(".")
    if parts[0] != PACKAGE.name:
        return None
    base = PACKAGE.joinpath(*parts[1:])
    candidates = (base / "__init__.py", base.with_suffix(".py"))
    return next((path for path in candidates if path.is_file()), None)


@functools.cache
def _stripped(path: Path) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_text(body[0]):
            del body[0]
    # A text that stands alone documents the line before it.
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            node.body = [statement for statement in node.body if not _is_text(statement)]
    return ast.dump(tree)


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def commit(root: Path) -> str:
    """Return the last commit that touched what results depend on, marked if files were changed.

    Parameters
    ----------
    root : Path
        The repository.

    Returns
    -------
    str
        E.g. ``"3f2a9c1d04be"`` or ``"3f2a9c1d04be, with uncommitted changes"``; ``"unknown"``
        outside a git checkout.
    """
    latest = _git(root, "log", "-1", "--format=%h", "--abbrev=12", "--", *TRACKED)
    if not latest:
        return "unknown"
    changed = _git(root, "status", "--porcelain", "--untracked-files=no", "--", *TRACKED)
    return f"{latest}, with uncommitted changes" if changed else latest


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def versions() -> dict[str, str]:
    """Return the versions of the packages that results depend on."""
    return {name: importlib.metadata.version(name) for name in VERSIONS_OF}
