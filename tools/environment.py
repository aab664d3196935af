"""Bring ``.venv`` up to date: create it, renew it, or find that nothing is to be done.

``make`` runs this with the Python that ``tools/find-python`` names; standard library only.

The stamp ``.venv/.regclaims.json`` says what the environment was made from. It is written last and
taken away before anything is touched, so an environment whose making was interrupted has none and
is made again from scratch.

========================================  =======================================================
what differs from the stamp               what is done
========================================  =======================================================
no stamp, other place, Python or run lock  everything, from scratch
development lock                          from scratch; added in place where none was there yet
``src/`` or ``pyproject.toml``            only the package is installed again
========================================  =======================================================

The solvers' kernels are compiled last, those that are not compiled already, so that no job has to.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".regclaims.json"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
BUILD_BACKEND = "setuptools"
KERNELS = "regclaims.solvers.kernels"

# Settings of the caller that would send packages elsewhere than into .venv, or mix others in.
MISLEADING = (
    "PIP_NO_COMPILE",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
    "PYTHONHOME",
    "PYTHONPATH",
    "__PYVENV_LAUNCHER__",
)


class SetupError(Exception):
    """Something that the user can mend; its text is the one line to print."""


def main() -> int:
    """Parse the command line, set up, and turn failures into one line."""
    parser = argparse.ArgumentParser(description="create or renew .venv from the hashed locks")
    parser.add_argument("--dev", action="store_true", help="with the tools of make test")
    dev = parser.parse_args().dev
    try:
        with one_at_a_time():
            set_up(dev)
    except SetupError as error:
        print(f"regclaims: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"regclaims: cannot write the environment: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("regclaims: set-up interrupted; the next make starts it afresh", file=sys.stderr)
        return 130
    return 0


def set_up(dev: bool) -> None:
    """Do the least that makes ``.venv`` agree with the locks and the sources."""
    started = time.monotonic()
    want = {
        "place": str(VENV),
        "python": platform.python_version(),
        "run_lock": file_hash(RUN_LOCK),
        "dev_lock": file_hash(DEV_LOCK) if dev else None,
        "package": package_hash(),
    }
    have = read_stamp()
    if have is not None and not dev:
        want["dev_lock"] = have["dev_lock"]  # more than enough for a run
    if have == want:
        return

    same_base = have is not None and all(
        have[key] == want[key] for key in ("place", "python", "run_lock")
    )
    if not same_base or have["dev_lock"] not in (None, want["dev_lock"]):
        create()
        install_lock(DEV_LOCK if dev else RUN_LOCK)
    elif have["dev_lock"] != want["dev_lock"]:
        STAMP.unlink()
        install_lock(DEV_LOCK)
    write_stamp({**want, "package": None})
    install_package()
    compile_kernels()
    write_stamp(want)
    say(f".venv is ready ({time.monotonic() - started:.0f} s)")


def create() -> None:
    """Make an empty ``.venv``, whatever was there before, with the locked build backend."""
    verb = "renewing" if VENV.exists() else "creating"
    say(f"{verb} .venv with Python {platform.python_version()}")
    STAMP.unlink(missing_ok=True)
    run([sys.executable, "-m", "venv", "--clear", str(VENV)], "could not create .venv")
    with tempfile.TemporaryDirectory() as folder:
        backend = Path(folder) / "backend.txt"
        backend.write_text(stanza(RUN_LOCK, BUILD_BACKEND), encoding="utf-8")
        pip_install("--require-hashes", "--no-deps", "-r", str(backend))


def install_lock(lock: Path) -> None:
    """Install every package of a lock, each checked against its hash."""
    say(f"installing {lock.name} (a minute or two the first time)")
    pip_install("--require-hashes", "--no-build-isolation", "--use-pep517", "-r", str(lock))


def install_package() -> None:
    """Install regclaims itself, from the sources as they are now."""
    say("installing regclaims")
    remove_build_leftovers()  # or modules deleted since the last build would be installed again
    try:
        pip_install("--no-deps", "--no-build-isolation", "--force-reinstall", str(ROOT))
    finally:
        remove_build_leftovers()


def compile_kernels() -> None:
    """Compile the kernels whose machine code is not kept yet; it says so if there are any."""
    run(
        [str(VENV_PYTHON), "-m", KERNELS],
        "could not compile the solvers; what is above says why. Then run make again",
    )


def remove_build_leftovers() -> None:
    """Remove what setuptools leaves in the source tree."""
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    shutil.rmtree(ROOT / "src" / "regclaims.egg-info", ignore_errors=True)


def pip_install(*arguments: str) -> None:
    """Run ``pip install`` in ``.venv``, printing errors only, compiling bytecode."""
    command = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
    run(
        [*command, "-qq", "--compile", "--no-warn-script-location", *arguments],
        "pip could not install the above; is the package index within reach? Then run make again",
    )


def run(command: list[str], advice: str) -> None:
    """Run a command in a clean environment; a failure ends with the advice."""
    environment = {key: value for key, value in os.environ.items() if key not in MISLEADING}
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise SetupError(advice)


def stanza(lock: Path, name: str) -> str:
    """Return the lines of a lock that pin one package, hashes included."""
    lines: list[str] = []
    inside = False
    for line in lock.read_text(encoding="utf-8").splitlines(keepends=True):
        if not line.startswith((" ", "#")):
            inside = line.startswith(f"{name}==")
        if inside and not line.lstrip().startswith("#"):
            lines.append(line)
    if not lines:
        raise SetupError(f"{lock.name} does not pin {name}; run make lock")
    return "".join(lines)


def file_hash(path: Path) -> str:
    """Return the sha256 of a file."""
    if not path.is_file():
        raise SetupError(f"{path.name} is missing; restore it from the repository")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def package_hash() -> str:
    """Return the sha256 of everything that the installed package is built from."""
    files = [ROOT / "pyproject.toml", ROOT / "LICENSE"]
    files += [
        path
        for path in (ROOT / "src").rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and not any(part.endswith(".egg-info") for part in path.parts)
    ]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0{file_hash(path)}\n".encode())
    return digest.hexdigest()


def read_stamp() -> dict[str, str | None] | None:
    """Return the stamp of a finished, working ``.venv``; None for any other."""
    keys = {"place", "python", "run_lock", "dev_lock", "package"}
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(stamp, dict) and set(stamp) == keys and os.access(VENV_PYTHON, os.X_OK)
    return stamp if whole else None


def write_stamp(stamp: dict[str, str | None]) -> None:
    """Write the stamp in one move."""
    temporary = STAMP.with_suffix(".tmp")
    temporary.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    temporary.replace(STAMP)


@contextlib.contextmanager
def one_at_a_time():
    """Let a second make in the same folder wait for the first, where the file system can."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        with contextlib.suppress(ImportError, OSError):
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def say(text: str) -> None:
    """Print a line at once."""
    print(f"regclaims: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
