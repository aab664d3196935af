"""All claims at a glance: effect in units of the margin, verdict, and the strict verdict."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.style import canvas
from regclaims.figures.two_columns import two_columns
from regclaims.figures.verdict_looks import LOOKS, handles, mark

NO_MARGIN_UNIT = 0.05
"""Unit of an effect whose margin is zero: the margin that most claims have."""

DIGIT = 1.0
"""Unit of an identity, whose effect is counted in digits below its tolerance."""

CLIP = 100.0
"""Effects beyond so many units stand at the edge, with an arrow and their number."""
EDGE = 2.2
"""Where the axis ends, in units of `CLIP`: room for the arrow."""

TICKS = (-100, -10, -1, 0, 1, 10, 100)
ROW, HEAD = 0.148, 0.23
"""Inches for a claim, and for the heading of a group."""

FONT = 7.5
STRICT_AT = 1.06
"""Where the strict verdict stands, as a share of the panel's width."""


def table(verdicts: pd.DataFrame, strict: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Put every claim's effect in units of its margin, beside both verdicts.

    Parameters
    ----------
    verdicts, strict, decisions : DataFrame
        As the verdict stage writes them.

    Returns
    -------
    DataFrame
        ``claim_id, group, origin, verdict, strict_verdict, effect, ci_low, ci_high, margin, unit,
        clipped``, in the order of the claims. Effects and ends are in units; where the margin is
        zero `unit` says what else it is.
    """
    decided = decisions[decisions["reading"] == "charitable"].set_index("claim_id")
    found = verdicts.join(decided[["margin", "scale"]], on="claim_id")
    other = np.where(found["scale"] == "digits", DIGIT, NO_MARGIN_UNIT)
    unit = found["margin"].where(found["margin"] > 0, other)
    columns = ["effect", "ci_low", "ci_high"]
    found[columns] = found[columns].div(unit, axis=0)
    strictly = strict.set_index("claim_id")["verdict"]
    found = found.assign(
        unit=unit,
        strict_verdict=found["claim_id"].map(strictly),
        clipped=found["effect"].abs() > CLIP,
    )
    names = ["claim_id", "group", "origin", "verdict", "strict_verdict", *columns]
    return found[[*names, "margin", "scale", "unit", "clipped"]].reset_index(drop=True)


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a row per claim below the name of its group, in two columns."""
    sizes = data.groupby("group", sort=False).size()
    columns = two_columns(sizes * ROW + HEAD)
    tallest = max(sum(sizes[group] * ROW + HEAD for group in groups) for groups in columns)
    with canvas(tallest + 0.95) as figure:
        grid = figure.subplots(1, len(columns), squeeze=False)
        for axes, groups in zip(grid[0], columns, strict=True):
            _column(axes, [data[data["group"] == group] for group in groups], tallest)
        figure.supxlabel("effect in units of the margin", fontsize=9)
        shown = {*data["verdict"], *data["strict_verdict"]}
        figure.legend(handles=handles(shown), loc="outside upper center", ncols=len(LOOKS))
        yield figure


def _column(axes: Axes, groups: list[pd.DataFrame], height: float) -> None:
    """Draw groups below each other; the vertical axis is in inches from the top."""
    axes.set_xscale("symlog", linthresh=1.0, linscale=0.7)
    axes.set_xlim(-EDGE * CLIP, EDGE * CLIP)
    axes.set_ylim(height, 0)
    axes.axvspan(-1, 1, color="#ececec", zorder=0, linewidth=0)
    axes.axvline(0, color="black", linewidth=0.6, zorder=1)
    places, names, top = [], [], 0.0
    for rows in groups:
        axes.text(
            -0.02,
            top + 0.6 * HEAD,
            rows["group"].iloc[0].replace("-", " "),
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=FONT + 0.5,
            fontweight="bold",
        )
        top += HEAD
        for row in rows.to_dict("records"):
            y = top + ROW / 2
            _row(axes, row, y)
            places.append(y)
            names.append(f"{row['claim_id']}{'*' if row['margin'] == 0 else ''}")
            top += ROW
    axes.text(
        STRICT_AT, -0.03, "strict", transform=axes.get_yaxis_transform(), ha="center", fontsize=FONT
    )
    axes.set_yticks(places, names, fontsize=FONT)
    axes.tick_params(axis="y", length=0)
    axes.set_xticks(TICKS, [f"{tick}".replace("-", "\N{MINUS SIGN}") for tick in TICKS])
    axes.tick_params(axis="x", labelsize=FONT)
    axes.minorticks_off()
    axes.spines["left"].set_visible(False)


def _row(axes: Axes, row: Mapping[Hashable, Any], y: float) -> None:
    effect = float(row["effect"])
    verdict, strict = row["verdict"], row["strict_verdict"]
    mark(axes, STRICT_AT, y, strict, 13, transform=axes.get_yaxis_transform(), clip_on=False)
    if np.isnan(effect):
        mark(axes, 0, y, verdict, 22, zorder=3)
        return
    x = float(np.clip(effect, -CLIP, CLIP))
    ends = np.clip([row["ci_low"], row["ci_high"]], -CLIP, CLIP)
    axes.plot(ends, [y, y], color=LOOKS[verdict]["color"], linewidth=1.0, zorder=2)
    mark(axes, x, y, verdict, 22, zorder=3)
    if row["clipped"]:
        right = effect > 0
        beyond = 0.85 * EDGE * CLIP * (1 if right else -1)
        axes.scatter(beyond, y, marker=">" if right else "<", color="black", s=9, zorder=3)
        axes.annotate(
            f"{effect:.0f}".replace("-", "\N{MINUS SIGN}"),
            (x, y),
            xytext=(-5 if right else 5, 0),
            textcoords="offset points",
            ha="right" if right else "left",
            va="center",
            fontsize=FONT,
        )
