"""Medians of squared error against a published table (Zou and Hastie 2005, Table 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from regclaims.keys import generator
from regclaims.literature.cells import Cell, by_method, complete
from regclaims.vocabulary import Array

SAME, REVERSED, OPEN = "same", "reversed", "open"
"""Whether we order two methods as they do, reverse them, or cannot tell."""


def compare(
    fits: pd.DataFrame,
    scenarios: Mapping[str, Cell],
    published: Mapping[str, Any],
    bootstrap: Mapping[str, Any],
    limit: float,
) -> pd.DataFrame:
    """Put our medians of excess risk beside the published ones.

    Parameters
    ----------
    fits : DataFrame
        One row per fit: ``cell_id``, ``replicate``, ``method``, ``tuning``, ``role``, ``status``,
        ``rr``; excess risk is ``rr`` times the cell's signal variance.
    scenarios : mapping
        Cells by the name of their example, as from `recognize`.
    published : mapping
        `config.literature.Medians` as plain data.
    bootstrap : mapping
        `config.literature.Bootstrap` as plain data.
    limit : float
        Standard errors beyond which two medians are said to differ.

    Returns
    -------
    DataFrame
        One row per example and method: ``example, method, label, replicates, left_out, ours,
        our_se, theirs, their_se, difference, differs``. ``difference`` is (ours - theirs) /
        sqrt(our_se^2 + their_se^2). A replicate in which one method failed is left out for all.

    Raises
    ------
    ValueError
        If a method has no fits, or fewer than two replicates remain.
    """
    rows = []
    for name, sample in _samples(fits, scenarios, published, bootstrap):
        for i, method in enumerate(published["methods"]):
            theirs = published["examples"][name]["medians"][method]
            se = float(sample.resampled[:, i].std(ddof=1))
            difference = (sample.medians[i] - theirs["median"]) / np.hypot(se, theirs["se"])
            rows.append(
                {
                    "example": name,
                    "method": method,
                    "label": published["methods"][method]["label"],
                    "replicates": sample.replicates,
                    "left_out": sample.left_out,
                    "ours": float(sample.medians[i]),
                    "our_se": se,
                    "theirs": theirs["median"],
                    "their_se": theirs["se"],
                    "difference": float(difference),
                    "differs": bool(abs(difference) > limit),
                }
            )
    return pd.DataFrame(rows)


def order(
    fits: pd.DataFrame,
    scenarios: Mapping[str, Cell],
    published: Mapping[str, Any],
    bootstrap: Mapping[str, Any],
) -> pd.DataFrame:
    """Tell whether methods that follow each other in the published order do so in ours.

    Parameters are those of `compare`.

    Returns
    -------
    DataFrame
        One row per example and pair, the published ``better`` one first: ``example, better, worse,
        theirs, their_se, ours, ci_low, ci_high, outcome``. ``theirs`` and ``ours`` are the worse
        one's median less the better one's; ``their_se`` takes theirs as independent, which they
        were not; our interval resamples replicates, all methods together. ``outcome`` is
        ``same`` or ``reversed`` where our interval is above or below 0, else ``open``.
    """
    rows: list[dict[str, Any]] = []
    for name, sample in _samples(fits, scenarios, published, bootstrap):
        medians = published["examples"][name]["medians"]
        for pair in _pairs(medians):
            rows.append({"example": name} | _pair(sample, medians, pair, bootstrap["level"]))
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class _Sample:
    """Our medians (m,) in the order of `methods`, and those of the resamples (B, m)."""

    methods: list[str]
    medians: Array
    resampled: Array
    replicates: int
    left_out: int


def _samples(
    fits: pd.DataFrame,
    scenarios: Mapping[str, Cell],
    published: Mapping[str, Any],
    bootstrap: Mapping[str, Any],
) -> Iterator[tuple[str, _Sample]]:
    """Give each example's name and medians."""
    methods = list(published["methods"])
    table = by_method(fits, published["tuning"], "rr")
    for name, cell in scenarios.items():
        relative, left_out = complete(table, cell.cell_id, methods)
        errors = relative * cell.signal_variance
        # Hung on the cell, so that other examples do not move its standard errors.
        rng = generator(bootstrap["seed"], "literature", int(cell.cell_id, 16), 0)
        rows = rng.integers(len(errors), size=(bootstrap["resamples"], len(errors)))
        yield (
            name,
            _Sample(
                methods=methods,
                medians=np.median(errors, axis=0),
                resampled=np.median(errors[rows], axis=1),
                replicates=len(errors),
                left_out=left_out,
            ),
        )


def _pairs(medians: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, str]]:
    return pairwise(sorted(medians, key=lambda method: medians[method]["median"]))


def _pair(
    sample: _Sample,
    medians: Mapping[str, Mapping[str, float]],
    pair: tuple[str, str],
    level: float,
) -> dict[str, Any]:
    better, worse = (sample.methods.index(method) for method in pair)
    theirs = [medians[method] for method in pair]
    resampled = sample.resampled[:, worse] - sample.resampled[:, better]
    low, high = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2])
    return {
        "better": pair[0],
        "worse": pair[1],
        "theirs": theirs[1]["median"] - theirs[0]["median"],
        "their_se": float(np.hypot(theirs[0]["se"], theirs[1]["se"])),
        "ours": float(sample.medians[worse] - sample.medians[better]),
        "ci_low": float(low),
        "ci_high": float(high),
        "outcome": SAME if low > 0 else REVERSED if high < 0 else OPEN,
    }
