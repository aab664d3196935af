"""Lasso and Elastic Net paths: working sets, and the exact solution on each."""

from __future__ import annotations

import numpy as np

from regclaims.solvers.kernels.columns import GRAM, combine, correlate
from regclaims.solvers.kernels.compiling import kernel
from regclaims.solvers.kernels.face import solve_on_working_set
from regclaims.solvers.kernels.factor import axpy, solve
from regclaims.solvers.kernels.states import EXPLAINED, FINISHED, SWITCHED
from regclaims.solvers.kernels.working_set import (
    BLOCK,
    beyond,
    empty_set,
    include,
    make_room,
    strong_bound,
)

CAPACITY = 128
PASSES = 100
POLISHES = 3


@kernel
def face_path(
    columns,
    y,
    linear,
    square,
    lambdas,
    l1_ratio,
    l1_before,
    noise,
    most,
    explained,
    coefs,
    operations,
):
    """Solve over decreasing lambdas by faces.

    Parameters
    ----------
    columns : Columns
    y : (n,)
        Not used with a Gram matrix.
    linear : (p,)
        Z'y/n.
    square : float
        |y|^2/n.
    lambdas : (k,)
    l1_ratio, l1_before : float
        The L1 penalty before the first lambda, for the strong rule.
    noise : float
        By how much rounding may move a gradient.
    most : int
        Return before the first fit with more non-zeros than this.
    explained : float
        Return after the first fit that explains this share of `square`.
    coefs : (k + 1, p)
        The first row is the start; the others are filled.
    operations : (k,)
        Filled with numbers of multiplications.

    Returns
    -------
    solved : int
        How many lambdas.
    state : int
        Why no more: see `states`.
    """
    p = len(linear)
    working = empty_set(min(p, CAPACITY), columns.n, p)
    candidates = np.empty(p, np.int64)
    residual = np.empty(columns.n)
    found = 0
    for j in range(p):
        if coefs[0, j] != 0.0:
            candidates[found] = j
            found += 1
    working = make_room(working, 0, found)
    w, spent = include(columns, linear, candidates, found, working, 0)
    for k in range(w):
        working.b[k] = coefs[0, working.S[k]]
    grad = np.empty(p)
    spent += gradient(columns, y, linear, working, w, residual, grad)
    for at in range(len(lambdas)):
        l1, l2 = lambdas[at] * l1_ratio, lambdas[at] * (1 - l1_ratio)
        bound = strong_bound(l1, l1_before)
        for attempt in range(PASSES):
            limit = BLOCK + 2 * working.face.size[0]
            found = beyond(grad, working.inside, bound, limit, candidates)
            if attempt > 0 and found == 0:
                break
            working = make_room(working, w, found)
            w, more = include(columns, linear, candidates, found, working, w)
            for k in range(w):
                working.g[k] = grad[working.S[k]]
            cost = solve_on_working_set(working, w, l1, l2, noise)
            if working.face.size[0] > most:
                return at, SWITCHED
            spent += more + cost
            spent += gradient(columns, y, linear, working, w, residual, grad)
            bound = l1 + noise
        spent += polish(columns, y, linear, working, w, l1, l2, noise, residual, grad)
        left = square
        for k in range(w):
            coefs[at + 1, working.S[k]] = working.b[k]
            left -= working.b[k] * (linear[working.S[k]] + grad[working.S[k]])
        operations[at] = spent
        spent, l1_before = 0, l1
        if left <= (1 - explained) * square:
            return at + 1, EXPLAINED
    return len(lambdas), FINISHED


@kernel
def polish(columns, y, linear, working, w, l1, l2, noise, residual, grad):
    """Solve on the face for what the gradient misses, if more than rounding. Returns the cost.

    Iterative refinement: with gradients from residuals, what the factor of an ill-conditioned face
    and the products H lack is made good.
    """
    S, b, face, z = working.S, working.b, working.face, working.room[2]
    m, operations = face.size[0], 0
    for _ in range(POLISHES):
        missed = 0.0
        for k in range(m):
            a = face.active[k]
            z[k] = grad[S[a]] - (l1 if b[a] > 0 else -l1) - l2 * b[a]
            missed = max(missed, abs(z[k]))
        if not missed > noise:
            break
        solve(face.R, m, z)
        for k in range(m):
            if b[face.active[k]] * (b[face.active[k]] + z[k]) <= 0.0:
                return operations  # a coefficient at the edge of rounding
        for k in range(m):
            b[face.active[k]] += z[k]
        operations += m * m + gradient(columns, y, linear, working, w, residual, grad)
    return operations


@kernel
def gradient(columns, y, linear, working, w, residual, grad):
    """Set grad = Z'(y - Zb)/n. Returns the number of multiplications."""
    S, b, room = working.S, working.b, working.room
    if columns.kind == GRAM:
        grad[:] = linear
        operations = 0
        for k in range(w):
            if b[k] != 0.0:
                axpy(-b[k], columns.gram[S[k]], grad, 0, len(grad))
                operations += len(grad)
        return operations
    for k in range(w):
        room[0, k] = -b[k]
    residual[:] = y
    operations = combine(columns, S, w, room[0], residual)
    return operations + correlate(columns, residual, grad)
