"""Verifying, publishing and comparing seeds on the finished tiny run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from workspace import Workspace

from regclaims.claims.second_seed import RECORDED
from regclaims.io import sha256, write_csv, write_json, write_parquet
from regclaims.manifest import read_run
from regclaims.publication.folder import write
from regclaims.publication.selection import select


@pytest.fixture
def published(copied: Workspace) -> Workspace:
    """The tiny run as `regclaims publish` would keep it, were it no smoke run."""
    results = copied.root / "results"
    run = read_run(results, "")
    names, left_out = select(results, run.files, 0)
    assert left_out == []
    write(run, names, results / "published")
    return copied


def rewrite(workspace: Workspace, name: str, table: pd.DataFrame) -> None:
    """Publish another table, with its hash."""
    path = workspace.root / "results" / "published" / name
    (write_parquet if path.suffix == ".parquet" else write_csv)(path, table)
    manifest = path.with_name("manifest.json")
    found = json.loads(manifest.read_text(encoding="utf-8"))
    found["files"][f"results/{name}"] = sha256(path)
    write_json(manifest, found)


def test_verify_tells_the_same_bits_rounding_and_changed_verdicts(published: Workspace) -> None:
    done = published.run("verify")
    assert done.returncode == 0, done.stdout
    assert "Same bits: all " in done.stdout

    folder = published.root / "results"
    cells = pd.read_parquet(folder / "cells.parquet")
    rewrite(published, "cells.parquet", cells.assign(mean=cells["mean"] * (1 + 1e-12)))
    done = published.run("verify")
    assert done.returncode == 0, done.stdout
    assert "Not the same bits, but the same verdicts" in done.stdout

    rewrite(
        published, "cells.parquet", cells.assign(mean=cells["mean"] + 100 * cells["mcse"].fillna(0))
    )
    verdicts = pd.read_csv(folder / "verdicts.csv")
    other = "refuted" if verdicts.loc[0, "verdict"] != "refuted" else "supported"
    verdicts.loc[0, "verdict"] = other
    rewrite(published, "verdicts.csv", verdicts)
    done = published.run("verify")
    assert done.returncode != 0
    change = done.stdout.index(f"{verdicts.loc[0, 'claim_id']}: verdict: ")
    assert change < done.stdout.index("100.0 standard errors")
    assert "Traceback" not in done.stdout


def test_publish_refuses_a_smoke_run_that_is_not_registered(finished: Workspace) -> None:
    command = [sys.executable, "-m", "regclaims.cli", "publish"]
    done = subprocess.run(
        command, cwd=finished.root, capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "results/manifest.json: smoke: tiny is a smoke run: its verdicts are not to be cited",
        "config/registration.json: does not exist: only registered runs are published",
    ]
    assert not (finished.root / "results" / "published").exists()


def test_a_recorded_second_seed_reruns_the_paper_and_is_told_in_it(copied: Workspace) -> None:
    results = copied.root / "results"
    assert pd.read_csv(results / "second-seed.csv").empty
    verdicts = pd.read_csv(results / "verdicts.csv")
    folder = copied.root / "data" / "second-seed"
    known = json.loads(copied.read("results/manifest.json"))["provenance"]
    write_csv(folder / "verdicts.csv", verdicts.assign(part=0)[RECORDED])
    write_json(
        folder / "run.json",
        {name: known[name] for name in ("design", "configuration", "claims")}
        | {"study": "second-seed", "seed": 2718, "commit": "unknown"},
    )
    assert set(copied.planned()) == {"second_seed", "numbers", "report", "manifest", "all"}
    done = copied.run("results/report.pdf")
    assert done.returncode == 0, done.stdout[-3000:]
    found = pd.read_csv(results / "second-seed.csv")
    assert found["claim_id"].tolist() == verdicts["claim_id"].tolist()
    macros = copied.read("results/work/report/macros.tex")
    assert f"Under a second seed (2718) none of the {len(verdicts)} verdicts changes." in macros


def test_the_second_seed_runs_beside_the_first(finished: Workspace, tmp_path: Path) -> None:
    """The command of docs/reproducing.md, planned."""
    extra = ["--config", "name=second-seed", "seed=2718", "--directory", str(tmp_path / "other")]
    done = finished.run("-n", "--quiet", "rules", *extra)
    assert done.returncode == 0, done.stdout
    assert "fit " in done.stdout  # none of the first seed's fits serve
