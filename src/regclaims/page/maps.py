"""Maps: in which part of the population a claim holds, over two of its moderators."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from regclaims.evidence.judging import HOLDS
from regclaims.page.svg import box, line, picture, text
from regclaims.page.texts import exact, percent

MODERATORS = {
    "n/p": "rows per column",
    "within_rho": "|ρ| within blocks",
    "condition_number": "condition number",
    "snr": "signal to noise",
    "density": "share relevant",
}
PAIRS = (("within_rho", "n/p"), ("density", "snr"))
"""Moderators of a map, across and up, where a claim has no two of its own."""

MOST_LEVELS = 6
SHADES = 5
WIDTH, LEFT, TOP, TILE, HIGH = 360, 78, 22, 43, 26

Levels = list[tuple[float, float]]


def pairs(moderators: Sequence[str]) -> list[tuple[str, str]]:
    """Choose the moderators of a claim's maps: its own first, then those that all claims have."""
    own = [(moderators[0], moderators[1])] if len(moderators) == 2 else []
    return own + [pair for pair in PAIRS if {*pair} not in [{*pair} for pair in own]]


def levels(values: pd.Series, cut: float | None = None) -> Levels:
    """Group the levels of a moderator into at most `MOST_LEVELS` (and one for the cut) ranges.

    Parameters
    ----------
    values : Series
        One a cell.
    cut : float or None
        No range reaches over it.

    Returns
    -------
    list of (float, float)
        The least and the largest level of each range, ascending. Ranges have about equally many
        cells where the levels are too many to stand alone.
    """
    rounded = values.dropna().map(lambda value: float(f"{value:.6g}"))
    counts = rounded.value_counts().sort_index()
    if len(counts) <= MOST_LEVELS:
        return [(level, level) for level in counts.index]
    place = (counts.cumsum() - counts / 2) / counts.sum()
    group = np.floor(place.to_numpy() * MOST_LEVELS).astype(int)
    if cut is not None:
        group = group * 2 + (counts.index.to_numpy() > cut)
    ranges = counts.index.to_series().groupby(group).agg(["min", "max"])
    return [(float(low), float(high)) for low, high in ranges.to_numpy()]


def boundary_of(row: Mapping[str, Any]) -> tuple[str, float] | None:
    """Find the moderator of a boundary, and a value between the two levels where it flips."""
    if row["region"] is None:
        return None
    first, second = (float(level) for level in re.findall(r"[<>]= (\S+?)(?:,|$)", row["region"]))
    return str(row["moderator"]), (first + second) / 2


def maps(
    row: Mapping[str, Any], moderators: Sequence[str], states: pd.Series, population: pd.DataFrame
) -> list[Markup]:
    """Draw a claim's maps.

    Parameters
    ----------
    row : mapping
        A verdict of `results/verdicts.json`.
    moderators : sequence of str
        The claim's own.
    states : Series
        State of each cell that votes, by ``cell_id``.
    population : DataFrame
        Indexed by ``cell_id``.

    Returns
    -------
    list of Markup
        None for cells that are not of the population.
    """
    cells = population.join(states.rename("state"), how="inner")
    if cells.empty:
        return []
    found = boundary_of(row)
    return [_map(cells, pair, found) for pair in pairs(moderators)]


def _map(cells: pd.DataFrame, pair: tuple[str, str], found: tuple[str, float] | None) -> Markup:
    cuts = {found[0]: found[1]} if found else {}
    across, up = sides = [levels(cells[name], cuts.get(name)) for name in pair]
    tile = min(TILE, (WIDTH - LEFT - 6) / len(across))
    ground = TOP + HIGH * len(up)
    marks: list[Markup] = []
    for i, column in enumerate(across):
        inside = _within(cells[pair[0]], column)
        for j, level in enumerate(up):
            here = cells.loc[inside & _within(cells[pair[1]], level), "state"]
            marks += _tile(LEFT + i * tile, ground - (j + 1) * HIGH, tile, here)
    marks += _names(across, up, tile, ground)
    marks += _cut(found, pair, across, up, tile, ground)
    marks.append(text(LEFT, ground + 41, f"→ {MODERATORS[pair[0]]}", "start"))
    marks.append(text(0, TOP - 9, f"↑ {MODERATORS[pair[1]]}", "start"))
    told = "; ".join(_told(cells, *side) for side in zip(pair, sides, strict=True))
    return picture(WIDTH, ground + 48, f"share of cells that hold, {told}", "map", *marks)


def _names(across: Levels, up: Levels, tile: float, ground: float) -> Iterator[Markup]:
    """Write the levels along both sides; in two lines where they stand close together."""
    close = tile < TILE or max(len(_label(level)) for level in across) > 6
    lower = 11 if close else 0
    for i, level in enumerate(across):
        yield text(LEFT + (i + 0.5) * tile, ground + 14 + lower * (i % 2), _label(level))
    for j, level in enumerate(up):
        yield text(LEFT - 5, ground - (j + 0.5) * HIGH + 4, _label(level), "end")


def _within(values: pd.Series, level: tuple[float, float]) -> pd.Series:
    slack = 1e-5 * abs(level[0]), 1e-5 * abs(level[1])
    return (values >= level[0] - slack[0]) & (values <= level[1] + slack[1])


def _tile(x: float, y: float, width: float, states: pd.Series) -> Iterator[Markup]:
    if states.empty:
        yield box(x + 1, y + 1, width - 2, HIGH - 2, "tile none")
        return
    share = float((states == HOLDS).mean())
    shade = min(int(share * SHADES), SHADES - 1)
    yield box(x + 1, y + 1, width - 2, HIGH - 2, f"tile q{shade}")
    yield text(x + width / 2, y + HIGH / 2 + 4, f"{100 * share:.0f}", class_=f"on q{shade}")


def _label(level: tuple[float, float]) -> str:
    low, high = (exact(float(f"{end:.3g}")) for end in level)
    return low if low == high else f"{low}–{high}"


def _cut(
    found: tuple[str, float] | None,
    pair: tuple[str, str],
    across: Levels,
    up: Levels,
    tile: float,
    ground: float,
) -> Iterator[Markup]:
    """Draw the boundary between the tiles on its two sides."""
    if found is None or found[0] not in pair:
        return
    if found[0] == pair[0]:
        x = LEFT + tile * sum(high < found[1] for _, high in across)
        yield line(x, TOP - 4, x, ground + 2, "cut")
    else:
        y = ground - HIGH * sum(high < found[1] for _, high in up)
        yield line(LEFT - 2, y, LEFT + tile * len(across) + 4, y, "cut")


def _told(cells: pd.DataFrame, moderator: str, ranges: Levels) -> str:
    """Read a map out: the share of cells that hold, by one moderator."""
    parts = []
    for level in ranges:
        states = cells.loc[_within(cells[moderator], level), "state"]
        parts.append(f"{_label(level)}: {percent(float((states == HOLDS).mean()))}")
    return f"by {MODERATORS[moderator]}, {', '.join(parts)}"
