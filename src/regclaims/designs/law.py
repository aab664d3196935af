"""Which signals are equal in law, so that they are one cell.

Data are equal in law if they are up to the names of columns, their signs, and a scale of y that all
methods follow. That is, if a signed permutation of the columns turns one Sigma and beta into the
other's. `signal` gives all of them one name. Its rules:

1. rho = 0 of any kind is `independent`; blocks are cut at p, and a count that leaves one column or
   none outside is no count.
2. Densities count by the number s of relevant columns that they make, in whole blocks where these
   are placed; s = p makes every placement the same.
3. Where columns are independent, placement and signs do not matter.
4. Where s = 1, profile and signs do not matter; where s = p, `weak-sparsity` is `equal`.
5. In blocks, signs do not matter where each block has at most one non-zero coefficient, or has all
   of one sign: a whole block may be turned round.
6. Of placements that are the same up to an exchange of columns the one named first stands: in
   blocks, if they put the same coefficients together (blocks change places, columns in a block do,
   and exchangeable magnitudes are the same); elsewhere, if they choose the same columns, read from
   either end if magnitudes are exchangeable.
7. Turning every second column of an AR(1) design turns rho into -rho. A negative rho becomes
   positive where signs are random, or all non-zero coefficients stand at positions of one parity;
   where parities alternate, `plus` and `alternating` change places.

Random signs and magnitudes are compared by the law they are drawn from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regclaims.designs.correlation import AR1, Blocks, Correlation, Independent
from regclaims.designs.placement import PLACEMENTS, in_order, relevant_in_mixed, support
from regclaims.designs.profile import EXCHANGEABLE

TURNED = {"plus": "alternating", "alternating": "plus"}
"""Signs after turning every second non-zero coefficient."""


class Signal(NamedTuple):
    """Sigma and beta up to scale, by name."""

    correlation: Correlation
    n_relevant: int
    placement: str
    profile: str
    signs: str


@cache
def signal(
    n_features: int,
    correlation: Correlation,
    density: float,
    placement: str,
    profile: str,
    signs: str,
) -> Signal:
    """Name the signal that these levels make; equal names are equal in law.

    Parameters
    ----------
    n_features : int
        p.
    correlation : Correlation
        Structure of Sigma.
    density : float
        s/p, in (0, 1].
    placement, profile, signs : str
        Keys of `PLACEMENTS`, `PROFILES` and `SIGNS`.

    Returns
    -------
    Signal

    Raises
    ------
    ValueError
        If the relevant columns do not fit in the blocks that they are placed in.
    """
    p, structure = n_features, simplest(correlation, n_features)
    s, placement = _relevant(p, structure, density, placement)
    if profile == "weak-sparsity" and s == p:
        profile = "equal"
    if s == 1 and profile != "weak-sparsity":
        profile, signs = "equal", "plus"
    named = Signal(structure, s, placement, profile, signs)
    if isinstance(structure, Independent):
        return named._replace(placement="spread", signs="plus")
    if isinstance(structure, Blocks):
        named = named._replace(signs=_signs_in_blocks(named, p))
    named = named._replace(placement=_first_alike(named, p))
    return _turned(named, p) if isinstance(structure, AR1) else named


def simplest(correlation: Correlation, n_features: int) -> Correlation:
    """Return the simplest structure that has this Sigma for `n_features` columns (rule 1)."""
    if getattr(correlation, "rho", 0.0) == 0.0:
        return Independent()
    if isinstance(correlation, Blocks):
        correlation = replace(correlation, size=min(correlation.size, n_features))
        if n_features - correlation.covered(n_features) <= 1:
            correlation = replace(correlation, count=None)
    return correlation


def _relevant(p: int, structure: Correlation, density: float, placement: str) -> tuple[int, str]:
    """Return s = max(1, round(density p)), in whole blocks if placed so, and placement (rule 2)."""
    s, size = max(1, round(density * p)), structure.block_size
    if placement == "whole-blocks":
        s = size * min(structure.n_blocks(p), max(1, round(s / size)))
    return s, "spread" if s == p else placement


def _columns(named: Signal, p: int) -> NDArray[np.int64]:
    """List the columns with non-zero coefficients, in the order in which these are given out."""
    structure, s = named.correlation, named.n_relevant
    geometry = (structure.block_size, structure.n_blocks(p))
    return _placed(p, s, named.placement, *geometry, named.profile == "weak-sparsity")


@cache
def _placed(
    p: int, s: int, placement: str, size: int, n_blocks: int, then_others: bool
) -> NDArray[np.int64]:
    chosen = support(p, s, placement, size, n_blocks)
    return in_order(p, chosen) if then_others else chosen


def _signs_in_blocks(named: Signal, p: int) -> str:
    """Apply rule 5."""
    assert isinstance(named.correlation, Blocks)
    blocks = named.correlation.block_of(p)[_columns(named, p)].tolist()
    used = len(set(blocks))
    alternating = set(zip(blocks, (i % 2 for i in range(len(blocks))), strict=True))
    alike = used == len(blocks) or (named.signs == "alternating" and used == len(alternating))
    return "plus" if alike else named.signs


def _first_alike(named: Signal, p: int) -> str:
    """Apply rule 6."""
    shape = _shape(named, p)
    for placement in PLACEMENTS:
        if placement == named.placement:
            break
        other = named._replace(placement=placement)
        if _fits(other, p) and _shape(other, p) == shape:
            return placement
    return named.placement


def _fits(named: Signal, p: int) -> bool:
    size, n_blocks = named.correlation.block_size, named.correlation.n_blocks(p)
    if named.placement == "whole-blocks":
        return named.n_relevant % size == 0 and named.n_relevant <= size * n_blocks
    if named.placement == "mixed-blocks":
        return named.n_relevant <= relevant_in_mixed(size) * n_blocks
    return True


def _shape(named: Signal, p: int) -> Hashable:
    """Return what is left of the columns when the names of exchangeable ones are forgotten."""
    structure = named.correlation
    if isinstance(structure, Blocks):
        # rho is left out, so that what was found for one serves the others.
        return _in_blocks(replace(structure, rho=0.0), *named[1:], p)
    columns = _columns(named, p)
    forward, backward = tuple(columns), tuple(p - 1 - columns[::-1])
    return min(forward, backward) if named.profile in EXCHANGEABLE else forward


@cache
def _in_blocks(
    structure: Blocks, s: int, placement: str, profile: str, signs: str, p: int
) -> Hashable:
    """List what each block holds, up to its sign: magnitudes by number, equal ones by the same."""
    columns = _columns(Signal(structure, s, placement, profile, signs), p)
    number = np.arange(1, len(columns) + 1)
    if profile in (*EXCHANGEABLE, "weak-sparsity"):
        number[:s] = 1
    if signs == "alternating":
        number[1::2] *= -1
    held: dict[int, list[int]] = {}
    block_of = structure.block_of(p)
    for block, one in zip(block_of[columns].tolist(), number.tolist(), strict=True):
        held.setdefault(block, []).append(one)
    size = Counter(block_of.tolist())
    up_to_sign = {
        block: min(sorted(ones), sorted(-i for i in ones)) for block, ones in held.items()
    }
    return tuple(sorted((size[block], *ones) for block, ones in up_to_sign.items()))


def _turned(named: Signal, p: int) -> Signal:
    """Apply rule 7."""
    assert isinstance(named.correlation, AR1)
    if named.correlation.rho > 0:
        return named
    positive = named._replace(correlation=AR1(-named.correlation.rho))
    changes = np.diff(_columns(named, p) % 2) != 0
    if named.signs == "random" or not changes.any():
        return positive
    if changes.all():
        return positive._replace(signs=TURNED[named.signs])
    return named
