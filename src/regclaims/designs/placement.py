"""Where the relevant columns stand. A new placement is one function and its line in `PLACEMENTS`.

Each function takes p, s, the columns in a block and the number of whole blocks, which are the first
ones, and returns s ascending column indices.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Columns = NDArray[np.int64]


def spread(p: int, s: int, size: int, n_blocks: int) -> Columns:
    """At equal distances p/s, beginning with the first column."""
    return np.arange(s) * p // s


def end_to_end(p: int, s: int, size: int, n_blocks: int) -> Columns:
    """At equal distances from the first column to the last.

    Beta-type 1 of Hastie, Tibshirani and Tibshirani (2020): the 1-based positions
    1 + (p-1) k/(s-1), rounded, halves to even as R does.
    """
    return np.rint(np.linspace(1, p, s)).astype(np.int64) - 1


def first(p: int, s: int, size: int, n_blocks: int) -> Columns:
    """The first s columns; beta-types 2, 3 and 5 of Hastie, Tibshirani and Tibshirani (2020)."""
    return np.arange(s)


def mixed_blocks(p: int, s: int, size: int, n_blocks: int) -> Columns:
    """Blocks that begin with relevant columns and end with irrelevant ones.

    Each used block holds ceil(size/2) relevant columns, the last one what remains; used blocks
    stand at equal distances.
    """
    each = relevant_in_mixed(size)
    used = -(-s // each)
    if used > n_blocks:
        raise ValueError(f"{s} of {p} columns do not fit in mixed blocks of {size}")
    return (_starts(used, size, n_blocks)[:, None] + np.arange(each)).ravel()[:s]


def whole_blocks(p: int, s: int, size: int, n_blocks: int) -> Columns:
    """They fill whole blocks, themselves at equal distances."""
    used = s // size
    if s % size or not 0 < used <= n_blocks:
        raise ValueError(f"{s} of {p} columns are not blocks of {size}")
    return (_starts(used, size, n_blocks)[:, None] + np.arange(size)).ravel()


PLACEMENTS: dict[str, Callable[[int, int, int, int], Columns]] = {
    "spread": spread,
    "whole-blocks": whole_blocks,
    "mixed-blocks": mixed_blocks,
    "end-to-end": end_to_end,
    "first": first,
}
"""Placements by name. Where two are equal in law, the cell is known by the one that stands here
first: the first five columns, say, are a whole block."""


def relevant_in_mixed(size: int) -> int:
    """Count the relevant columns of a mixed block: ceil(size/2)."""
    return -(-size // 2)


def support(
    n_features: int, n_relevant: int, placement: str, block_size: int, n_blocks: int
) -> Columns:
    """Choose the relevant columns.

    Parameters
    ----------
    n_features : int
        p.
    n_relevant : int
        s, from 1 to p; for whole blocks a multiple of `block_size`.
    placement : str
        A key of `PLACEMENTS`.
    block_size, n_blocks : int
        Columns in a block, and number of whole blocks.

    Returns
    -------
    (s,) ascending column indices

    Raises
    ------
    ValueError
        If the placement is unknown, or the columns do not fit in blocks.
    """
    if placement not in PLACEMENTS:
        raise ValueError(f"unknown placement {placement!r}")
    return PLACEMENTS[placement](n_features, n_relevant, block_size, n_blocks)


def in_order(n_features: int, chosen: Columns) -> Columns:
    """List all columns: the relevant ones in ascending order, then the others."""
    others = np.setdiff1d(np.arange(n_features), chosen, assume_unique=True)
    return np.concatenate([chosen, others])


def _starts(used: int, size: int, n_blocks: int) -> Columns:
    return np.arange(used) * n_blocks // used * size
