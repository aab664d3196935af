"""Coordinate descent on a small quadratic with an Elastic Net penalty: it finds the signs.

Friedman, Hastie and Tibshirani (2010), "covariance updates": the gradient g = c - Hb of every
working coordinate is kept up to date, so that one which does not move costs a comparison.
"""

from __future__ import annotations

from regclaims.solvers.kernels.compiling import kernel
from regclaims.solvers.kernels.factor import axpy
from regclaims.solvers.kernels.penalty import soft_threshold


@kernel
def sweep(H, w, l1, l2, b, g):
    """Visit the w coordinates once. Returns whether a sign changed, and how many moved."""
    changed = False
    moved = 0
    for j in range(w):
        old = b[j]
        new = soft_threshold(g[j] + H[j, j] * old, l1) / (H[j, j] + l2)
        if new == old:
            continue
        moved += 1
        b[j] = new
        changed = changed or (new == 0.0) != (old == 0.0) or new * old < 0
        axpy(old - new, H[j], g, 0, w)
    return changed, moved


@kernel
def settle_signs(H, w, l1, l2, b, g, sweeps):
    """Sweep until no sign changes, at most `sweeps` times. Returns the number of moves."""
    moves = 0
    for s in range(sweeps):
        changed, moved = sweep(H, w, l1, l2, b, g)
        moves += moved
        if not changed and s > 0:
            break
    return moves
