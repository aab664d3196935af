"""Stability of a method's coefficients over fresh data sets: a property of a cell, not of a fit.

Each measure takes the coefficients of R replicates, per standard deviation of each column, and
gives its value with the R values that remain when each replicate is left out, for a delete-one
jackknife. All of those here are free of scale, so that a method cannot win by shrinking alone;
`variance` has those in plain units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regclaims.metrics.spread import ratio
from regclaims.vocabulary import Array


@dataclass(frozen=True)
class Jackknifed:
    """A statistic of R replicates.

    Attributes
    ----------
    value : float
        NaN where it is undefined.
    left_out : (R,)
        Its value without each replicate.
    """

    value: float
    left_out: Array

    @property
    def standard_error(self) -> float:
        """Delete-one jackknife: sqrt((R-1)/R sum (left_out - mean)^2)."""
        return jackknife_error(self.left_out)


def jackknife_error(left_out: Array) -> float:
    """Return the delete-one jackknife standard error from the R leave-one-out values."""
    n = len(left_out)
    return float(np.sqrt((n - 1) / n * np.sum((left_out - left_out.mean()) ** 2)))


def scale_free_variance(coefs: Array) -> Jackknifed:
    """tr Cov(b) / mean |b|^2: total variance of the coefficients in units of their mean square.

    Between 0 (always the same coefficients) and about 1 (mean coefficients of zero). Undefined if
    all coefficients of all replicates are zero.

    Parameters
    ----------
    coefs : (R, p)

    Returns
    -------
    Jackknifed
    """
    n = len(coefs)
    squares = (coefs**2).sum(axis=1)
    total = coefs.sum(axis=0)

    def value(sum_squares: Array, sum_coefs: Array, count: int) -> Array:
        mean_square = sum_squares / count
        centre = (sum_coefs**2).sum(axis=-1) / count**2
        return unbiased(count) * (1 - ratio(centre, mean_square))

    return Jackknifed(
        float(value(squares.sum(), total, n)),
        value(squares.sum() - squares, total - coefs, n - 1),
    )


def cosine(coefs: Array) -> Jackknifed:
    """Mean cosine between the coefficients of two replicates.

    Null fits have no direction and are left out; undefined with fewer than two others.
    """
    norms = np.sqrt((coefs**2).sum(axis=1))
    directions = coefs / np.where(norms > 0, norms, np.nan)[:, None]
    return _mean_over_pairs(directions @ directions.T)


def sign_agreement(coefs: Array) -> Jackknifed:
    """Mean over pairs of replicates: share of equal signs among columns that either one uses.

    Zero is a sign of its own. Null fits have no direction, as for `cosine`: pairs with one are left
    out; undefined with fewer than two others.
    """
    signs = np.sign(coefs)
    used = (signs != 0).astype(float)
    both = used @ used.T
    counts = used.sum(axis=1)
    either = counts[:, None] + counts[None, :] - both
    either[(counts[:, None] == 0) | (counts[None, :] == 0)] = np.nan
    # Among columns that both use, signs multiply to +1 (equal) or -1 (opposite).
    equal = (both + signs @ signs.T) / 2
    return _mean_over_pairs(ratio(equal, either))


def selection_stability(coefs: Array) -> Jackknifed:
    """Stability of the selected set (Nogueira, Sechidis and Brown 2018, eq. 4).

    1 - mean_j s_j^2 / (k/p (1 - k/p)), with s_j^2 the unbiased variance of column j's selection and
    k the mean number of selected columns. Undefined if none or all are always selected.
    """
    n = len(coefs)
    selected = (coefs != 0.0).astype(float)
    total = selected.sum(axis=0)

    def value(counts: Array, replicates: int) -> Array:
        share = counts / replicates
        variance = unbiased(replicates) * share * (1 - share)
        mean = share.mean(axis=-1)
        return 1 - ratio(variance.mean(axis=-1), mean * (1 - mean))

    return Jackknifed(float(value(total, n)), value(total - selected, n - 1))


def unbiased(count: int) -> float:
    """n/(n-1), undefined for one replicate."""
    return count / (count - 1) if count > 1 else np.nan


def _mean_over_pairs(pairs: Array) -> Jackknifed:
    """Average a symmetric (R, R) matrix off its diagonal, leaving out undefined pairs."""
    pairs = pairs.copy()
    np.fill_diagonal(pairs, np.nan)
    defined = np.isfinite(pairs)
    sums = np.where(defined, pairs, 0.0).sum(axis=1)
    counts = defined.sum(axis=1)
    # Each pair stands twice in the total and once in a replicate's own row.
    left_out = ratio(sums.sum() - 2 * sums, (counts.sum() - 2 * counts).astype(float))
    return Jackknifed(float(ratio(sums.sum(), np.asarray(float(counts.sum())))), left_out)
