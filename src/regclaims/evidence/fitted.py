"""What one method comes to on one cell: rows of fits, and what is summed up over replicates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regclaims.errors import UnfitError
from regclaims.evidence.candidates import Fit, OnPath
from regclaims.evidence.cell import Cell
from regclaims.evidence.cells import summarize
from regclaims.evidence.families import candidates
from regclaims.evidence.measures import Measures
from regclaims.evidence.names import metrics_of
from regclaims.evidence.paths import PathMeans
from regclaims.evidence.tables import FITS
from regclaims.evidence.workbench import Workbench
from regclaims.metrics.stability import Jackknifed
from regclaims.metrics.variance import MEASURES, OF_DIRECTION
from regclaims.vocabulary import CERTIFIED, EVIDENCE, FAILED, Array

UNFIT = (UnfitError, ArithmeticError, np.linalg.LinAlgError)
"""What a method may raise on data that it cannot be fitted to; anything else is a fault of ours."""

Block = dict[str, list[Any]]


@dataclass
class Fitted:
    """One method on one cell, replicate by replicate.

    Attributes
    ----------
    cell : Cell
    method : str
    longer : bool
        On the longer grid.
    blocks : list of dict
        Of each replicate, columns of its rows in the table of fits, one row a tuning rule.
    coefs : dict
        By rule the evidence's coefficients per standard deviation of each column. Those of a
        replicate that failed are missing.
    nulls : dict
        By rule, which of these are null fits.
    """

    cell: Cell
    method: str
    longer: bool
    blocks: list[Block] = field(default_factory=list)
    coefs: dict[str, list[Array]] = field(default_factory=dict)
    nulls: dict[str, list[bool]] = field(default_factory=dict)
    means: PathMeans = field(init=False)

    def __post_init__(self) -> None:
        self.means = PathMeans(self.cell.truth)
        self.rules = self.cell.rules(self.method)

    def add(self, replicate: int, bench: Workbench, measures: Measures) -> None:
        """Fit one replicate; a method that cannot be fitted to it leaves rows that say so."""
        try:
            offered = candidates(self.method, bench, self.longer)
            chosen = offered.choose()
        except UNFIT as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            unsolved = [{"status": FAILED, "reason": reason}] * len(self.rules)
            self.blocks.append(self._identity(replicate) | _columns(unsolved))
            return
        if set(chosen) != set(self.rules):
            raise RuntimeError(f"{self.method} chose by {sorted(chosen)}, not {self.rules}")
        fits = [chosen[rule] for rule in self.rules]
        solved = [_solution(fit) | {"path_failures": offered.failures} for fit in fits]
        measured = _where_determined(measures(fits), fits)
        self.blocks.append(self._identity(replicate) | _columns(solved) | measured)
        if self.cell.role(replicate) == EVIDENCE:
            self._sum_up(fits)
            if isinstance(offered, OnPath) and bench.linear:
                self._trace(replicate, offered)

    def _identity(self, replicate: int) -> Block:
        cell_id, m = self.cell.scenario.cell_id, len(self.rules)
        name = f"{cell_id}-{replicate:04d}-{self.method}"
        return {
            "fit_id": [f"{name}-{rule}" for rule in self.rules],
            "cell_id": [cell_id] * m,
            "method": [self.method] * m,
            "tuning": list(self.rules),
            "replicate": [replicate] * m,
            "role": [self.cell.role(replicate)] * m,
            "longer_grid": [self.longer] * m,
        }

    def _sum_up(self, fits: Sequence[Fit]) -> None:
        for rule, fit in zip(self.rules, fits, strict=True):
            if fit.determined:
                self.coefs.setdefault(rule, []).append(fit.coef * self.cell.scenario.sd)
                self.nulls.setdefault(rule, []).append(fit.null)

    def _trace(self, replicate: int, offered: OnPath) -> None:
        path, scenario = offered.path, self.cell.scenario
        risk = offered.fits.risks / scenario.signal_variance
        coefs = path.coefs * scenario.sd
        self.means.add(replicate, path.lambdas, path.determined, coefs, risk)

    @property
    def share_at_end(self) -> float:
        """Largest share, over rules, of the evidence's optima that lie at the grid's end."""
        key = "at_grid_end"
        ends = np.array([block[key] for block in self._evidence() if key in block])
        return float(ends.mean(axis=0).max()) if len(ends) else 0.0

    def fits(self) -> Block:
        """Return the rows of all replicates as columns."""
        return {name: _joined(self.blocks, name) for name in FITS}

    def cells(self) -> Iterator[dict[str, Any]]:
        """Yield the table of cells: means over the evidence by rule and metric, and stability."""
        cell_id = self.cell.scenario.cell_id
        names = {"cell_id": cell_id, "source": "synthetic", "method": self.method}
        evidence, failed = list(self._evidence()), self._failed()
        for metric in metrics_of(self.cell.scenario.response):
            m = len(self.rules)
            values = np.array([block.get(metric, [np.nan] * m) for block in evidence], dtype=float)
            for i, rule in enumerate(self.rules):
                summary = summarize(values[:, i], failed[:, i])
                yield names | {"tuning": rule, "metric": metric} | summary
        for row in self.stability():
            kept = {name: value for name, value in row.items() if name not in ("value", "left_out")}
            error = Jackknifed(row["value"], np.array(row["left_out"])).standard_error
            yield {"source": "synthetic"} | kept | {"mean": row["value"], "mcse": error}

    def stability(self) -> Iterator[dict[str, Any]]:
        """Yield the table of stability, jackknifed.

        Without the coefficients of a replicate, failed or not unique, a measure is undefined: the
        others would be a selection, and two methods could no longer be compared replicate by
        replicate. It counts as undefined too in replicates without which there is no value.
        """
        failures = self._failed()
        total = len(failures)
        for rule, failed in zip(self.rules, failures.sum(axis=0).tolist(), strict=True):
            coefs, null = np.array(self.coefs.get(rule, [])), np.array(self.nulls.get(rule, []))
            complete = len(coefs) == total
            for metric, measure in MEASURES.items():
                of_direction = metric in OF_DIRECTION
                found = Jackknifed(np.nan, np.full(total, np.nan))
                if complete and total > 1:
                    looked_at = np.where(null[:, None], 0.0, coefs) if of_direction else coefs
                    found = measure(looked_at, self.cell.truth)
                undefined = int(np.count_nonzero(~np.isfinite(found.left_out)))
                if not np.isfinite(found.value):
                    undefined = total - failed
                elif of_direction:
                    undefined = max(undefined, int(null.sum()))
                yield {
                    "cell_id": self.cell.scenario.cell_id,
                    "method": self.method,
                    "tuning": rule,
                    "metric": metric,
                    "value": found.value,
                    "left_out": found.left_out,
                    "replicates": total,
                    "n_undefined": undefined,
                    "n_failed": failed,
                }

    def paths(self) -> Iterator[dict[str, Any]]:
        """Yield the table of paths."""
        names = {"cell_id": self.cell.scenario.cell_id, "method": self.method}
        yield from (names | row for row in self.means.rows())

    def _failed(self) -> NDArray[np.bool_]:
        """Tell which fits of the evidence failed, by replicate and rule (R, m)."""
        statuses = [block["status"] for block in self._evidence()]
        return np.array(statuses).reshape(-1, len(self.rules)) == FAILED

    def _evidence(self) -> Iterator[Block]:
        return (block for block in self.blocks if block["role"][0] == EVIDENCE)


def _solution(fit: Fit) -> dict[str, Any]:
    return {
        "status": fit.status,
        "reason": _reason(fit),
        "lambda": fit.lambda_,
        "lambda_index": fit.lambda_index,
        "l1_ratio": fit.l1_ratio,
        "gamma": fit.gamma,
        "null": fit.null,
        "kkt": fit.kkt,
        "gap": fit.gap,
        "df": fit.df,
        "operations": float(fit.operations) if fit.operations >= 0 else np.nan,
        "at_grid_end": float(fit.at_grid_end),
    }


def _reason(fit: Fit) -> str:
    """Say why a fit has no metrics; an empty text if it has."""
    if fit.determined:
        return ""
    if fit.status in CERTIFIED:
        return "other coefficients are optimal too"
    return f"certificate: KKT residual {fit.kkt:.1e}, gap {fit.gap:.1e}"


def _where_determined(measured: Mapping[str, Array], fits: Sequence[Fit]) -> Block:
    good = np.array([fit.determined for fit in fits])
    return {name: list(np.where(good, values, np.nan)) for name, values in measured.items()}


def _columns(rows: Sequence[Mapping[str, Any]]) -> Block:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _joined(blocks: Sequence[Block], name: str) -> list[Any]:
    """Join one column of all blocks; where a block lacks it, it is undefined."""
    joined: list[Any] = []
    for block in blocks:
        joined += block.get(name) or [None] * len(block["fit_id"])
    return joined
