"""Numbers of the experiment on diamond and circle."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regclaims.config.mechanisms.geometry import Geometry
from regclaims.mechanisms.geometry import CIRCLES, L1, L2, corner_probability
from regclaims.report.mechanisms.shares import mean_share
from regclaims.report.tex import Tex, number


def numbers(spec: Geometry, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros of the experiment.

    Parameters
    ----------
    spec : Geometry
    data : DataFrame
        As from `figures.geometry.table`.

    Returns
    -------
    dict
        TeX by macro name.
    """
    return _design(spec) | _diamond(spec, data) | _circle(data)


def _design(spec: Geometry) -> dict[str, Tex]:
    return {
        "geometry-least-replicates": number(spec.replicates, 0),
        "geometry-plane-replicates": number(max(spec.plane_replicates, spec.replicates), 0),
        "geometry-least-dimension": number(min(spec.dimensions), 0),
        "geometry-largest-dimension": number(max(spec.dimensions), 0),
        "geometry-least-radius": number(min(spec.radii), 1),
        "geometry-largest-radius": number(max(spec.radii), 1),
        "geometry-rows-per-column": number(spec.rows_per_column, 0),
        # The only place where this formula is spelt; a paper holds no number.
        "geometry-formula": Tex(r"$\frac{4}{\pi}\arctan\frac{1-s}{1+s}$"),
    }


def _diamond(spec: Geometry, data: pd.DataFrame) -> dict[str, Tex]:
    diamond = data[data["method"] == L1]
    corner = diamond[diamond["event"] == "corner"]
    plane = corner[corner["dimension"] == 2]
    highest = diamond[diamond["dimension"] == max(spec.dimensions)]
    return {
        "geometry-plane-corner": mean_share(plane),
        "geometry-small-ball-corner": mean_share(plane[plane["radius"] == min(spec.radii)]),
        "geometry-large-ball-corner": mean_share(plane[plane["radius"] == max(spec.radii)]),
        "geometry-high-axis": mean_share(highest[highest["event"] == "any_zero"]),
        "geometry-high-corner": mean_share(highest[highest["event"] == "corner"]),
        "geometry-worst-score": number(_worst_score(plane[plane["contours"] == CIRCLES]), 1),
    }


def _worst_score(plane: pd.DataFrame) -> float:
    """Return by how many standard errors the shares differ from the exact ones, at most."""
    exact = plane["radius"].map(corner_probability)
    error = np.sqrt(exact * (1 - exact) / plane["trials"])
    return float(((plane["share"] - exact).abs() / error).max())


def _circle(data: pd.DataFrame) -> dict[str, Tex]:
    circle = data[(data["method"] == L2) & (data["event"] == "any_zero")]
    trials = float(circle["trials"].sum())
    touched = float((circle["share"] * circle["trials"]).sum())
    return {
        "geometry-circle-trials": number(trials, 0),
        "geometry-circle-zeros": number(touched, 0),
    }
