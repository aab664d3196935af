"""Newton's method for the logistic loss with a ridge penalty, along a path of lambdas."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr
from scipy.linalg.blas import dsyrk
from scipy.linalg.lapack import dpotrf, dpotrs, dtrtri
from scipy.special import expit

from regclaims.solvers.problem import Problem
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array

STEPS = 100
SHORTEST, ENOUGH = 1e-10, 1e-4
"""A step is halved down to the first share of it, until the objective falls by the second share of
what its slope promises (Armijo's rule)."""

NOISE = 1e-14
"""Share of max |Z'r|/n by which rounding may move a gradient: Newton's method ends there."""

LIFT = 1e-13
"""Share of its largest diagonal element that is added to a singular Hessian."""

ROUNDING = 1e-10
"""A gradient below this share of max |Z'r|/n that no step makes smaller is one of rounding."""

FALL, KEEP = 0.5, 0.05
"""A step that brings the gradient down to the first share is taken without a look at the objective;
after one that brings it down to the second the factor serves again."""

HISTORY = 6
"""Fits from which the next one is extrapolated, as a polynomial in log lambda."""


@dataclass(frozen=True)
class Point:
    """Coefficients u, and what Newton's method wants to know there.

    Attributes
    ----------
    u : (m,)
    predictions, probabilities : (n,)
    descent : (m,)
        Minus the gradient of the objective.
    missed : float
        Its largest absolute value.
    """

    u: Array
    predictions: Array
    probabilities: Array
    descent: Array
    missed: float


@dataclass(frozen=True)
class Newton:
    """Newton's method for a problem, in the span of its rows.

    Coefficients are b = Qu. For p > n, Z' = QR: then Zb = R'u and |b| = |u|, and no other b is
    optimal, since a part orthogonal to the rows adds to the penalty alone. Else Q is the identity.
    An intercept comes first in u.

    Attributes
    ----------
    rows : (m, n)
        R, or Z', below a row of ones if there is an intercept.
    basis : (p, n) or None
        Q; None for the identity.
    penalized : (m,)
        1; 0 for an intercept.
    problem : Problem
    """

    rows: Array
    basis: Array | None
    penalized: Array
    problem: Problem

    @classmethod
    def of(cls, problem: Problem) -> Newton:
        """Set up for a prepared problem."""
        basis, rows = None, problem.dense().T
        if problem.p > problem.n:
            basis, rows = qr(rows, mode="economic", check_finite=False)
        penalized = np.ones(len(rows))
        if problem.fit_intercept:
            rows = np.vstack([np.ones(problem.n), rows])
            penalized = np.concatenate([[0.0], penalized])
        return cls(np.ascontiguousarray(rows), basis, penalized, problem)

    def coefficients(self, inner: Array) -> tuple[Array, Array]:
        """Return coefficients (k, p) on the prepared scale and intercepts (k,) of u (k, m)."""
        first = int(self.problem.fit_intercept)
        slopes = inner[:, first:]
        intercepts = inner[:, 0] if first else np.zeros(len(inner))
        return slopes if self.basis is None else slopes @ self.basis.T, intercepts

    def follow(self, lambdas: Array, explained: float) -> tuple[Array, NDArray[np.int64]]:
        """Fit decreasing lambdas, each from the last fit or from where the last ones point to.

        Returns
        -------
        inner : (k, m)
            Up to the first fit that explains the share `explained` of the deviance.
        operations : (k,)
            Multiplications, those of setting up with the first.
        """
        start = np.zeros(len(self.penalized))
        if self.problem.fit_intercept:
            start[0] = self.problem.loss.null_predictor(self.problem.y_mean)
        null = self.loss(start @ self.rows)
        fits, operations = np.empty((len(lambdas), len(start))), []
        known: list[int] = []  # the last few fits, at different lambdas
        for k, lambda_ in enumerate(lambdas):
            begin = self.point(fits[k - 1] if k else start, lambda_)
            if len(known) > 1 and lambda_ < lambdas[k - 1]:
                ahead = self.point(extrapolate(lambdas[known], fits[known], lambda_), lambda_)
                begin = min(begin, ahead, key=lambda point: point.missed)
            fit, spent = self.descend(begin, lambda_)
            fits[k] = fit.u
            operations.append(spent)
            if k == 0 or lambda_ < lambdas[k - 1]:
                known = [*known, k][-HISTORY:]
            if self.loss(fit.predictions) <= (1 - explained) * null:
                break
        if self.basis is not None:
            operations[0] += 2 * self.basis.size * self.problem.n
        return fits[: len(operations)], np.array(operations)

    def descend(self, at: Point, lambda_: float) -> tuple[Point, int]:
        """Go from a point to the optimum; returns it, and how many multiplications that took.

        A factor of the Hessian serves as long as its steps bring the gradient down fast.
        """
        m, n = self.rows.shape
        scale = self.problem.max_gradient or 1.0
        noise, rounding = (share * scale for share in (NOISE, ROUNDING))
        factor, spent = None, 0
        for _ in range(STEPS):
            if at.missed <= noise:
                break
            fresh = factor is None
            if factor is None:
                factor = self.factor(at, lambda_)
                spent += m * m * n // 2 + m**3 // 6
            step = dpotrs(factor, at.descent, lower=1)[0]
            trial = self.point(at.u + step, lambda_)
            spent += m * m + 2 * m * n
            if trial.missed <= FALL * at.missed:
                factor = factor if trial.missed <= KEEP * at.missed else None
                at = trial
            elif at.missed <= rounding:
                break
            elif not fresh:
                factor = None
            else:
                lower = self.downhill(at, step, lambda_)
                if lower is None:
                    break
                at, factor = lower, None
        return at, spent

    def point(self, u: Array, lambda_: float) -> Point:
        """Evaluate the gradient at u."""
        predictions = u @ self.rows
        probabilities = expit(predictions)
        residuals = self.problem.weights * (self.problem.y - probabilities)
        descent = self.rows @ residuals / self.problem.n - lambda_ * self.penalized * u
        return Point(u, predictions, probabilities, descent, float(np.abs(descent).max()))

    def loss(self, predictions: Array) -> float:
        """Return the mean loss at predictions (n,)."""
        problem = self.problem
        return float(problem.loss.value(problem.y, predictions[None], problem.weights)[0])

    def factor(self, at: Point, lambda_: float) -> Array:
        """Return the lower Cholesky factor of the Hessian."""
        curvature = self.problem.weights * at.probabilities * (1 - at.probabilities)
        weighted = self.rows * np.sqrt(curvature)
        hessian = dsyrk(1 / self.problem.n, weighted.T, trans=1, lower=1)
        diagonal = np.einsum("ii->i", hessian)
        diagonal += lambda_ * self.penalized
        factor, failed = dpotrf(hessian, lower=1, clean=1)
        while failed:  # lambda is lost in the rounding of columns that depend on each other
            diagonal += LIFT * diagonal.max()
            factor, failed = dpotrf(hessian, lower=1, clean=1)
        return factor

    def downhill(self, at: Point, step: Array, lambda_: float) -> Point | None:
        """Halve a Newton step until the objective falls; None if it never does."""
        before, slope, t = self.objective(at, lambda_), float(at.descent @ step), 1.0
        while t > SHORTEST:
            trial = self.point(at.u + t * step, lambda_)
            if self.objective(trial, lambda_) <= before - ENOUGH * t * slope:
                return trial
            t *= 0.5
        return None

    def objective(self, at: Point, lambda_: float) -> float:
        """Return the mean loss and the penalty."""
        return self.loss(at.predictions) + lambda_ / 2 * float(self.penalized @ at.u**2)

    @one_thread()
    def degrees_of_freedom(self, inner: Array, lambdas: Array) -> Array:
        """Return tr H^-1 (H - lambda I) of every fit u (k, m), H without rows of the intercept.

        The Hessian's Cholesky factor L has the intercept first, so that the trailing columns of
        L^-1 give the inverse of its Schur complement.
        """
        first = int(self.problem.fit_intercept)
        df = np.empty(len(inner))
        for k, (u, lambda_) in enumerate(zip(inner, lambdas, strict=True)):
            inverse, _ = dtrtri(self.factor(self.point(u, lambda_), lambda_), lower=1)
            trailing = inverse[first:, first:]
            df[k] = len(trailing) - lambda_ * (trailing**2).sum()
        return df


def extrapolate(lambdas: Array, fits: Array, lambda_: float) -> Array:
    """Return at lambda the polynomial in log lambda through fits (k, m) at decreasing lambdas."""
    logs, to = np.log(lambdas).tolist(), float(np.log(lambda_))
    weights = []  # Lagrange's
    for own in logs:
        others = [other for other in logs if other != own]
        weights.append(prod((to - other) / (own - other) for other in others))
    return np.asarray(np.array(weights) @ fits)
