"""From evidence to contrasts: what each cell says about one part of a claim's rule.

An effect is positive where the claim is right. Comparisons of two arms are paired by replicate,
since both saw the same data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from regclaims.evidence.judging import (
    MAX_OUTSIDE,
    MAX_UNDEFINED,
    CellContrast,
    binomial,
    identity,
    jackknife,
    student,
)
from regclaims.mechanisms.experiments import EXPERIMENTS
from regclaims.vocabulary import EVIDENCE, FAILED, Array

BINARY = ("has_zero", "exact_support", "top_exact")
"""Metrics of fits that are 0 or 1."""


def contrast(
    evidence: pd.DataFrame | Arms,
    part: Mapping[str, Any],
    overlap: float = 0.0,
    half: int | None = None,
) -> pd.DataFrame:
    """Evaluate one part of a rule in every cell that has its arms.

    Parameters
    ----------
    evidence : DataFrame or Arms
        The table that the part names: fits (or fit-like rows: ``cell_id``, ``replicate``,
        ``method``, ``tuning``, the metric), or stability. All rows of a cell, or none.
    part : mapping
        A `config.claims.Part` as plain data.
    overlap : float
        n_test/n_train where replicates are splits of the same rows; see `judging.student`.
    half : {0, 1}, optional
        Only every other replicate: the even ones or the odd ones. Of a statistic of all replicates
        the jackknife's pseudo-values are halved.

    Returns
    -------
    DataFrame
        Indexed by ``cell_id``, columns as `CellContrast`.
    """
    arms = evidence if isinstance(evidence, Arms) else Arms(evidence)
    if part["evidence"] == "stability":
        cells = _jackknifed(arms.rows, part, overlap, half)
    else:
        cells = _replicated(arms, part, overlap, half)
    names = list(CellContrast.__annotations__)
    rows = [[getattr(value, name) for name in names] for value in cells.values()]
    index = pd.Index(list(cells), name="cell_id", dtype=str)
    # Of the same types where there are no rows: tables of several batches are put together.
    table = pd.DataFrame(rows, index, names).astype(CellContrast.__annotations__)
    return table.sort_index()


class Arms:
    """Rows of some cells, laid out by arm: what several contrasts ask for is laid out once.

    Parameters
    ----------
    rows : DataFrame
        As for `contrast`; of fits, those that are evidence are kept.
    """

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows[rows["role"] == EVIDENCE] if "role" in rows else rows
        self._by_arm: dict[Any, pd.DataFrame] | None = None
        self._values: dict[tuple[str, str, str, bool], pd.DataFrame] = {}
        self._where: dict[str, Arms] = {}

    @cached_property
    def replicates(self) -> pd.Series:
        """Replicates of each cell, those without a value too."""
        return self.rows.groupby("cell_id")["replicate"].nunique()

    @cached_property
    def even(self) -> pd.Series:
        """Replicates of each cell that have an even number."""
        return (
            self.rows[self.rows["replicate"] % 2 == 0].groupby("cell_id")["replicate"].nunique()
        ).reindex(self.replicates.index, fill_value=0)

    def where(self, levels: Mapping[str, Any]) -> Arms:
        """Keep the cells with these levels: a value, or one of a list of values, for each."""
        if not levels:
            return self
        key = repr(levels)
        if key not in self._where:
            rows = self.rows
            for level, wanted in levels.items():
                rows = rows[rows[level].isin(wanted if isinstance(wanted, list) else [wanted])]
            self._where[key] = Arms(rows)
        return self._where[key]

    def values(self, arm: Mapping[str, Any], metric: str) -> pd.DataFrame:
        """Lay out an arm's metric as cells x replicates, undefined (NaN) where there is none."""
        key = (arm["method"], arm["tuning"], metric, bool(arm.get("non_null")))
        if key not in self._values:
            self._values[key] = _laid_out(self._of(key[0], key[1]), metric, key[3])
        return self._values[key]

    def failed(self, arm: Mapping[str, Any]) -> pd.Series:
        """Return the share of an arm's fits that failed, by cell."""
        rows = self._of(arm["method"], arm["tuning"])
        if "status" not in rows:
            return pd.Series(dtype=float)
        return (rows["status"] == FAILED).groupby(rows["cell_id"]).mean()

    def _of(self, method: str, tuning: str) -> pd.DataFrame:
        if self._by_arm is None:
            groups = self.rows.groupby(["method", "tuning"], observed=True)
            self._by_arm = dict(iter(groups))
        found = self._by_arm.get((method, tuning))
        return self.rows.iloc[:0] if found is None else found


