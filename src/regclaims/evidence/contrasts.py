"""From evidence to contrasts: what each cell says about one part of a claim's rule.

An effect is positive where the claim is right. Comparisons of two arms are paired by replicate,
since both saw the same data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from regclaims.metrics.stability import jackknife_error
from regclaims.vocabulary import EVIDENCE, FAILED, Array

BINARY = ("has_zero", "exact_support")
"""Metrics that are 0 or 1: compared with a number by an exact binomial test."""

MAX_UNDEFINED = 0.10
"""A cell in which a larger share of replicates is failed or undefined is open."""

SAME = 1e-12
"""Values this close differ by rounding only."""

HOLDS, NEGLIGIBLE, REVERSED, OPEN = "holds", "negligible", "reversed", "open"


@dataclass(frozen=True)
class CellContrast:
    """What one cell says about one contrast.

    Attributes
    ----------
    effect, se, ci_low, ci_high : float
        In the contrast's unit, with a 95 % interval.
    p_above, p_below : float
        One-sided p-values against "the effect is at most delta" and "at least delta".
    replicates, undefined : int
        Replicates looked at, and those without a value (a failed fit has none).
    state : str
        ``holds`` (interval above delta), ``negligible`` (inside +-delta), ``reversed`` (below
        -delta), else ``open``.
    """

    effect: float
    se: float
    ci_low: float
    ci_high: float
    p_above: float
    p_below: float
    replicates: int
    undefined: int
    state: str


def contrast(evidence: pd.DataFrame, part: Mapping[str, Any]) -> pd.DataFrame:
    """Evaluate one part of a rule in every cell that has its arms.

    Parameters
    ----------
    evidence : DataFrame
        The table that the part names: fits (or fit-like rows: ``cell_id``, ``replicate``,
        ``method``, ``tuning``, the metric), or stability. All rows of a cell, or none.
    part : mapping
        A `config.claims.Part` as plain data.

    Returns
    -------
    DataFrame
        Indexed by ``cell_id``, columns as `CellContrast`.
    """
    compare = _jackknifed if part["evidence"] == "stability" else _replicated
    cells = compare(evidence, part)
    names = list(CellContrast.__annotations__)
    rows = [[getattr(value, name) for name in names] for value in cells.values()]
    index = pd.Index(list(cells), name="cell_id", dtype=str)
    # Of the same types where there are no rows: tables of several batches are put together.
    table = pd.DataFrame(rows, index, names).astype(CellContrast.__annotations__)
    return table.sort_index()


def _replicated(fits: pd.DataFrame, part: Mapping[str, Any]) -> dict[str, CellContrast]:
    if "role" in fits:
        fits = fits[fits["role"] == EVIDENCE]
    values = _arm(fits, part, part["metric"])
    versus, margin = part["versus"], part["margin"]
    replicates = fits.groupby("cell_id")["replicate"].nunique()
    if part["metric"] in BINARY and not isinstance(versus, Mapping):
        return _each(
            values, replicates, lambda row: binomial(row, versus, part["direction"], margin)
        )
    return _each(_effects(fits, values, part), replicates, lambda row: student(row, margin))


def _each(
    table: pd.DataFrame, replicates: pd.Series, judge: Callable[[Array], CellContrast]
) -> dict[str, CellContrast]:
    """Judge each cell by its own replicates, which may be fewer than the table's columns."""
    rows = zip(table.index, table.to_numpy(), strict=True)
    return {str(cell): judge(row[: replicates[cell]]) for cell, row in rows}


def _jackknifed(stability: pd.DataFrame, part: Mapping[str, Any]) -> dict[str, CellContrast]:
    one = _measured(stability, part, part["metric"])
    versus = part["versus"]
    if not isinstance(versus, Mapping):
        other = {cell: _Statistic.constant(versus, own.left_out) for cell, own in one.items()}
    else:
        other = _measured(stability, versus, part.get("versus_metric") or part["metric"])
    found = {}
    for cell in sorted(one.keys() & other.keys()):
        effect = _compared(one[cell], other[cell], part)
        found[cell] = jackknife(effect.value, effect.left_out, part["margin"], effect.undefined)
    return found


@dataclass(frozen=True)
class _Statistic:
    """A statistic of a cell with its leave-one-out values; how many replicates had no say in it."""

    value: float
    left_out: Array
    undefined: int

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


