"""What a run costs beside its fits: jobs, CPU time, memory and disk of the other stages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from regclaims.config.study import Study
from regclaims.mechanisms.experiments import EXPERIMENTS

COLUMNS: dict[str, type] = {
    "stage": str,
    "name": str,
    "jobs": int,
    "cpu_seconds": float,
    "peak_mb": float,
    "size": float,
}
"""Of the table of stages, with their types; ``size`` is what a stage's cost is in proportion to."""

FIT, MECHANISM = "fit", "mechanism"
OF_CELLS = ("evidence", "cells", "verdicts", "robustness")
"""Stages that go through all cells: they cost in proportion to their number."""

START_SECONDS = 3.0
"""What a job takes until it begins: Python, numpy, scikit-learn and the compiled kernels.

The smallest job of the study, `population`, takes 3.4 CPU seconds in all.
"""

MB_HELD = {"cells": 0.33, "verdicts": 0.12, "robustness": 0.12}
"""What stages hold of each cell, in MB; what figures, numbers and page hold was not measured.

The study's 244 cells once, four and ten times over: the table of means took 240, 481 and 974 MB,
verdicts 509, 619 and 771 MB.
"""

UNSURE = 0.3
"""Relative deviation of what stages cost.

They were recorded once, on a busy machine: what is known is that the whole study took 56
core-minutes when nothing else ran, and 72 beside other work.
"""

FITS_TWICE, MB_PER_CELL, MB = 2.0, 0.4, 30.0
"""Disk: the table of fits and its parts; paths, stability and means of a cell; figures and paper.

The study's results took 263 MB: 132 of fits, 100 of 244 cells.
"""


@dataclass(frozen=True)
class Forecast:
    """What a run takes.

    Attributes
    ----------
    jobs : int
    seconds, error : float
        CPU seconds beside those of the fits themselves, with a standard deviation.
    peak_mb : float
        Memory of the largest job.
    disk_mb : float
    """

    jobs: int
    seconds: float
    error: float
    peak_mb: float
    disk_mb: float


def recorded(benchmarks: Path, study: Study, n_cells: int) -> pd.DataFrame:
    """Sum up what Snakemake measured of a finished run, by stage.

    Parameters
    ----------
    benchmarks : Path
        ``results/volatile/benchmarks``: a file a job, with ``cpu_time`` (s) and ``max_rss`` (MB).
    study : Study
        Whose run it was.
    n_cells : int
        Its cells.

    Returns
    -------
    DataFrame
        `COLUMNS`: a row for each experiment, and one for each other stage. What fits cost is told
        by `costs.measured`: here they have no seconds.
    """
    jobs = pd.DataFrame(
        [
            {**_stage(path.stem), "jobs": 1}
            | pd.read_csv(path, sep="\t")[["cpu_time", "max_rss"]].iloc[-1].to_dict()
            for path in sorted(benchmarks.glob("*.tsv"))
        ]
    )
    groups = jobs.groupby(["stage", "name"], as_index=False)
    table = groups.agg(
        jobs=("jobs", "sum"), cpu_seconds=("cpu_time", "sum"), peak_mb=("max_rss", "max")
    )
    table.loc[table["stage"] == FIT, "cpu_seconds"] = 0.0
    table["size"] = [
        float(_size(stage, name, study, n_cells))
        for stage, name in zip(table["stage"], table["name"], strict=True)
    ]
    return table[list(COLUMNS)]


def forecast(
    stages: pd.DataFrame, study: Study, n_cells: int, fit_jobs: int, fits_mb: float
) -> Forecast:
    """Estimate what a run takes beside the fits themselves.

    Parameters
    ----------
    stages : DataFrame
        As from `recorded`.
    study : Study
    n_cells, fit_jobs : int
    fits_mb : float
        Size of its table of fits.

    Returns
    -------
    Forecast
    """
    others = stages[stages["stage"] != FIT]
    growth = _growth(others, study, n_cells)
    seconds = float((others["cpu_seconds"] * growth).sum()) + START_SECONDS * fit_jobs
    more_cells = (n_cells - stages["size"]) * stages["stage"].map(MB_HELD).fillna(0.0)
    peak = stages["peak_mb"] + more_cells
    return Forecast(
        jobs=fit_jobs + int(others["jobs"].sum()),
        seconds=seconds,
        error=UNSURE * seconds,
        peak_mb=float(peak.max()),
        disk_mb=FITS_TWICE * fits_mb + MB_PER_CELL * n_cells + MB,
    )


def _growth(stages: pd.DataFrame, study: Study, n_cells: int) -> pd.Series:
    """How many times as much a stage has to do in this study as in the one that was recorded."""
    sizes = [
        _size(stage, name, study, n_cells)
        for stage, name in zip(stages["stage"], stages["name"], strict=True)
    ]
    return pd.Series(sizes, index=stages.index, dtype=float) / stages["size"]


def _stage(job: str) -> Mapping[str, str]:
    """Tell stage and name of a job from its file's name; only experiments have names."""
    if job.startswith(f"{MECHANISM}-"):
        return {"stage": MECHANISM, "name": job.removeprefix(f"{MECHANISM}-")}
    stage = re.match(r"known-beta|second-seed|real-verdicts|[a-z]+", job)
    return {"stage": stage[0] if stage else job, "name": ""}


def _size(stage: str, name: str, study: Study, n_cells: int) -> int:
    """Give what a stage's cost is in proportion to, in a study."""
    if stage == MECHANISM and name in EXPERIMENTS:
        return int(getattr(study.mechanisms, EXPERIMENTS[name].section).replicates)
    return n_cells if stage in OF_CELLS else 1
