"""Prepared columns as a kernel sees them: a Gram matrix, dense rows of X', or sparse columns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regclaims.solvers.kernels.compiling import kernel
from regclaims.solvers.kernels.factor import axpy, dot
from regclaims.vocabulary import Array

GRAM, DENSE, SPARSE = 0, 1, 2


class Columns(NamedTuple):
    """Columns z_1, ..., z_p of length n, in one of three forms; what a form lacks is empty.

    Attributes
    ----------
    kind : int
        GRAM, DENSE or SPARSE.
    n, p : int
    gram : (p, p)
        Z'Z/n.
    rows : (p, n)
        Z'.
    data, indices, starts : (nnz,), (nnz,), (p + 1,)
        Compressed sparse columns D of Z = D - root center', so that centring keeps them sparse.
    root : (n,)
        Square roots of the rows' weights.
    center : (p,)
        On the scale of D.
    """

    kind: int
    n: int
    p: int
    gram: Array
    rows: Array
    data: Array
    indices: NDArray[np.int64]
    starts: NDArray[np.int64]
    root: Array
    center: Array


def columns(
    kind: int,
    n: int,
    p: int,
    *,
    gram: Array | None = None,
    rows: Array | None = None,
    sparse: tuple[Array, NDArray[np.int64], NDArray[np.int64]] | None = None,
    root: Array | None = None,
    center: Array | None = None,
) -> Columns:
    """Make `Columns` with one signature for the compiler, whatever the form."""
    none, nowhere = np.empty((0, 0)), np.empty(0, dtype=np.int64)
    data, indices, starts = sparse if sparse is not None else (np.empty(0), nowhere, nowhere)
    return Columns(
        kind,
        n,
        p,
        none if gram is None else gram,
        none if rows is None else rows,
        data,
        indices,
        starts,
        np.empty(0) if root is None else root,
        np.empty(0) if center is None else center,
    )


@kernel
def products(columns, j, S, w, row, scatter):
    """Set row[k] = z_j'z_S[k]/n for k < w. Returns the number of multiplications."""
    if columns.kind == GRAM:
        for k in range(w):
            row[k] = columns.gram[j, S[k]]
        return 0
    n = columns.n
    if columns.kind == DENSE:
        for k in range(w):
            row[k] = dot(columns.rows[j], columns.rows[S[k]], 0, n) / n
        return w * n
    operations = 0
    data, indices, starts = columns.data, columns.indices, columns.starts
    for q in range(starts[j], starts[j + 1]):
        scatter[indices[q]] = data[q]
    for k in range(w):
        total = 0.0
        for q in range(starts[S[k]], starts[S[k] + 1]):
            total += data[q] * scatter[indices[q]]
        row[k] = total / n - columns.center[j] * columns.center[S[k]]
        operations += starts[S[k] + 1] - starts[S[k]]
    for q in range(starts[j], starts[j + 1]):
        scatter[indices[q]] = 0.0
    return operations


@kernel
def products_at_once(columns, S, begin, end, H):
    """Set H[k, q] = H[q, k] = z_S[k]'z_S[q]/n for begin <= k < end, q <= k, of dense columns.

    Returns the number of multiplications.
    """
    n = columns.n
    chosen = np.empty((end, n))
    for k in range(end):
        chosen[k] = columns.rows[S[k]]
    new = np.dot(chosen[begin:], chosen.T)
    for k in range(begin, end):
        for q in range(k + 1):
            H[k, q] = H[q, k] = new[k - begin, q] / n
    return (end - begin) * end * n


@kernel
def combine(columns, S, w, b, out):
    """Add sum_k b[k] z_S[k] to `out` (n,). Returns the number of multiplications."""
    operations = 0
    n = columns.n
    if columns.kind == DENSE:
        for k in range(w):
            if b[k] != 0.0:
                axpy(b[k], columns.rows[S[k]], out, 0, n)
                operations += n
        return operations
    offset = 0.0
    for k in range(w):
        if b[k] == 0.0:
            continue
        for q in range(columns.starts[S[k]], columns.starts[S[k] + 1]):
            out[columns.indices[q]] += b[k] * columns.data[q]
        offset += b[k] * columns.center[S[k]]
        operations += columns.starts[S[k] + 1] - columns.starts[S[k]]
    axpy(-offset, columns.root, out, 0, n)
    return operations + n


@kernel
def correlate(columns, r, grad):
    """Set grad[j] = z_j'r/n for every column. Returns the number of multiplications."""
    n = columns.n
    if columns.kind == DENSE:
        for j in range(columns.p):
            grad[j] = dot(columns.rows[j], r, 0, n) / n
        return n * columns.p
    mean = dot(columns.root, r, 0, n) / n
    for j in range(columns.p):
        grad[j] = sparse_dot(columns, j, r) / n - columns.center[j] * mean
    return n + columns.starts[columns.p]


@kernel
def correlate_some(columns, r, S, w, grad):
    """Set grad[j] = z_j'r/n for the w columns of S. Returns the number of multiplications."""
    n = columns.n
    if columns.kind == DENSE:
        for k in range(w):
            grad[S[k]] = dot(columns.rows[S[k]], r, 0, n) / n
        return n * w
    mean = dot(columns.root, r, 0, n) / n
    operations = n
    for k in range(w):
        grad[S[k]] = sparse_dot(columns, S[k], r) / n - columns.center[S[k]] * mean
        operations += columns.starts[S[k] + 1] - columns.starts[S[k]]
    return operations


@kernel
def sparse_dot(columns, j, r):
    """Return d_j'r, of sparse columns."""
    total = 0.0
    for q in range(columns.starts[j], columns.starts[j + 1]):
        total += columns.data[q] * r[columns.indices[q]]
    return total
