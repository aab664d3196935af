"""Choices by degrees of freedom, which cost as much as an Elastic Net's path: few are computed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regclaims.errors import UnfitError
from regclaims.solvers import Path
from regclaims.tuning.bounds import ROUNDING, FreedomBounds
from regclaims.vocabulary import Array


def least_bic(path: Path, rss: Array, n: int, limit: float) -> tuple[int, float]:
    """Find the certified fit of least BIC among those of at most `limit` degrees of freedom.

    n log(RSS/n) + log(n) df, as Zou, Hastie and Tibshirani (2007) take it for the lasso. Degrees of
    freedom are computed only of fits that may win by their bounds.

    Parameters
    ----------
    path : Path
    rss : (k,)
        Sum of squared residuals of the rows fitted to. Where it is not finite, a fit is left out.
    n : int
        Number of these rows.
    limit : float
        n/2 say: a fit that interpolates has an RSS of 0, and would win.

    Returns
    -------
    index : int
        Of equal fits the one of the largest lambda.
    bic : float

    Raises
    ------
    UnfitError
        If there is no such fit.

    Notes
    -----
    An RSS below rounding of the largest, as of a response without noise, counts as that rounding:
    the logarithm of what is left would be a matter of chance, and of 0 there is none.
    """
    open_ = path.certified & np.isfinite(rss)
    if not open_.any():
        raise UnfitError("none of the fits is certified")
    least = (np.finfo(float).eps ** 2 * n * rss[open_].max()) or 1.0
    fit = n * np.log(np.maximum(rss, least, where=open_, out=np.full(len(rss), np.nan)) / n)
    bounds = FreedomBounds(path, rank=n)
    best, bic = -1, np.inf
    while True:
        # An unknown fit that ties by its bound may tie indeed, at a larger lambda.
        floor = fit + np.log(n) * bounds.lower
        open_ &= (bounds.lower <= limit) & (floor <= bic)
        if not open_.any():
            break
        # Nearly the least floor, which has to be looked at in any case; a tenth is measured.
        likely = floor + np.log(n) * (bounds.upper - bounds.lower) / 10
        k = int(np.argmin(np.where(open_, likely, np.inf)))
        df = bounds.at(k)
        open_[k] = False
        found = float(fit[k] + np.log(n) * df)
        if df <= limit and (found < bic or (found == bic and k < best)):
            best, bic = k, found
    if best < 0:
        raise UnfitError(f"no certified fit has at most {limit:g} degrees of freedom")
    return best, bic


def first_with_df(path: Path, target: float) -> int:
    """Find the largest lambda whose fit has at least `target` degrees of freedom.

    If none has, the fit with the most. Methods are then compared at like complexity. Degrees of
    freedom are computed only of certified fits that may be it by their bounds.

    Parameters
    ----------
    path : Path
    target : float

    Returns
    -------
    int

    Raises
    ------
    UnfitError
        If no fit is certified.
    """
    certified = path.certified
    if not certified.any():
        raise UnfitError("none of the fits is certified")
    bounds, enough = FreedomBounds(path), target - ROUNDING
    while True:
        may = np.flatnonzero(certified & (bounds.upper >= enough))
        if not len(may):
            return _most(bounds, certified)
        first = may[0]
        if bounds.lower[first] >= enough:
            return int(first)
        # The answer lies before the first that surely has enough.
        sure = np.flatnonzero(bounds.lower[may] >= enough)
        unknown = may[: sure[0]] if len(sure) else may
        middle = (bounds.lower + bounds.upper)[unknown] / 2
        bounds.at(int(unknown[np.argmin(np.abs(middle - target))]))


def _most(bounds: FreedomBounds, certified: NDArray[np.bool_]) -> int:
    """Find the first of the fits with the most degrees of freedom."""
    while True:
        top = np.where(certified, bounds.upper, -np.inf)
        k = int(np.argmax(top))
        if bounds.lower[k] == bounds.upper[k]:
            return k
        bounds.at(k)
