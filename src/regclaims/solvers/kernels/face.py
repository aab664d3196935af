"""The exact solution of a quadratic with an Elastic Net penalty on a working set.

    minimize  b'Hb/2 - c'b + l1 |b|_1 + l2/2 |b|^2

On the face of given signs s the solution is a linear system's, (H_AA + l2 I) b_A = c_A - l1 s.
Coordinate descent proposes the face. If a sign of its solution disagrees, the way there is followed
to the first zero, that column leaves, and the smaller system is solved; the objective falls at each
step, so no face comes twice. Osborne, Presnell and Turlach (2000) is the lasso's case.
"""

from __future__ import annotations

import numpy as np

from regclaims.solvers.kernels.compiling import kernel
from regclaims.solvers.kernels.coordinate import settle_signs
from regclaims.solvers.kernels.factor import (
    append,
    axpy,
    back_substitute,
    delete,
    factorize,
    solve,
)

ROUNDS = 100
SWEEPS = 6


@kernel
def solve_on_working_set(working, w, l1, l2, noise):
    """Solve to rounding error; b, g = c - Hb and the face's factor are brought up to date.

    Parameters
    ----------
    working : WorkingSet
    w : int
        Its size.
    l1, l2 : float
    noise : float
        How far a zero's gradient may exceed l1 by rounding.

    Returns
    -------
    int
        Multiplications, counted. Whether the solution is one is for the caller to see.
    """
    H, c, b, g = working.H, working.c, working.b, working.g
    face, room = working.face, working.room
    drop_stale_factor(l2, face)
    operations = 0
    for attempt in range(ROUNDS):
        if attempt > 0:
            operations += w * settle_signs(H, w, l1, l2, b, g, SWEEPS)
        operations += solve_face(H, c, w, l1, l2, noise, b, g, face, room)
        if not any_outside(b, g, w, l1 + noise):
            break
    return operations


@kernel
def any_outside(b, g, w, bound):
    """Tell whether the gradient of a zero exceeds `bound`."""
    found = False
    for j in range(w):
        found = found or (b[j] == 0.0 and abs(g[j]) > bound)
    return found


@kernel
def drop_stale_factor(l2, face):
    """Forget a factor that was made with another l2."""
    active, place, size, ridge = face.active, face.place, face.size, face.ridge
    if l2 != ridge[0]:
        for k in range(size[0]):
            place[active[k]] = -1
        size[0] = 0
        ridge[0] = l2


@kernel
def leave(face, k, v):
    """Take the k-th column of the face out."""
    R, active, place, size = face.R, face.active, face.place, face.size
    m = size[0]
    delete(R, m, k, v)
    place[active[k]] = -1
    for i in range(k, m - 1):
        active[i] = active[i + 1]
        place[active[i]] = i
    size[0] = m - 1
    return m * m - k * k


@kernel
def match_support(H, w, l1, l2, b, g, face, room):
    """Make the face that of b's non-zeros; a dependent one slides to a zero. Returns the cost."""
    R, active, place, size, ridge = face.R, face.active, face.place, face.size, face.ridge
    column = room[0]
    operations = 0
    for k in range(size[0] - 1, -1, -1):
        if b[active[k]] == 0.0:
            operations += leave(face, k, room[1])
    if size[0] == 0:
        operations += start_face(H, w, b, face)
    for j in range(w):
        if b[j] == 0.0 or place[j] >= 0:
            continue
        while b[j] != 0.0:
            m = size[0]
            for k in range(m):
                column[k] = H[j, active[k]]
            operations += m * m // 2
            if append(R, m, column, H[j, j] + ridge[0]):
                active[m] = j
                place[j] = m
                size[0] = m + 1
                break
            operations += slide(H, w, l1, l2, b, g, j, face, room)
    return operations


@kernel
def start_face(H, w, b, face):
    """Factor the support from the start, up to the first column that depends on others."""
    R, active, place, size, ridge = face.R, face.active, face.place, face.size, face.ridge
    m = 0
    for j in range(w):
        if b[j] != 0.0:
            active[m] = j
            m += 1
    size[0] = factorize(H, active, m, ridge[0], R)
    for k in range(size[0]):
        place[active[k]] = k
    return m * m * m // 6


