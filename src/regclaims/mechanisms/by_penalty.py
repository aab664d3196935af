"""How many zeros each penalty makes, and a sign constraint without any penalty.

As in `regclaims.mechanisms.kink`, but all penalties of a strength meet the same coefficients.
Non-negative least squares is the counter-example: zeros, and no kink.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from regclaims.keys import cell_id
from regclaims.mechanisms.kink import KinkSpec, zero_share
from regclaims.mechanisms.penalties import Penalty
from regclaims.mechanisms.scalar import make_penalty, minimize
from regclaims.mechanisms.sequence import draw_coefs

STAGE = "by-penalty"
NONNEGATIVE = "nonnegative-ls"

METHODS = (
    *("l1", "power-1.05", "huberized-l1-0.1", "rounded-l1-0.1"),
    *("elastic-net-0.5", "rounded-elastic-net-0.5-0.1"),
    *("mcp-3", "rounded-mcp-3-0.1", "scad-3.7", "rounded-scad-3.7-0.1"),
    *("power-0.5", "rounded-power-0.5-0.1"),
    *("power-1.2", "power-1.5", "power-2", NONNEGATIVE),
)
"""Arms of the default settings; others may name other penalties."""
METRICS = {"zero_share": "Share of coefficients that equal 0.0."}
EVENTS: tuple[str, ...] = ()
LEVELS = ("lambda_", "truth")


def listed(spec: KinkSpec) -> list[Mapping[str, Any]]:
    """List both members of all pairs, and the others; some stand in several pairs."""
    members = [pair[role] for pair in spec["pairs"] for role in ("kinked", "smooth")]
    return [*members, *spec["others"]]


def _penalties(spec: KinkSpec, lam: float) -> dict[str, Penalty]:
    made = [make_penalty(item, lam) for item in listed(spec)]
    return {penalty.name: penalty for penalty in made}


def zero_share_by_penalty(spec: KinkSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Return the share of exact zeros under every penalty, and under a sign constraint alone.

    Parameters
    ----------
    spec, seed, replicates
        As for `regclaims.mechanisms.kink.run`; both members of `pairs` and all `others` take part,
        each once.

    Returns
    -------
    DataFrame
        One row per cell (strength x truth), replicate and method (penalty): ``cell_id``,
        ``lambda_``, ``truth``, ``replicate``, ``method``, ``zero_share``. Non-negative least
        squares stands in every cell; it has no strength. Errors as for `run`.
    """
    rows = []
    for lam, truth in product(spec["strengths"], spec["truths"]):
        cell = {"truth": dict(truth), "n_coefs": spec["n_coefs"], "lambda": float(lam)}
        levels = {"cell_id": cell_id(cell), "lambda_": float(lam), "truth": truth["truth"]}
        penalties = _penalties(spec, lam)
        for replicate, z in draw_coefs(cell, STAGE, seed, replicates):
            fits = {name: minimize(penalty, z) for name, penalty in penalties.items()}
            fits[NONNEGATIVE] = np.maximum(z, 0.0)
            for name, b in fits.items():
                row = {"replicate": replicate, "method": name, "zero_share": zero_share(b)}
                rows.append(levels | row)
    return pd.DataFrame(rows)


run = zero_share_by_penalty
