"""The mechanism experiments by name.

A module of an experiment has ``METHODS``, its arms, which see the same draws; ``METRICS`` with a
description each; ``EVENTS``, those metrics that are 0 or 1; ``LEVELS``, by which a claim may choose
among its cells; and ``run(spec, seed, replicates)``, which makes its table: ``cell_id``,
``replicate``, ``method``, the levels of the cell, and metrics.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pandas as pd

TUNING = "none"
"""Nothing is tuned in an experiment: what the tuning of its arms is called."""


@dataclass(frozen=True)
class Experiment:
    """Where an experiment is.

    Attributes
    ----------
    module : str
        In `regclaims.mechanisms`; imported when first looked into.
    section : str
        Of a study's ``mechanisms``, with its settings.
    """

    module: str
    section: str

    def _imported(self) -> ModuleType:
        return importlib.import_module(f"regclaims.mechanisms.{self.module}")

    @property
    def methods(self) -> tuple[str, ...]:
        """Arms."""
        return tuple(self._imported().METHODS)

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is measured."""
        return tuple(self._imported().METRICS)

    @property
    def events(self) -> tuple[str, ...]:
        """Metrics that are 0 or 1."""
        return tuple(self._imported().EVENTS)

    @property
    def levels(self) -> tuple[str, ...]:
        """Columns with one value a cell."""
        return tuple(self._imported().LEVELS)

    def run(self, spec: Mapping[str, Any], seed: int, replicates: int) -> pd.DataFrame:
        """Run it on its section's settings as plain data, less their replicates.

        Returns
        -------
        DataFrame
            Its table, with `TUNING` for every arm, as claims look at it.
        """
        table: pd.DataFrame = self._imported().run(spec, seed, replicates)
        return table.assign(tuning=TUNING)


EXPERIMENTS = {
    "kink": Experiment("kink", "kink"),
    "by-penalty": Experiment("by_penalty", "kink"),
    "small-weights": Experiment("small_weights", "small_weights"),
    "shrinkage": Experiment("shrinkage", "shrinkage"),
    "identities": Experiment("identities", "identities"),
    "peak": Experiment("peak", "priors"),
    "priors": Experiment("priors", "priors"),
    "geometry": Experiment("geometry", "geometry"),
    "duality": Experiment("duality", "duality"),
    "least-norm": Experiment("least_norm", "least_norm"),
    "optimizers": Experiment("optimizers", "optimizers"),
    "weight-decay": Experiment("weight_decay", "weight_decay"),
    "cost": Experiment("cost", "cost"),
    "two-stages": Experiment("two_stages", "two_stages"),
    "twins": Experiment("twins", "twins"),
    "evenness": Experiment("evenness", "evenness"),
    "optimism": Experiment("optimism", "optimism"),
    "disturbances": Experiment("disturbances", "disturbances"),
    "data-sparsity": Experiment("data_sparsity", "data_sparsity"),
}
