"""The peaks of priors, what they leave of one coefficient, and which summaries have zeros."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import k1e
from scipy.stats import laplace, norm

from regclaims.figures.error_bars import error_bars
from regclaims.figures.over_cells import over_cells
from regclaims.figures.style import canvas
from regclaims.mechanisms.posterior import laplace_mean

LOOKS: dict[str, dict[str, Any]] = {
    "laplace": {"color": "#d55e00", "linestyle": "-", "label": "Laplace"},
    "normal": {"color": "#0072b2", "linestyle": "--", "label": "normal"},
    "rounded": {"color": "#cc79a7", "linestyle": (0, (3, 1)), "label": "Laplace, rounded"},
}
SUMMARIES = {"mode": "o", "mean": "s", "draw": "^"}

ESTIMATE = 0.7
"""Of least squares, in standard errors: the coefficient of the middle panel, under a prior of scale
1."""

REACH, POINTS = 3.0, 601


def table(priors: pd.DataFrame) -> pd.DataFrame:
    """Average zero shares by prior and summary, and tabulate densities.

    Parameters
    ----------
    priors : DataFrame
        Of the experiment of this name.

    Returns
    -------
    DataFrame
        ``panel``: ``share`` with ``prior, summary, value, low, high, cells`` (zero share);
        ``prior`` with ``prior, at, value`` (densities of equal variance, but for the rounding);
        ``tip`` with ``value``, the probability that rounding the Laplace prior moves; ``posterior``
        with ``at, value`` under the Laplace prior, and at its ``mode`` and ``mean`` as ``summary``;
        ``deviation`` with ``prior, value``, the largest one of a mode from its penalized fit.
    """
    shares = over_cells(priors, ["method"], "zero_share")
    rounding = float(priors["rounding"].iloc[0])
    off = priors.groupby("method")["penalized_deviation"].max().dropna()
    found = pd.concat(
        [
            _split(shares).assign(panel="share"),
            _densities(rounding).assign(panel="prior"),
            _tip(rounding).assign(panel="tip"),
            _posterior().assign(panel="posterior"),
            _split(off.rename("value").reset_index()).assign(panel="deviation"),
        ]
    )
    columns = ["panel", "prior", "summary", "at", "value", "low", "high", "cells"]
    return found.reset_index(drop=True)[columns]


def _split(named: pd.DataFrame) -> pd.DataFrame:
    """Take methods apart into prior and summary."""
    parts = named["method"].str.split("-", expand=True)
    return named.assign(prior=parts[0], summary=parts[1])


def _densities(rounding: float) -> pd.DataFrame:
    """Laplace and normal densities of variance 1, and the Laplace density without its tip."""
    at, scale = np.linspace(-REACH, REACH, POINTS), math.sqrt(0.5)
    values = {
        "laplace": laplace.pdf(at, scale=scale),
        "normal": norm.pdf(at),
        "rounded": _rounded(at / scale, rounding) / scale,
    }
    return pd.concat(
        pd.DataFrame({"prior": name, "at": at, "value": value}) for name, value in values.items()
    )


def _rounded(at: np.ndarray, width: float) -> np.ndarray:
    """Rounded Laplace density of scale 1; Bessel's k1 is scaled by exp(width)."""
    total = 2 * width * k1e(width)
    return np.asarray(np.exp(width - np.hypot(at, width)) / total)


def _tip(rounding: float) -> pd.DataFrame:
    """Total variation distance of the Laplace density with and without its tip."""
    step = 1e-3
    at = np.arange(-40, 40, step)
    apart = np.abs(_rounded(at, rounding) - laplace.pdf(at)).sum() * step / 2
    return pd.DataFrame({"prior": ["rounded"], "value": [float(apart)]})


