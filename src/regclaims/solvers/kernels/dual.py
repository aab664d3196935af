"""Elastic Net paths by Newton's method on the dual, for supports that outgrow n.

With u = (y - Zb)/n the dual of the Elastic Net has n variables and no constraint:

    minimize  D(u) = n/2 |u|^2 - y'u + |S(Z'u, l1)|^2 / (2 l2),    b = S(Z'u, l1)/l2,

S the soft threshold. D is convex and piecewise quadratic; on a piece its Newton system,
(n I + Z_A Z_A'/l2) d = -D'(u), has n equations whatever the support A, and one step ends at the
piece's minimum. Boschi, Reimherr and Chiaromonte (2020) solve the same system within an augmented
Lagrangian. Where l2 nearly vanishes D bends too sharply for double precision: the caller is told.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regclaims.solvers.kernels.columns import correlate
from regclaims.solvers.kernels.compiling import kernel
from regclaims.solvers.kernels.factor import axpy, dot, factorize, solve, update
from regclaims.solvers.kernels.penalty import soft_threshold
from regclaims.solvers.kernels.states import EXPLAINED, FINISHED, STUCK, SWITCHED
from regclaims.solvers.kernels.working_set import BLOCK, beyond
from regclaims.vocabulary import Array

NOISE = 1e-13
"""By how much of max |Z'y|/n rounding may move a gradient."""

STEPS = 50
AFRESH = 10
"""After so many steps the factor is made anew, lest what updates left in it be in the way."""

PASSES = 50
SUFFICIENT = 1e-4
"""Share of the decrease that the slope promises (Armijo)."""

SHORTEST = 1e-6

NEAR = 0.9
"""Columns whose gradient is beyond this share of l1 are worked on from the start."""

FEW = 0.1
"""Up to this share of n columns that come or go are cheaper one by one than a factor anew."""


class Dual(NamedTuple):
    """A dual point, and what Newton's method keeps from step to step.

    Attributes
    ----------
    u : (n,)
    grad : (p,)
        Z'u; outside S as of the last look at every column.
    S, inside : (p,), (p,)
        The columns that are worked on, and where in S a column stands; -1 outside.
    K : (n, n)
        Z_A Z_A'.
    counted : (p,) of bool
        The columns A of K.
    R : (n, n)
        Cholesky factor of n l2 I + Z_A Z_A'.
    factored : (p,) of bool
        The columns A of R.
    ridge : (1,)
        The l2 of R; -1 before there is one.
    """

    u: Array
    grad: Array
    S: NDArray[np.int64]
    inside: NDArray[np.int64]
    K: Array
    counted: NDArray[np.bool_]
    R: Array
    factored: NDArray[np.bool_]
    ridge: Array


@kernel
def start_dual(u, p):
    """Return a dual point u with nothing known of p columns."""
    n = len(u)
    return Dual(
        u,
        np.empty(p),
        np.empty(p, np.int64),
        np.full(p, -1, np.int64),
        np.zeros((n, n)),
        np.zeros(p, np.bool_),
        np.empty((n, n)),
        np.zeros(p, np.bool_),
        np.full(1, -1.0),
    )


@kernel
def dual_path(columns, y, linear, lambdas, l1_ratio, fewest, explained, coefs, operations):
    """Solve over decreasing lambdas by Newton's method on the dual; l1_ratio < 1, dense columns.

    Parameters
    ----------
    columns : Columns
    y, linear, lambdas, l1_ratio, explained, coefs, operations
        As in `face_path`.
    fewest : int
        Return after a fit with fewer non-zeros than this.

    Returns
    -------
    solved : int
        How many lambdas.
    state : int
        Why no more: see `states`.
    """
    n, p = columns.n, columns.p
    noise = NOISE * np.abs(linear).max()
    square = dot(y, y, 0, n)
    dual = start_dual(y / n, p)
    for j in range(p):
        if coefs[0, j] != 0.0:
            axpy(-coefs[0, j] / n, columns.rows[j], dual.u, 0, n)
    candidates = np.empty(p, np.int64)
    spent = correlate(columns, n * dual.u, dual.grad)
    for at in range(len(lambdas)):
        l1, l2 = lambdas[at] * l1_ratio, lambdas[at] * (1 - l1_ratio)
        if at > 0:
            # On the scaled dual point every column is as far from its threshold as before.
            dual.u[:] *= lambdas[at] / lambdas[at - 1]
            dual.grad[:] *= lambdas[at] / lambdas[at - 1]
        w = restart(dual, coefs[at])
        bound = NEAR * l1
        solved = False
        for attempt in range(PASSES):
            found = beyond(dual.grad, dual.inside, bound, BLOCK + 2 * w, candidates)
            for k in range(found):
                dual.S[w], dual.inside[candidates[k]] = candidates[k], w
                w += 1
            if attempt > 0 and found == 0:
                solved = True
                break
            converged, cost = newton(columns, y, dual, w, l1, l2, noise)
            spent += cost
            if not converged:
                break
            spent += correlate(columns, n * dual.u, dual.grad)
            bound = l1 + noise
        if not solved:
            return at, STUCK
        support = 0
        for k in range(w):
            b = soft_threshold(dual.grad[dual.S[k]], l1) / l2
            coefs[at + 1, dual.S[k]] = b
            support += b != 0.0
        operations[at] += spent
        spent = 0
        if n * n * dot(dual.u, dual.u, 0, n) <= (1 - explained) * square:
            return at + 1, EXPLAINED
        if support < fewest:
            return at + 1, SWITCHED
    return len(lambdas), FINISHED


