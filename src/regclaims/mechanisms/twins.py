"""Twins: which of two correlated columns is kept, and how far apart their coefficients are.

At correlation 1 the two columns are the same. The lasso then fixes only the sum of their
coefficients: any split is optimal, the solver says ``not unique``, and what it returned is no
answer of the penalty's. Shares that depend on the split are undefined there.

The grouping bound is Zou and Hastie's (2005, Theorem 1) in our scaling: for centred y and
standardized columns, Elastic Net coefficients of one sign differ by at most
|y|_2 sqrt(2 (1 - r_ij)) / (sqrt(n) lambda (1 - l1_ratio)).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.designs import Scenario
from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms.linear_draws import linear_draw
from regclaims.metrics.spread import within_block
from regclaims.solvers import Path, gaussian_path, ridge_path
from regclaims.tuning import smallest
from regclaims.vocabulary import NOT_UNIQUE, Array

STAGE = "twins"

LASSO, NET, RIDGE = METHODS = ("lasso", "elastic-net", "ridge")

METRICS = {
    "one_kept": "share of relevant pairs with any non-zero coefficient that have exactly one",
    "one_kept_surely": "the same, 0 where the fit is not unique: no optimum is the only one",
    "flips": "share of pairs with one kept whose larger coefficient is the other one's on new data",
    "pair_spread": "share of the squared coefficients that is deviation from the pair's mean",
    "not_unique": "1 if other coefficients are optimal too, else 0",
    "bound_excess": "largest excess over the grouping bound, in units of |y|/(sqrt(n) lambda_2)",
    "bound_ratio": "largest gap as a share of the grouping bound",
}
EVENTS = ("not_unique",)
LEVELS = ("rho", "truth", "n_relevant_pairs", "snr")

TRUTHS = {"one": (1.0, 0.0), "both": (0.5, 0.5)}
"""Coefficients of a relevant pair, up to scale: one twin carries the signal, or both alike."""


Rows = tuple[Array, Array]
"""X and y."""


class TwinsSpec(TypedDict):
    """The experiment as plain data; see `config.mechanisms.twins`."""

    n_samples: int
    n_pairs: int
    n_relevant_pairs: Sequence[int]
    rhos: Sequence[float]
    truths: Sequence[str]
    snrs: Sequence[float]
    l1_ratio: float
    bound_l1_ratios: Sequence[float]
    n_lambdas: int


def run(spec: TwinsSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Fit every method to data with twins, and again to fresh data of the same law.

    Parameters
    ----------
    spec : TwinsSpec
    seed : int
        Seed of the study.
    replicates : int
        Replicates per cell, each with two data sets; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell, replicate and method: ``cell_id``, the levels ``rho``, ``truth``,
        ``n_relevant_pairs`` and ``snr``, ``replicate``, ``method`` and `METRICS`, undefined (NaN)
        where nothing is kept, the fit is not unique, no pair keeps one column, or a fit is not
        certified. Flips are counted for the lasso, the grouping bound is the Elastic Net's.
    """
    rows = []
    for cell in cells(spec):
        names = ("rho", "truth", "n_relevant_pairs", "snr")
        shared = {"cell_id": cell_id(cell)} | {name: cell[name] for name in names}
        for replicate in range(replicates):
            rng = generator(seed, STAGE, cell_key(cell), replicate)
            for method, metrics in _replicate(cell, spec, rng).items():
                rows.append(shared | {"replicate": replicate, "method": method} | metrics)
    return pd.DataFrame(rows)


def cells(spec: TwinsSpec) -> Iterator[dict[str, Any]]:
    """List the cells: their levels, and the sizes that their draws depend on."""
    sizes = {"n_samples": int(spec["n_samples"]), "n_pairs": int(spec["n_pairs"])}
    factors = (spec["rhos"], spec["truths"], spec["n_relevant_pairs"], spec["snrs"])
    for rho, truth, relevant, snr in product(*factors):
        levels = {"rho": float(rho), "truth": truth, "n_relevant_pairs": int(relevant)}
        yield sizes | levels | {"snr": float(snr)}


def scenario_of(cell: Mapping[str, Any]) -> Scenario:
    """Make the scenario of a cell: relevant pairs first, all alike; noise by the SNR."""
    n_pairs, relevant = cell["n_pairs"], cell["n_relevant_pairs"]
    spec = {
        "n_samples": cell["n_samples"],
        "n_features": 2 * n_pairs,
        "correlation": {"kind": "blocks", "size": 2, "rho": cell["rho"]},
        "coefficients": [*TRUTHS[cell["truth"]] * relevant, *[0.0] * 2 * (n_pairs - relevant)],
    }
    signal = Scenario(spec | {"sigma": 1.0}).signal_variance
    return Scenario(spec | {"sigma": math.sqrt(signal / cell["snr"])})