def _posterior() -> pd.DataFrame:
    """Density of one coefficient under a Laplace prior of scale 1, its mode, and its mean."""
    at = np.linspace(-REACH, REACH, POINTS)
    mean = float(laplace_mean(np.array([ESTIMATE]), 1.0, 1.0)[0])
    # Soft thresholding at 1.
    places = {"mode": math.copysign(max(abs(ESTIMATE) - 1, 0.0), ESTIMATE), "mean": mean}

    def density(b: np.ndarray) -> np.ndarray:
        return np.exp(-((b - ESTIMATE) ** 2) / 2 - np.abs(b))

    total = float(np.trapezoid(density(np.linspace(-20, 20, 40_001)), dx=1e-3))
    curve = pd.DataFrame({"at": at, "value": density(at) / total})
    marks = pd.DataFrame({"summary": list(places), "at": list(places.values())})
    marks["value"] = density(marks["at"].to_numpy()) / total
    return pd.concat([curve, marks]).assign(prior="laplace")


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw prior densities, one posterior, and zero shares by prior and summary."""
    with canvas(2.7) as figure:
        left, middle, right = figure.subplots(1, 3, width_ratios=[1, 1, 1.15])
        _draw_priors(left, data[data["panel"] == "prior"])
        _draw_posterior(middle, data[data["panel"] == "posterior"])
        _draw_shares(right, data[data["panel"] == "share"])
        yield figure


def _draw_priors(axes: Axes, data: pd.DataFrame) -> None:
    for prior, own in data.groupby("prior", sort=False):
        axes.plot(own["at"], own["value"], **LOOKS[str(prior)])
    axes.set_ylim(0, 1.1)
    axes.set_xlim(-REACH, REACH)
    axes.set_xlabel("coefficient, in prior sd")
    axes.set_ylabel("density")
    axes.set_title("priors")
    axes.legend(loc="upper right", bbox_to_anchor=(1.1, 1.05), handlelength=1.4)


def _draw_posterior(axes: Axes, data: pd.DataFrame) -> None:
    curve, marks = data[data["summary"].isna()], data[data["summary"].notna()]
    axes.fill_between(curve["at"], curve["value"], color="#d55e00", alpha=0.15, linewidth=0)
    axes.plot(curve["at"], curve["value"], color="#d55e00")
    for summary, at, value in zip(marks["summary"], marks["at"], marks["value"], strict=True):
        axes.plot([at, at], [0, value], color="black", linewidth=0.8)
        axes.plot(at, value, SUMMARIES[summary], color="black", markersize=4.5)
        # The mode's words above it, the mean's to its right.
        above = summary == "mode"
        axes.annotate(
            f"{summary}: {at:.2f}" if at else f"{summary}: exactly 0",
            (at, value),
            xytext=(0, 9) if above else (6, 2),
            textcoords="offset points",
            ha="center" if above else "left",
            fontsize=8,
        )
    axes.set_yticks([])
    axes.set_ylim(0, 1.25 * curve["value"].max())
    axes.set_xlim(-2.9, 2.9)
    axes.set_xlabel("coefficient, in standard errors")
    axes.set_title("a posterior, Laplace prior")


def _draw_shares(axes: Axes, data: pd.DataFrame) -> None:
    priors = [prior for prior in LOOKS if prior in set(data["prior"])]
    for turn, (summary, marker) in enumerate(SUMMARIES.items()):
        own = data[data["summary"] == summary]
        axes.errorbar(
            100 * own["value"],
            own["prior"].map(priors.index) + (turn - 1) * 0.2,
            xerr=100 * error_bars(own),
            fmt=marker,
            color="black",
            markersize=4.5,
            markerfacecolor="white",
            linewidth=0.8,
            label=summary,
        )
    axes.set_yticks(range(len(priors)), [LOOKS[p]["label"].replace(", ", ",\n") for p in priors])
    for tick, prior in zip(axes.get_yticklabels(), priors, strict=True):
        tick.set_color(LOOKS[prior]["color"])
    axes.set_ylim(len(priors) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(-5, 100)
    axes.set_xlabel("coefficients equal to 0, %")
    axes.set_title("zeros, by prior and summary")
    axes.legend(loc="center right", bbox_to_anchor=(1.05, 0.45), handlelength=1)
