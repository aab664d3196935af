"""The workflow as a part of someone else's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from workspace import REPOSITORY, TINY, Workspace

THEIRS = """\
import yaml


module regclaims:
    snakefile:
        "{snakefile}"
    config:
        yaml.safe_load(open("mine.yaml"))


use rule * from regclaims as regclaims_*


rule cells:
    input:
        "results/population.parquet",
    output:
        "cells.txt",
    run:
        import pandas as pd

        with open(output[0], "w") as file:
            file.write(str(len(pd.read_parquet(input[0]))))
"""


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", *arguments],
        cwd=folder,
        env=Workspace(folder).environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )


def test_a_module_with_a_study_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text(THEIRS.format(snakefile=REPOSITORY / "Snakefile"))
    shutil.copy2(TINY, tmp_path / "mine.yaml")
    done = snakemake(tmp_path, "cells.txt")
    assert done.returncode == 0, done.stdout[-3000:]
    assert (tmp_path / "cells.txt").read_text() == "12"
    # All the rest would follow, under their names.
    planned = snakemake(tmp_path, "regclaims_all", "-n", "--quiet", "rules")
    assert planned.returncode == 0, planned.stdout[-3000:]
    for rule in ("fit", "verdicts", "report", "page", "manifest"):
        assert f"regclaims_{rule} " in planned.stdout


def test_a_mistake_in_their_study_is_told_by_its_key(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text(THEIRS.format(snakefile=REPOSITORY / "Snakefile"))
    text = TINY.read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace("seed:", "sed:"), encoding="utf-8")
    refused = snakemake(tmp_path, "cells.txt")
    assert refused.returncode == 2
    assert "sed: is not a known key; did you mean seed?" in refused.stdout
    assert "Traceback" not in refused.stdout
