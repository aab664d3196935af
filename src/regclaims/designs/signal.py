"""Where the non-zero coefficients stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def support(n_features: int, n_relevant: int, placement: str, block_size: int) -> NDArray[np.int64]:
    """Choose the columns with non-zero coefficients.

    Parameters
    ----------
    n_features : int
        p.
    n_relevant : int
        s, from 1 to p; for whole blocks a multiple of `block_size`.
    placement : {"spread", "whole-blocks"}
        ``spread`` puts them at equal distances, beginning with the first column. ``whole-blocks``
        fills whole blocks of `block_size`, themselves at equal distances.
    block_size : int
        Columns in a block.

    Returns
    -------
    (s,) ascending column indices

    Raises
    ------
    ValueError
        If the placement is unknown, or the columns do not make whole blocks.
    """
    if placement == "spread":
        return np.arange(n_relevant) * n_features // n_relevant
    if placement != "whole-blocks":
        raise ValueError(f"unknown placement {placement!r}")
    n_blocks, chosen = n_features // block_size, n_relevant // block_size
    if n_relevant % block_size or not 0 < chosen <= n_blocks:
        raise ValueError(f"{n_relevant} of {n_features} columns are not blocks of {block_size}")
    blocks = np.arange(chosen) * n_blocks // chosen
    return (blocks[:, None] * block_size + np.arange(block_size)).ravel()
