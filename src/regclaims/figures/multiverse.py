"""Every verdict under every registered alternative."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from matplotlib.figure import Figure

from regclaims.claims.decide import EXISTS, NOT_TESTABLE, SUPPORTED
from regclaims.claims.robustness import REGISTERED
from regclaims.figures.style import styled
from regclaims.figures.verdict_looks import handles, mark

ROW = 0.115
"""Inches for a claim: all of them fit on a page."""

LABELS = {
    REGISTERED: "as registered",
    "tuning-validation": "validation",
    "tuning-cv-min": "CV, least",
    "tuning-cv-1se": "CV, 1 s.e.",
    "tuning-bic": "BIC",
    "tuning-oracle": "oracle",
    "margin-halved": "margin / 2",
    "margin-doubled": "margin x 2",
    "bar-tends": "bar 50 %",
    "bar-plain": "bar 75 %",
    "bar-nine-tenths": "bar 90 %",
    "zero-1e-8": "zero: 1e-8",
    "stability-index": "stability index",
}


def table(robustness: pd.DataFrame) -> pd.DataFrame:
    """Order claims and alternatives as they are drawn.

    Parameters
    ----------
    robustness : DataFrame
        As from `claims.robustness.robustness`.

    Returns
    -------
    DataFrame
        ``claim_id, alternative, verdict, agreement``; what no cell has is left out.
    """
    shown = robustness[robustness["verdict"] != NOT_TESTABLE]
    plain = shown.assign(verdict=shown["verdict"].replace({EXISTS: SUPPORTED}))
    return plain[["claim_id", "alternative", "verdict", "agreement"]].reset_index(drop=True)


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a row per claim, a column per alternative."""
    claims = list(dict.fromkeys(data["claim_id"]))
    columns = [name for name in LABELS if name in set(data["alternative"])]
    with styled(1, 1, 1.3 + ROW * max(len(claims), 6)) as (figure, grid):
        axes = grid[0, 0]
        axes.set_axisbelow(True)
        for verdict, own in data.groupby("verdict"):
            places = own["alternative"].map(columns.index), own["claim_id"].map(claims.index)
            mark(axes, *places, str(verdict), 14)
        axes.set_xticks(range(len(columns)), [LABELS[name] for name in columns], rotation=55)
        axes.tick_params(axis="x", labeltop=True, labelbottom=False, top=False, bottom=False)
        for label in axes.get_xticklabels():
            label.set_ha("left")
            label.set_rotation_mode("anchor")
        axes.set_yticks(range(len(claims)), claims, fontsize=6.5)
        axes.set_ylim(len(claims) - 0.4, -0.6)
        axes.set_xlim(-0.6, len(columns) - 0.4)
        axes.axvline(0.5, color="black", linewidth=0.6)
        shown = handles(data["verdict"])
        figure.legend(handles=shown, loc="outside lower center", ncols=max(len(shown), 1))
        yield figure
