"""A Slurm of one machine, with two nodes, on loopback: brought up and down by a test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import gethostname

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo")
SYSTEM = Path("/etc/slurm/slurm.conf")
"""Where a job's step looks, whatever the environment says."""

CONF = """\
ClusterName=ci
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={root}/munge.sock
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/spool.%n
SlurmctldPidFile={root}/slurmctld.pid
SlurmdPidFile={root}/slurmd.%n.pid
SlurmctldLogFile={root}/log/slurmctld.log
SlurmdLogFile={root}/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
ReturnToService=2
MinJobAge=300
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port=16821 CPUs=2 RealMemory=8000 State=UNKNOWN
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port=16822 CPUs=2 RealMemory=8000 State=UNKNOWN
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=60 State=UP DefMemPerCPU=100
"""


def missing() -> str:
    """Say why no Slurm can be brought up here; nothing if one can."""
    if absent := [name for name in PROGRAMS if shutil.which(name, path=search_path()) is None]:
        return f"no Slurm here: {', '.join(absent)} not installed"
    if os.geteuid():
        return "no Slurm here: its daemons are started by root"
    if SYSTEM.is_symlink() or SYSTEM.exists():
        return f"no Slurm here: {SYSTEM} is somebody's"
    return ""


def search_path() -> str:
    """Give PATH with the folders of daemons."""
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


@contextmanager
def cluster(root: Path) -> Iterator[dict[str, str]]:
    """Run a controller and two nodes from a folder of their own; gives what jobs need to find it.

    Raises
    ------
    TimeoutError
        If the nodes do not come up.
    """
    for name in ("state", "spool.n1", "spool.n2", "log"):
        (root / name).mkdir(parents=True)
    conf = root / "slurm.conf"
    conf.write_text(CONF.format(host=gethostname().partition(".")[0], root=root), encoding="utf-8")
    key = root / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    environment = os.environ | {"PATH": search_path(), "SLURM_CONF": str(conf)}
    SYSTEM.parent.mkdir(parents=True, exist_ok=True)
    SYSTEM.symlink_to(conf)
    try:
        _start(root, environment)
        _wait_for_nodes(environment)
        yield environment
    finally:
        SYSTEM.unlink()
        _stop(root)


def _start(root: Path, environment: dict[str, str]) -> None:
    munge = [
        *("munged", f"--key-file={root}/munge.key", f"--socket={root}/munge.sock"),
        *(f"--pid-file={root}/munge.pid", f"--log-file={root}/log/munged.log"),
        f"--seed-file={root}/munge.seed",
    ]
    conf = ["-f", str(root / "slurm.conf")]
    for command in (
        munge,
        ["slurmctld", *conf],
        ["slurmd", "-N", "n1", *conf],
        ["slurmd", "-N", "n2", *conf],
    ):
        subprocess.run(command, env=environment, check=True, timeout=60)


def _wait_for_nodes(environment: dict[str, str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        said = subprocess.run(
            ["sinfo", "--Node", "--noheader", "--format=%N %T"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        if said.count("idle") == 2:
            return
        time.sleep(0.5)
    raise TimeoutError("the nodes of the cluster did not come up")


def _stop(root: Path) -> None:
    for name in ("slurmd.n1", "slurmd.n2", "slurmctld", "munge"):
        file = root / f"{name}.pid"
        try:
            os.kill(int(file.read_text(encoding="ascii")), signal.SIGTERM)
        except (FileNotFoundError, ProcessLookupError):
            continue
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and list(root.glob("slurm*.pid")):
        time.sleep(0.2)
