"""Qualitative findings of Hastie, Tibshirani and Tibshirani (2020), tried on their designs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from regclaims.literature.best_subset import best_subset, forward_stepwise
from regclaims.literature.cells import Cell, by_method, complete, signal_to_noise
from regclaims.vocabulary import CONVERGED, EVIDENCE, Array

AGREES, DISAGREES, OPEN, NOT_RUN = "agrees", "disagrees", "open", "not run"

SUBSETS: dict[str, Callable[[Array, Array], tuple[Array, Array]]] = {
    "best-subset": best_subset,
    "forward-stepwise": forward_stepwise,
}
"""Methods that are fitted here."""

BETTER_OF = " or "
"""Between two methods of which the better one is meant."""

EDGE = 1e-6
"""A signal-to-noise ratio this close to the end of a range, relatively, is in it."""


def subset_fits(
    cells: Iterable[Cell],
    seed: int,
    replicates: Mapping[str, Sequence[int]],
    tuning: str = "validation",
) -> pd.DataFrame:
    """Fit best subset and forward stepwise selection to the data that the other methods saw.

    The size, from none to all columns, is the one of least squared error on the validation rows;
    of equal ones the smallest.

    Parameters
    ----------
    cells : iterable of Cell
        With 12 columns at most.
    seed : int
        The study's.
    replicates : mapping
        Evidence replicates by cell.
    tuning : str
        What the rule is called in the table.

    Returns
    -------
    DataFrame
        Rows as in a table of fits: ``cell_id, replicate, method, tuning, role, status, rr,
        n_nonzero``.

    Raises
    ------
    ValueError, FloatingPointError
        As `best_subset` does.
    """
    rows = [
        {"cell_id": cell.cell_id, "replicate": replicate, "method": method, "tuning": tuning}
        | {"role": EVIDENCE, "status": CONVERGED}
        | measured
        for cell in cells
        for replicate in replicates[cell.cell_id]
        for method, measured in _fitted(cell, seed, replicate)
    ]
    return pd.DataFrame(rows)


def _fitted(cell: Cell, seed: int, replicate: int) -> Iterator[tuple[str, dict[str, float]]]:
    draw = cell.draw(seed, replicate)
    for method, fit in SUBSETS.items():
        coefs, intercepts = fit(draw.X, draw.y)
        predicted = coefs @ draw.X_validation.T + intercepts[:, None]
        size = int(np.argmin(((draw.y_validation - predicted) ** 2).mean(axis=1)))
        excess = float(cell.excess_risk(coefs[size : size + 1])[0])
        yield (
            method,
            {
                "rr": excess / cell.signal_variance,
                "n_nonzero": float(np.count_nonzero(coefs[size])),
            },
        )


def findings(
    fits: pd.DataFrame, cells: Iterable[Cell], published: Mapping[str, Any], limit: float
) -> pd.DataFrame:
    """Evaluate each published finding at each signal-to-noise ratio that it speaks of.

    Parameters
    ----------
    fits : DataFrame
        One row per fit: ``cell_id``, ``replicate``, ``method``, ``tuning``, ``role``, ``status``,
        ``rr``, ``n_nonzero``; those of `subset_fits` among them.
    cells : iterable of Cell
        Cells of other settings than a finding's do not count for it.
    published : mapping
        `config.literature.Findings` as plain data.
    limit : float
        Standard errors within which nothing is decided.

    Returns
    -------
    DataFrame
        One row per finding and ratio: ``finding, snr, a, b, metric, effect, se, cells, replicates,
        left_out, expected, margin, outcome``. The effect is the mean over cells of log(mean rr of
        a / mean rr of b), or of the difference in mean non-zeros; below 0 where a has less. Its
        standard error pairs a and b by replicate and takes cells as independent, which they are.
        ``replicates`` and ``left_out`` are sums over cells.

    Raises
    ------
    ValueError
        If a method has no fits in a cell, or fewer than two replicates remain.
    """
    known = list(cells)
    found = {metric: by_method(fits, published["tuning"], metric) for metric in EFFECTS}
    rows = [
        {"finding": name} | row | {"expected": finding["expected"], "margin": finding["margin"]}
        for name, finding in published["findings"].items()
        for row in _by_ratio(found[finding["metric"]], known, finding)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(outcome=[_outcome(row, limit) for row in table.to_dict("records")])


def summary(found: pd.DataFrame, published: Mapping[str, Any], limit: float) -> pd.DataFrame:
    """Sum up each finding over the signal-to-noise ratios that it speaks of.

    Parameters
    ----------
    found : DataFrame
        As from `findings`.
    published, limit
        As there.

    Returns
    -------
    DataFrame
        One row per finding: ``finding, statement, agrees, disagrees, open, effect, se, expected,
        margin, outcome``. The first three count ratios; the effect is the mean over ratios, and
        ``outcome`` is decided on that (``not run`` without a ratio).
    """
    rows = []
    for name, finding in published["findings"].items():
        own = found[found["finding"] == name]
        row = {"finding": name, "statement": finding["statement"]}
        row |= {word: int((own["outcome"] == word).sum()) for word in (AGREES, DISAGREES, OPEN)}
        row |= {"effect": own["effect"].mean(), "se": _error_of_mean(own["se"].to_numpy())}
        row |= {"expected": finding["expected"], "margin": finding["margin"]}
        rows.append(row | {"outcome": _outcome(row, limit) if len(own) else NOT_RUN})
    return pd.DataFrame(rows)


COLUMNS = [
    "finding",
    "snr",
    "a",
    "b",
    "metric",
    "effect",
    "se",
    "cells",
    "replicates",
    "left_out",
    "expected",
    "margin",
]


def _by_ratio(
    table: pd.DataFrame, cells: Sequence[Cell], finding: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    setting = (finding["n_samples"], finding["n_features"])
    low, high = finding["snr"]
    ratios: dict[float, list[str]] = {}
    for cell in cells:
        snr = signal_to_noise(cell)
        inside = low * (1 - EDGE) <= snr <= high * (1 + EDGE)
        if inside and (cell.n_samples, len(cell.beta)) == setting:
            ratios.setdefault(snr, []).append(cell.cell_id)
    for snr in sorted(ratios):
        # Against the better of two methods the effect is the larger one.
        rivals = finding["b"].split(BETTER_OF)
        arms = [_effect(table, ratios[snr], finding["a"], b, finding["metric"]) for b in rivals]
        yield {"snr": snr, "a": finding["a"]} | max(arms, key=lambda arm: arm["effect"])


def _effect(
    table: pd.DataFrame, cell_ids: Sequence[str], a: str, b: str, metric: str
) -> dict[str, Any]:
    effects, errors, replicates, left_out = [], [], 0, 0
    for cell_id in cell_ids:
        values, dropped = complete(table, cell_id, (a, b))
        effect, parts = EFFECTS[metric](values[:, 0], values[:, 1])
        effects.append(effect)
        errors.append(parts.std(ddof=1) / np.sqrt(len(parts)))
        replicates, left_out = replicates + len(values), left_out + dropped
    return {
        "b": b,
        "metric": metric,
        "effect": float(np.mean(effects)),
        "se": _error_of_mean(np.array(errors)),
        "cells": len(cell_ids),
        "replicates": replicates,
        "left_out": left_out,
    }


def _error_of_mean(errors: Array) -> float:
    """Standard error of the mean of independent numbers with these standard errors."""
    return float(np.sqrt((errors**2).sum()) / len(errors)) if len(errors) else float("nan")


def _log_ratio(a: Array, b: Array) -> tuple[float, Array]:
    """log(mean a / mean b), and each replicate's part in it to first order."""
    return float(np.log(a.mean() / b.mean())), a / a.mean() - b / b.mean()


def _difference(a: Array, b: Array) -> tuple[float, Array]:
    return float((a - b).mean()), a - b


EFFECTS = {"rr": _log_ratio, "n_nonzero": _difference}
"""By metric. Their figures show mean relative risks, so the mean comes before the logarithm."""


def _outcome(row: Mapping[Any, Any], limit: float) -> str:
    effect, width, expected = row["effect"], limit * row["se"], row["expected"]
    if expected == "above":
        effect = -effect
    elif expected == "same":
        effect = abs(effect)
    if effect + width < row["margin"]:
        return AGREES
    return DISAGREES if effect - width > row["margin"] else OPEN
