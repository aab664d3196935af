"""Killed, stopped, out of room: nothing is lost, and nothing is wrong in silence."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from workspace import Workspace

KILLS, SEED = 20, 1729
slow = pytest.mark.slow


def hashes(workspace: Workspace) -> dict[str, str]:
    return json.loads(workspace.read("results/manifest.json"))["files"]


def start(workspace: Workspace, log: Path) -> subprocess.Popen[str]:
    """Start a run in a process group of its own; what it says goes to a file."""
    with log.open("w", encoding="utf-8") as file:
        return subprocess.Popen(
            workspace.command("--cores", "2"),
            cwd=workspace.root,
            env=workspace.environment(),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # A shell without job control lets what it starts in the background ignore Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            text=True,
        )


def wait(condition: Callable[[], object], process: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert process.poll() is None, log.read_text(encoding="utf-8")[-3000:]
        assert time.monotonic() < deadline
        time.sleep(0.1)


def fits(workspace: Workspace) -> list[Path]:
    return sorted(workspace.root.glob("results/work/*/*/fits.parquet"))


def finish(workspace: Workspace) -> dict[str, str]:
    done = workspace.run("--cores", "2")
    assert done.returncode == 0, done.stdout[-4000:]
    return hashes(workspace)


@pytest.mark.parametrize("name", ["fits.parquet", "strict.csv"])
def test_a_damaged_file_is_named_and_made_again(
    copied: Workspace, finished: Workspace, name: str
) -> None:
    file = fits(copied)[0] if name == "fits.parquet" else copied.root / "results/strict.csv"
    content = file.read_bytes()
    # A table in text is cut off between two lines: whoever reads it sees nothing wrong.
    end = len(content) // 2 if name == "fits.parquet" else content.rindex(b"\n", 0, -1) + 1
    file.write_bytes(content[:end])
    done = copied.run("--cores", "2")
    assert done.returncode == 1
    place = file.relative_to(copied.root).as_posix()
    assert f"{place}: is not what the job that made it wrote" in done.stdout
    assert "delete it and start again" in done.stdout
    file.unlink()
    assert finish(copied) == hashes(finished)


def test_a_result_that_is_gone_comes_back(copied: Workspace) -> None:
    (copied.root / "results" / "figures" / "kink.pdf").unlink()
    assert {"figure": 1, "all": 1}.items() <= copied.planned().items()
    (copied.root / "results" / "verdicts.json").unlink()
    assert copied.planned()["record"] == 1


@slow
def test_killed_at_twenty_moments_it_gives_the_same_bits(
    finished: Workspace, tmp_path: Path
) -> None:
    at = random.Random(SEED)
    workspace = Workspace.make(tmp_path / "killed")
    log = tmp_path / "log"
    kills = 0
    while kills < KILLS:
        process = start(workspace, log)
        try:
            process.wait(at.uniform(1, 25))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
            if list(workspace.root.glob(".snakemake/locks/*")):
                done = workspace.run("--cores", "2")
                assert done.returncode != 0
                assert "--unlock" in done.stdout
                assert workspace.run("--unlock").returncode == 0
        else:
            assert process.returncode == 0, log.read_text(encoding="utf-8")[-3000:]
            # Finished before it could be killed: begin anew.
            assert hashes(workspace) == hashes(finished)
            workspace = Workspace.make(tmp_path / f"killed {kills}")
    assert finish(workspace) == hashes(finished)


@slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["terminated", "Ctrl-C"])
def test_stopped_it_goes_on_where_it_was(
    finished: Workspace, tmp_path: Path, number: signal.Signals
) -> None:
    workspace = Workspace.make(tmp_path / "stopped")
    log = tmp_path / "log"
    process = start(workspace, log)
    # Tables of a job that has not come to its end are removed with it.
    wait(lambda: "(Rule: fit)" in log.read_text(encoding="utf-8"), process, log)
    # Ctrl-C reaches the whole group, a polite end the parent alone.
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    process.wait(60)
    assert process.returncode != 0
    kept = {path: path.stat().st_mtime_ns for path in fits(workspace)}
    assert finish(workspace) == hashes(finished)
    # What was complete was not made again.
    assert kept
    assert all(path.stat().st_mtime_ns == made for path, made in kept.items())


@slow
def test_a_worker_that_the_system_kills_is_named_and_made_again(
    finished: Workspace, tmp_path: Path
) -> None:
    workspace = Workspace.make(tmp_path / "memory")
    log = tmp_path / "log"
    process = start(workspace, log)

    def workers() -> list[int]:
        found = subprocess.run(
            ["pgrep", "--session", str(process.pid), "--full", "fit.py"],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(pid) for pid in found.stdout.split()]

    wait(workers, process, log)
    os.kill(workers()[-1], signal.SIGKILL)  # as the kernel does when memory is gone
    process.wait(600)
    said = log.read_text(encoding="utf-8")
    assert process.returncode != 0
    assert "fit" in said
    assert "start again" in said
    assert finish(workspace) == hashes(finished)


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Callable[[str], None]]:
    """Mount a file system of some size; gives a function that mounts it again with options."""
    folder.mkdir(parents=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {made.stderr.strip()}")

    def again(options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)

    try:
        yield again
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@slow
def test_a_full_disk_is_told_and_room_is_enough(finished: Workspace, tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "full")
    with mounted(workspace.root / "results", "300k") as again:
        done = workspace.run("--cores", "2")
        assert done.returncode != 0
        assert "No space left on device" in done.stdout
        assert not (workspace.root / "results/manifest.json").exists()
        again("size=500m")
        assert finish(workspace) == hashes(finished)


@slow
def test_results_that_cannot_be_written_are_told_before_any_job(
    finished: Workspace, tmp_path: Path
) -> None:
    workspace = Workspace.make(tmp_path / "read only")
    with mounted(workspace.root / "results", "500m") as again:
        again("ro")
        done = workspace.run("--cores", "2")
        assert done.returncode == 2, done.stdout[-3000:]
        assert "results: cannot be written to" in done.stdout
        assert "Traceback" not in done.stdout
        again("rw")
        assert finish(workspace) == hashes(finished)