@kernel
def restart(dual, b):
    """Work on the support of b. Returns its size."""
    dual.inside[:] = -1
    w = 0
    for j in range(len(b)):
        if b[j] != 0.0:
            dual.S[w], dual.inside[j] = j, w
            w += 1
    return w


@kernel
def newton(columns, y, dual, w, l1, l2, noise):
    """Minimize D with the w columns of S; u and their gradients are brought up to date.

    Returns whether the gradient of D vanishes to rounding, and the number of multiplications.
    """
    n, operations = columns.n, 0
    slopes, step = np.zeros(w), np.empty(n)
    value = dual_value(y, dual, w, l1, l2, dual.u, slopes, 0.0)
    for taken in range(STEPS):
        image = dual_gradient(columns, y, dual, w, l1, l2)
        # The residual y - Zb differs from n u by this; so do the primal conditions.
        if np.sqrt(dot(image, image, 0, n) / n) <= noise:
            return True, operations
        for i in range(n):
            step[i] = -l2 * image[i]
        if taken == AFRESH:
            dual.ridge[0] = -1.0
        factored, cost = follow(columns, dual, l1, l2)
        operations += cost
        if not factored:
            return False, operations
        solve(dual.R, n, step)
        for k in range(w):
            slopes[k] = dot(columns.rows[dual.S[k]], step, 0, n)
        operations += n * n + w * n
        slope = dot(image, step, 0, n)
        t = 1.0
        while True:
            new = dual_value(y, dual, w, l1, l2, dual.u + t * step, slopes, t)
            if new <= value + SUFFICIENT * t * slope + 1e-14 * abs(value) or t < SHORTEST:
                break
            t *= 0.5
        value = new
        axpy(t, step, dual.u, 0, n)
        for k in range(w):
            dual.grad[dual.S[k]] += t * slopes[k]
    return False, operations


@kernel
def dual_gradient(columns, y, dual, w, l1, l2):
    """Return D'(u) = n u - y + Zb, shape (n,)."""
    n = columns.n
    image = n * dual.u - y
    for k in range(w):
        s = soft_threshold(dual.grad[dual.S[k]], l1)
        if s != 0.0:
            axpy(s / l2, columns.rows[dual.S[k]], image, 0, n)
    return image


@kernel
def dual_value(y, dual, w, l1, l2, u, slopes, t):
    """Return D at u, where the gradients are those of `dual` plus t slopes."""
    n = len(u)
    excess = 0.0
    for k in range(w):
        s = soft_threshold(dual.grad[dual.S[k]] + t * slopes[k], l1)
        excess += s * s
    return n / 2 * dot(u, u, 0, n) - dot(y, u, 0, n) + excess / (2 * l2)


@kernel
def follow(columns, dual, l1, l2):
    """Let R follow the support, by what came and went or from the start.

    Returns whether there is a factor, and the number of multiplications.
    """
    n = columns.n
    changes, _ = compare(columns, dual, l1, dual.factored)
    if dual.ridge[0] == l2 and changes <= FEW * n:
        done = True
        for j in range(columns.p):
            active = dual.inside[j] >= 0 and abs(dual.grad[j]) > l1
            if done and dual.factored[j] != active:
                dual.factored[j] = active
                done = update(dual.R, n, columns.rows[j].copy(), 1.0 if active else -1.0)
        if done:
            return True, changes * n * n
    cost = update_outer(columns, dual, l1)
    done = factorize(dual.K, np.arange(n), n, n * l2, dual.R) == n
    dual.factored[:] = dual.counted
    dual.ridge[0] = l2 if done else -1.0
    return done, cost + n * n * n // 6


@kernel
def compare(columns, dual, l1, known):
    """Return by how many columns the support differs from those of `known`, and its size."""
    changes, support = 0, 0
    for j in range(columns.p):
        active = dual.inside[j] >= 0 and abs(dual.grad[j]) > l1
        changes += known[j] != active
        support += active
    return changes, support


@kernel
def update_outer(columns, dual, l1):
    """Let K = Z_A Z_A' follow the support, by what came and went or from the start."""
    n = columns.n
    changes, support = compare(columns, dual, l1, dual.counted)
    if changes == 0:
        return 0
    if changes > support:
        dual.K[:] = 0.0
        dual.counted[:] = False
        changes = support
    came, signed = np.empty((changes, n)), np.empty((changes, n))
    c = 0
    for j in range(columns.p):
        active = dual.inside[j] >= 0 and abs(dual.grad[j]) > l1
        if dual.counted[j] != active:
            dual.counted[j] = active
            came[c] = columns.rows[j]
            signed[c] = columns.rows[j] if active else -columns.rows[j]
            c += 1
    dual.K[:] += np.dot(came.T, signed)
    return changes * n * n
