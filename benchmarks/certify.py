"""One certificate for everybody: regclaims' own, which sees only data and coefficients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.exchange import Request
from benchmarks.peers import solve
from benchmarks.problems import Array
from regclaims.solvers import certificate

EQUAL_GAP = 1e-9
"""Worst relative duality gap of a path that counts as solved."""
EQUAL_GAP_OF_FOLDS = 1e-8
"""The same for a fold: it takes the tolerance that was found tight enough for the path."""
TRUTH = 1e-9
"""Worst KKT residual of a fit whose support others are compared with."""
ROUNDING = 1e-12
"""A standardized coefficient below this share of max |X'y|/n counts as zero: peers leave such ones
where a variable enters or leaves."""


def certify(request: Request, fits: Array) -> tuple[Array, Array]:
    """Return (kkt, gap), each (m, k), of fits (m, k, 1 + p) without rounding errors for zeros."""
    certificates = []
    for index, fit in enumerate(fits):
        rows = slice(None) if request.task == "path" else request.folds != index
        certificates.append(_certificate(request, request.X[rows], request.y[rows], fit))
    kkt, gap = zip(*certificates, strict=True)
    return np.array(kkt), np.array(gap)


def _certificate(request: Request, X: Array, y: Array, fit: Array) -> tuple[Array, Array]:
    if not np.isfinite(fit).all():
        return np.full(len(fit), np.inf), np.full(len(fit), np.inf)
    # A path of our own of a little problem, with everything of it replaced: so the certificate
    # cannot tell whose coefficients it sees, and a field that paths get later is there.
    blank = solve(request.loss, request.l1_ratio)(*_little(), lambdas=request.lambdas)
    path = replace(blank, intercepts=fit[:, 0], coefs=fit[:, 1:])
    kkt, gap = certificate(X, y, path)
    return np.nan_to_num(kkt, nan=np.inf), np.nan_to_num(gap, nan=np.inf)


def _little() -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((12, 2)), np.tile([0.0, 1.0], 6)


def without_rounding(request: Request, fits: Array) -> Array:
    """Return fits (m, k, 1 + p) with zeros for coefficients that are rounding errors of zero."""
    if request.l1_ratio == 0:
        return fits
    centred = request.y - request.y.mean()
    scale = request.X.std(axis=0)
    gradient = np.abs((request.X - request.X.mean(axis=0)).T @ centred / scale) / len(centred)
    fits = fits.copy()
    coefs = fits[:, :, 1:]
    coefs[np.abs(coefs * scale) <= ROUNDING * gradient.max()] = 0.0
    return fits


class Truth:
    """The support at each lambda of whichever fit has the best certificate."""

    def __init__(self) -> None:
        self.kkt: Array | None = None
        self.support: NDArray[np.bool_] | None = None

    def learn(self, kkt: Array, support: NDArray[np.bool_]) -> None:
        """Take over the fits (k,) that are better than what is known."""
        if self.kkt is None or self.support is None:
            self.kkt, self.support = kkt.copy(), support.copy()
            return
        better = kkt < self.kkt
        self.kkt[better], self.support[better] = kkt[better], support[better]

    def wrong(self, support: NDArray[np.bool_]) -> int | None:
        """Count the lambdas with a variable wrongly in or out; None where nobody knows."""
        if self.kkt is None or self.support is None or self.kkt.max() > TRUTH:
            return None
        return int((support != self.support).any(axis=1).sum())
