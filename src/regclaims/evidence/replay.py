"""Fit one replicate again from the id of a fit, and hold the row against the recorded one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from regclaims.config.allotment import load_allotment
from regclaims.config.study import Study
from regclaims.designs import Draw, Scenario
from regclaims.designs.cells import Cell as PlannedCell
from regclaims.designs.cells import cells
from regclaims.errors import InputError, Problem
from regclaims.evidence.cell import Cell
from regclaims.evidence.methods import settings
from regclaims.evidence.names import FAMILIES, method_names
from regclaims.evidence.packing import cross_validated, replicates, sections, settings_of
from regclaims.evidence.replicates import fit_again
from regclaims.evidence.tables import FITS
from regclaims.evidence.tuning_rules import with_joint_net
from regclaims.keys import cell_id

PATTERN = re.compile(
    r"(?P<cell>[0-9a-f]{16})-(?P<replicate>[0-9]{4}|[1-9][0-9]{4,8})-(?P<arm>[a-z0-9.-]+)"
)
WHERE = "regclaims replay"
ROOT = Path()


@dataclass(frozen=True)
class Replay:
    """A fit made again.

    Attributes
    ----------
    row : dict
        As in the table of fits.
    recorded : dict or None
        The same row as a run recorded it, if there is one.
    draw : Draw
        The data that it was fitted to and tuned on.
    """

    row: Mapping[str, Any]
    recorded: Mapping[str, Any] | None
    draw: Draw

    @property
    def differences(self) -> list[str]:
        """Columns in which the two rows differ, by any bit."""
        if self.recorded is None:
            return []
        return [name for name, value in self.row.items() if not _same(value, self.recorded[name])]


def replay(fit_id: str, study: Study, results: Path, root: Path = ROOT) -> Replay:
    """Fit again what a row of the table of fits came from.

    Parameters
    ----------
    fit_id : str
        ``<cell>-<replicate>-<method>-<tuning>``.
    study : Study
        Whose cell it is.
    results : Path
        A run's table of fits, `results/fits.parquet`; it need not exist. A cell whose method was
        fitted on the longer grid is known from there.
    root : Path
        The repository's root, which the path of the study's allotment starts from.

    Raises
    ------
    InputError
        If there is no such fit in the study, its allotment is wrong, or `results` no table of fits.
    """
    match = PATTERN.fullmatch(fit_id)
    if not match:
        message = (
            "must be <cell>-<replicate>-<method>-<tuning>, the cell of 16 digits and the replicate "
            f"of 4, or more if it needs them; found {fit_id!r}"
        )
        raise InputError([Problem(WHERE, "FIT", message)])
    population = {cell_id(cell.spec): cell for cell in cells(study)}
    planned = population.get(match["cell"])
    if planned is None:
        message = f"study {study.name} has no cell {match['cell']}; give its study with --config"
        raise InputError([Problem(WHERE, "FIT", message)])
    replicate = int(match["replicate"])
    draws = study.screening_replicates
    draws += replicates(planned, study, load_allotment(study, root, population))
    if replicate >= draws:
        message = f"study {study.name} draws replicates 0 to {draws - 1} of this cell"
        raise InputError([Problem(WHERE, fit_id, message)])
    response = planned.spec["response"]
    family, method, rule = _arm(match["arm"], study, response)
    cell = _cell(planned, family, study)
    if rule not in cell.rules(method):
        known = ", ".join(cell.rules(method))
        raise InputError([Problem(WHERE, fit_id, f"{method} is tuned by {known} on this cell")])
    recorded = _recorded(fit_id, match["cell"], results)
    longer = bool(recorded and recorded["longer_grid"])
    columns = fit_again(cell, method, replicate, longer=longer)
    at = columns["fit_id"].index(fit_id)
    row = {name: values[at] for name, values in columns.items()}
    return Replay(row, recorded, cell.scenario.draw(study.seed, replicate))


def _arm(arm: str, study: Study, response: str) -> tuple[str, str, str]:
    names = method_names(study.methods)
    offered = [(family, name) for family in FAMILIES[response] for name in names[family]]
    # Of names of which one begins another, as elastic-net and elastic-net-0.5, the longest.
    for family, name in sorted(offered, key=lambda pair: -len(pair[1])):
        if arm.startswith(f"{name}-"):
            return family, name, arm.removeprefix(f"{name}-")
    known = ", ".join(name for _, name in offered)
    raise InputError([Problem(WHERE, "FIT", f"must name one of {known}; found {arm!r}")])


def _cell(planned: PlannedCell, family: str, study: Study) -> Cell:
    chosen = settings(settings_of(family, sections(study)))
    names = with_joint_net(cross_validated(planned, family, study), chosen.l1_ratios)
    screening = study.screening_replicates
    return Cell(Scenario(planned.spec), study.seed, screening, names, chosen)


def _recorded(fit_id: str, key: str, results: Path) -> Mapping[str, Any] | None:
    if not results.exists():
        return None
    chosen = (ds.field("cell_id") == key) & (ds.field("fit_id") == fit_id)
    try:
        table = ds.dataset(str(results), format="parquet")
        missing = [name for name in FITS if name not in table.schema.names]
        rows = [] if missing else table.to_table(filter=chosen).to_pylist()
    except (OSError, pa.ArrowException) as error:
        reason = str(error).partition("\n")[0]
        raise InputError([Problem(str(results), "", f"cannot be read: {reason}")]) from None
    if missing:
        message = f"is no table of fits: it lacks {', '.join(missing)}"
        raise InputError([Problem(str(results), "", message)])
    return rows[0] if rows else None


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal; undefined (None, NaN) is equal to undefined."""
    if _undefined(one) or _undefined(other):
        return _undefined(one) and _undefined(other)
    return bool(one == other)


def _undefined(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
