"""A least-squares problem made ready: columns centred and scaled, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regclaims.solvers.path import Path
from regclaims.vocabulary import Array

ROUNDING = 1e-13
"""A spread below this share of the largest value is rounding: some hundred units of it."""


@dataclass(frozen=True)
class Problem:
    """Centred, scaled data of a Gaussian problem.

    Attributes
    ----------
    X : (n, p), Fortran order
        Columns with mean 0 (if there is an intercept) and mean square 1 (if standardized). A
        constant column becomes exactly 0, so that no fit can use it.
    y : (n,)
        Centred if there is an intercept.
    center, scale : (p,)
    usable : (p,) of bool
        Columns that are not constant.
    y_mean : float
    standardize, fit_intercept : bool
        How the data were prepared.
    """

    X: Array
    y: Array
    center: Array
    scale: Array
    usable: NDArray[np.bool_]
    y_mean: float
    standardize: bool
    fit_intercept: bool

    def back(self, coefs: Array) -> tuple[Array, Array]:
        """Return coefficients (k, p) and intercepts (k,) on the original scale."""
        # A decomposition may leave 1e-23 on a column of zeros.
        original = np.where(self.usable, coefs / self.scale, 0.0)
        return original, self.y_mean - original @ self.center

    def path(self, coefs: Array, *, lambdas: Array, l1_ratio: float, df: Array) -> Path:
        """Make a path of coefficients (k, p) on the prepared scale; its certificate is to come."""
        original, intercepts = self.back(coefs)
        unknown = np.full(len(lambdas), np.nan)
        return Path(
            lambdas=lambdas,
            coefs=original,
            intercepts=intercepts,
            l1_ratio=l1_ratio,
            df=df,
            standardize=self.standardize,
            fit_intercept=self.fit_intercept,
            kkt=unknown,
            gap=unknown,
            status=np.full(len(lambdas), ""),
        )

    @property
    def max_gradient(self) -> float:
        """max |X'y|/n: the penalty at which the lasso becomes the null model."""
        return float(np.abs(self.X.T @ self.y).max(initial=0.0)) / len(self.y)


def prepare(X: ArrayLike, y: ArrayLike, *, standardize: bool, fit_intercept: bool) -> Problem:
    """Check and prepare data.

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    standardize, fit_intercept : bool

    Returns
    -------
    Problem

    Raises
    ------
    ValueError
        If the shapes do not fit, there are fewer than two rows or no column, or a value is not
        finite.
    """
    X, y = _checked(X, y)
    p = X.shape[1]
    center = X.mean(axis=0) if fit_intercept else np.zeros(p)
    centred = X - center
    if fit_intercept:
        # Where columns lie far from 0 their rounded means leave a residue, the same in every row.
        residue = centred.mean(axis=0)
        centred, center = centred - residue, center + residue
    # A constant column keeps a residue of rounding after centring; it must not be blown up.
    spread = np.sqrt((centred**2).mean(axis=0))
    usable = spread > ROUNDING * np.abs(X).max(axis=0)
    centred[:, ~usable] = 0.0
    scale = np.where(usable, spread, 1.0) if standardize else np.ones(p)
    y_mean = float(y.mean()) if fit_intercept else 0.0
    y_centred = y - y_mean
    if np.sqrt((y_centred**2).mean()) <= ROUNDING * np.abs(y).max():
        y_centred = np.zeros_like(y)
    return Problem(
        np.asfortranarray(centred / scale),
        y_centred,
        center,
        scale,
        usable,
        y_mean,
        standardize,
        fit_intercept,
    )


def _checked(X: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    try:
        X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"X and y must be numbers: {error}") from None
    if X.ndim != 2 or y.shape != X.shape[:1]:
        raise ValueError(f"X must be (n, p) and y (n,); they are {X.shape} and {y.shape}")
    if X.shape[0] < 2 or X.shape[1] < 1:
        raise ValueError(f"at least two rows and one column are needed; X is {X.shape}")
    if not (np.isfinite(X).all() and np.isfinite(y).all()):
        raise ValueError("X and y must be finite")
    return X, y
