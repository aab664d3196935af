"""How fits spread weight: over columns that belong together, and over all."""

from __future__ import annotations

import numpy as np

from regclaims.vocabulary import Array


def within_block(coefs: Array, block_size: int) -> dict[str, Array]:
    """Describe the spread of coefficients within blocks of neighbouring columns.

    Parameters
    ----------
    coefs : (k, p)
        Per standard deviation of each column. A last, incomplete block is left out.
    block_size : int

    Returns
    -------
    dict
        Each (k,). ``block_spread`` = sum_j (b_j - mean of its block)^2 / sum_j b_j^2: 0 if weight
        is spread evenly, 1 - 1/size if each block keeps one column; free of scale.
        ``one_of_block``: share of blocks with any non-zero that keep exactly one. Both undefined
        (NaN) without blocks, or if all coefficients are zero.
    """
    k, p = coefs.shape
    if block_size < 2 or p < block_size:
        return {name: np.full(k, np.nan) for name in ("block_spread", "one_of_block")}
    blocks = coefs[:, : p // block_size * block_size].reshape(k, -1, block_size)
    deviation = blocks - blocks.mean(axis=2, keepdims=True)
    kept = np.count_nonzero(blocks, axis=2)
    return {
        "block_spread": ratio((deviation**2).sum(axis=(1, 2)), (blocks**2).sum(axis=(1, 2))),
        "one_of_block": ratio((kept == 1).sum(axis=1), (kept > 0).sum(axis=1)),
    }


def concentration(coefs: Array) -> dict[str, Array]:
    """Describe how few columns carry the weight, whatever its scale.

    Parameters
    ----------
    coefs : (k, p)
        Per standard deviation of each column.

    Returns
    -------
    dict
        Each (k,), undefined (NaN) if all coefficients are zero. ``participation_ratio`` =
        (sum b^2)^2 / sum b^4, the number of columns that share the weight: from 1 to p;
        ``gini``: the Gini coefficient of |b|, 0 if all are equal, 1 - 1/p if one has all;
        ``largest_share`` = max |b| / sum |b|.
    """
    size = np.abs(coefs)
    largest, total = size.max(axis=1), size.sum(axis=1)
    # In units of the largest, lest fourth powers vanish.
    relative = ratio(size, largest[:, None])
    p = size.shape[1]
    ranks = 2 * np.arange(1, p + 1) - p - 1
    return {
        "participation_ratio": (relative**2).sum(axis=1) ** 2 / (relative**4).sum(axis=1),
        "gini": np.sort(relative, axis=1) @ ranks / (p * relative.sum(axis=1)),
        "largest_share": ratio(largest, total),
    }


def dominance(coefs: Array, covariances: Array) -> Array:
    """Share of a prediction that its most important column has.

    The variance b'Sigma b of a prediction is the sum of b_j (Sigma b)_j, what column j contributes
    through its covariance with the prediction (Pratt 1987). That is Shapley's share of it: what a
    column adds to the variance of the sum of b_j x_j, averaged over all orders in which columns
    are put in. It may be negative where columns are correlated, so the largest is looked for, and
    the whole added up, among absolute values.

    Parameters
    ----------
    coefs : (k, p)
        Per standard deviation of each column.
    covariances : (k, p)
        Sigma b of each fit, with the correlation matrix Sigma.

    Returns
    -------
    (k,)
        max_j |b_j (Sigma b)_j| / sum_j |b_j (Sigma b)_j|, from 1/p to 1; undefined (NaN) if all
        coefficients are zero.
    """
    size = np.abs(coefs * covariances)
    return ratio(size.max(axis=1), size.sum(axis=1))


def ratio(numerator: Array, denominator: Array) -> Array:
    """Divide; undefined (NaN) where the denominator is zero."""
    numerator, denominator = np.asarray(numerator), np.asarray(denominator)
    out = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    return np.divide(numerator, denominator, out=out, where=denominator > 0)
