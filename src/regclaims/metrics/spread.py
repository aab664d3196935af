"""How a fit spreads weight over columns that belong together."""

from __future__ import annotations

import numpy as np

from regclaims.vocabulary import Array


def within_block(coef: Array, block_size: int) -> dict[str, float]:
    """Describe the spread of coefficients within blocks of neighbouring columns.

    Parameters
    ----------
    coef : (p,)
        A last, incomplete block is left out.
    block_size : int

    Returns
    -------
    dict
        ``block_spread`` = sum_j (b_j - mean of its block)^2 / sum_j b_j^2: 0 if weight is spread
        evenly, 1 - 1/size if each block keeps one column; free of scale. ``one_of_block``: share of
        blocks with any non-zero that keep exactly one. Both undefined (NaN) without blocks, or if
        all coefficients are zero.
    """
    undefined = {"block_spread": np.nan, "one_of_block": np.nan}
    if block_size < 2:
        return undefined
    blocks = coef[: len(coef) // block_size * block_size].reshape(-1, block_size)
    total = (blocks**2).sum()
    kept = np.count_nonzero(blocks, axis=1)
    if total == 0:
        return undefined
    deviation = blocks - blocks.mean(axis=1, keepdims=True)
    return {
        "block_spread": float((deviation**2).sum() / total),
        "one_of_block": float((kept == 1).sum() / (kept > 0).sum()),
    }
