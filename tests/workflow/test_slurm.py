"""The study on a cluster: a Slurm that the test brings up, with the profile that ships."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import slurm
from workspace import Workspace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(slurm.missing()), reason=slurm.missing() or "-"),
]

# Without accounting; and on one machine files are there at once.
HERE = [
    *("--workflow-profile", "profiles/slurm"),
    *("--slurm-no-account", "--slurm-status-command", "squeue"),
    *("--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "5"),
    *(
        "--default-resources",
        "slurm_partition=main",
        "mem_mb=1000 * attempt",
        "runtime=5 * attempt",
        "slot=1",
    ),
]


@pytest.fixture
def cluster() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder:
        Path(folder).chmod(0o755)  # munge wants a socket that everybody can reach
        with slurm.cluster(Path(folder)) as environment:
            yield environment


def start(workspace: Workspace, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        workspace.command(*HERE),
        cwd=workspace.root,
        env=workspace.environment() | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def running(environment: dict[str, str]) -> list[str]:
    """List the ids of jobs that run."""
    command = ["squeue", "--noheader", "--states=RUNNING", "--format=%i"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_cluster_gives_the_same_bits_though_a_job_is_killed(
    finished: Workspace, cluster: dict[str, str], tmp_path: Path
) -> None:
    workspace = Workspace.make(tmp_path / "elsewhere")
    process = start(workspace, cluster)
    deadline = time.monotonic() + 300
    while not (jobs := running(cluster)):
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.5)
    # As a node that goes away, or a job that asks for too much.
    subprocess.run(["scancel", "--signal=KILL", "--full", jobs[0]], env=cluster, check=True)
    said, _ = process.communicate(timeout=1800)
    assert process.returncode == 0, said[-4000:]
    assert "restart" in said.lower()
    manifests = [
        json.loads(each.read("results/manifest.json"))["files"] for each in (workspace, finished)
    ]
    assert manifests[0] == manifests[1]
    # Jobs are grouped: far fewer were submitted than there are.
    logs = list((workspace.root / ".snakemake" / "slurm_logs").rglob("*.log"))
    assert 0 < len(logs) < 30
    assert os.environ.get("SLURM_CONF") is None
