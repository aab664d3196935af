"""A copy of the workflow in a folder of its own, and snakemake run in it as a user would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).parents[2]
TINY = Path(__file__).with_name("tiny.yaml")
AUDIT = Path(__file__).with_name("audit")
PARTS = ("Snakefile", "workflow", "config", "paper", "data", "profiles", "environment.yml")


@dataclass(frozen=True)
class Workspace:
    """A checkout without git."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> Workspace:
        """Copy what a run needs, with the tiny study as `config/tiny.yaml`; nothing registered."""
        for part in PARTS:
            source = REPOSITORY / part
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            root.mkdir(parents=True, exist_ok=True)
            copy(source, root / part)
        shutil.copy2(TINY, root / "config" / "tiny.yaml")
        for frozen in ("registration.json", "deviations.yaml"):  # tests change rules at will
            (root / "config" / frozen).unlink(missing_ok=True)
        return cls(root)

    def command(self, *arguments: str, study: str | None = "config/tiny.yaml") -> list[str]:
        """Give the command line of snakemake; `study` None is the default study."""
        config = [] if study is None else ["--configfile", study]
        return [sys.executable, "-m", "snakemake", *arguments, *config]

    def environment(self) -> dict[str, str]:
        """Give the environment that a job starts in."""
        return os.environ | {"PYTHONWARNINGS": "", "XDG_CACHE_HOME": str(self.root / ".cache")}

    @property
    def connections(self) -> Path:
        """Where connections are written down that a run under `audit` tried to open."""
        return self.root.parent / "connections"

    def audit(self) -> dict[str, str]:
        """Give an environment in which no Python opens a connection."""
        path = os.pathsep.join(filter(None, [str(AUDIT), os.environ.get("PYTHONPATH")]))
        return {"PYTHONPATH": path, "REGCLAIMS_AUDIT": str(self.connections)}

    def run(
        self,
        *arguments: str,
        study: str | None = "config/tiny.yaml",
        timeout: int = 900,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run snakemake to its end; output and errors together in `stdout`."""
        return subprocess.run(
            self.command(*arguments, study=study),
            cwd=self.root,
            env=self.environment() | dict(environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )

    def planned(self, *arguments: str) -> dict[str, int]:
        """Count the jobs that a run would start, by rule."""
        done = self.run("-n", "--quiet", "rules", *arguments)
        assert done.returncode == 0, done.stdout
        stats = re.findall(r"^([a-z_]+) +(\d+)$", done.stdout, flags=re.MULTILINE)
        return {rule: int(count) for rule, count in stats if rule != "total"}

    def read(self, name: str) -> str:
        """Read a file of the workspace."""
        return (self.root / name).read_text(encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands in a file."""
        text = self.read(name)
        assert old in text
        (self.root / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def edit_study(self, **changes: object) -> None:
        """Change keys of the tiny study."""
        path = self.root / "config" / "tiny.yaml"
        study = yaml.safe_load(path.read_text(encoding="utf-8")) | changes
        path.write_text(yaml.safe_dump(study), encoding="utf-8")
