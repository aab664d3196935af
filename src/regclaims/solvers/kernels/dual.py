"""Elastic Net paths by Newton's method on the dual, for supports that outgrow n.

With u = (y - Zb)/n the dual of the Elastic Net has n variables and no constraint:

    minimize  D(u) = n/2 |u|^2 - y'u + |S(Z'u, l1)|^2 / (2 l2),    b = S(Z'u, l1)/l2,

S the soft threshold. D is convex and piecewise quadratic; on a piece its Newton system,
(n I + Z_A Z_A'/l2) d = -D'(u), has n equations whatever the support A, and one step ends at the
piece's minimum. Boschi, Reimherr and Chiaromonte (2020) solve the same system within an augmented
Lagrangian. Where l2 nearly vanishes D bends too sharply for double precision: the caller is told.
"""

from __future__ import annotations

import numpy as np

from regclaims.solvers.kernels.columns import correlate
from regclaims.solvers.kernels.compiling import kernel
from regclaims.solvers.kernels.coordinate import soft_threshold
from regclaims.solvers.kernels.factor import axpy, dot, factorize, solve
from regclaims.solvers.kernels.states import EXPLAINED, FINISHED, STUCK, SWITCHED
from regclaims.solvers.kernels.working_set import ALL_BUT, BLOCK, beyond, strong_bound

NOISE = 1e-13
STEPS = 50
PASSES = 50
SUFFICIENT = 1e-4
"""Share of the decrease that the slope promises (Armijo)."""

SHORTEST = 1e-6


@kernel
def dual_path(
    columns, y, linear, lambdas, l1_ratio, l1_before, fewest, explained, coefs, operations
):
    """Solve over decreasing lambdas by Newton's method on the dual; l1_ratio < 1, dense columns.

    Parameters
    ----------
    columns : Columns
    y, linear, lambdas, l1_ratio, l1_before, explained, coefs, operations
        As in `face_path`.
    fewest : int
        Return before a fit after one with fewer non-zeros than this.

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
    u = y / n
    for j in range(p):
        if coefs[0, j] != 0.0:
            axpy(-coefs[0, j] / n, columns.rows[j], u, 0, n)
    grad = np.empty(p)
    spent = correlate(columns, n * u, grad)
    K = np.zeros((n, n))
    counted = np.zeros(p, np.bool_)
    S = np.empty(p, np.int64)
    candidates = np.empty(p, np.int64)
    for at in range(len(lambdas)):
        l1, l2 = lambdas[at] * l1_ratio, lambdas[at] * (1 - l1_ratio)
        bound = strong_bound(l1, l1_before)
        # On the scaled dual point every column is as far from its threshold as before.
        if at > 0:
            for i in range(n):
                u[i] *= lambdas[at] / lambdas[at - 1]
            for j in range(p):
                grad[j] *= lambdas[at] / lambdas[at - 1]
            bound = ALL_BUT * l1
        solved = False
        inside = np.full(p, -1, np.int64)
        w = 0
        for j in range(p):
            if coefs[at, j] != 0.0:
                S[w] = j
                inside[j] = w
                w += 1
        for attempt in range(PASSES):
            found = beyond(grad, inside, bound, BLOCK + 2 * w, candidates)
            for k in range(found):
                S[w], inside[candidates[k]] = candidates[k], w
                w += 1
            if attempt > 0 and found == 0:
                solved = True
                break
            if not newton(
                columns, y, S, w, inside, l1, l2, noise, u, grad, K, counted, operations, at
            ):
                break
            spent += correlate(columns, n * u, grad)
            bound = l1 + noise
        if not solved:
            return at, STUCK
        support = 0
        for k in range(w):
            b = soft_threshold(grad[S[k]], l1) / l2
            coefs[at + 1, S[k]] = b
            support += b != 0.0
        operations[at] += spent
        spent, l1_before = 0, l1
        if n * n * dot(u, u, 0, n) <= (1 - explained) * square:
            return at + 1, EXPLAINED
        if support < fewest:
            return at + 1, SWITCHED
    return len(lambdas), FINISHED


@kernel
def newton(columns, y, S, w, inside, l1, l2, noise, u, grad, K, counted, operations, at):
    """Minimize D over u with the columns S; u and their `grad` are brought up to date.

    Returns False if the gradient of D does not vanish to rounding.
    """
    n = len(u)
    image, slopes = np.empty(n), np.empty(w)
    R = np.empty((n, n))
    everything = np.arange(n)
    trial = np.empty(n)
    value = dual_value(y, S, w, l1, l2, u, grad, slopes, 0.0)
    for step in range(STEPS):
        operations[at] += update_outer(columns, inside, l1, grad, K, counted)
        for i in range(n):
            image[i] = n * u[i] - y[i]
        for k in range(w):
            s = soft_threshold(grad[S[k]], l1)
            if s != 0.0:
                axpy(s / l2, columns.rows[S[k]], image, 0, n)
        # The residual y - Zb differs from n u by this; so do the primal conditions.
        if np.sqrt(dot(image, image, 0, n) / n) <= noise:
            return True
        slope = 0.0
        for i in range(n):
            trial[i] = -l2 * image[i]
        if factorize(K, everything, n, n * l2, R) < n:
            return False
        solve(R, n, trial)
        for i in range(n):
            slope += image[i] * trial[i]
        for k in range(w):
            slopes[k] = dot(columns.rows[S[k]], trial, 0, n)
        operations[at] += n * n * n // 6 + w * n
        t = 1.0
        while True:
            new = dual_value(y, S, w, l1, l2, u + t * trial, grad, slopes, t)
            if new <= value + SUFFICIENT * t * slope + 1e-14 * abs(value) or t < SHORTEST:
                break
            t *= 0.5
        value = new
        axpy(t, trial, u, 0, n)
        for k in range(w):
            grad[S[k]] += t * slopes[k]
    return False


@kernel
def dual_value(y, S, w, l1, l2, u, grad, slopes, t):
    """Return D at u, where the columns' gradients are grad + t slopes."""
    n = len(u)
    total = n / 2 * dot(u, u, 0, n) - dot(y, u, 0, n)
    excess = 0.0
    for k in range(w):
        s = soft_threshold(grad[S[k]] + t * slopes[k], l1)
        excess += s * s
    return total + excess / (2 * l2)


@kernel
def update_outer(columns, inside, l1, grad, K, counted):
    """Let K = Z_A Z_A' follow the support; `counted` says which columns it holds."""
    n = columns.n
    changes, support = 0, 0
    for j in range(columns.p):
        active = inside[j] >= 0 and abs(grad[j]) > l1
        changes += counted[j] != active
        support += active
    if changes == 0:
        return 0
    if changes > support:
        K[:] = 0.0
        counted[:] = False
        changes = support
    came = np.empty((changes, n))
    signed = np.empty((changes, n))
    c = 0
    for j in range(columns.p):
        active = inside[j] >= 0 and abs(grad[j]) > l1
        if counted[j] != active:
            counted[j] = active
            came[c] = columns.rows[j]
            signed[c] = columns.rows[j] if active else -columns.rows[j]
            c += 1
    K += np.dot(came.T, signed)
    return changes * n * n