def _replicate(
    cell: Mapping[str, Any], spec: TwinsSpec, rng: np.random.Generator
) -> dict[str, dict[str, float]]:
    scenario = scenario_of(cell)
    (training, validation), (fresh, fresh_validation) = (
        (linear_draw(scenario, rng), linear_draw(scenario, rng)) for _ in range(2)
    )
    n_lambdas, relevant = spec["n_lambdas"], 2 * cell["n_relevant_pairs"]
    nets = _nets(training, {spec["l1_ratio"], *spec["bound_l1_ratios"]}, n_lambdas)
    paths = {
        LASSO: gaussian_path(*training, n_lambdas=n_lambdas),
        NET: nets[spec["l1_ratio"]],
        RIDGE: ridge_path(*training, n_lambdas=n_lambdas),
    }
    found = {method: _kept(_tuned(path, validation), relevant) for method, path in paths.items()}
    again = gaussian_path(*fresh, n_lambdas=n_lambdas)
    found[LASSO]["flips"] = _flips(
        _tuned(paths[LASSO], validation), _tuned(again, fresh_validation), relevant
    )
    found[NET] |= _worst_bound(training, [nets[share] for share in spec["bound_l1_ratios"]])
    return found


def _nets(data: Rows, l1_ratios: Iterable[float], n_lambdas: int) -> dict[float, Path]:
    return {share: gaussian_path(*data, l1_ratio=share, n_lambdas=n_lambdas) for share in l1_ratios}


@dataclass(frozen=True)
class _Fit:
    """Coefficients (p,), and whether no others are optimal."""

    coefs: Array
    unique: bool


def _tuned(path: Path, validation: Rows) -> _Fit | None:
    """Choose the fit of least validation error; None if a fit of the path is not certified."""
    if not path.certified.all():
        return None
    X, y = validation
    at = smallest(((y - path.predict(X)) ** 2).mean(axis=1))
    return _Fit(path.coefs[at], bool(path.status[at] != NOT_UNIQUE))


def _kept(fit: _Fit | None, relevant: int) -> dict[str, float]:
    """Describe the relevant pairs of a fit, the first columns."""
    found = dict.fromkeys(METRICS, math.nan)
    if fit is None:
        return found
    spread = {name: float(v[0]) for name, v in within_block(fit.coefs[None, :relevant], 2).items()}
    found["not_unique"] = float(not fit.unique)
    found["one_kept_surely"] = spread["one_of_block"] if fit.unique else 0.0
    if fit.unique:
        found |= {"one_kept": spread["one_of_block"], "pair_spread": spread["block_spread"]}
    return found


def _flips(fit: _Fit | None, fresh: _Fit | None, relevant: int) -> float:
    if fit is None or fresh is None or not (fit.unique and fresh.unique):
        return math.nan
    return flips(fit.coefs[:relevant], fresh.coefs[:relevant])


def flips(coefs: Array, fresh: Array) -> float:
    """Share of pairs with one column kept of which the other one leads on fresh data.

    Parameters
    ----------
    coefs, fresh : (2m,)
        Coefficients of two fits; twins stand side by side.

    Returns
    -------
    float
        Of pairs with any non-zero in the fresh fit; NaN if there is none.
    """
    pairs, others = (np.abs(one).reshape(-1, 2) for one in (coefs, fresh))
    picked = (np.count_nonzero(pairs, axis=1) == 1) & others.any(axis=1)
    changed = pairs.argmax(axis=1) != others.argmax(axis=1)
    return float(changed[picked].mean()) if picked.any() else math.nan


def _worst_bound(data: Rows, paths: Sequence[Path]) -> dict[str, float]:
    """Hold all pairs of all fits of Elastic Nets to the grouping bound."""
    if not all(path.certified.all() for path in paths):
        return {}
    found = [grouping(*data, path) for path in paths]
    return {name: max(one[name] for one in found) for name in found[0]}


def grouping(X: Array, y: Array, path: Path) -> dict[str, float]:
    """Compare the gaps between twins' coefficients with the grouping bound.

    Parameters
    ----------
    X : (n, 2m)
        Twins stand side by side.
    y : (n,)
    path : Path
        Elastic Net fits with standardized columns and an intercept.

    Returns
    -------
    dict
        ``bound_excess``: the largest of gap - bound, or 0, in units of |y|/(sqrt(n) lambda_2), in
        which the bound is sqrt(2 (1 - r)); lambda_2 = lambda (1 - l1_ratio). ``bound_ratio``: the
        largest gap / bound, of pairs whose bound is not 0. Pairs of opposite signs, or with a zero,
        have no bound.
    """
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    # 2 (1 - r) without the cancellation that 1 - r has for columns that are nearly the same.
    apart = np.sqrt(((Z[:, ::2] - Z[:, 1::2]) ** 2).mean(axis=0))
    pairs = (path.coefs * X.std(axis=0)).reshape(len(path), -1, 2)
    same_sign = pairs.prod(axis=2) > 0
    unit = y.std() / (path.lambdas * (1 - path.l1_ratio))
    gaps = np.where(same_sign, np.abs(pairs[..., 0] - pairs[..., 1]), 0.0) / unit[:, None]
    return {
        "bound_excess": float(np.maximum(gaps - apart, 0.0).max()),
        "bound_ratio": float((gaps[:, apart > 0] / apart[apart > 0]).max(initial=0.0)),
    }
