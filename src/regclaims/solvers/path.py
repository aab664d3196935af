"""The result of every solver: a path of fits, each with its certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regclaims.vocabulary import Array


@dataclass(frozen=True)
class Path:
    """Fits over a decreasing sequence of lambdas, on the scale of the original columns.

    Attributes
    ----------
    lambdas : (k,)
        Penalty strengths, decreasing; 0 for least squares.
    coefs : (k, p)
        Coefficients; a coefficient is zero if it equals ``0.0``.
    intercepts : (k,)
    l1_ratio : float
        Share of L1 in the penalty; 0 for ridge and least squares.
    df : (k,)
        Effective degrees of freedom, the intercept not counted.
    standardize, fit_intercept : bool
        How the columns were prepared; a certificate needs to know.
    kkt : (k,)
        Residual of the optimality conditions relative to max |X'y|/n on the standardized scale.
    gap : (k,)
        Duality gap relative to the null model's objective.
    status : (k,) of str
        ``"converged"``, or ``"failed"`` where the certificate is not good enough.
    """

    lambdas: Array
    coefs: Array
    intercepts: Array
    l1_ratio: float
    df: Array
    standardize: bool
    fit_intercept: bool
    kkt: Array
    gap: Array
    status: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.lambdas)

    def predict(self, X: Array) -> Array:
        """Predict every row of `X` (n, p) by every fit; returns (k, n)."""
        return np.asarray(self.coefs @ X.T + self.intercepts[:, None])

    def until(self, stop: int) -> Path:
        """Return the path's first `stop` fits."""
        per_fit = ("lambdas", "coefs", "intercepts", "df", "kkt", "gap", "status")
        return replace(self, **{name: getattr(self, name)[:stop] for name in per_fit})
