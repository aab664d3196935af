"""A Cholesky factor that follows a set of columns as they come and go.

The factor is upper triangular, R'R = M, one row after another in memory: so that appending a column
(forward substitution), taking one out (a rank-one update) and solving all run along rows. Golub and
Van Loan (2013), Matrix Computations, sections 4.2 and 6.5.
"""

from __future__ import annotations

import numpy as np

from regclaims.solvers.kernels.compiling import kernel

DEPENDENT = 1e-13
"""A pivot below this share of its diagonal is rounding: the column depends on those before it."""


BLOCK = 64
"""Rows that are factored together, so that the rest of the work is one matrix product."""


@kernel
def dot(a, b, begin, end):
    """Return the sum of a[i] b[i] over begin <= i < end."""
    total = 0.0
    for i in range(begin, end):
        total += a[i] * b[i]
    return total


@kernel
def axpy(t, a, b, begin, end):
    """Add t a[i] to b[i], begin <= i < end."""
    for i in range(begin, end):
        b[i] += t * a[i]


@kernel
def append(R, m, column, diagonal):
    """Append a column to a factor of size m.

    `column` (m,) holds its products with the others and is overwritten. Returns False, and appends
    nothing, if it depends on them; `column` then holds R^-T of what it held.
    """
    forward(R, m, column)
    left = diagonal - dot(column, column, 0, m)
    if not left > DEPENDENT * diagonal:
        return False
    for q in range(m):
        R[q, m] = column[q]
    R[m, m] = np.sqrt(left)
    return True


@kernel
def factorize(H, chosen, m, ridge, R):
    """Factor H[chosen, chosen] + ridge I from the start, in blocks of rows.

    Returns how many columns were factored: fewer than m if the next depends on those before it.
    """
    for first in range(0, m, BLOCK):
        size = min(BLOCK, m - first)
        block = np.empty((size, m - first))
        for q in range(size):
            row = H[chosen[first + q]]
            for i in range(q, m - first):
                block[q, i] = row[chosen[first + i]]
        if first > 0:
            above = R[:first, first:m].copy()
            block -= np.dot(above[:, :size].T.copy(), above)
        for q in range(size):
            subtract_earlier(block, q, m - first)
            diagonal = H[chosen[first + q], chosen[first + q]] + ridge
            left = block[q, q] + ridge
            if not left > DEPENDENT * diagonal:
                return first + q
            pivot = np.sqrt(left)
            for i in range(q + 1, m - first):
                block[q, i] /= pivot
            block[q, q] = pivot
            for i in range(q, m - first):
                R[first + q, first + i] = block[q, i]
    return m


@kernel
def subtract_earlier(block, q, end):
    """Subtract from row q what the rows above it explain."""
    row = block[q]
    fours = q - q % 4
    for k in range(0, fours, 4):
        r0, r1, r2, r3 = block[k], block[k + 1], block[k + 2], block[k + 3]
        t0, t1, t2, t3 = r0[q], r1[q], r2[q], r3[q]
        for i in range(q, end):
            row[i] -= t0 * r0[i] + t1 * r1[i] + t2 * r2[i] + t3 * r3[i]
    for k in range(fours, q):
        axpy(-block[k, q], block[k], row, q, end)


@kernel
def delete(R, m, k, v):
    """Take column k out of a factor of size m; `v` is room for m numbers."""
    for q in range(k):
        row = R[q]
        for i in range(k, m - 1):
            row[i] = row[i + 1]
    # What remains below satisfies R33'R33 + v v', v the row that goes: rotate v in.
    for i in range(k + 1, m):
        v[i] = R[k, i]
    for q in range(k, m - 1):
        old, row = R[q + 1], R[q]
        r = np.hypot(old[q + 1], v[q + 1])
        cosine, sine = old[q + 1] / r, v[q + 1] / r
        row[q] = r
        for i in range(q + 2, m):
            above = old[i]
            row[i - 1] = cosine * above + sine * v[i]
            v[i] = cosine * v[i] - sine * above
    return


@kernel
def solve(R, m, z):
    """Overwrite z (m,) by the solution of R'R x = z."""
    forward(R, m, z)
    back_substitute(R, m, z)


# Four rows at a time: a loop over one short row spends its time in starting and ending.


@kernel
def forward(R, m, z):
    """Overwrite z (m,) by the solution of R'x = z."""
    fours = m - m % 4
    for q in range(0, fours, 4):
        r0, r1, r2, r3 = R[q], R[q + 1], R[q + 2], R[q + 3]
        z0 = z[q] / r0[q]
        z1 = (z[q + 1] - z0 * r0[q + 1]) / r1[q + 1]
        z2 = (z[q + 2] - z0 * r0[q + 2] - z1 * r1[q + 2]) / r2[q + 2]
        z3 = (z[q + 3] - z0 * r0[q + 3] - z1 * r1[q + 3] - z2 * r2[q + 3]) / r3[q + 3]
        z[q], z[q + 1], z[q + 2], z[q + 3] = z0, z1, z2, z3
        for i in range(q + 4, m):
            z[i] -= z0 * r0[i] + z1 * r1[i] + z2 * r2[i] + z3 * r3[i]
    for q in range(fours, m):
        z[q] /= R[q, q]
        axpy(-z[q], R[q], z, q + 1, m)


@kernel
def back_substitute(R, m, z):
    """Overwrite z (m,) by the solution of R x = z."""
    fours = m - m % 4
    for q in range(m - 1, fours - 1, -1):
        z[q] = (z[q] - dot(R[q], z, q + 1, m)) / R[q, q]
    for q in range(fours - 4, -1, -4):
        r0, r1, r2, r3 = R[q], R[q + 1], R[q + 2], R[q + 3]
        s0, s1, s2, s3 = z[q], z[q + 1], z[q + 2], z[q + 3]
        for i in range(q + 4, m):
            s0 -= r0[i] * z[i]
            s1 -= r1[i] * z[i]
            s2 -= r2[i] * z[i]
            s3 -= r3[i] * z[i]
        z3 = s3 / r3[q + 3]
        z2 = (s2 - r2[q + 3] * z3) / r2[q + 2]
        z1 = (s1 - r1[q + 3] * z3 - r1[q + 2] * z2) / r1[q + 1]
        z0 = (s0 - r0[q + 3] * z3 - r0[q + 2] * z2 - r0[q + 1] * z1) / r0[q]
        z[q], z[q + 1], z[q + 2], z[q + 3] = z0, z1, z2, z3
