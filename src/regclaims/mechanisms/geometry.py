"""Where do contours first touch the two balls? Random convex quadratics against diamond and circle.

A quadratic has its minimum b* in a random direction, and contours that are circles or random
ellipses. Both balls meet the same quadratics, each with a radius that is the same share of b*'s own
norm, so that both bind. A zero is ``== 0.0``, and counts only where the certificate of the touching
point leaves no doubt about it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd
from scipy.linalg import toeplitz

from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms import balls
from regclaims.solvers import MAX_RESIDUAL
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array

STAGE = "geometry"

L1, L2 = "l1-ball", "l2-ball"
METHODS = (L1, L2)
METRICS = {
    "any_zero": "1 if at least one coordinate of the touching point is 0.0, else 0",
    "corner": "1 if all coordinates but one are 0.0, else 0",
    "zero_share": "share of coordinates that are 0.0",
    "gap": "bound on the distance from the optimum, in units of the objective at zero",
}
EVENTS = ("any_zero", "corner")
LEVELS = ("dimension", "radius", "contours")

CIRCLES, ELLIPSES = "circles", "ellipses"


class GeometrySpec(TypedDict):
    """The experiment as plain data.

    `contours` hold ``{"contours": "circles"}`` or ``{"contours": "ellipses", "rho": r}``, the
    latter from ``rows_per_column * dimension`` rows of columns with AR(1) correlation r; `radii`
    are shares of the norm of the minimum; `optimum` is the law of its coordinates, ``gaussian`` or
    ``laplace``. Cells of two dimensions have `plane_replicates`, those of p have 2/p of them.
    """

    dimensions: Sequence[int]
    radii: Sequence[float]
    contours: Sequence[Mapping[str, Any]]
    rows_per_column: int
    optimum: str
    plane_replicates: int


def touch(method: str, root: Array, optimum: Array, share: float) -> tuple[Array, float, bool]:
    """Find where the contours of |root (b - optimum)|^2 first touch a ball around zero.

    Parameters
    ----------
    method : {"l1-ball", "l2-ball"}
    root : (p, p)
        R with R'R the Hessian.
    optimum : (p,)
    share : float
        Of the radius in the optimum's own norm; below 1, so that the ball binds.

    Returns
    -------
    point : (p,)
    gap : float
        As from `balls.gap`.
    certain : bool
        Whether the gap is at rounding level, and every zero and non-zero beyond it.
    """
    norm = 1 if method == L1 else 2
    y, radius = root @ optimum, share * float(np.linalg.norm(optimum, norm))
    point = (balls.l1_ball if method == L1 else balls.l2_ball)(root, y, radius)
    gap = balls.gap(root, y, point, radius, norm)
    certain = gap <= MAX_RESIDUAL and balls.zero_margin(root, y, point) > MAX_RESIDUAL
    return point, gap, certain


def draw_root(
    contours: Mapping[str, Any], dimension: int, rows_per_column: int
) -> Callable[[np.random.Generator], Array]:
    """Return a function that draws R (p, p), with R'R the Hessian of a quadratic.

    Parameters
    ----------
    contours : mapping
        As in `GeometrySpec`; anything else is a ValueError.
    dimension : int
    rows_per_column : int
        At least 2, lest the ellipses degenerate.
    """
    match dict(contours):
        case {"contours": "circles"}:
            return lambda rng: np.eye(dimension)
        case {"contours": "ellipses", "rho": rho}:
            n = rows_per_column * dimension
            mixing = np.linalg.cholesky(toeplitz(float(rho) ** np.arange(dimension)))

            def ellipses(rng: np.random.Generator) -> Array:
                X = rng.standard_normal((n, dimension)) @ mixing.T
                return np.asarray(np.linalg.cholesky(X.T @ X / n).T)

            return ellipses
    raise ValueError(f"unknown contours {dict(contours)!r}")


def draw_optimum(law: str, dimension: int, rng: np.random.Generator) -> Array:
    """Draw the minimum (p,): ``gaussian`` in any direction alike, ``laplace`` evenly over diamonds.

    Any other law is a ValueError.
    """
    if law == "gaussian":
        return rng.standard_normal(dimension)
    if law == "laplace":
        return rng.laplace(size=dimension)
    raise ValueError(f"unknown law of the optimum {law!r}")


def corner_probability(share: float) -> float:
    """Return P(corner) of the diamond in the plane, for circles around a minimum in any direction.

    The nearest point of the diamond to (a, b), a >= b >= 0, is a corner if a - b is at least the
    radius, ``share * (a + b)``: the angle is at most arctan((1 - share) / (1 + share)) of pi/4.

    Parameters
    ----------
    share : float
        Of the radius in the minimum's L1 norm, from 0 to 1.
    """
    return 4 / math.pi * math.atan((1 - share) / (1 + share))


def contours_name(contours: Mapping[str, Any]) -> str:
    """Name contours in a table: ``circles``, or ``ellipses`` and their correlation."""
    if contours["contours"] == CIRCLES:
        return CIRCLES
    return f"{ELLIPSES} {float(contours['rho']):g}"


@one_thread()
def run(spec: GeometrySpec, seed: int, replicates: int) -> pd.DataFrame:
    """Let random quadratics touch both balls.

    Parameters
    ----------
    spec : GeometrySpec
    seed : int
        Seed of the study.
    replicates : int
        Per cell, at least; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell (dimension x radius x contours), replicate and ball: ``cell_id``,
        ``replicate``, ``method``, ``dimension``, ``radius``, ``contours`` and `METRICS`. Events and
        shares are NaN where the touching point is not certain.

    Raises
    ------
    ValueError
        If the spec is unsound.
    """
    rows: list[dict[str, Any]] = []
    for dimension, radius, contours in product(spec["dimensions"], spec["radii"], spec["contours"]):
        count = max(replicates, 2 * spec["plane_replicates"] // dimension)
        cell = {
            "dimension": dimension,
            "radius": float(radius),
            "contours": dict(contours),
            "rows_per_column": spec["rows_per_column"],
            "optimum": spec["optimum"],
        }
        levels = {"cell_id": cell_id(cell), "dimension": dimension, "radius": float(radius)}
        levels["contours"] = contours_name(contours)
        rows += [levels | row for row in _touches(cell, seed, count)]
    return pd.DataFrame(rows)


def _touches(cell: Mapping[str, Any], seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of a cell."""
    key, p = cell_key(cell), cell["dimension"]
    draw = draw_root(cell["contours"], p, cell["rows_per_column"])
    for replicate in range(count):
        rng = generator(seed, STAGE, key, replicate)
        root, optimum = draw(rng), draw_optimum(cell["optimum"], p, rng)
        for method in METHODS:
            point, gap, certain = touch(method, root, optimum, cell["radius"])
            zeros = float(np.count_nonzero(point == 0.0)) if certain else math.nan
            yield {
                "replicate": replicate,
                "method": method,
                "any_zero": float(zeros > 0) if certain else math.nan,
                "corner": float(zeros == p - 1) if certain else math.nan,
                "zero_share": zeros / p,
                "gap": gap,
            }
