"""Whether ridge suits correlated columns because it spreads weight evenly.

A fit's coefficients in a block of equally correlated columns are their mean plus deviations from
it. The excess risk is the sum of what the means miss and what the deviations miss, as the constant
vector is an eigenvector of the block. So evenness can be taken from ridge, or given to the lasso,
with nothing else changed: the deviations of one fit go to the means of the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.designs import Scenario
from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms.linear_draws import linear_draw
from regclaims.metrics.spread import within_block
from regclaims.solvers import Path, gaussian_path, least_squares, ridge_path
from regclaims.tuning import smallest
from regclaims.vocabulary import Array

STAGE = "evenness"

LASSO, RIDGE, UNEVEN, EVENED, EVEN = METHODS = (
    "lasso",
    "ridge",
    "uneven-ridge",
    "evened-lasso",
    "even-least-squares",
)
"""`uneven-ridge`: ridge's block means with the lasso's deviations; `evened-lasso`: the lasso's
means with ridge's deviations; `even-least-squares`: one coefficient per block, and no penalty."""

METRICS = {
    "rr": "relative risk",
    "within_risk": "what deviations within blocks miss, in units of the signal's variance",
    "between_risk": "what the blocks' means miss, in units of the signal's variance",
    "block_spread": "share of the squared coefficients that is deviation from the block's mean",
    "within_gain": "within_risk of the lasso less one's own: what the deviations gain",
    "between_gain": "between_risk of the lasso less one's own: what the blocks' means gain",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("rho", "truth", "relevant_blocks", "snr", "better")

GAINS, NO_GAIN = "ridge", "not ridge"
"""Which method screening replicates found better, as the level ``better``."""

GAIN = 0.05
"""Log ratio of risks from which ridge counts as better: the default margin."""


class EvennessSpec(TypedDict):
    """The experiment as plain data; see `config.mechanisms.evenness`."""

    n_samples: int
    n_blocks: int
    block_size: int
    rhos: Sequence[float]
    truths: Sequence[str]
    relevant_blocks: Sequence[int]
    snrs: Sequence[float]
    n_lambdas: int
    screening_replicates: int


def run(spec: EvennessSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Fit ridge and the lasso, swap their deviations within blocks, and measure exact risk.

    Parameters
    ----------
    spec : EvennessSpec
    seed : int
        Seed of the study.
    replicates : int
        Replicates per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell, replicate and method: ``cell_id``, the levels ``rho``, ``truth``,
        ``relevant_blocks``, ``snr`` and ``better`` (`GAINS` if ridge's risk is lower on other
        replicates), ``replicate``, ``method`` and `METRICS`; undefined (NaN) if a fit is not
        certified, ``block_spread`` also if all coefficients are zero.
    """
    rows = []
    for cell in cells(spec):
        scenario = scenario_of(cell)
        names = ("rho", "truth", "relevant_blocks", "snr")
        shared = {"cell_id": cell_id(cell)} | {name: cell[name] for name in names}
        shared["better"] = _better(cell, scenario, spec, seed)
        for replicate in range(replicates):
            rng = generator(seed, STAGE, cell_key(cell), replicate)
            for method, metrics in _replicate(scenario, spec, rng).items():
                rows.append(shared | {"replicate": replicate, "method": method} | metrics)
    return pd.DataFrame(rows)


def cells(spec: EvennessSpec) -> Iterator[dict[str, Any]]:
    """List the cells: their levels, and the sizes that their draws depend on."""
    sizes = {name: int(spec[name]) for name in ("n_samples", "n_blocks", "block_size")}
    factors = (spec["rhos"], spec["truths"], spec["relevant_blocks"], spec["snrs"])
    for rho, truth, relevant, snr in product(*factors):
        levels = {"rho": float(rho), "truth": truth, "relevant_blocks": int(relevant)}
        yield sizes | levels | {"snr": float(snr)}


def scenario_of(cell: Mapping[str, Any]) -> Scenario:
    """Make the scenario of a cell.

    A relevant block's truth is ``even``, the same coefficient on all of its columns, or ``uneven``:
    its first column has all of it.
    """
    size, relevant = cell["block_size"], cell["relevant_blocks"]
    block = [1.0 / size] * size if cell["truth"] == "even" else [1.0] + [0.0] * (size - 1)
    spec = {
        "n_samples": cell["n_samples"],
        "n_features": size * cell["n_blocks"],
        "correlation": {"kind": "blocks", "size": size, "rho": cell["rho"]},
        "coefficients": block * relevant + [0.0] * size * (cell["n_blocks"] - relevant),
    }
    signal = Scenario(spec | {"sigma": 1.0}).signal_variance
    return Scenario(spec | {"sigma": math.sqrt(signal / cell["snr"])})


def _better(cell: Mapping[str, Any], scenario: Scenario, spec: EvennessSpec, seed: int) -> str:
    gains = []
    for replicate in range(spec["screening_replicates"]):
        rng = generator(seed, f"{STAGE}-screening", cell_key(cell), replicate)
        found = _replicate(scenario, spec, rng)
        gains.append(math.log(found[LASSO]["rr"] / found[RIDGE]["rr"]))
    return GAINS if np.mean(gains) > GAIN else NO_GAIN


def _replicate(
    scenario: Scenario, spec: EvennessSpec, rng: np.random.Generator
) -> dict[str, dict[str, float]]:
    training, validation = linear_draw(scenario, rng), linear_draw(scenario, rng)
    size = spec["block_size"]
    paths = [
        gaussian_path(*training, n_lambdas=spec["n_lambdas"]),
        ridge_path(*training, n_lambdas=spec["n_lambdas"]),
    ]
    even = _even(*training, size)
    if even is None or not all(path.certified.all() for path in paths):
        return {method: dict.fromkeys(METRICS, math.nan) for method in METHODS}
    lasso, ridge = (_tuned(path, *validation) for path in paths)
    coefs = {
        LASSO: lasso,
        RIDGE: ridge,
        UNEVEN: swapped(ridge, lasso, size),
        EVENED: swapped(lasso, ridge, size),
        EVEN: even,
    }
    measured = {method: _risks(b, scenario, size) for method, b in coefs.items()}
    for own in measured.values():
        for part in ("within", "between"):
            own[f"{part}_gain"] = measured[LASSO][f"{part}_risk"] - own[f"{part}_risk"]
    return measured


def _tuned(path: Path, X: Array, y: Array) -> Array:
    return np.asarray(path.coefs[smallest(((y - path.predict(X)) ** 2).mean(axis=1))])


def _even(X: Array, y: Array, size: int) -> Array | None:
    """Least squares with one coefficient per block, (p,); None if it is not certified."""
    sums = X.reshape(len(X), -1, size).sum(axis=2)
    path = least_squares(sums, y)
    return np.repeat(path.coefs[0], size) if path.certified[0] else None


def block_means(coefs: Array, size: int) -> Array:
    """Replace each coefficient (p,) by the mean of its block."""
    return np.repeat(coefs.reshape(-1, size).mean(axis=1), size)


def swapped(means_of: Array, deviations_of: Array, size: int) -> Array:
    """Join the block means of one fit and the deviations from them of another, (p,)."""
    return block_means(means_of, size) + deviations_of - block_means(deviations_of, size)


def _risks(coefs: Array, scenario: Scenario, size: int) -> dict[str, float]:
    error = coefs - scenario.beta
    between = block_means(error, size)
    # As errors, put on top of the truth: excess risk is what the scenario computes.
    parts = scenario.beta + np.array([error, between, error - between])
    total, means, deviations = scenario.excess_risk(parts) / scenario.signal_variance
    return {
        "rr": float(total),
        "within_risk": float(deviations),
        "between_risk": float(means),
        "block_spread": float(within_block(coefs[None], size)["block_spread"][0]),
    }
