"""Do zeros come from the penalty or from the optimizer, and does the kink slow optimizers down.

First-order methods solve the same lasso, from the same start and with the same work, and are held
against its certified solution. Every coefficient starts away from zero, as weights do that are
trained: a zero at the end was made on the way. The start is the first gradient step from the null
model, c/L, L the largest eigenvalue of X'X/n.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.mechanisms import regressions
from regclaims.mechanisms.first_order import (
    AcceleratedProximalGradient,
    CoordinateDescent,
    LeastSubgradient,
    Method,
    PolyakSubgradient,
    ProximalGradient,
    SmoothedGradient,
    Subgradient,
)
from regclaims.mechanisms.regressions import Regressions, cells, draw, rows
from regclaims.mechanisms.tracking import Goal, Trace, arrive, follow
from regclaims.solvers import MAX_RESIDUAL
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array

STAGE = "optimizers"

WIDTH = 0.01
"""Over which the smoothed penalty is rounded, in standard deviations of y per one of a column."""

Makers = dict[str, Callable[[], Method]]

SUBGRADIENTS: Makers = {
    "subgradient": lambda: Subgradient(1.0),
    "subgradient-tenth": lambda: Subgradient(0.1),
    "subgradient-hundredth": lambda: Subgradient(0.01),
    "subgradient-diminishing": lambda: Subgradient(1.0, diminishing=True),
    "subgradient-polyak": PolyakSubgradient,
}
"""Step 1/L; a tenth and a hundredth of it; 1/L over the root of the step's number; Polyak's."""

PROXIMAL: Makers = {
    "ista": ProximalGradient,
    "fista": AcceleratedProximalGradient,
}
OTHERS: Makers = {
    "smoothed": lambda: SmoothedGradient(WIDTH),
    **PROXIMAL,
    "coordinate-descent": CoordinateDescent,
}
BEST = "subgradient-best"
FROM_ZERO = "subgradient-from-zero"
RIDGE = "gradient-ridge"
EXACT_LASSO, EXACT_RIDGE = "exact-lasso", "exact-ridge"

METHODS = (*SUBGRADIENTS, BEST, FROM_ZERO, *OTHERS, RIDGE, EXACT_LASSO, EXACT_RIDGE)
"""On the lasso, but for `gradient-ridge` (gradient descent on ridge at equal conditioning) and
`exact-ridge` (which fits as well as the lasso). `subgradient-from-zero` starts at 0, where it takes
the shortest subgradient. `subgradient-best` has the least gap, and the fewest steps, of all
subgradient methods, data set by data set. `smoothed` is gradient descent without the kink."""

TARGETS = {"1e-2": 1e-2, "1e-4": 1e-4, "1e-6": 1e-6}
ARRIVED = MAX_RESIDUAL / 10
"""Relative gap at which the proximal methods' long runs end: a tenth of what a certificate asks."""

EARLY = 0.1
"""Share of the work after which a run is looked at early."""

WINDOW = 100
"""Last steps over which oscillation is looked at; half of them, if there are fewer than 200."""

