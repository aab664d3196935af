"""Do small L2 weights survive because their gradient vanishes? Take that away, and look again.

The L2 penalty ``lam * t**2`` meets the same OLS coefficients as penalties whose slope does not
vanish near zero, or only within a hundredth of a standard error of it. All have the same slope at
a weight of size `small`, so nothing differs there but what the slope does further down.

Surviving has two meanings. Not to be zero: that hangs on the slope's limit at zero alone, which is
0 for ``t**1.05`` although its slope is nearly constant wherever a weight may be. To stay of like
size: that hangs on the slope where the weight is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.keys import cell_id
from regclaims.mechanisms.penalties import FloatArray, Penalty
from regclaims.mechanisms.scalar import make_penalty, minimize
from regclaims.mechanisms.sequence import draw_coefs

STAGE = "small-weights"

METHODS = ("l2", "ablated")
METRICS = {
    "kept_share": "Share of the small coefficients that keep a given part of their size.",
    "nonzero_share": "Share of the small coefficients that are not 0.0.",
    "median_kept": "Median part of its size that a small coefficient keeps.",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("penalty", "pull", "truth", "small", "kept")

L2 = {"penalty": "power", "q": 2}


class SmallWeightsSpec(TypedDict):
    """The experiment as plain data.

    `ablations` are penalty specs (see `make_penalty`) whose slope is proportional to their
    strength; `pulls` are slopes at a weight of size `small`, both in units of the noise sd; a small
    coefficient is kept if it keeps the part `kept` of its size; `truths` and `n_coefs` as for
    `regclaims.mechanisms.kink`.
    """

    ablations: Sequence[Mapping[str, Any]]
    pulls: Sequence[float]
    small: float
    kept: float
    truths: Sequence[Mapping[str, Any]]
    n_coefs: int


def pulling(spec: Mapping[str, Any], pull: float, size: float) -> Penalty:
    """Build the penalty whose slope at a weight of this size is `pull`.

    Parameters
    ----------
    spec : mapping
        As for `make_penalty`; of a penalty whose slope is proportional to its strength.
    pull, size : float
    """
    slope = make_penalty(spec, 1.0).derivative(np.array([size]))[0]
    return make_penalty(spec, pull / float(slope))


def run(spec: SmallWeightsSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Compare L2 with penalties whose slope does not vanish, on the same small coefficients.

    Parameters
    ----------
    spec : SmallWeightsSpec
    seed : int
        Seed of the study.
    replicates : int
        Replicates per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell (ablation x pull x truth), replicate and method: ``cell_id``, ``penalty``
        (name of the ablation), ``pull``, ``truth``, ``small``, ``kept``, ``replicate``, ``method``,
        and `METRICS`, NaN where no coefficient is small.

    Raises
    ------
    ValueError
        If the spec is unsound.
    FloatingPointError
        If a smooth minimiser underflows.
    """
    rows: list[dict[str, Any]] = []
    for ablation, pull, truth in product(spec["ablations"], spec["pulls"], spec["truths"]):
        arms = [pulling(item, pull, spec["small"]) for item in (L2, ablation)]
        cell = {
            "truth": dict(truth),
            "n_coefs": spec["n_coefs"],
            "ablation": dict(ablation),
            "pull": float(pull),
            "small": float(spec["small"]),
        }
        levels: dict[str, Any] = {"cell_id": cell_id(cell), "penalty": arms[1].name}
        levels |= {"pull": float(pull), "truth": truth["truth"]}
        levels |= {"small": float(spec["small"]), "kept": float(spec["kept"])}
        for replicate, z in draw_coefs(cell, STAGE, seed, replicates):
            small = z[np.abs(z) <= spec["small"]]
            for method, penalty in zip(METHODS, arms, strict=True):
                found = _survival(small, minimize(penalty, small), spec["kept"])
                rows.append(levels | {"replicate": replicate, "method": method} | found)
    return pd.DataFrame(rows)


def _survival(z: FloatArray, b: FloatArray, kept: float) -> dict[str, float]:
    """Measure what is left of least-squares coefficients `z` as `b`."""
    if not len(z):
        return dict.fromkeys(METRICS, math.nan)
    part = np.abs(b / z)
    return {
        "kept_share": float(np.mean(part >= kept)),
        "nonzero_share": float(np.mean(b != 0.0)),
        "median_kept": float(np.median(part)),
    }
