"""Numbers of the maps: along which factor a claim changes most."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from regclaims.figures.of_claims import MAPS
from regclaims.report.tex import UNDEFINED, Tex, escape, number, percent

FEW = 3
"""A tile of fewer cells says little by itself."""

LEVEL = 10
"""Nor does a level of fewer cells, over all levels of the other factor."""


def map_numbers(figures: Mapping[str, pd.DataFrame]) -> dict[str, Tex]:
    """Write what the captions of the maps say.

    Parameters
    ----------
    figures : mapping
        The data of each figure, by its name.

    Returns
    -------
    dict
        For each map how many claims it shows, its share of tiles with few cells, and for either
        factor the claim whose share of cells that hold changes most from level to level.
    """
    values: dict[str, Tex] = {"map-few": number(FEW, 0), "map-level": number(LEVEL, 0)}
    for name in MAPS:
        data = figures[name]
        filled = data[data["cells"] > 0]
        values[f"{name}-claims"] = number(data["claim_id"].nunique(), 0)
        values[f"{name}-few"] = percent(
            float((filled["cells"] < FEW).mean()) if len(filled) else None
        )
        for side in ("row", "column"):
            values |= _widest(filled, side, f"{name}-{side}")
    return values


def _widest(filled: pd.DataFrame, side: str, prefix: str) -> dict[str, Tex]:
    """Name the claim that changes most from level to level of a factor, and where it is extreme."""
    levels = filled.groupby(["claim_id", side], sort=False, as_index=False).agg(
        share=(f"share_holds_{side}", "first"), cells=("cells", "sum")
    )
    levels = levels[levels["cells"] >= LEVEL]
    ranges = levels.groupby("claim_id", sort=False)["share"].agg(["max", "min"])
    if ranges.empty:
        claim, own = UNDEFINED, {}
    else:
        claim = str((ranges["max"] - ranges["min"]).idxmax())
        rows = levels[levels["claim_id"] == claim].sort_values("share", kind="stable")
        own = dict(
            zip(("least", "most"), rows.to_dict("records")[:: len(rows) - 1 or 1], strict=False)
        )
    values = {f"{prefix}-claim": Tex(rf"\textsf{{{escape(claim)}}}")}
    for word in ("least", "most"):
        row = own.get(word, {})
        values[f"{prefix}-{word}-level"] = escape(_level(row.get(side, UNDEFINED)))
        values[f"{prefix}-{word}-share"] = percent(row.get("share"))
        values[f"{prefix}-{word}-cells"] = number(row.get("cells"), 0)
    return values


def _level(level: object) -> str:
    """Write a level as figures do: one that is a number was read as such."""
    return f"{level:g}" if isinstance(level, float | int) else str(level)
