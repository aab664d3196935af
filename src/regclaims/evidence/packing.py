"""From a study's cells to shards: what is fitted in one job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regclaims.config.study import Study
from regclaims.designs.cells import Cell, cells_by_grid
from regclaims.evidence.names import FAMILIES, method_names
from regclaims.evidence.shards import Shard
from regclaims.keys import cell_id, digest

RATES = {
    "least-squares": (3.0, 1.7e-6),
    "lasso": (6.0, 6e-6),
    "elastic-net": (12.0, 2.5e-5),
    "logistic": (60.0, 1e-5),
}
"""Milliseconds for a data set, and for each of its n p min(n, p), by family.

They only decide how many cells make a job; `regclaims plan` goes by what was measured.
"""

USERS = {
    "l1_ratios": ("elastic-net",),
    "logistic_l1_ratios": ("logistic",),
    "gammas": ("lasso",),
    "added": ("lasso",),
    "lambda_floor": ("lasso", "elastic-net", "logistic"),
    "deviance_stop": ("lasso", "elastic-net", "logistic"),
    "solver": FAMILIES["linear"],
    "folds": FAMILIES["linear"],
    "matched_df": FAMILIES["linear"],
}
"""Families that use a setting, where they are not all."""


def families(response: str) -> tuple[str, ...]:
    """Name the families that are fitted to cells of a response, ``"linear"`` or ``"logistic"``."""
    return FAMILIES[response]


def cross_validated(cell: Cell, family: str, study: Study) -> tuple[str, ...]:
    """Name the methods of a family that are cross-validated on a cell."""
    names = method_names(study.methods)[family]
    return tuple(name for name in names if name in cell.cross_validated)


def shards(study: Study, allotment: Mapping[str, int]) -> list[Shard]:
    """Divide the cells of a study into shards of one shape, one family and about equal cost.

    A shard takes the cells of a grid in their order until it is full, and never reaches over the
    end of a grid: a grid that is appended makes new shards and leaves the others alone. So does an
    allotment, but for the shards that hold its cells, which take longer.

    Parameters
    ----------
    study : Study
    allotment : mapping
        Replicates by cell, where they are not the study's own.
    """
    found = []
    for cells in cells_by_grid(study):
        for response, names in FAMILIES.items():
            group = [cell for cell in cells if cell.spec["response"] == response]
            for family in names:
                for shape in _by_shape(group):
                    found += _packed(shape, family, study, allotment)
    return found


def _by_shape(cells: Sequence[Cell]) -> list[list[Cell]]:
    shapes: dict[tuple[int, int], list[Cell]] = {}
    for cell in cells:
        shapes.setdefault((cell.spec["n_samples"], cell.spec["n_features"]), []).append(cell)
    return list(shapes.values())


def _packed(
    cells: Sequence[Cell], family: str, study: Study, allotment: Mapping[str, int]
) -> list[Shard]:
    chunks: list[list[Cell]] = []
    chunk: list[Cell] = []
    seconds = 0.0
    for cell in cells:
        chunk.append(cell)
        # By the study's own replicates: an allotment must not pack anew what it does not touch.
        seconds += nominal_seconds(cell, family, study, study.replicates)
        if seconds >= study.seconds_per_shard or cell is cells[-1]:
            chunks.append(chunk)
            chunk, seconds = [], 0.0
    return [
        Shard(
            family=family,
            cells=tuple(cell.spec for cell in chunk),
            replicates=tuple(replicates(cell, study, allotment) for cell in chunk),
            cross_validated=tuple(cross_validated(cell, family, study) for cell in chunk),
            seed=study.seed,
            screening=study.screening_replicates,
            cost=sum(
                nominal_seconds(cell, family, study, replicates(cell, study, allotment))
                for cell in chunk
            ),
        )
        for chunk in chunks
    ]


def replicates(cell: Cell, study: Study, allotment: Mapping[str, int]) -> int:
    """Return the evidence replicates of a cell."""
    return allotment.get(cell_id(cell.spec), study.replicates)


def nominal_seconds(cell: Cell, family: str, study: Study, evidence: int) -> float:
    """Guess the cost of a cell, for packing: see `RATES`. Cross-validation fits every fold anew."""
    n, p = cell.spec["n_samples"], cell.spec["n_features"]
    fixed, each = RATES[family]
    share = len(cross_validated(cell, family, study)) / len(method_names(study.methods)[family])
    folds = study.tuning.folds * share
    one = (fixed + each * n * p * min(n, p)) * (1 + folds)
    return 1e-3 * one * (study.screening_replicates + evidence)


def sections(study: Study) -> dict[str, Any]:
    """Return what a study's fits depend on beside their data, as `settings_of` takes it."""
    return study.methods.model_dump() | study.tuning.model_dump()


def settings_of(family: str, sections: Mapping[str, Any]) -> dict[str, Any]:
    """Leave of a study's settings what a family depends on: no other edit re-runs its fits.

    Parameters
    ----------
    family : str
    sections : mapping
        A study's `methods` and `tuning` sections as plain data, merged: see `sections`.

    Returns
    -------
    dict
        The same, None being what the family does not use.
    """
    unused = {name for name, families in USERS.items() if family not in families}
    return {name: None if name in unused else value for name, value in sections.items()}


def folder(shard: Shard, sections: Mapping[str, Any]) -> str:
    """Name the folder of a shard's tables in a run's work, after all that they depend on."""
    return f"{shard.family}-{shard.key}/{digest(settings_of(shard.family, sections))}"
