"""A problem made ready: rows weighted, columns centred and scaled, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from regclaims.solvers.kernels.columns import DENSE, GRAM, SPARSE, Columns, columns
from regclaims.solvers.losses import LOSSES, Loss
from regclaims.solvers.path import Path
from regclaims.vocabulary import Array

ROUNDING = 1e-13
"""A spread below this share of the largest value is rounding: some hundred units of it."""


@dataclass(frozen=True)
class Problem:
    """Centred, scaled columns Z = D - root center' of a problem with n rows of positive weight.

    With squared loss the rows of D and y carry the square roots of the weights, so that the rest is
    an ordinary least-squares problem.

    Attributes
    ----------
    rows : (p, n)
        Z', if dense; a constant column is exactly 0, so that no fit can use it.
    sparse : (n, p) sparse array or None
        D, if sparse.
    offset : (p,)
        The center of D; 0 if dense.
    y : (n,)
        Centred if there is an intercept and the loss is squared.
    weights, root : (n,)
        Rows' weights, with mean 1, and what multiplies the rows: their roots, or ones.
    center, scale : (p,)
        Of the original columns.
    usable : (p,) of bool
        Columns that are not constant.
    y_mean : float
    loss : Loss
    standardize, fit_intercept : bool
    sample_weight, penalty_factors : as given
    """

    rows: Array
    sparse: Any
    offset: Array
    y: Array
    weights: Array
    root: Array
    center: Array
    scale: Array
    usable: NDArray[np.bool_]
    y_mean: float
    loss: Loss
    standardize: bool
    fit_intercept: bool
    sample_weight: Array | None
    penalty_factors: Array | None

    @property
    def n(self) -> int:
        """Number of rows with a positive weight."""
        return len(self.y)

    @property
    def p(self) -> int:
        """Number of columns."""
        return len(self.center)

    def correlate(self, residuals: Array) -> Array:
        """Return residuals (k, n) times Z over n, shape (k, p)."""
        if self.sparse is None:
            return np.asarray(residuals @ self.rows.T / self.n)
        mean = residuals @ self.root / self.n
        return np.asarray((self.sparse.T @ residuals.T).T / self.n - np.outer(mean, self.offset))

    def combine(self, coefs: Array) -> Array:
        """Return coefficients (k, p) on the prepared scale times Z', shape (k, n)."""
        if self.sparse is None:
            return np.asarray(coefs @ self.rows)
        return np.asarray((self.sparse @ coefs.T).T - np.outer(coefs @ self.offset, self.root))

    def dense(self, chosen: Any = slice(None)) -> Array:
        """Return chosen columns of Z, shape (n, m)."""
        if self.sparse is None:
            return self.rows[chosen].T
        return np.asarray(
            self.sparse[:, chosen].toarray() - np.outer(self.root, self.offset[chosen])
        )

    @cached_property
    def linear(self) -> Array:
        """The null model's gradient, Z'r/n, shape (p,)."""
        return self.correlate(self.null_residual[None])[0]

    @cached_property
    def null_residual(self) -> Array:
        """What the null model leaves, shape (n,)."""
        null = np.full((1, self.n), self.loss.null_predictor(self.y_mean))
        return self.loss.residuals(self.y, null, self.weights)[0]

    @property
    def max_gradient(self) -> float:
        """max |Z'r|/n at the null model: the L1 penalty from which it is optimal."""
        return float(np.abs(self.linear).max(initial=0.0))

    @cached_property
    def gram(self) -> Array:
        """Z'Z/n, shape (p, p)."""
        if self.sparse is None:
            return np.asarray(self.rows @ self.rows.T / self.n)
        products = (self.sparse.T @ self.sparse).toarray() / self.n
        return np.asarray(products - np.outer(self.offset, self.offset))

    @cached_property
    def kernel(self) -> Array:
        """ZZ'/n, shape (n, n)."""
        if self.sparse is None:
            return np.asarray(self.rows.T @ self.rows / self.n)
        products = (self.sparse @ self.sparse.T).toarray()
        crossed = np.outer(self.sparse @ self.offset, self.root)
        constant = (self.offset @ self.offset) * np.outer(self.root, self.root)
        return np.asarray((products - crossed - crossed.T + constant) / self.n)

    def for_kernel(self, gram: bool = False) -> Columns:
        """Return the columns as the kernels take them, as a Gram matrix if so asked."""
        if self.sparse is not None:
            D = self.sparse
            arrays = (D.data, D.indices.astype(np.int64), D.indptr.astype(np.int64))
            return columns(
                SPARSE, self.n, self.p, sparse=arrays, root=self.root, center=self.offset
            )
        if gram:
            return columns(GRAM, self.n, self.p, gram=self.gram)
        return columns(DENSE, self.n, self.p, rows=self.rows)

    def prepared(self, path: Path) -> tuple[Array, Array]:
        """Return a path's coefficients (k, p) on the prepared scale, and its intercepts (k,)."""
        return path.coefs * self.scale, path.intercepts + path.coefs @ self.center

    def path(
        self,
        coefs: Array,
        intercepts: Array | None,
        *,
        lambdas: Array,
        l1_ratio: float,
        df: Array | Callable[[], Array],
        operations: NDArray[np.int64],
    ) -> Path:
        """Make a path of what was found on the prepared scale; its certificate is to come.

        Without `intercepts` (k,) they are the mean of y.
        """
        # A decomposition may leave 1e-23 on a column of zeros.
        original = np.where(self.usable, coefs / self.scale, 0.0)
        base = self.y_mean if intercepts is None else intercepts
        unknown = np.full(len(lambdas), np.nan)
        return Path(
            lambdas=lambdas,
            coefs=original,
            intercepts=base - original @ self.center,
            l1_ratio=l1_ratio,
            freedom=df,
            standardize=self.standardize,
            fit_intercept=self.fit_intercept,
            kkt=unknown,
            gap=unknown,
            status=np.full(len(lambdas), ""),
            operations=operations,
            loss=self.loss.name,
            sample_weight=self.sample_weight,
            penalty_factors=self.penalty_factors,
        )


