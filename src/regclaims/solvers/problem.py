"""A problem made ready: rows weighted, columns centred and scaled, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regclaims.solvers.kernels.columns import DENSE, GRAM, SPARSE, Columns, columns
from regclaims.solvers.losses import Loss
from regclaims.solvers.path import Path
from regclaims.vocabulary import Array


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
            products = np.asarray(residuals @ self.rows.T)
            products /= self.n
            return products
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

    @cached_property
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
        original = coefs / self.scale
        if not self.usable.all():
            original[:, ~self.usable] = 0.0
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