def student(effects: Array, margin: float) -> CellContrast:
    """Studentize the mean of one effect per replicate.

    Parameters
    ----------
    effects : (R,)
        NaN where undefined.
    margin : float
        delta.

    Returns
    -------
    CellContrast
        From Student's t with R-1 degrees of freedom over the defined effects; from the sign test
        if they are all equal, as when two methods tie.
    """
    defined = effects[np.isfinite(effects)]
    if len(defined) < 2:
        return _open(len(effects), len(effects) - len(defined))
    se = float(defined.std(ddof=1) / np.sqrt(len(defined)))
    return _studentized(float(defined.mean()), se, len(defined) - 1, margin, effects)


def jackknife(value: float, left_out: Array, margin: float, undefined: int = 0) -> CellContrast:
    """Studentize a statistic of R replicates by its delete-one jackknife, with R-1 d.f.

    Parameters
    ----------
    value : float
    left_out : (R,)
        Its value without each replicate.
    margin : float
        delta.
    undefined : int
        Replicates that had no say in it.
    """
    n = len(left_out)
    if not (np.isfinite(value) and np.isfinite(left_out).all() and n > 1):
        return _open(n, n)
    values = left_out.copy()
    values[:undefined] = np.nan
    return _studentized(value, jackknife_error(left_out), n - 1, margin, values)


def binomial(events: Array, versus: float, direction: str, margin: float) -> CellContrast:
    """Test a share of events against a number, exactly (Clopper and Pearson 1934).

    Parameters
    ----------
    events : (R,)
        0 or 1; NaN where undefined.
    versus : float
        Between 0 and 1.
    direction : {"above", "below"}
    margin : float

    Returns
    -------
    CellContrast
        The standard error is Agresti and Coull's, which is not 0 if all events agree.
    """
    defined = events[np.isfinite(events)]
    if direction == "below":
        defined, versus = 1 - defined, 1 - versus
    n, k = len(defined), int(defined.sum())
    if n == 0:
        return _open(len(events), len(events))
    bound = min(versus + margin, 1.0)
    low = stats.beta.ppf(0.025, k, n - k + 1) if k else 0.0
    high = stats.beta.ppf(0.975, k + 1, n - k) if k < n else 1.0
    centre = (k + 2) / (n + 4)
    return _judged(
        effect=k / n - versus,
        se=float(np.sqrt(centre * (1 - centre) / (n + 4))),
        interval=(float(low) - versus, float(high) - versus),
        p_above=float(stats.binom.sf(k - 1, n, bound)),
        p_below=float(stats.binom.cdf(k, n, bound)),
        margin=margin,
        values=events,
    )


def _studentized(effect: float, se: float, df: int, margin: float, values: Array) -> CellContrast:
    if se <= SAME * max(1.0, abs(effect)):
        # All replicates agree, and Student's t knows no spread. The sign test still holds: were the
        # median not beyond delta, n of n beyond it would have probability 2^-n at most.
        agree = 0.5 ** (df + 1)
        p_above = agree if effect - margin > SAME else 1.0
        p_below = agree if effect - margin < -SAME else 1.0
        found = _judged(effect, 0.0, (effect, effect), p_above, p_below, margin, values)
        return found if agree <= 0.025 else replace(found, state=OPEN)
    half = float(stats.t.ppf(0.975, df)) * se
    z = (effect - margin) / se
    return _judged(
        effect,
        se,
        (effect - half, effect + half),
        float(stats.t.sf(z, df)),
        float(stats.t.cdf(z, df)),
        margin,
        values,
    )


def _judged(
    effect: float,
    se: float,
    interval: tuple[float, float],
    p_above: float,
    p_below: float,
    margin: float,
    values: Array,
) -> CellContrast:
    low, high = interval
    undefined = int(np.count_nonzero(~np.isfinite(values)))
    state = _state(low, high, margin)
    if undefined > MAX_UNDEFINED * len(values):
        p_above = p_below = 1.0
        state = OPEN
    return CellContrast(effect, se, low, high, p_above, p_below, len(values), undefined, state)


def _state(low: float, high: float, margin: float) -> str:
    if low > margin:
        return HOLDS
    if high < -margin:
        return REVERSED
    return NEGLIGIBLE if -margin <= low and high <= margin else OPEN


def _open(replicates: int, undefined: int) -> CellContrast:
    nan = float("nan")
    return CellContrast(nan, nan, nan, nan, 1.0, 1.0, replicates, undefined, OPEN)