def prepare(
    X: Any,
    y: ArrayLike,
    *,
    standardize: bool,
    fit_intercept: bool,
    sample_weight: ArrayLike | None = None,
    penalty_factors: ArrayLike | None = None,
    loss: str = "squared",
) -> Problem:
    """Check and prepare data.

    Parameters
    ----------
    X : (n, p), dense or scipy sparse
    y : (n,)
        0 and 1 for the logistic loss.
    standardize, fit_intercept : bool
    sample_weight : (n,), optional
        Not negative; only their ratios matter. A row of weight 0 is as good as absent.
    penalty_factors : (p,), optional
        Above 0; the penalty of each column is multiplied by its own. Infinity keeps a column out.
    loss : str

    Returns
    -------
    Problem

    Raises
    ------
    ValueError
        If the shapes do not fit, fewer than two rows have a weight or there is no column, a value
        is not finite, or y is not 0 and 1 (both) for the logistic loss.
    """
    X, y, weights = checked(X, y, sample_weight)
    kind = LOSSES[loss]
    kind.check(y, fit_intercept)
    rows_by = np.sqrt(weights) if kind.weighs_rows else np.ones(len(y))
    dense, D, center, spread, usable = (_sparse if sparse.issparse(X) else _dense)(
        X, weights, fit_intercept
    )
    scale = np.where(usable, spread, 1.0) if standardize else np.ones(len(center))
    factors = None if penalty_factors is None else _checked_factors(penalty_factors, len(center))
    if factors is not None:
        usable = usable & np.isfinite(factors)
        scale = scale * np.where(usable, factors, 1.0)
    if D is None:
        dense[~usable] = 0.0
        dense /= scale[:, None]
        if kind.weighs_rows and sample_weight is not None:
            dense *= rows_by
        offset = np.zeros(len(center))
    else:
        D = sparse.csc_array(D.multiply(rows_by[:, None]).multiply(usable / scale))
        D.sort_indices()
        offset = np.where(usable, center / scale, 0.0)
    y, y_mean = kind.center(y, weights, fit_intercept)
    return Problem(
        rows=dense,
        sparse=D,
        offset=offset,
        y=y,
        weights=weights,
        root=rows_by,
        center=center,
        scale=scale,
        usable=usable,
        y_mean=y_mean,
        loss=kind,
        standardize=standardize,
        fit_intercept=fit_intercept,
        sample_weight=None if sample_weight is None else np.asarray(sample_weight, dtype=float),
        penalty_factors=factors,
    )


def prepare_like(X: Any, y: ArrayLike, path: Path) -> Problem:
    """Prepare data as they were for `path`."""
    return prepare(
        X,
        y,
        standardize=path.standardize,
        fit_intercept=path.fit_intercept,
        sample_weight=path.sample_weight,
        penalty_factors=path.penalty_factors,
        loss=path.loss,
    )


