"""The columns that are worked on: by the strong rules, and then whoever violates the conditions.

Tibshirani, Bien, Friedman, Hastie, Simon, Taylor and Tibshirani (2012): from lambda to the next, a
column whose gradient is below 2 l1 - (previous l1) nearly always stays out. "Nearly" is made good
by a look at the whole gradient.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regclaims.solvers.kernels.columns import DENSE, products, products_at_once
from regclaims.solvers.kernels.compiling import kernel
from regclaims.vocabulary import Array

ALL_BUT = 0.9999
BLOCK = 50
AT_ONCE = 3
"""So many columns are worth a matrix product."""


@kernel
def strong_bound(l1, l1_before):
    """Return the gradient from which a column may come in."""
    return min(2 * l1 - l1_before, ALL_BUT * l1)


@kernel
def beyond(grad, inside, bound, limit, candidates):
    """List columns that are not inside and whose gradient exceeds `bound`; the `limit` largest.

    The limit keeps the set near the support where columns are so alike that all pass the rule.
    """
    found = 0
    for j in range(len(grad)):
        if inside[j] < 0 and abs(grad[j]) > bound:
            candidates[found] = j
            found += 1
    if found <= limit:
        return found
    sizes = np.sort(np.abs(grad[candidates[:found]]))
    least = sizes[found - limit]
    kept = 0
    for k in range(found):
        if abs(grad[candidates[k]]) >= least and kept < limit:
            candidates[kept] = candidates[k]
            kept += 1
    return kept


class Face(NamedTuple):
    """The support as the exact solution sees it.

    Attributes
    ----------
    R : (capacity, capacity)
        Cholesky factor of H_AA + ridge I, A = active[:size].
    active : (capacity,)
        Places in the working set, in the order of the factor.
    place : (capacity,)
        Where in `active` a column stands; -1 nowhere.
    size, ridge : (1,)
    """

    R: Array
    active: NDArray[np.int64]
    place: NDArray[np.int64]
    size: NDArray[np.int64]
    ridge: Array


class WorkingSet(NamedTuple):
    """Columns S that are worked on, w of them, with room for more.

    Attributes
    ----------
    S : (capacity,)
    inside : (p,)
        Where in S a column stands; -1 outside.
    H, c : (capacity, capacity), (capacity,)
        Products with each other and with y.
    b, g : (capacity,)
        Coefficients, and gradients c - Hb.
    room, scatter : (3, capacity), (n,)
        For intermediate results.
    face : Face
    """

    S: NDArray[np.int64]
    inside: NDArray[np.int64]
    H: Array
    c: Array
    b: Array
    g: Array
    room: Array
    scatter: Array
    face: Face


@kernel
def empty_set(capacity, n, p):
    """Make a working set of p columns of length n."""
    return WorkingSet(
        np.empty(capacity, np.int64),
        np.full(p, -1, np.int64),
        np.empty((capacity, capacity)),
        np.empty(capacity),
        np.zeros(capacity),
        np.empty(capacity),
        np.empty((3, capacity)),
        np.zeros(n),
        Face(
            np.empty((capacity, capacity)),
            np.empty(capacity, np.int64),
            np.full(capacity, -1, np.int64),
            np.zeros(1, np.int64),
            np.full(1, -1.0),
        ),
    )


@kernel
def make_room(old, w, more):
    """Return the working set with room for `more` columns beyond its w."""
    capacity, p = len(old.S), len(old.inside)
    if w + more <= capacity:
        return old
    new = empty_set(min(p, max(2 * capacity, w + more)), len(old.scatter), p)
    new.inside[:] = old.inside
    new.S[:w], new.c[:w], new.b[:w], new.g[:w] = old.S[:w], old.c[:w], old.b[:w], old.g[:w]
    new.H[:w, :w] = old.H[:w, :w]
    m = old.face.size[0]
    new.face.R[:m, :m], new.face.active[:m] = old.face.R[:m, :m], old.face.active[:m]
    new.face.place[:w] = old.face.place[:w]
    new.face.size[0], new.face.ridge[0] = m, old.face.ridge[0]
    return new


@kernel
def include(columns, linear, candidates, found, working, w):
    """Add columns to the working set. Returns its new size, and the number of multiplications."""
    S, H = working.S, working.H
    operations = 0
    at_once = columns.kind == DENSE and found >= AT_ONCE
    for k in range(found):
        j = candidates[k]
        S[w], working.inside[j] = j, w
        working.c[w], working.b[w], working.face.place[w] = linear[j], 0.0, -1
        if not at_once:
            operations += products(columns, j, S, w + 1, H[w], working.scatter)
            for q in range(w):
                H[q, w] = H[w, q]
        w += 1
    if at_once:
        operations += products_at_once(columns, S, w - found, w, H)
    return w, operations
