"""From evidence to contrasts: what each cell says about one part of a claim's rule.

An effect is positive where the claim is right. Comparisons of two arms are paired by replicate,
since both saw the same data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regclaims.evidence.judging import CellContrast, binomial, identity, jackknife, student
from regclaims.mechanisms.experiments import EXPERIMENTS
from regclaims.vocabulary import EVIDENCE, FAILED, Array

BINARY = ("has_zero", "exact_support", "top_exact")
"""Metrics of fits that are 0 or 1."""


def contrast(
    evidence: pd.DataFrame,
    part: Mapping[str, Any],
    overlap: float = 0.0,
    half: int | None = None,
) -> pd.DataFrame:
    """Evaluate one part of a rule in every cell that has its arms.

    Parameters
    ----------
    evidence : DataFrame
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
    compare = _jackknifed if part["evidence"] == "stability" else _replicated
    cells = compare(evidence, part, overlap, half)
    names = list(CellContrast.__annotations__)
    rows = [[getattr(value, name) for name in names] for value in cells.values()]
    index = pd.Index(list(cells), name="cell_id", dtype=str)
    # Of the same types where there are no rows: tables of several batches are put together.
    table = pd.DataFrame(rows, index, names).astype(CellContrast.__annotations__)
    return table.sort_index()


def _replicated(
    fits: pd.DataFrame, part: Mapping[str, Any], overlap: float, half: int | None
) -> dict[str, CellContrast]:
    if "role" in fits:
        fits = fits[fits["role"] == EVIDENCE]
    if half is not None:
        fits = fits[fits["replicate"] % 2 == half]
    for level, wanted in part.get("where", {}).items():
        fits = fits[fits[level].isin(wanted if isinstance(wanted, list) else [wanted])]
    values = _arm(fits, part, part["metric"])
    versus, margin = part["versus"], part["margin"]
    replicates = fits.groupby("cell_id")["replicate"].nunique()
    if part["scale"] == "digits":
        return _each(values, replicates, lambda row: identity(row, versus))
    if _is_event(part) and not isinstance(versus, Mapping) and not overlap:
        return _each(
            values, replicates, lambda row: binomial(row, versus, part["direction"], margin)
        )
    effects = _effects(fits, values, part) + part.get("allowance", 0.0)
    return _each(effects, replicates, lambda row: student(row, margin, overlap))


def paired_effects(fits: pd.DataFrame, part: Mapping[str, Any]) -> pd.DataFrame:
    """Return a part's effects, cells x replicates, of the replicates that are evidence."""
    evidence = fits[fits["role"] == EVIDENCE]
    return _effects(evidence, _arm(evidence, part, part["metric"]), part)


def _is_event(part: Mapping[str, Any]) -> bool:
    """Tell whether a metric is 0 or 1: its share is compared with a number by an exact test."""
    experiment = EXPERIMENTS.get(part["evidence"])
    return part["metric"] in (experiment.events if experiment else BINARY)


def _each(
    table: pd.DataFrame, replicates: pd.Series, judge: Callable[[Array], CellContrast]
) -> dict[str, CellContrast]:
    """Judge each cell by its own replicates, which may be fewer than the table's columns."""
    rows = zip(table.index, table.to_numpy(), strict=True)
    return {str(cell): judge(row[: replicates[cell]]) for cell, row in rows}


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


def _arm(rows: pd.DataFrame, arm: Mapping[str, Any], metric: str) -> pd.DataFrame:
    """Lay out an arm's metric as cells x replicates, undefined (NaN) where there is none."""
    rows = rows[(rows["method"] == arm["method"]) & (rows["tuning"] == arm["tuning"])]
    if "status" in rows:
        rows = rows.assign(**{metric: rows[metric].where(rows["status"] != FAILED)})
    if arm.get("non_null"):
        null = rows["null"].fillna(False).astype(bool)
        rows = rows.assign(**{metric: rows[metric].where(~null)})
    return rows.pivot(index="cell_id", columns="replicate", values=metric).astype(float)


def _effects(rows: pd.DataFrame, values: pd.DataFrame, part: Mapping[str, Any]) -> pd.DataFrame:
    """Compare an arm with a number or with another arm, positive where the claim is right."""
    versus, sign = part["versus"], 1.0 if part["direction"] == "above" else -1.0
    if not isinstance(versus, Mapping):
        return sign * (values - versus)
    metric = part.get("versus_metric") or part["metric"]
    other_arm = {**versus, "non_null": part.get("non_null", False)}
    other = _arm(rows, other_arm, metric)
    shared = values.index.intersection(other.index)
    values = values.loc[shared]
    other = other.reindex(index=shared, columns=values.columns)
    if part["scale"] == "difference":
        return sign * (values - other)
    ratios = _log_ratio(values.to_numpy(), other.to_numpy())
    return sign * pd.DataFrame(ratios, values.index, values.columns)
