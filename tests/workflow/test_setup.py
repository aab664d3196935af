"""Set-up as a newcomer meets it: what is missing gets one line, what is there is used again."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)
SYSTEM_TOOLS = ["make", "sh", "sed", "awk", "find", "rm", "test", "git"]
COPIED = ["Makefile", "pyproject.toml", "LICENSE", "requirements.lock", "requirements-dev.lock"]


@pytest.fixture
def project(tmp_path):
    """Return a copy of what set-up reads, in a folder with a space in its name."""
    folder = tmp_path / "a project"
    folder.mkdir()
    for name in COPIED:
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "tools", folder / "tools")
    package = folder / "src" / "regclaims"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "cli.py").write_text("def main():\n    print('one')\n", encoding="utf-8")
    kernels = package / "solvers" / "kernels"
    kernels.mkdir(parents=True)
    for name in [package / "solvers" / "__init__.py", kernels / "__init__.py"]:
        name.write_text("", encoding="utf-8")
    (kernels / "__main__.py").write_text("print('kernels')\n", encoding="utf-8")
    return folder


@pytest.fixture
def path(tmp_path):
    """Return a folder to use as PATH that holds the tools of a bare system and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in SYSTEM_TOOLS:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return folder


def add_program(folder, name, text):
    """Write a shell script that stands for a program."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def make(project, path, *arguments, **variables):
    """Run make with a PATH of our own, outside of the environment that runs the tests."""
    dropped = ("PYTHON", "MAKE", "MFLAGS", "VIRTUAL_ENV")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    return subprocess.run(
        ["make", *arguments],
        cwd=project,
        env={**environment, "PATH": str(path), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def only_line(run):
    """Return what a failed make says, but for its own last line."""
    assert run.returncode != 0
    assert run.stdout == ""
    first, *others = run.stderr.strip().splitlines()
    assert all(line.startswith("make") for line in others), run.stderr
    assert "Traceback" not in run.stderr
    return first


@pytest.mark.parametrize("target", ["env", "reproduce", "test"])
def test_without_python_one_line_says_what_to_install(project, path, target):
    line = only_line(make(project, path, target))
    assert "needs Python 3.11, 3.12 or 3.13" in line
    assert "apt install python3 python3-venv" in line
    assert not (project / ".venv").exists()


def test_an_old_python_is_named_with_its_version(project, path):
    add_program(path, "python3", "echo 'version 3.9'")
    line = only_line(make(project, path, "env"))
    assert "python3 is 3.9" in line


def test_a_python_without_venv_gets_the_package_that_brings_it(project, path):
    # What Debian ships: the interpreter, but ensurepip only with python3-venv.
    hide = "import sys; sys.modules['ensurepip'] = None; exec(sys.argv.pop())"
    add_program(path, "python3", f'exec "{BASE_PYTHON}" -c "{hide}" "$4"')
    line = only_line(make(project, path, "env"))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert "python3 has no venv module" in line
    assert "apt install python3-venv, or " + f"python{version}-venv" in line


def test_a_broken_or_unsuitable_python_is_passed_over(project, path):
    add_program(path, "python3", "exit 127")
    add_program(path, "python3.13", "echo 'version 3.8'")
    (path / "python3.12").symlink_to(BASE_PYTHON)
    run = make_find_python(project, path)
    assert run.returncode == 0
    assert Path(run.stdout.strip()).resolve() == Path(BASE_PYTHON).resolve()
    assert run.stderr == ""


def test_the_python_asked_for_comes_first(project, path):
    add_program(path, "python3", f"echo 'suitable {path}/python3'")
    add_program(path, "mine", f"echo 'suitable {path}/mine'")
    assert make_find_python(project, path, PYTHON="mine").stdout == f"{path}/mine\n"


def test_an_unsuitable_python_asked_for_is_mentioned(project, path):
    add_program(path, "python3", f"echo 'suitable {path}/python3'")
    add_program(path, "mine", "echo 'version 2.7'")
    run = make_find_python(project, path, PYTHON="mine")
    assert run.stdout == f"{path}/python3\n"
    assert "PYTHON=mine is no Python 3.11 to 3.13" in run.stderr


def make_find_python(project, path, **variables):
    """Run tools/find-python with a PATH of our own."""
    return subprocess.run(
        ["sh", "tools/find-python"],
        cwd=project,
        env={"PATH": str(path), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_missing_config_is_told_before_anything_is_installed(project, path):
    (path / "python3").symlink_to(BASE_PYTHON)
    line = only_line(make(project, path, "reproduce", "CONFIG=config/smoek.yaml"))
    assert "config/smoek.yaml: no such file" in line
    assert not (project / ".venv").exists()


def test_help_is_the_default_and_lists_every_target(project, path):
    run = make(project, path)
    assert run.returncode == 0
    targets = [line.split()[1] for line in run.stdout.splitlines()]
    assert targets[0] == "help"
    assert {"env", "reproduce", "test", "test-slow", "lint", "html", "lock", "clean"} <= set(
        targets
    )
    assert max(map(len, run.stdout.splitlines())) <= 110


def test_clean_keeps_the_published_tables_and_the_environment(project, path):
    for name in ["results/published/verdicts.csv", "results/report.pdf", ".venv/pyvenv.cfg"]:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x", encoding="utf-8")
    assert make(project, path, "clean").returncode == 0
    assert (project / "results/published/verdicts.csv").exists()
    assert (project / ".venv/pyvenv.cfg").exists()
    assert not (project / "results/report.pdf").exists()


# A stand-in for pip and the kernels notes the last argument and does nothing, so that what set-up
# decides to do can be seen in a second. The test marked slow does the real thing.


@pytest.fixture
def noted(project, path):
    """Return a function that runs make and gives what was to be installed and compiled."""
    (path / "python3").symlink_to(BASE_PYTHON)
    log = project / "pip.log"
    note = f"import sys; open({str(log)!r}, 'a').write(sys.argv[-1] + chr(10))"
    source = (project / "tools" / "environment.py").read_text(encoding="utf-8")
    for command in ['[str(VENV_PYTHON), "-m", "pip",', '[str(VENV_PYTHON), "-m", KERNELS]']:
        assert source.count(command) == 1
        source = source.replace(command, command.replace('"-m"', f'"-c", {note!r}'))
    assert source.count('"-m", "venv", "--clear"') == 1
    source = source.replace('"-m", "venv", "--clear"', '"-m", "venv", "--clear", "--without-pip"')
    (project / "tools" / "environment.py").write_text(source, encoding="utf-8")

    def run_make(target="env"):
        log.unlink(missing_ok=True)
        run = make(project, path, target)
        assert run.returncode == 0, run.stderr
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return [Path(line).name for line in lines]

    return run_make


PACKAGE = ["a project", "regclaims.solvers.kernels"]
EVERYTHING = ["backend.txt", "requirements-dev.lock", *PACKAGE]


def stamp(project):
    return project / ".venv" / ".regclaims.json"


def test_set_up_installs_backend_lock_and_package_once(noted):
    assert noted() == EVERYTHING
    assert noted() == []


def test_a_run_needs_the_run_lock_only_and_tests_add_to_it(noted):
    assert noted("env-run") == ["backend.txt", "requirements.lock", *PACKAGE]
    assert noted("env") == ["requirements-dev.lock", *PACKAGE]
    assert noted("env-run") == []
    assert noted("env") == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_changed_lock_renews_the_environment(noted, project, name):
    noted()
    leftover = project / ".venv" / "removed-from-the-lock"
    leftover.touch()
    with (project / name).open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    assert noted() == EVERYTHING
    assert not leftover.exists()


def test_a_changed_source_installs_the_package_only(noted, project):
    noted()
    (project / "src/regclaims/new.py").write_text("", encoding="utf-8")
    assert noted() == PACKAGE
    (project / "src/regclaims/new.py").unlink()
    assert noted() == PACKAGE
    (project / "src/regclaims/__pycache__").mkdir()
    (project / "src/regclaims/__pycache__/new.pyc").touch()
    assert noted() == []


@pytest.mark.parametrize("content", [None, "", "{}", '{"place": "'])
def test_an_unfinished_environment_is_made_again(noted, project, content):
    noted()
    if content is None:
        stamp(project).unlink()
    else:
        stamp(project).write_text(content, encoding="utf-8")
    assert noted() == EVERYTHING


def test_an_environment_without_its_python_is_made_again(noted, project):
    noted()
    for python in (project / ".venv" / "bin").glob("python*"):
        python.unlink()
    assert noted() == EVERYTHING


def test_a_folder_that_moved_gets_a_new_environment(noted, project):
    noted()
    text = stamp(project).read_text(encoding="utf-8")
    stamp(project).write_text(text.replace("a project", "elsewhere"), encoding="utf-8")
    assert noted() == EVERYTHING


def test_a_failed_installation_leaves_no_stamp_and_one_line(noted, project, path):
    noted()
    lock = project / "requirements.lock"
    lock.write_text("numpy==2.0.0\n", encoding="utf-8")
    run = make(project, path, "env")
    assert run.returncode != 0
    assert "does not pin setuptools; run make lock" in run.stderr
    assert "Traceback" not in run.stderr
    assert not stamp(project).exists()


@pytest.mark.slow
def test_the_real_thing(project, path):
    """Create, use again, mend, and reinstall after an edit; what is installed runs."""
    (path / "python3").symlink_to(BASE_PYTHON)
    run = make(project, path, "env-run")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-2] == "kernels"
    site_packages = next((project / ".venv" / "lib").glob("python*/site-packages"))
    assert list((site_packages / "numpy").glob("__pycache__/*.pyc"))
    assert not (project / "build").exists()
    assert [entry.name for entry in (project / "src").iterdir()] == ["regclaims"]

    def command(name, *arguments):
        return subprocess.check_output(
            [project / ".venv" / "bin" / name, *arguments], text=True
        ).strip()

    assert command("regclaims") == "one"
    assert command("snakemake", "--version").startswith("9.")
    assert command("python", "-m", "pip", "check") == "No broken requirements found."

    stamped = stamp(project).read_bytes()
    before = tree_hash(site_packages)
    assert make(project, path, "env-run").stdout == ""
    assert (stamp(project).read_bytes(), tree_hash(site_packages)) == (stamped, before)

    cli = project / "src" / "regclaims" / "cli.py"
    cli.write_text("def main():\n    print('two')\n", encoding="utf-8")
    run = make(project, path, "env-run")
    assert "installing regclaims" in run.stdout
    assert "requirements" not in run.stdout
    assert command("regclaims") == "two"
    assert json.loads(stamped)["run_lock"] == json.loads(stamp(project).read_bytes())["run_lock"]


def tree_hash(folder):
    """Hash the names, sizes and times of everything below a folder."""
    entries = sorted(
        (str(entry), entry.stat().st_size, entry.stat().st_mtime_ns)
        for entry in folder.rglob("*")
        if entry.is_file() and entry.suffix != ".pyc"
    )
    return hashlib.sha256(repr(entries).encode()).hexdigest()
