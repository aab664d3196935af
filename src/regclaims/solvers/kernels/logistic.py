"""Logistic lasso and Elastic Net paths: Newton's method, each step an exact penalized quadratic.

Friedman, Hastie and Tibshirani (2010), section 3: the mean negative log-likelihood is replaced by
its quadratic at the present fit (iteratively reweighted least squares), and the penalized quadratic
is minimized on the support and whoever violates the conditions. Here that is done exactly, and a
line search makes sure that the objective falls (Lee, Sun and Saunders 2014).
"""

from __future__ import annotations

import numpy as np

from regclaims.solvers.kernels.columns import DENSE, Columns, combine, correlate, correlate_some
from regclaims.solvers.kernels.compiling import kernel
from regclaims.solvers.kernels.dual import newton, start_dual
from regclaims.solvers.kernels.face import solve_on_working_set
from regclaims.solvers.kernels.factor import axpy, dot
from regclaims.solvers.kernels.penalty import soft_threshold, subdifferential_distance
from regclaims.solvers.kernels.states import EXPLAINED, FINISHED
from regclaims.solvers.kernels.working_set import empty_set

STEPS = 100
LEAST_WEIGHT = 1e-12
"""Rows that are fitted to this probability keep this weight, so that no system is singular."""

SHORTEST = 1e-10

NEAR = 1e-3
"""Newton's steps are taken whole where they converge quadratically: no condition is missed by this
share of l1, nor by its square of max |Z'r|/n."""

BLOCK = 64