def _laid_out(rows: pd.DataFrame, metric: str, non_null: bool) -> pd.DataFrame:
    if "status" in rows:
        rows = rows.assign(**{metric: rows[metric].where(rows["status"] != FAILED)})
    if non_null:
        null = rows["null"].fillna(False).astype(bool)
        rows = rows.assign(**{metric: rows[metric].where(~null)})
    return rows.pivot(index="cell_id", columns="replicate", values=metric).astype(float)


def _replicated(
    arms: Arms, part: Mapping[str, Any], overlap: float, half: int | None
) -> dict[str, CellContrast]:
    arms = arms.where(part.get("where", {}))
    values, replicates = arms.values(part, part["metric"]), arms.replicates
    versus, margin = part["versus"], part["margin"]
    if half is not None:
        values = values.loc[:, values.columns % 2 == half]
        replicates = arms.even if half == 0 else arms.replicates - arms.even
    if part["scale"] == "digits":
        return _each(values, replicates, lambda row, _: identity(row, versus))
    most = _most_undefined(arms, part, values.index)
    if _is_event(part) and not isinstance(versus, Mapping) and not overlap:
        direction = part["direction"]
        return _each(
            values,
            replicates,
            lambda row, cell: binomial(row, versus, direction, margin, most[cell]),
        )
    effects = _effects(arms, values, part) + part.get("allowance", 0.0)
    return _each(effects, replicates, lambda row, cell: student(row, margin, overlap, most[cell]))


def _most_undefined(arms: Arms, part: Mapping[str, Any], cells: pd.Index) -> dict[str, float]:
    """By cell, the share of replicates without a value up to which it is not open.

    A part that speaks only of replicates with a value may lack half of them; but not by failures.
    """
    if not (part.get("conditional") or part.get("non_null")):
        return dict.fromkeys(cells, MAX_UNDEFINED)
    most = pd.Series(MAX_OUTSIDE, index=cells)
    for arm in (part, part["versus"]):
        if isinstance(arm, Mapping):
            failed = arms.failed(arm).reindex(cells, fill_value=0.0)
            most[failed > MAX_UNDEFINED] = MAX_UNDEFINED
    return {str(cell): float(share) for cell, share in most.items()}


def paired_effects(fits: pd.DataFrame, part: Mapping[str, Any]) -> pd.DataFrame:
    """Return a part's effects, cells x replicates, of the replicates that are evidence."""
    arms = Arms(fits)
    return _effects(arms, arms.values(part, part["metric"]), part)


def _is_event(part: Mapping[str, Any]) -> bool:
    """Tell whether a metric is 0 or 1: its share is compared with a number by an exact test."""
    experiment = EXPERIMENTS.get(part["evidence"])
    return part["metric"] in (experiment.events if experiment else BINARY)


def _each(
    table: pd.DataFrame, replicates: pd.Series, judge: Callable[[Array, str], CellContrast]
) -> dict[str, CellContrast]:
    """Judge each cell by its own replicates, which may be fewer than the table's columns."""
    rows = zip(table.index, table.to_numpy(), strict=True)
    return {str(cell): judge(row[: replicates[cell]], str(cell)) for cell, row in rows}