METRICS = {
    "gap": "excess of the objective over its minimum at equal work, as a share of the null model's",
    "zero_share": "share of coefficients equal to 0 at equal work",
    "visited_share": "share of coefficients that were equal to 0 after any step, at equal work",
    **{f"iterations_to_{name}": f"steps, or sweeps, to a gap of {name}" for name in TARGETS},
    "flip_share": "share of the solution's zeros whose sign changes within the last steps",
    "amplitude": "mean size of the solution's zeros over the last steps, in units of lambda/L",
    "difference_left": "share of the squared difference from gradient descent on an equally fitting"
    " ridge that the exact solutions explain, at equal work",
    "difference_left_early": "the same at a tenth of the work",
    "final_gap": "relative gap at the end of a long run, or when it arrives",
    "wrong_zeros": "share of coefficients wrongly 0, or wrongly not 0, at the end of a long run",
    "identified_after": "steps of the long run after which the zeros were right",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("n_samples", "n_features", "correlation", "lambda_share")

Values = dict[str, Array]


class OptimizersSpec(TypedDict):
    """The experiment as plain data: see `config.mechanisms.optimizers.Optimizers`."""

    shapes: Sequence[Sequence[int]]
    correlations: Sequence[Mapping[str, Any]]
    lambda_shares: Sequence[float]
    density: float
    snr: float
    passes: int
    patience: int


def run(spec: OptimizersSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Let every method loose on every cell.

    Parameters
    ----------
    spec : OptimizersSpec
    seed : int
        Seed of the study.
    replicates : int
        Data sets per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell, replicate and method: ``cell_id, replicate, method``, the levels
        ``n_samples, n_features, correlation, lambda_share``, the `METRICS`, NaN where one does not
        apply, and ``gap_at_<k>`` and ``zero_share_at_<k>`` after k passes of work.

    Raises
    ------
    ArithmeticError
        If a reference solution has no certificate.
    """
    tables = []
    with one_thread():
        for cell, levels in cells(spec, "lambda_share", spec["lambda_shares"]):
            data = draw(cell, STAGE, seed, replicates)
            found = _try_all(data, cell["lambda_share"], spec["passes"], spec["patience"])
            tables.append(rows(cell, levels, found))
    return pd.concat(tables, ignore_index=True)


def _try_all(data: Regressions, share: float, passes: int, patience: int) -> dict[str, Values]:
    """Return the metrics of each method, (R,) each."""
    lambdas = share * data.lambda_max
    solution = regressions.lasso(data, lambdas)
    goal = Goal.of(data.penalized(l1=lambdas), solution)
    alike = regressions.equally_fitting(data, solution)
    ridge = regressions.ridge(data, alike)
    start = data.linear / goal.problem.lipschitz
    counterpart = follow(Subgradient(), Goal.of(data.penalized(l2=alike), ridge), start, passes)
    found: dict[str, Values] = {}
    for name, make in (SUBGRADIENTS | OTHERS).items():
        trace = follow(make(), goal, start, passes)
        found[name] = _along(trace, passes) | _oscillation(trace, goal)
        found[name] |= _difference_left(trace, counterpart, solution - ridge, passes)
        if name in PROXIMAL:
            found[name] |= _long_run(make(), goal, start, patience)
    from_zero = follow(LeastSubgradient(diminishing=True), goal, np.zeros_like(start), passes)
    found[FROM_ZERO] = _along(from_zero, passes)
    found[BEST] = _best([found[name] for name in (*SUBGRADIENTS, FROM_ZERO)])
    found[RIDGE] = _along(_equally_conditioned(data, solution, start, passes), passes)
    for name, coefs in ((EXACT_LASSO, solution), (EXACT_RIDGE, ridge)):
        found[name] = {"zero_share": (coefs == 0.0).mean(axis=1)}
    return found


def _along(trace: Trace, passes: int) -> Values:
    zeros = trace.zeros
    return (
        {
            "gap": trace.at(trace.gaps, passes),
            "zero_share": trace.at(zeros, passes),
            "visited_share": trace.visited,
        }
        | {f"iterations_to_{name}": trace.steps_to(gap) for name, gap in TARGETS.items()}
        | {f"gap_at_{k}": trace.at(trace.gaps, k) for k in regressions.marked(passes)}
        | {f"zero_share_at_{k}": trace.at(zeros, k) for k in regressions.marked(passes)}
    )


def _best(several: Sequence[Values]) -> Values:
    """Take the least gaps and iterations, data set by data set."""
    names = [name for name in several[0] if name.startswith(("gap", "iterations"))]
    return {name: np.min([own[name] for own in several], axis=0) for name in names}


def _oscillation(trace: Trace, goal: Goal) -> Values:
    """Watch the solution's zeros over the last steps; undefined where it has none."""
    last = trace.coefs[-min(WINDOW, len(trace.coefs) // 2) :]
    zero = goal.solution == 0.0
    flips = (last[1:] * last[:-1] < 0).any(axis=0)
    unit = goal.problem.l1 / goal.problem.lipschitz
    count = np.where(zero.any(axis=1), zero.sum(axis=1), np.nan)
    return {
        "flip_share": (flips & zero).sum(axis=1) / count,
        "amplitude": (np.abs(last).mean(axis=0) / unit * zero).sum(axis=1) / count,
    }


def _difference_left(trace: Trace, ridge: Trace, exact: Array, passes: int) -> Values:
    """Return which share of the runs' difference the exact solutions' (R, p) explains, 0 or more.

    One less the squared distance of the two differences over the square of the runs'.
    """
    found = {}
    for name, work in (("difference_left", passes), ("difference_left_early", EARLY * passes)):
        runs = trace.at(trace.coefs, work) - ridge.at(ridge.coefs, work)
        unexplained = ((runs - exact) ** 2).sum(axis=1) / (runs**2).sum(axis=1)
        found[name] = np.maximum(1 - unexplained, 0.0)
    return found


def _long_run(method: Method, goal: Goal, start: Array, patience: int) -> Values:
    end = arrive(method, goal, start, ARRIVED, patience)
    return {
        "final_gap": end.gap,
        "wrong_zeros": end.wrong_zeros,
        "identified_after": end.identified,
    }


def _equally_conditioned(data: Regressions, solution: Array, start: Array, steps: int) -> Trace:
    """Run gradient descent, the subgradient method without a kink, on a ridge as hard as the lasso.

    Once its zeros are right, the lasso is a smooth problem on its support A. There its condition
    number, on which rates of convergence depend, is L/m, m the least eigenvalue of G_AA. Ridge's is
    (L + l2)/(mu + l2), mu the least eigenvalue of G; l2 makes them equal.
    """
    L, mu = data.eigenvalues[:, -1], data.eigenvalues[:, 0]
    m = np.array([_least(G, b != 0.0) for G, b in zip(data.gram, solution, strict=True)])
    # m >= mu (Cauchy interlacing), and equal if all columns are kept: then ridge is least squares,
    # but for a millionth of L that keeps it defined.
    l2 = np.maximum(L * (m - mu) / (L - m), 1e-6 * L)
    goal = Goal.of(data.penalized(l2=l2), regressions.ridge(data, l2))
    return follow(Subgradient(), goal, start, steps)


def _least(gram: Array, kept: Array) -> float:
    return float(np.linalg.eigvalsh(gram[np.ix_(kept, kept)])[0])
