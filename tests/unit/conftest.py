"""A finished run in small: its tables, its registration, its manifest."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.registration import design_hash, list_deviations, register, status, study_hash
from regclaims.claims.second_seed import nothing_compared
from regclaims.claims.verdicts import COLUMNS, registry_hash
from regclaims.config import load_registry, load_study
from regclaims.io import write_csv, write_json, write_parquet, write_text
from regclaims.manifest import manifest
from regclaims.publication.selection import REQUIRED
from regclaims.report.front import BEGIN, END

ROOT = Path(__file__).parents[2]
REPLICATES = 20
VERSIONS = {"numpy": "2.4.6"}


@functools.cache
def registered_things() -> tuple[Any, Any]:
    """The study and all claims of this repository."""
    config = ROOT / "config"
    registry = load_registry(config.glob("claims/*.yaml"), config.glob("datasets/*.yaml"))
    return load_study(ROOT / "config" / "study.yaml"), registry


@functools.cache
def draws() -> dict[tuple[str, str], np.ndarray]:
    """Values of two metrics on the replicates of 60 cells: a count and a continuous one."""
    rng = np.random.default_rng(3)
    values = {}
    for cell in range(60):
        values[f"cell-{cell:02}", "has_zero"] = np.zeros(REPLICATES)
        values[f"cell-{cell:02}", "rr"] = rng.lognormal(size=REPLICATES)
    return values


def cells(values: dict[tuple[str, str], np.ndarray]) -> pd.DataFrame:
    """`results/cells.parquet` of replicates."""
    rows = []
    for (cell, metric), x in values.items():
        good = x[np.isfinite(x)]
        rows.append(
            {
                "cell_id": cell,
                "source": "synthetic",
                "method": "lasso",
                "tuning": "validation",
                "metric": metric,
                "mean": good.mean(),
                "mcse": good.std(ddof=1) / np.sqrt(len(good)),
                "replicates": len(x),
                "n_undefined": len(x) - len(good),
                "n_failed": 0,
            }
        )
    return pd.DataFrame(rows)


@dataclass
class SmallRun:
    """A checkout with a finished run, in a folder of its own."""

    root: Path
    seed: int = 1729
    smoke: bool = False
    lock: bool = True
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def results(self) -> Path:
        return self.root / "results"

    def verdicts(self) -> pd.DataFrame:
        """All claims, each supported, with the standing that they would have."""
        study, registry = registered_things()
        lock = register(study, registry, {}) if self.lock else None
        standing = status(lock, study, registry, {})
        groups = {claim: name for name, group in registry.groups.items() for claim in group.claims}
        rows = [
            {
                "claim_id": name,
                "group": groups[name],
                "statement": claim.statement,
                "origin": claim.origin,
                "verdict": "supported",
                "effect": 0.04 if name == "l2-no-zeros" else 0.2,
                "ci_low": 0.03 if name == "l2-no-zeros" else 0.1,
                "ci_high": 0.05 if name == "l2-no-zeros" else 0.3,
                "mcse": 0.05,
                "bar": 0.05 if name == "l2-no-zeros" else 0.75,
                "cells": 60,
                "replicates": REPLICATES,
                "registered": standing[name],
                "registry_hash": registry_hash(claim.model_dump(mode="json")),
            }
            for name, claim in registry.claims.items()
        ]
        return pd.DataFrame(rows).reindex(columns=COLUMNS)

    def write(self) -> SmallRun:
        """Write the registration, all tables and the manifest."""
        study, registry = registered_things()
        if self.lock:
            lock = register(study, registry, {}).model_dump(mode="json")
            write_json(self.root / "config" / "registration.json", lock)
        verdicts = self.verdicts()
        keyed = verdicts[["claim_id", "verdict"]]
        density = {"factor": "density", "method": "lasso", "se": 0.1}
        risk = [{**density, "level": s, "ratio": r} for s, r in (("0.005", 0.3), ("1", 1.1))]
        tables = {
            "verdicts.csv": verdicts,
            "strict.csv": verdicts,
            "decisions.csv": keyed.assign(reading="charitable", part=0),
            "deviations.csv": list_deviations([], verdicts, None),
            "controls.csv": pd.DataFrame([{"control": "c", "verdict": "supported", "ok": True}]),
            "real-verdicts.csv": keyed.assign(scope="all"),
            "known-beta-verdicts.csv": verdicts,
            "second-seed.csv": nothing_compared(),
            "failures.csv": pd.DataFrame(columns=["fit_id", "reason"]),
            "robustness.parquet": keyed.assign(alternative="registered"),
            "calibration.parquet": pd.DataFrame({"rate": [0.0]}),
            "population.parquet": pd.DataFrame({"cell_id": ["cell-00"]}),
            "cells.parquet": cells(draws()),
            "contrasts.parquet": cells(draws())
            .rename(columns={"metric": "claim_id", "mean": "effect", "mcse": "se"})
            .rename(columns={"n_undefined": "undefined"})
            .assign(reading="charitable", part=0),
            "figures/risk-by-factor.csv": pd.DataFrame(risk),
            "figures/page-diabetes.csv": pd.DataFrame({"x": [1.0]}),
        }
        for name, table in tables.items():
            self.put(name, table)
        for name in ("verdicts.json", "verdicts.schema.json"):
            write_json(self.results / name, {})
        for name in ("report.pdf", "figures/risk-by-factor.png", "index.html"):
            (self.results / name).write_bytes(b"bytes of " + name.encode())
        assert all((self.results / name).is_file() for name in REQUIRED)
        write_text(self.root / "README.md", f"# Front\n\n{BEGIN}\n{END}\n\nThe rest.\n")
        return self.sum_up()

    def put(self, name: str, table: pd.DataFrame) -> None:
        """Write one table, as its name says."""
        write = write_parquet if name.endswith(".parquet") else write_csv
        write(self.results / name, table)

    def change(self, name: str, edit: Callable[[pd.DataFrame], pd.DataFrame]) -> SmallRun:
        """Change a table, as a run that came out otherwise would have it."""
        path = self.results / name
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
        self.put(name, edit(table))
        return self.sum_up()

    def sum_up(self) -> SmallRun:
        """Write the manifest of what is there."""
        study, registry = registered_things()
        known = {
            "study": study.name,
            "seed": self.seed,
            "smoke": self.smoke,
            "design": design_hash(study, registry, {}),
            "configuration": study_hash(study, registry, {}),
            "claims": "c",
            "last commit to change inputs": "unknown",
        }
        here = Path.cwd()
        os.chdir(self.root)
        try:
            files = [p for p in Path("results").rglob("*") if p.is_file()]
            own = [p for p in files if "published" not in p.parts and p.name != "manifest.json"]
            found = manifest(map(str, own), known | self.provenance, VERSIONS)
        finally:
            os.chdir(here)
        write_json(self.results / "manifest.json", found)
        return self


@pytest.fixture
def small_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallRun:
    """A finished, registered run; the test stands in its checkout."""
    monkeypatch.chdir(tmp_path)
    return SmallRun(tmp_path).write()
