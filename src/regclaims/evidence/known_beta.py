"""Fit every method to known coefficients on a real table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regclaims.datasets import Loaded, impute
from regclaims.designs.known_beta import KnownBeta, Rows, known_beta_spec
from regclaims.evidence.cell import Cell
from regclaims.evidence.methods import Settings
from regclaims.evidence.names import FAMILIES, net
from regclaims.evidence.replicates import fit_cell
from regclaims.evidence.tables import Writer
from regclaims.evidence.tuning_rules import with_joint_net

CROSS_VALIDATED = ("ridge", "lasso", net(0.5))
"""As on the first cells of the synthetic study."""


def scenarios(data: Loaded, name: str, section: Mapping[str, Any]) -> list[KnownBeta]:
    """Make the cells of one table.

    Parameters
    ----------
    data : Loaded
        Dense; missing values are filled with the means of their columns.
    name : str
    section : mapping
        A `config.study.KnownBetaCells` as plain data.
    """
    (X,) = impute(data.X)
    rows = Rows.of(X)
    n, p = X.shape
    return [
        KnownBeta(known_beta_spec(name, n, p, density, snr), rows)
        for density in section["densities"]
        for snr in section["snrs"]
    ]


def fit_known_beta(
    scenario: KnownBeta, section: Mapping[str, Any], settings: Settings, seed: int, writer: Writer
) -> None:
    """Fit every method of a linear response to every replicate of a cell, and write its tables."""
    screening, evidence = section["screening_replicates"], section["replicates"]
    offered = {"ridge", "lasso", *map(net, settings.l1_ratios)}
    chosen = tuple(name for name in CROSS_VALIDATED if name in offered)
    names = with_joint_net(chosen, settings.l1_ratios)
    cell = Cell(scenario, seed, screening, names, settings)
    for family in FAMILIES["linear"]:
        for fitted in fit_cell(cell, family, screening + evidence):
            writer.write_columns("fits", fitted.fits())
            writer.write("stability", list(fitted.stability()))
            writer.write("paths", list(fitted.paths()))
            writer.write("cells", list(fitted.cells()))
