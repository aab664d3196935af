"""Fit a family of methods to the cells of a shard; or one method to one replicate again."""

from __future__ import annotations

import time
from typing import Any

from regclaims.designs import Scenario
from regclaims.evidence.cell import Cell
from regclaims.evidence.fitted import Fitted
from regclaims.evidence.measures import Measures
from regclaims.evidence.methods import Settings
from regclaims.evidence.names import method_names
from regclaims.evidence.shards import Shard
from regclaims.evidence.tables import Writer
from regclaims.evidence.tuning_rules import with_joint_net


def fit_shard(shard: Shard, settings: Settings, writer: Writer) -> list[dict[str, Any]]:
    """Fit a family to every cell of a shard, and write its tables cell by cell.

    Parameters
    ----------
    shard : Shard
    settings : Settings
    writer : Writer
        Of the tables ``fits``, ``stability``, ``paths`` and ``cells``.

    Returns
    -------
    list of dict
        What each cell took: ``seconds`` of CPU time for so many ``data_sets``. No part of results.
    """
    times = []
    for index in range(len(shard.cells)):
        begun = time.process_time()
        for fitted in fit_cell(cell_of(shard, index, settings), shard.family, shard.draws(index)):
            writer.write_columns("fits", fitted.fits())
            writer.write("stability", list(fitted.stability()))
            writer.write("paths", list(fitted.paths()))
            writer.write("cells", list(fitted.cells()))
        spec = shard.cells[index]
        times.append(
            {
                "family": shard.family,
                "n_samples": spec["n_samples"],
                "n_features": spec["n_features"],
                "n_cross_validated": len(shard.cross_validated[index]),
                "n_lambdas": settings.n_lambdas,
                "data_sets": shard.draws(index),
                "seconds": time.process_time() - begun,
            }
        )
    return times


def cell_of(shard: Shard, index: int, settings: Settings) -> Cell:
    """Return a cell of a shard, ready to be drawn."""
    names = with_joint_net(tuple(shard.cross_validated[index]), settings.l1_ratios)
    return Cell(Scenario(shard.cells[index]), shard.seed, shard.screening, names, settings)


def fit_cell(cell: Cell, family: str, replicates: int) -> list[Fitted]:
    """Fit every method of a family to all replicates of a cell.

    A method with too many optima at the end of its grid is fitted again on a longer one.
    """
    names = method_names(cell.settings)[family]
    fitted = _fit_all(cell, names, replicates, longer=False)
    again = [name for name, f in fitted.items() if f.share_at_end > cell.settings.max_at_end]
    if again:
        fitted |= _fit_all(cell, again, replicates, longer=True)
    return list(fitted.values())


def _fit_all(cell: Cell, names: list[str], replicates: int, *, longer: bool) -> dict[str, Fitted]:
    fitted = {name: Fitted(cell, name, longer) for name in names}
    for replicate in range(replicates):
        bench = cell.bench(replicate)
        measures = Measures(bench)
        for one in fitted.values():
            one.add(replicate, bench, measures)
    return fitted


def fit_again(cell: Cell, method: str, replicate: int, *, longer: bool) -> dict[str, list[Any]]:
    """Fit one method to one replicate; returns its rows of the table of fits as columns."""
    fitted = Fitted(cell, method, longer)
    bench = cell.bench(replicate)
    fitted.add(replicate, bench, Measures(bench))
    return fitted.fits()
