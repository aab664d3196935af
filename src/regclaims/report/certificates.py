"""What the table of fits says about itself: certificates, grids that were too short, failures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from regclaims.evidence.names import NET, RESCALED
from regclaims.report.tex import Tex, escape, number, percent, scientific
from regclaims.solvers.certificate import MAX_RESIDUAL
from regclaims.vocabulary import FAILED

COLUMNS = [
    *("cell_id", "method", "tuning", "status", "kkt", "gap"),
    *("longer_grid", "path_failures", "at_grid_end"),
]
ONCE = ("none", "validation")
"""Rules of which every method has one: what belongs to a path is counted at their rows."""


@dataclass(frozen=True)
class Certificates:
    """Sums over all chosen fits.

    Attributes
    ----------
    fits, at_end : int
        Chosen fits, and those at the end of their grid.
    worst_kkt, worst_gap : float
        Of those that did not fail.
    path_failures : int
        Failed fits among those that were chosen from, folds included.
    pairs, longer : int
        Pairs of method and cell, and those that were fitted again on a longer grid.
    """

    fits: int
    at_end: int
    worst_kkt: float
    worst_gap: float
    path_failures: int
    pairs: int
    longer: int


def read_certificates(folder: str | Path) -> Certificates:
    """Sum up the table of fits, a file at a time.

    Parameters
    ----------
    folder : path
        `results/fits.parquet`; no method on a cell is in two files.
    """
    parts = [
        _sum(part.to_table(columns=COLUMNS))
        for part in ds.dataset(str(folder), format="parquet").get_fragments()
    ]
    table = pd.DataFrame(parts)
    totals = ("fits", "at_end", "path_failures", "pairs", "longer")
    return Certificates(
        worst_kkt=float(table["worst_kkt"].max()),
        worst_gap=float(table["worst_gap"].max()),
        **{name: int(table[name].sum()) for name in totals},
    )


def _sum(fits: pa.Table) -> Certificates:
    good = fits.filter(pc.not_equal(fits["status"], FAILED))
    pairs = fits.group_by(["cell_id", "method"]).aggregate([("longer_grid", "max")])
    # The Elastic Net that chooses its l1_ratio, naive or rescaled, makes no paths of its own.
    own = pc.and_(
        pc.is_in(fits["tuning"], pa.array(ONCE)),
        pc.invert(pc.is_in(fits["method"], pa.array([NET, RESCALED]))),
    )
    return Certificates(
        fits=len(fits),
        at_end=int(pc.sum(fits["at_grid_end"]).as_py() or 0),
        worst_kkt=pc.max(good["kkt"]).as_py(),
        worst_gap=pc.max(good["gap"]).as_py(),
        path_failures=pc.sum(fits.filter(own)["path_failures"]).as_py() or 0,
        pairs=len(pairs),
        longer=pc.sum(pairs["longer_grid_max"]).as_py() or 0,
    )


def certificate_numbers(
    found: Certificates, ends: pd.DataFrame, failures: pd.DataFrame, max_at_end: float
) -> dict[str, Tex]:
    """Certificates, grids and failures by macro name.

    Parameters
    ----------
    found : Certificates
    ends : DataFrame
        The rows of the table of cells with metric ``at_grid_end``, synthetic cells only.
    failures : DataFrame
        `results/failures.csv`.
    max_at_end : float
        Share of optima at the end of their grid from which a cell does not vote.
    """
    still = ends[ends["mean"] > max_at_end]
    failed = failures[failures["status"] == FAILED]
    return {
        "max-residual": scientific(MAX_RESIDUAL),
        "n-fits": number(found.fits, 0),
        "worst-kkt": scientific(found.worst_kkt),
        "worst-gap": scientific(found.worst_gap),
        "path-failures": number(found.path_failures, 0),
        "grid-end": percent(found.at_end / found.fits, 1),
        "max-at-end": percent(max_at_end),
        "longer-grid": percent(found.longer / found.pairs, 1),
        "still-at-end": percent(len(still.groupby(["cell_id", "method"])) / found.pairs, 1),
        "n-failed": number(len(failed), 0),
        "not-unique": _not_unique(len(failures) - len(failed)),
        "failure-reasons": _reasons(failed["reason"]),
    }


def _not_unique(count: int) -> Tex:
    """Say how many chosen fits have a rival, and what becomes of them."""
    if count == 0:
        return Tex("no chosen fit has a rival that is optimal too")
    fits = "one chosen fit has" if count == 1 else f"{number(count, 0)} chosen fits have"
    return Tex(f"{fits} a rival that is optimal too, and nothing is measured there")


def _reasons(reasons: pd.Series) -> Tex:
    """List reasons with their counts, the most frequent first; their own numbers are left out."""
    counts = reasons.map(lambda reason: str(reason).partition(":")[0]).value_counts()
    named = [f"{escape(reason)}: {number(count, 0)}" for reason, count in counts.items()]
    return Tex(f" ({'; '.join(named)})") if named else Tex("")
