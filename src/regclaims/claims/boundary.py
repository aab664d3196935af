"""Where a claim holds and where it does not: one split of one moderator, found and confirmed.

It is looked for on half of the replicates and has to be confirmed on the other half, so that it
cannot be an accident of the search. A split lies between two levels of the design, never within:
values that whole columns and blocks make of one level are close, and taken for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from regclaims.claims.combine import combine
from regclaims.claims.count_test import LEVEL, at_least, cells_needed
from regclaims.claims.design import FACTORS, levels_of
from regclaims.config.claims import WITHOUT_SHARE

LEAST_CELLS = 24
"""Cells on either side of a split."""

MODERATORS: Mapping[str, tuple[str, ...]] = {
    "n/p": ("shape",),
    "within_rho": ("correlation",),
    "condition_number": ("correlation", "shape"),
    "snr": ("snr",),
    "density": ("density", "shape"),
}
"""Moderators, with the factors that they are a function of: these need not vary within a side."""

SAME_LEVEL = {"density": 1.3, "within_rho": 1.05, "condition_number": 1.1}
"""Neighbouring values whose ratio is no larger are of one level; of other moderators, equal ones.

A density of .5 is .4 of ten columns in whole blocks; the mean correlation in blocks of a factor
model is .410 to .415, as their number of columns has it.
"""

ROUNDING = 1 + 1e-6


@dataclass(frozen=True)
class Boundary:
    """A split on one side of which a claim is supported, and on the other refuted.

    Attributes
    ----------
    moderator : str
    above : bool
        Whether it holds on the side of larger values.
    low, high : float
        The two levels of the design between which it flips.
    p_found, p_confirmed : float
        The larger of the two sides' p-values; the first times the number of splits tried.
    """

    moderator: str
    above: bool
    low: float
    high: float
    p_found: float
    p_confirmed: float

    @property
    def region(self) -> str:
        """Where it holds and where it does not, by the bracketing levels."""
        holds, fails = (">=", "<=") if self.above else ("<=", ">=")
        inside, outside = (self.high, self.low) if self.above else (self.low, self.high)
        name = self.moderator
        return f"{name} {holds} {inside:.4g}, not {name} {fails} {outside:.4g}"


def find_boundary(
    halves: Sequence[Sequence[pd.DataFrame]],
    rule: Mapping[str, Any],
    bar: float | None,
    moderators: Sequence[str],
    population: pd.DataFrame,
) -> Boundary | None:
    """Search one half of the replicates for a split, and confirm it on the other.

    Parameters
    ----------
    halves : pair of sequences of DataFrame
        Contrasts of each part in the cells that vote, as for `decide`, from each half of the
        replicates.
    rule, bar
        As for `decide`.
    moderators : sequence of str
        Keys of `MODERATORS`.
    population : DataFrame
        Indexed by ``cell_id``.

    Returns
    -------
    Boundary or None
        Of the splits whose p-value, times the number of splits tried, is at most .025, the one of
        least p, if the other half confirms it at .025.
    """
    if bar is None or rule["bar"] in WITHOUT_SHARE:
        return None
    first, second = (combine(parts, rule["combine"]) for parts in halves)
    about = population.loc[population.index.intersection(first.index)]
    levels = levels_of(about)
    tried = [split for name in moderators for split in _splits(name, about, levels)]
    found = None
    for name, low, high in tried:
        for above in (True, False):
            p = len(tried) * 2 * _p_value(first, bar, about, (name, low), above)
            if p <= LEVEL and (found is None or p < found.p_found):
                found = Boundary(name, above, low, high, p, 1.0)
    if found is None:
        return None
    where = (found.moderator, found.low)
    confirmed = _p_value(second, bar, about, where, found.above)
    if confirmed > LEVEL:
        return None
    return Boundary(**{**found.__dict__, "p_confirmed": confirmed})


def _splits(
    moderator: str, about: pd.DataFrame, factors: pd.DataFrame
) -> Iterator[tuple[str, float, float]]:
    """List the splits of a moderator that leave enough cells, and enough variety, on both sides."""
    values = about[moderator]
    apart = max(SAME_LEVEL.get(moderator, 1.0), ROUNDING)
    for low, high in pairwise(sorted(values.dropna().unique())):
        if high <= low * apart:
            continue
        sides = factors[values <= low], factors[values >= high]
        if all(_varied(side, factors, MODERATORS[moderator]) for side in sides):
            yield moderator, low, high


def _varied(side: pd.DataFrame, every: pd.DataFrame, own: Sequence[str]) -> bool:
    """Whether a side has its cells, and two levels of every other factor that has two at all."""
    if len(side) < LEAST_CELLS:
        return False
    others = [factor for factor in FACTORS if factor not in own]
    return all(side[factor].nunique() > 1 for factor in others if every[factor].nunique() > 1)


def _p_value(
    cells: pd.DataFrame, bar: float, about: pd.DataFrame, where: tuple[str, float], above: bool
) -> float:
    """Return the larger p-value of "holds on this side" and "does not hold on the other"."""
    moderator, low = where
    values = about[moderator]
    sides = values > low, values <= low
    upper, lower = (cells[cells.index.isin(about.index[side])] for side in sides)
    inside, outside = (upper, lower) if above else (lower, upper)
    if inside.empty or outside.empty:  # of the half that confirms, whose cells may be others
        return 1.0
    needed, against = cells_needed(bar, len(inside)), cells_needed(bar, len(outside))
    return max(
        at_least(inside["p_above"].to_numpy(), needed),
        at_least(outside["p_below"].to_numpy(), len(outside) - against + 1),
    )
