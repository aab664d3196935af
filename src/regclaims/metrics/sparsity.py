"""How many coefficients are zero. A zero is a coefficient that equals ``0.0``."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from regclaims.vocabulary import Array

NEARLY = 1e-8
"""The alternative reading of zero: at most this, per standard deviation of a column and of y."""


def sparsity(coefs: Array, unit: float = 1.0) -> dict[str, Array]:
    """Describe the zeros of fits.

    Parameters
    ----------
    coefs : (k, p)
        Per standard deviation of each column.
    unit : float
        Standard deviation of y, which coefficients are next to zero beside.

    Returns
    -------
    dict
        Each (k,). ``n_nonzero``: count; ``zero_share``: share of the p coefficients that equal 0.0;
        ``has_zero``: 1 if there is any, else 0; ``near_zero_share``: share that is at most 1e-8
        `unit`; ``smallest_nonzero``: smallest magnitude that is not zero, undefined (NaN) in a null
        fit.
    """
    size = np.abs(coefs)
    nonzero = np.count_nonzero(size, axis=1)
    zero_share = (size == 0.0).mean(axis=1)
    smallest = np.where(size > 0, size, np.inf).min(axis=1)
    return {
        "n_nonzero": nonzero.astype(float),
        "zero_share": zero_share,
        "has_zero": (zero_share > 0).astype(float),
        "near_zero_share": (size <= NEARLY * unit).mean(axis=1),
        "smallest_nonzero": np.where(nonzero > 0, smallest, np.nan),
    }


def description_share(n_nonzero: Array, n: int, p: int) -> Array:
    """Length of a two-part code for a model, as a share of that for one with all p columns.

    log2 C(p, k) bits say which k columns, and (log2 n)/2 bits each coefficient to the precision
    that n rows give it (Rissanen 1983).

    Parameters
    ----------
    n_nonzero : (k,)
    n, p : int

    Returns
    -------
    (k,)
        0 for the null model, 1 for a dense one; above 1 where naming the columns costs more than
        leaving some out saves.
    """
    which = (gammaln(p + 1) - gammaln(n_nonzero + 1) - gammaln(p - n_nonzero + 1)) / np.log(2)
    each = np.log2(n) / 2
    return np.asarray((which + n_nonzero * each) / (p * each))
