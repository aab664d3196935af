"""The result of every solver: a path of fits, each with its certificate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regclaims.vocabulary import CERTIFIED, NOT_UNIQUE, Array


class Degrees:
    """Degrees of freedom of a path's fits, each found when first asked for, and remembered.

    Parameters
    ----------
    find : function
        Takes places on the path (m,), and returns the degrees of freedom there (m,).
    n_fits : int
    """

    def __init__(self, find: Callable[[NDArray[np.intp]], Array], n_fits: int) -> None:
        self._find, self._found = find, np.full(n_fits, np.nan)

    def __call__(self) -> Array:
        """Return those of all fits (k,)."""
        return self.at(np.arange(len(self._found)))

    def at(self, indices: NDArray[np.intp]) -> Array:
        """Return those of some fits (m,)."""
        found = self._found[indices]
        unknown = np.isnan(found)
        if not unknown.any():
            return found
        new = np.unique(indices[unknown])
        self._found[new] = self._find(new)
        return self._found[indices]


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
    freedom : (k,), `Degrees`, or a function that returns (k,)
        Becomes `df`, when that is first asked for: the Elastic Net's cost as much as the path.
    standardize, fit_intercept : bool
        How the columns were prepared; a certificate needs to know.
    kkt : (k,)
        Residual of the optimality conditions relative to the largest gradient of the null model, on
        the standardized scale.
    gap : (k,)
        Duality gap relative to the null model's objective.
    status : (k,) of str
        ``"converged"``; ``"not unique"`` where the certificate is as good but other coefficients
        are optimal too; ``"failed"`` where the certificate is not good enough.
    operations : (k,)
        Multiplications that the solver counted: the same on every machine; -1 if it does not count.
    loss : str
        ``"squared"`` or ``"logistic"``.
    sample_weight : (n,) or None
    penalty_factors : (p,) or None
        Multiples of each column's penalty (adaptive lasso).
    """

    lambdas: Array
    coefs: Array
    intercepts: Array
    l1_ratio: float
    freedom: Array | Callable[[], Array]
    standardize: bool
    fit_intercept: bool
    kkt: Array
    gap: Array
    status: NDArray[np.str_]
    operations: NDArray[np.int64]
    loss: str = "squared"
    sample_weight: Array | None = None
    penalty_factors: Array | None = None

    def __len__(self) -> int:
        return len(self.lambdas)

    @cached_property
    def df(self) -> Array:
        """Effective degrees of freedom (k,), the intercept not counted."""
        return self.freedom() if callable(self.freedom) else self.freedom

    def degrees(self, indices: ArrayLike) -> Array:
        """Return `df` at some fits (m,), by their places: the same, without those of the others."""
        at = np.asarray(indices, dtype=np.intp)
        if isinstance(self.freedom, Degrees) and "df" not in self.__dict__:
            return self.freedom.at(at)
        return self.df[at]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "freedom": self.df}

    @cached_property
    def certified(self) -> NDArray[np.bool_]:
        """Whether each fit's certificate is good enough, unique or not."""
        return np.isin(self.status, CERTIFIED)

    @cached_property
    def determined(self) -> NDArray[np.bool_]:
        """Whether each fit's coefficients are certified and mean something.

        Where a lasso is not unique its zeros are one choice among others; least squares that are
        not unique are made so by their least norm.
        """
        return self.certified & ((self.status != NOT_UNIQUE) | (self.l1_ratio == 0))

    def predict(self, X: Any) -> Array:
        """Predict every row of `X` (n, p), dense or sparse, by every fit; returns (k, n).

        For the logistic loss these are linear predictors, log p/(1 - p).
        """
        return np.asarray((X @ self.coefs.T).T + self.intercepts[:, None])

    def until(self, stop: int) -> Path:
        """Return the path's first `stop` fits."""
        per_fit = ("lambdas", "coefs", "intercepts", "kkt", "gap", "status", "operations")
        fits = {name: getattr(self, name)[:stop] for name in per_fit}
        freedom = Degrees(self.degrees, len(fits["lambdas"]))
        return replace(self, freedom=freedom, **fits)