Prepared = tuple[Array, Any, Array, Array, NDArray[np.bool_]]


def _dense(X: Array, weights: Array, fit_intercept: bool) -> Prepared:
    n = len(weights)
    rows = np.array(X.T, order="C")  # a copy, each column in one piece
    largest = np.maximum(rows.max(axis=1), -rows.min(axis=1))
    center = np.zeros(len(rows))
    if fit_intercept:
        center = rows @ weights / n
        rows -= center[:, None]
        # Where columns lie far from 0 their rounded means leave a residue, the same in every row.
        residue = rows @ weights / n
        rows -= residue[:, None]
        center += residue
    # Of numbers below 1 by the division, lest squares of 1e200 overflow.
    unit = np.where(largest > 0, largest, 1.0)[:, None]
    spread = unit[:, 0] * np.sqrt(((rows / unit) ** 2) @ weights / n)
    # A constant column keeps a residue of rounding after centring; it must not be blown up.
    return rows, None, center, spread, spread > ROUNDING * largest


def _sparse(X: Any, weights: Array, fit_intercept: bool) -> Prepared:
    n = len(weights)
    D = sparse.csc_array(X)
    size = np.diff(D.indptr)
    column = np.repeat(np.arange(D.shape[1]), size)
    by_row = weights[D.indices]

    def total(values: Array) -> Array:
        sums = np.bincount(column, weights=values, minlength=D.shape[1])
        return np.asarray(sums, dtype=float)

    center = total(by_row * D.data) / n if fit_intercept else np.zeros(D.shape[1])
    # The entries that are not stored are zeros, at a distance of the center.
    squares = total(by_row * (D.data - center[column]) ** 2)
    left = np.where(size < n, np.maximum(n - total(by_row), 0.0), 0.0)
    squares += left * center**2
    largest = np.zeros(D.shape[1])
    np.maximum.at(largest, column, np.abs(D.data))
    spread = np.sqrt(squares / n)
    return np.empty((0, 0)), D, center, spread, spread > ROUNDING * largest


def checked(X: Any, y: ArrayLike, sample_weight: ArrayLike | None) -> tuple[Any, Array, Array]:
    """Return X, y and weights of mean 1 as numbers, without rows of weight 0.

    Raises
    ------
    ValueError
        As `prepare` does.
    """
    try:
        y = np.asarray(y, dtype=float)
        X = sparse.csr_array(X, dtype=float) if sparse.issparse(X) else np.asarray(X, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"X and y must be numbers: {error}") from None
    if X.ndim != 2 or y.shape != X.shape[:1]:
        raise ValueError(f"X must be (n, p) and y (n,); they are {X.shape} and {y.shape}")
    if sparse.issparse(X) and not X.has_canonical_format:
        X = X.copy()  # the arrays may be the caller's
        X.sum_duplicates()
    if not (np.isfinite(X.data if sparse.issparse(X) else X).all() and np.isfinite(y).all()):
        raise ValueError("X and y must be finite")
    weights = np.ones(len(y))
    if sample_weight is not None:
        X, y, weights = _weighed(X, y, sample_weight)
    if X.shape[0] < 2 or X.shape[1] < 1:
        raise ValueError(f"at least two rows and one column are needed; X is {X.shape}")
    return X, y, weights


def _weighed(X: Any, y: Array, sample_weight: ArrayLike) -> tuple[Any, Array, Array]:
    """Check weights, leave rows of weight 0 out, and scale the others to mean 1."""
    try:
        weights = np.asarray(sample_weight, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"sample_weight must be numbers: {error}") from None
    if weights.shape != y.shape:
        raise ValueError(f"sample_weight must be {y.shape}; it is {weights.shape}")
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError("sample_weight must be finite and not negative")
    counts = weights > 0
    if counts.sum() < 2:
        raise ValueError("at least two rows need a positive sample_weight")
    weights = weights[counts] / weights.max()
    return X[counts], y[counts], weights / weights.mean()


def _checked_factors(penalty_factors: ArrayLike, p: int) -> Array:
    factors = np.asarray(penalty_factors, dtype=float)
    if factors.shape != (p,) or not (factors > 0).all():
        raise ValueError(f"penalty_factors must be ({p},) and above 0")
    return factors
