"""Where in the population a claim holds and where it is reversed: a tile for each two levels."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from regclaims.claims.boundary import LEAST_CELLS
from regclaims.claims.combine import combine
from regclaims.claims.decide import BOUNDARY
from regclaims.evidence.judging import HOLDS, NEGLIGIBLE, REVERSED
from regclaims.figures.by_factor import FACTORS, crossed, crossings
from regclaims.figures.style import canvas
from regclaims.figures.verdict_looks import AGAINST, FOR

PANELS = 6
"""Claims that are shown."""

COLORS = LinearSegmentedColormap.from_list("reversed to holds", [AGAINST, "#ffffff", FOR])
TICKS = (-1, -0.5, 0, 0.5, 1)
MOST = 0.5
SIGNS = {1: "+", 0: "\N{WHITE BULLET}", -1: "\N{MINUS SIGN}"}
"""More than `MOST` of the cells hold, neither, more are reversed: the colours in grey scale."""

READS = {
    "contrasts": {
        "columns": [
            *("claim_id", "reading", "part", "cell_id", "why_not", "state", "effect"),
            *("p_above", "p_below", "replicates", "undefined"),
        ]
    },
    "population": {"columns": ["cell_id", "levels", "response", "twins"]},
}
"""What of the large tables is read."""


def states(contrasts: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Give what every voting cell says of every claim in its charitable reading.

    Parameters
    ----------
    contrasts, decisions : DataFrame
        As the verdict stage writes them.

    Returns
    -------
    DataFrame
        ``claim_id, cell_id, state``: that of all parts together.
    """
    voting = contrasts[(contrasts["reading"] == "charitable") & (contrasts["why_not"] == "")]
    how = decisions[decisions["reading"] == "charitable"].set_index("claim_id")["combine"]
    found = []
    for name, rows in voting.groupby("claim_id", sort=False):
        parts = [part.set_index("cell_id") for _, part in rows.groupby("part")]
        whole = combine(parts, str(how[name]))[["state"]]
        found.append(whole.assign(claim_id=name).reset_index())
    return pd.concat(found, ignore_index=True)


def most_divided(cells: pd.DataFrame, verdicts: pd.DataFrame) -> list[str]:
    """Choose the claims for which a region matters most, by a rule that knows no claim.

    Of claims whose bar is a share of cells, and that have as many cells as one side of a boundary
    needs: first those with a boundary, then those that are divided most, by the lesser of the
    shares of cells that hold and that count against. Of claims that say the same of the same cells
    the first stands for all.

    Parameters
    ----------
    cells : DataFrame
        As from `states`, cells of the population only.
    verdicts : DataFrame

    Returns
    -------
    list of str
        `PANELS` at most, in the order of the verdicts.
    """
    barred = verdicts[verdicts["share_holds"].notna() & (verdicts["bar"] != "existence")]
    rank: dict[str, tuple[bool, float]] = {}
    seen = set()
    for name, verdict in zip(barred["claim_id"], barred["verdict"], strict=True):
        own = cells[cells["claim_id"] == name].sort_values("cell_id")
        said = tuple(zip(own["cell_id"], own["state"], strict=True))
        divided = min(
            (own["state"] == HOLDS).mean(), own["state"].isin([NEGLIGIBLE, REVERSED]).mean()
        )
        if len(own) >= LEAST_CELLS and divided > 0 and said not in seen:
            rank[str(name)] = (verdict != BOUNDARY, -float(divided))
        seen.add(said)
    first = sorted(rank, key=lambda name: rank[name])[:PANELS]
    return [name for name in rank if name in first]