@kernel
def slide(H, w, l1, l2, b, g, j, face, room):
    """Move along the direction in which dependent columns change no fit, downhill, to a zero.

    room[0] holds R^-T of j's products with the face. g stays, as it hardly changes there; what it
    misses is made good by the next solution on the face.
    """
    R, active, size = face.R, face.active, face.size
    m = size[0]
    direction = room[0]
    back_substitute(R, m, direction)
    slope = l1 * np.sign(b[j]) + l2 * b[j] - g[j]
    for k in range(m):
        a = active[k]
        slope -= direction[k] * (l1 * np.sign(b[a]) + l2 * b[a] - g[a])
    sign = -1.0 if slope > 0 else 1.0  # j moves by sign, the others by -sign direction
    step = np.inf
    first = -1
    if sign * b[j] < 0:
        step, first = abs(b[j]), m
    for k in range(m):
        move, at = -sign * direction[k], b[active[k]]
        if move * at < 0 and abs(at) < step * abs(move):
            step, first = abs(at / move), k
    if first < 0:
        # Rounding decided the slope; the other way lies a zero.
        b[j] = 0.0
        return m * m // 2
    for k in range(m):
        b[active[k]] -= sign * step * direction[k]
    b[j] += sign * step
    if first == m:
        b[j] = 0.0
        return m * m // 2
    b[active[first]] = 0.0
    return m * m // 2 + leave(face, first, room[1])


@kernel
def solve_face(H, c, w, l1, l2, noise, b, g, face, room):
    """Solve on the face of b's signs, columns leaving where a sign would change; updates g."""
    R, active, size = face.R, face.active, face.size
    operations = match_support(H, w, l1, l2, b, g, face, room)
    z = room[2]
    while size[0] > 0:
        m = size[0]
        for k in range(m):
            a = active[k]
            z[k] = c[a] - (l1 if b[a] > 0 else -l1)
        solve(R, m, z)
        operations += m * m
        step, first = first_crossing(b, z, active, m)
        if first < 0:
            for k in range(m):
                b[active[k]] = z[k]
            break
        for k in range(m):
            b[active[k]] += step * (z[k] - b[active[k]])
        b[active[first]] = 0.0
        for k in range(m - 1, -1, -1):  # more than one may arrive at zero
            if b[active[k]] == 0.0:
                operations += leave(face, k, room[1])
    operations += gradient_on_working_set(H, c, w, b, g, face)
    return operations + refine(H, c, w, l1, l2, noise, b, g, face, room)


@kernel
def gradient_on_working_set(H, c, w, b, g, face):
    """Compute g = c - Hb anew."""
    active, size = face.active, face.size
    for j in range(w):
        g[j] = c[j]
    for k in range(size[0]):
        axpy(-b[active[k]], H[active[k]], g, 0, w)
    return size[0] * w


@kernel
def refine(H, c, w, l1, l2, noise, b, g, face, room):
    """Solve once more for what the solution misses, where that is more than rounding."""
    R, active, size = face.R, face.active, face.size
    m, z = size[0], room[2]
    missed = 0.0
    for k in range(m):
        a = active[k]
        z[k] = g[a] - (l1 if b[a] > 0 else -l1) - l2 * b[a]
        missed = max(missed, abs(z[k]))
    if not missed > noise:
        return 0
    solve(R, m, z)
    operations = m * m
    for k in range(m):
        if b[active[k]] * (b[active[k]] + z[k]) <= 0.0:
            return operations  # a coefficient at the edge of rounding; sweeps decide
    for k in range(m):
        b[active[k]] += z[k]
    return operations + gradient_on_working_set(H, c, w, b, g, face)


@kernel
def first_crossing(b, z, active, m):
    """Return at which share of the way from b to z the first coefficient vanishes, and which."""
    step = 1.0
    first = -1
    for k in range(m):
        at = b[active[k]]
        if at * z[k] <= 0.0:
            share = at / (at - z[k])
            if first < 0 or share < step:
                step, first = share, k
    return step, first