def _jackknifed(
    stability: pd.DataFrame, part: Mapping[str, Any], overlap: float, half: int | None
) -> dict[str, CellContrast]:
    one = _measured(stability, part, part["metric"])
    versus = part["versus"]
    if not isinstance(versus, Mapping):
        other = {cell: _Statistic.constant(versus, own.left_out) for cell, own in one.items()}
    else:
        other = _measured(stability, versus, part.get("versus_metric") or part["metric"])
    found = {}
    for cell in sorted(one.keys() & other.keys()):
        effect = _compared(one[cell], other[cell], part)
        if half is not None:
            found[cell] = student(effect.pseudo_values[half::2], part["margin"])
            continue
        found[cell] = jackknife(
            effect.value, effect.left_out, part["margin"], effect.undefined, overlap
        )
    return found


@dataclass(frozen=True)
class _Statistic:
    """A statistic of a cell with its leave-one-out values; how many replicates had no say in it."""

    value: float
    left_out: Array
    undefined: int

    @property
    def pseudo_values(self) -> Array:
        """R value - (R - 1) left_out, (R,): their mean is the jackknife's estimate (Tukey 1958)."""
        n = len(self.left_out)
        return n * self.value - (n - 1) * self.left_out

    @classmethod
    def constant(cls, value: float, like: Array) -> _Statistic:
        return cls(value, np.full(len(like), value), 0)


def _measured(
    stability: pd.DataFrame, arm: Mapping[str, Any], metric: str
) -> dict[str, _Statistic]:
    rows = stability[
        (stability["metric"] == metric)
        & (stability["method"] == arm["method"])
        & (stability["tuning"] == arm["tuning"])
    ]
    columns = (rows[name] for name in ("cell_id", "value", "left_out", "n_undefined"))
    return {
        str(cell): _Statistic(float(value), np.asarray(left_out, dtype=float), int(undefined))
        for cell, value, left_out, undefined in zip(*columns, strict=True)
    }


def _compared(one: _Statistic, other: _Statistic, part: Mapping[str, Any]) -> _Statistic:
    """Compare two statistics; a replicate without a say in either has none in the comparison.

    Which ones these are is not recorded: they are taken to be different ones in the two.
    """
    sign = 1.0 if part["direction"] == "above" else -1.0
    values = np.append(one.left_out, one.value), np.append(other.left_out, other.value)
    effects = sign * (
        values[0] - values[1] if part["scale"] == "difference" else _log_ratio(*values)
    )
    effects = effects + part.get("allowance", 0.0)
    undefined = min(one.undefined + other.undefined, len(one.left_out))
    return _Statistic(float(effects[-1]), effects[:-1], undefined)


def _log_ratio(one: Array, other: Array) -> Array:
    """Log ratio; equal values are a tie even where both are 0, one 0 alone leaves it undefined."""
    out = np.full(one.shape, np.nan)
    positive = (one > 0) & (other > 0)
    out[positive] = np.log(one[positive] / other[positive])
    out[one == other] = 0.0
    return out


def _effects(arms: Arms, values: pd.DataFrame, part: Mapping[str, Any]) -> pd.DataFrame:
    """Compare an arm with a number or with another arm, positive where the claim is right."""
    versus, sign = part["versus"], 1.0 if part["direction"] == "above" else -1.0
    if not isinstance(versus, Mapping):
        return sign * (values - versus)
    metric = part.get("versus_metric") or part["metric"]
    other_arm = {**versus, "non_null": part.get("non_null", False)}
    other = arms.values(other_arm, metric)
    shared = values.index.intersection(other.index)
    values = values.loc[shared]
    other = other.reindex(index=shared, columns=values.columns)
    if part["scale"] == "difference":
        return sign * (values - other)
    ratios = _log_ratio(values.to_numpy(), other.to_numpy())
    return sign * pd.DataFrame(ratios, values.index, values.columns)