def tiles(
    verdicts: pd.DataFrame,
    decisions: pd.DataFrame,
    contrasts: pd.DataFrame,
    population: pd.DataFrame,
    row: str,
    column: str,
) -> pd.DataFrame:
    """Count what the cells of each two levels say.

    Parameters
    ----------
    verdicts, decisions, contrasts, population : DataFrame
        As the workflow writes them; cells without columns in pairs, of a linear response, are
        taken.
    row, column : str
        Factors of the population.

    Returns
    -------
    DataFrame
        ``claim_id, verdict, row, column, cells, share_holds, share_reversed, share_holds_row,
        share_holds_column``: a row for each two levels of the study, in their order; the last two
        are of the level, over all levels of the other factor. Without a voting cell the shares are
        missing.
    """
    linear = crossed(population)
    places = crossings(linear, row, column)
    cells = states(contrasts, decisions)
    cells = cells[cells["cell_id"].isin(linear["cell_id"])]
    chosen = most_divided(cells, verdicts)
    data = cells[cells["claim_id"].isin(chosen)].merge(places, on="cell_id")
    data = data.assign(holds=data["state"] == HOLDS, reversed=data["state"] == REVERSED)
    groups = data.groupby(["claim_id", "row", "column"])
    counted = groups.agg(
        cells=("holds", "size"),
        share_holds=("holds", "mean"),
        share_reversed=("reversed", "mean"),
    )
    rows = places.sort_values("row_rank")["row"].unique()
    columns = places.sort_values("column_rank")["column"].unique()
    every = pd.MultiIndex.from_product([chosen, rows, columns], names=counted.index.names)
    found = counted.reindex(every).reset_index()
    for name in ("row", "column"):
        means = data.groupby(["claim_id", name])["holds"].mean().rename(f"share_holds_{name}")
        found = found.join(means, on=["claim_id", name])
    verdict = verdicts.set_index("claim_id")["verdict"]
    found = found.assign(
        cells=found["cells"].fillna(0).astype(int),
        verdict=found["claim_id"].map(verdict),
    )
    names = ["claim_id", "verdict", "row", "column", "cells", "share_holds", "share_reversed"]
    return found[[*names, "share_holds_row", "share_holds_column"]]


@contextmanager
def draw(
    data: pd.DataFrame, row: str, column: str, *, across: int, tile: float
) -> Iterator[Figure]:
    """Draw a panel per claim, `across` of them side by side; a tile is `tile` inches high."""
    claims = list(dict.fromkeys(data["claim_id"]))
    if not claims:
        with canvas(1) as figure:
            figure.text(0.5, 0.5, "no claim with enough cells is divided", ha="center")
            yield figure
        return
    rows = -(-len(claims) // across)
    height = rows * (data["row"].nunique() * tile + 0.32) + 1.0
    with canvas(height) as figure:
        grid = figure.subplots(rows, across, squeeze=False, sharex=True, sharey=True)
        for axes, name in zip(grid.flat, claims, strict=False):
            _panel(axes, data[data["claim_id"] == name])
        for axes in grid.flat[len(claims) :]:
            axes.set_visible(False)
        figure.supxlabel(FACTORS[column], fontsize=9)
        figure.supylabel(FACTORS[row], fontsize=9)
        scale = figure.colorbar(
            ScalarMappable(Normalize(-1, 1), COLORS),
            ax=grid,
            location="top",
            aspect=50,
            fraction=0.04,
            pad=0.02,
        )
        scale.set_ticks(TICKS, labels=[_percent(tick) for tick in TICKS])
        scale.set_label("share of cells that hold less share that are reversed")
        scale.outline.set_linewidth(0.5)
        yield figure


def _panel(axes: Axes, data: pd.DataFrame) -> None:
    rows, columns = list(dict.fromkeys(data["row"])), list(dict.fromkeys(data["column"]))
    for tile in data.to_dict("records"):
        _tile(axes, columns.index(tile["column"]), rows.index(tile["row"]), tile)
    axes.set_title(f"{data['claim_id'].iloc[0]}: {data['verdict'].iloc[0]}", fontsize=8.5)
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xticks(range(len(columns)), columns, rotation=90 if len(columns) > 5 else 0)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _tile(axes: Axes, x: int, y: int, tile: Mapping[Hashable, Any]) -> None:
    box: dict[str, Any] = {"xy": (x - 0.5, y - 0.5), "width": 1, "height": 1, "linewidth": 0.6}
    if tile["cells"] == 0:
        axes.add_patch(Rectangle(**box, facecolor="white", edgecolor="#cccccc", hatch="////"))
        return
    balance = tile["share_holds"] - tile["share_reversed"]
    axes.add_patch(Rectangle(**box, facecolor=COLORS((balance + 1) / 2), edgecolor="#bbbbbb"))
    ink = "white" if abs(balance) > 0.75 else "black"
    sign = int(tile["share_holds"] > MOST) - int(tile["share_reversed"] > MOST)
    axes.text(x - 0.12, y, SIGNS[sign], ha="center", va="center", fontsize=9, color=ink)
    axes.text(
        x + 0.46, y + 0.44, f"{tile['cells']}", ha="right", va="bottom", fontsize=6, color=ink
    )


def _percent(share: float) -> str:
    return f"{100 * share:+.0f} %".replace("-", "\N{MINUS SIGN}") if share else "0"
