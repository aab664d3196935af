"""A study: everything that is chosen, in one file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from regclaims.config.base import Line, Name, Strict
from regclaims.config.datasets import Dataset
from regclaims.config.mechanisms import Mechanisms
from regclaims.config.methods import Methods, Tuning
from regclaims.config.population import Grid


class RealData(Strict):
    """Which real data sets a study takes, and how long it spends on them."""

    leave_out: list[Name] = Field(
        default=[],
        description="Data sets of `config/datasets` that this study leaves out; it takes all "
        "others, yours among them.",
    )
    decides: list[Name] = Field(
        default=[],
        description="Data sets whose word counts in verdicts; named here, they are registered with "
        "the study. All others, yours among them, are shown beside them as not registered.",
    )
    most_splits: int = Field(
        default=500, ge=3, description="No data set is split more often, whatever its protocol."
    )
    most_halves: int = Field(
        default=500, ge=2, description="No path figure has more halves, whatever the protocol."
    )

    def protocol(self, dataset: Dataset) -> dict[str, Any]:
        """Return a data set's protocol as plain data, kept within the study's bounds."""
        protocol = dataset.protocol.model_dump()
        protocol["splits"] = min(protocol["splits"], self.most_splits)
        protocol["halves"] = min(protocol["halves"], self.most_halves)
        return protocol


class KnownBetaCells(Strict):
    """Known coefficients on the columns of real data: equal ones of random signs, and noise."""

    datasets: list[Name] = Field(
        default=[], description="Real data sets, as tables; their own responses are not used."
    )
    densities: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        default=[0.1, 0.5], min_length=1, description="Shares of relevant columns."
    )
    snrs: list[Annotated[float, Field(gt=0)]] = Field(
        default=[1.22, 6], min_length=1, description="Signal-to-noise ratios."
    )
    replicates: int = Field(
        default=25, ge=3, le=10_000, description="Replicates per cell that count as evidence."
    )
    screening_replicates: int = Field(
        default=3, ge=1, le=1000, description="Further ones, that tell which cells are informative."
    )


class Calibration(Strict):
    """How the verdict rule itself is tried, on contrasts whose truth is planted."""

    cells: list[Annotated[int, Field(ge=10)]] = Field(
        default=[60, 120, 240, 480], min_length=1, description="Numbers of voting cells."
    )
    precisions: list[Annotated[float, Field(gt=0)]] = Field(
        default=[0.2, 0.3333, 0.5, 0.8],
        min_length=1,
        description="Standard errors of a cell's effect, in units of the margin.",
    )
    repetitions: int = Field(default=400, ge=10, description="Verdicts for each setting.")


class Study(Strict):
    """A study, as in `config/study.yaml`."""

    name: Name = Field(description="Short name, printed on the cover.")
    smoke: bool = Field(
        default=False,
        description="A smoke run shows that everything works; its report says so on the cover.",
    )
    seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(
        description="Seed of every draw. Development uses a pilot seed."
    )
    replicates: int = Field(
        ge=3, le=10_000, description="Replicates per cell that count as evidence."
    )
    screening_replicates: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="Further replicates per cell, used only to tell which cells are informative.",
    )
    allotment: Line | None = Field(
        default=None,
        description="A CSV file, by its path from the repository's root, with columns `cell_id` "
        "and `replicates`: cells that get more replicates than the others, as "
        "`regclaims plan --allot` writes it.",
    )
    seconds_per_shard: Annotated[float, Field(gt=0)] = Field(
        default=20,
        description="Size of a job: cells of one shape share one up to about so many seconds.",
    )
    population: list[Grid] = Field(min_length=1, description="Grids of synthetic cells.")
    real: RealData = Field(default=RealData(), description="Real data sets.")
    known_beta: KnownBetaCells = Field(
        default=KnownBetaCells(), description="Known coefficients on real data."
    )
    calibration: Calibration = Field(
        default=Calibration(), description="The trial of the verdict rule itself."
    )
    path_figure: Name = Field(
        default="diabetes", description="Real data set of the figure of coefficient paths."
    )
    methods: Methods = Field(default=Methods(), description="Methods and their grids.")
    tuning: Tuning = Field(default=Tuning(), description="Choice of lambda.")
    mechanisms: Mechanisms = Field(default=Mechanisms(), description="Mechanism experiments.")
