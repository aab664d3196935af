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


BLOCK = 32
"""Rows that are factored together, so that the rest of the work is one matrix product."""


# Loops run from 0 over slices: where the compiler does not know that an index is not negative, it
# counts from the end for each, and uses no vector instructions.


@kernel
def dot(a, b, begin, end):
    """Return the sum of a[i] b[i] over begin <= i < end."""
    a, b = a[begin:end], b[begin:end]
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@kernel
def axpy(t, a, b, begin, end):
    """Add t a[i] to b[i], begin <= i < end."""
    a, b = a[begin:end], b[begin:end]
    for i in range(len(a)):
        b[i] += t * a[i]


@kernel
def scale(t, a, begin, end):
    """Multiply a[i] by t, begin <= i < end."""
    a = a[begin:end]
    for i in range(len(a)):
        a[i] *= t


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

    What the rows above a block explain is one matrix product; within it, four rows at a time go
    into those below. Returns how many columns were factored: fewer than m if the next depends on
    those before it.
    """
    for first in range(0, m, BLOCK):
        size = min(BLOCK, m - first)
        places = chosen[first:m]
        block = gather(H, places, size)
        if first > 0:
            above = R[:first, first:m].copy()
            block -= np.dot(R[:first, first : first + size].copy().T, above)
        for q in range(size):
            fours = q - q % 4
            for k in range(fours, q):
                axpy(-block[k, q], block[k], block[q], q, m - first)
            left = block[q, q] + ridge
            if not left > DEPENDENT * (H[places[q], places[q]] + ridge):
                return first + q
            pivot = np.sqrt(left)
            block[q, q] = pivot
            scale(1 / pivot, block[q], q + 1, m - first)
            R[first + q, first + q : m] = block[q, q:]
            if q == fours + 3:
                take_from_below(block, fours, size)
    return m


@kernel
def gather(H, places, size):
    """Return the upper triangle of H[places[:size], places]; what is below it is 0."""
    end = len(places)
    block = np.zeros((size, end))
    for q in range(size):
        row, out = H[places[q]], block[q]
        for i in range(q, end):
            out[i] = row[places[i]]
    return block


@kernel
def take_from_below(block, k, size):
    """Subtract from the rows below k + 3 what rows k to k + 3 explain, two at a time."""
    r0, r1, r2, r3 = block[k], block[k + 1], block[k + 2], block[k + 3]
    for q in range(k + 4, size - 1, 2):
        subtract(
            (r0[q], r1[q], r2[q], r3[q]),
            (r0[q + 1], r1[q + 1], r2[q + 1], r3[q + 1]),
            (r0[q:], r1[q:], r2[q:], r3[q:]),
            block[q][q:],
            block[q + 1][q:],
        )
    if (size - k) % 2 == 1:
        q = size - 1
        for j in range(k, k + 4):
            axpy(-block[j, q], block[j], block[q], q, block.shape[1])


@kernel
def subtract(t, s, rows, y, z):
    """Subtract the sum of t[k] rows[k] from y, and that of s[k] rows[k] from z, k = 0 to 3."""
    r0, r1, r2, r3 = rows
    for i in range(len(y)):
        a, b, c, d = r0[i], r1[i], r2[i], r3[i]
        y[i] -= t[0] * a + t[1] * b + t[2] * c + t[3] * d
        z[i] -= s[0] * a + s[1] * b + s[2] * c + s[3] * d


@kernel
def delete(R, m, k, v):
    """Take column k out of a factor of size m; `v` is room for m numbers."""
    for q in range(k):
        row = R[q][k:m]
        for i in range(len(row) - 1):
            row[i] = row[i + 1]
    # What remains below satisfies R33'R33 + v v', v the row that goes: rotate v in.
    v[k + 1 : m] = R[k, k + 1 : m]
    for q in range(k, m - 1):
        pivot = R[q + 1, q + 1]
        r = np.hypot(pivot, v[q + 1])
        R[q, q] = r
        rotate(pivot / r, v[q + 1] / r, R[q + 1][q + 2 : m], v[q + 2 : m], R[q][q + 1 : m - 1])


@kernel
def rotate(cosine, sine, row, v, out):
    """Rotate `row` and v; the first goes to `out`."""
    for i in range(len(row)):
        a, b = row[i], v[i]
        out[i] = cosine * a + sine * b
        v[i] = cosine * b - sine * a


@kernel
def update(R, m, v, sign):
    """Let R factor R'R + sign v v', sign 1 or -1; v (m,) is overwritten.

    Returns False where that is not positive definite; R is then of no use.
    """
    for q in range(m):
        old = R[q, q]
        square = old * old + sign * v[q] * v[q]
        if not square > DEPENDENT * old * old:
            return False
        R[q, q] = np.sqrt(square)
        mix(R[q, q] / old, v[q] / old, sign, R[q][q + 1 : m], v[q + 1 : m])
    return True


@kernel
def mix(c, s, sign, row, v):
    """Take the multiple s of v into `row`, c^2 = 1 + sign s^2, and what is in `row` out of v."""
    shrink, into = 1 / c, sign * s / c
    for i in range(len(row)):
        new = shrink * row[i] + into * v[i]
        v[i] = c * v[i] - s * new
        row[i] = new


@kernel
def solve(R, m, z):
    """Overwrite z (m,) by the solution of R'R x = z."""
    forward(R, m, z)
    back_substitute(R, m, z)


@kernel
def forward(R, m, z):
    """Overwrite z (m,) by the solution of R'x = z."""
    for q in range(m):
        z[q] /= R[q, q]
        axpy(-z[q], R[q], z, q + 1, m)


@kernel
def back_substitute(R, m, z):
    """Overwrite z (m,) by the solution of R x = z."""
    for q in range(m - 1, -1, -1):
        z[q] = (z[q] - dot(R[q], z, q + 1, m)) / R[q, q]