@kernel
def logistic_path(
    columns,
    y,
    weights,
    intercept,
    lambdas,
    l1_ratio,
    scale,
    noise,
    null,
    explained,
    coefs,
    intercepts,
    operations,
):
    """Solve over decreasing lambdas.

    Parameters
    ----------
    columns : Columns
        DENSE or SPARSE.
    y : (n,)
        Of 0 and 1.
    weights : (n,)
        With mean 1.
    intercept : bool
    lambdas : (k,)
    l1_ratio : float
    scale, noise : float
        max |Z'r|/n at the null model; Newton's method ends where no condition misses `noise`.
    null : float
        The null model's mean negative log-likelihood.
    explained : float
        Return after the first fit that explains this share of the deviance.
    coefs, intercepts : (k + 1, p), (k + 1,)
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
    n, p = columns.n, columns.p
    b = coefs[0].copy()
    b0 = intercepts[0]
    everything = np.arange(p)
    eta, mu, r = np.full(n, b0), np.empty(n), np.empty(n)
    spent = combine(columns, everything, p, b, eta)
    value = loss(eta, y, weights)
    grad = np.empty(p)
    T = np.empty(p, np.int64)
    for at in range(len(lambdas)):
        l1, l2 = lambdas[at] * l1_ratio, lambdas[at] * (1 - l1_ratio)
        best = np.inf
        w = 0
        whole = True  # look at every column, or only at those that are worked on
        dually = True
        for _ in range(STEPS):
            for i in range(n):
                mu[i] = 1 / (1 + np.exp(-eta[i]))
                r[i] = weights[i] * (y[i] - mu[i])
            if whole:
                spent += correlate(columns, r, grad)
                w = support_and_violators(b, grad, l1, T)
                best = np.inf
            else:
                spent += correlate_some(columns, r, T, w, grad)
            missed = np.abs(np.sum(r)) / n if intercept else 0.0
            for k in range(w):
                missed = max(missed, subdifferential_distance(grad[T[k]], b[T[k]], l1, l2))
            # Beyond 1e-10 a step that brings nothing more is one at the edge of rounding.
            done = missed <= noise or (missed <= 1e-10 * scale and missed > 0.5 * best)
            if done and whole:
                break
            # The dual takes coefficients from gradients over l2: where the columns' squares exceed
            # l2 by far, rounding leaves too little of them, and the faces go on.
            dually = dually and not (missed <= NEAR * l1 and missed > 0.5 * best)
            best = min(best, missed)
            whole = done
            if done:
                continue
            # So near, the objective's decrease is lost in the rounding of its sum.
            near = missed <= min(NEAR * l1, NEAR * NEAR * scale)
            b0, value, moved, cost = newton_step(
                columns,
                y,
                weights,
                mu,
                r,
                eta,
                intercept,
                l1,
                l2,
                noise,
                T,
                w,
                b,
                b0,
                grad,
                value,
                near,
                dually,
            )
            spent += cost
            if not moved:
                break
        coefs[at + 1] = b
        intercepts[at + 1] = b0
        operations[at] = spent
        spent = 0
        if value <= (1 - explained) * null:
            return at + 1, EXPLAINED
    return len(lambdas), FINISHED


@kernel
def support_and_violators(b, grad, l1, T):
    """List in T the non-zeros of b and the zeros whose gradient exceeds l1. Returns how many."""
    w = 0
    for j in range(len(b)):
        if b[j] != 0.0 or abs(grad[j]) > l1:
            T[w] = j
            w += 1
    return w


@kernel
def loss(eta, y, weights):
    """Return the mean negative log-likelihood."""
    total = 0.0
    for i in range(len(eta)):
        e = eta[i]
        total += weights[i] * (np.log1p(np.exp(-abs(e))) + max(e, 0.0) - y[i] * e)
    return total / len(eta)


@kernel
def newton_step(
    columns,
    y,
    weights,
    mu,
    r,
    eta,
    intercept,
    l1,
    l2,
    noise,
    T,
    w,
    b,
    b0,
    grad,
    value,
    near,
    dually,
):
    """Move b and eta, in place. Returns the intercept, the loss, whether it moved, the cost."""
    n = columns.n
    W = np.empty(n)
    for i in range(n):
        W[i] = max(weights[i] * mu[i] * (1 - mu[i]), LEAST_WEIGHT * weights[i])
    total = np.sum(W)
    pull = np.sum(r) / n if intercept else 0.0
    working = empty_set(w, n, w)
    H, c, new, g = working.H, working.c, working.b, working.g
    means = np.zeros(w)
    Z, operations = weighted_products(columns, W, total, intercept, T, w, means, H, working.scatter)
    for k in range(w):
        new[k] = b[T[k]]
        g[k] = grad[T[k]] - means[k] * pull
        c[k] = g[k]
    support = 0
    for k in range(w):
        if new[k] != 0.0:
            axpy(new[k], H[k], c, 0, w)
            support += 1
    done = False
    if dually and columns.kind == DENSE and l2 > 0 and support > n:
        done, cost = by_dual(Z, W, r, pull, total, l1, l2, noise, new, g)
        operations += cost
    if not done:
        operations += solve_on_working_set(working, w, l1, l2, noise)
    change = np.empty(w)
    shift = pull * n / total if intercept else 0.0
    for k in range(w):
        change[k] = new[k] - b[T[k]]
        shift -= means[k] * change[k]
    direction = np.full(n, shift)
    operations += combine(columns, T, w, change, direction)
    before = value + penalty(b, T, w, change, 0.0, l1, l2)
    slack = np.inf if near else 4e-16 * np.sqrt(n) * before  # rounding of a sum of n
    t = 1.0
    while t > SHORTEST:
        after = loss(eta + t * direction, y, weights)
        if after + penalty(b, T, w, change, t, l1, l2) <= before + slack:
            break
        t *= 0.5
    if t <= SHORTEST:
        return b0, value, False, operations
    axpy(t, direction, eta, 0, n)
    for k in range(w):
        b[T[k]] = new[k] if t == 1.0 else b[T[k]] + t * change[k]
    return b0 + t * shift, after, True, operations


@kernel
def penalty(b, T, w, change, t, l1, l2):
    """Return the Elastic Net penalty of b + t change."""
    total = 0.0
    for k in range(w):
        at = b[T[k]] + t * change[k]
        total += l1 * abs(at) + 0.5 * l2 * at * at
    return total


@kernel
def weighted_products(columns, W, total, intercept, T, w, means, H, scatter):
    """Fill H with the weighted, centred products of columns T over n, and their means.

    Returns the weighted, centred rows of dense columns (else nothing), and the cost.
    """
    n = columns.n
    if columns.kind == DENSE:
        Z = np.empty((w, n))
        root = np.sqrt(W)
        for k in range(w):
            row = columns.rows[T[k]]
            if intercept:
                means[k] = dot(row, W, 0, n) / total
            for i in range(n):
                Z[k, i] = (row[i] - means[k]) * root[i]
        for begin in range(0, w, BLOCK):  # half of the products, in pieces
            end = min(begin + BLOCK, w)
            H[begin:end, :end] = np.dot(Z[begin:end], Z[:end].T) / n
            H[:begin, begin:end] = H[begin:end, :begin].T
        return Z, w * w * n // 2
    data, indices, starts = columns.data, columns.indices, columns.starts
    sums = np.zeros(w)
    operations = 0
    for k in range(w):
        begin, end = starts[T[k]], starts[T[k] + 1]
        for q in range(begin, end):
            scatter[indices[q]] = W[indices[q]] * data[q]
            sums[k] += scatter[indices[q]]
        for h in range(k + 1):
            products = 0.0
            for q in range(starts[T[h]], starts[T[h] + 1]):
                products += data[q] * scatter[indices[q]]
            operations += starts[T[h] + 1] - starts[T[h]]
            if intercept:
                products -= sums[k] * sums[h] / total
            H[k, h] = H[h, k] = products / n
        for q in range(begin, end):
            scatter[indices[q]] = 0.0
        if intercept:
            means[k] = sums[k] / total - columns.center[T[k]]
    return np.empty((0, n)), operations


@kernel
def by_dual(Z, W, r, pull, total, l1, l2, noise, new, g):
    """Minimize the penalized quadratic by its dual; `new` and g are brought up to date.

    Returns whether that succeeded, and the cost.
    """
    w, n = Z.shape
    target = np.empty(n)
    for i in range(n):
        target[i] = (r[i] - pull * n / total * W[i]) / np.sqrt(W[i])
    for k in range(w):
        if new[k] != 0.0:
            axpy(new[k], Z[k], target, 0, n)
    u = target / n
    for k in range(w):
        if new[k] != 0.0:
            axpy(-new[k] / n, Z[k], u, 0, n)
    none, nowhere = np.empty((0, 0)), np.empty(0, np.int64)
    columns = Columns(DENSE, n, w, none, Z, u[:0], nowhere, nowhere, u[:0], u[:0])
    dual = start_dual(u, w)
    for k in range(w):
        dual.S[k] = dual.inside[k] = k
    correlate(columns, n * u, dual.grad)
    solved, operations = newton(columns, target, dual, w, l1, l2, noise)
    if solved:
        for k in range(w):
            new[k] = soft_threshold(dual.grad[k], l1) / l2
            g[k] = dual.grad[k]
    return solved, operations
