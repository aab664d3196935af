"""Is it the kink at zero that makes zeros? Each kinked penalty against a smooth partner.

Both members of a pair meet the same OLS coefficients ``z`` of an orthonormal design (unit noise),
so nothing but the penalty differs. A zero is ``== 0.0``.
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

STAGE = "kink"

METHODS = ("kinked", "smooth")
METRICS = {
    "zero_share": "Share of coefficients that equal 0.0.",
    "smallest": "Smallest magnitude that is not zero, in noise standard deviations.",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("kinked", "smooth", "lambda_", "truth")


class KinkSpec(TypedDict):
    """The experiment as plain data.

    `pairs` hold a ``kinked`` and a ``smooth`` penalty spec, `others` further specs for
    `regclaims.mechanisms.by_penalty` (see `make_penalty`); `strengths` are in units of the noise
    sd; `truths` are specs for `draw_means`; `n_coefs` is the number of coefficients per replicate.
    """

    pairs: Sequence[Mapping[str, Any]]
    others: Sequence[Mapping[str, Any]]
    strengths: Sequence[float]
    truths: Sequence[Mapping[str, Any]]
    n_coefs: int


def run(spec: KinkSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Compare kinked and smooth partners on the same coefficients.

    Parameters
    ----------
    spec : KinkSpec
    seed : int
        Seed of the study.
    replicates : int
        Replicates per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell (pair x strength x truth), replicate and method: ``cell_id``, ``kinked``
        and ``smooth`` (names of the penalties), ``lambda_``, ``truth``, ``replicate``, ``method``,
        and `METRICS`.

    Raises
    ------
    ValueError
        If the spec is unsound, or a pair is not one kinked and one smooth penalty.
    FloatingPointError
        If a smooth minimiser underflows.
    """
    rows = []
    for pair, lam, truth in product(spec["pairs"], spec["strengths"], spec["truths"]):
        members = _members(pair, lam)
        cell = {
            "truth": dict(truth),
            "n_coefs": spec["n_coefs"],
            "pair": dict(pair),
            "lambda": float(lam),
        }
        levels: dict[str, Any] = {"cell_id": cell_id(cell)}
        levels |= {role: member.name for role, member in members.items()}
        levels |= {"lambda_": float(lam), "truth": truth["truth"]}
        for replicate, z in draw_coefs(cell, STAGE, seed, replicates):
            for role, member in members.items():
                found = _measures(minimize(member, z))
                rows.append(levels | {"replicate": replicate, "method": role} | found)
    return pd.DataFrame(rows)


def _members(pair: Mapping[str, Any], lam: float) -> dict[str, Penalty]:
    members = {role: make_penalty(pair[role], lam) for role in METHODS}
    if [member.kinked for member in members.values()] != [True, False]:
        raise ValueError(f"not one kinked and one smooth penalty: {dict(pair)!r}")
    return members


def _measures(b: FloatArray) -> dict[str, float]:
    size = np.abs(b[b != 0.0])
    smallest = float(size.min()) if size.size else math.nan
    return {"zero_share": zero_share(b), "smallest": smallest}


def zero_share(b: FloatArray) -> float:
    """Return the share of coefficients that equal 0.0."""
    return float(np.mean(b == 0.0))
