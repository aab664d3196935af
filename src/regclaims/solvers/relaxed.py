"""The relaxed lasso: a path blended with least squares on its own supports (Meinshausen 2007)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regclaims.solvers.certificate import MAX_RESIDUAL
from regclaims.solvers.path import Path
from regclaims.solvers.preparation import prepare
from regclaims.solvers.projection import project
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import CERTIFIED, CONVERGED, FAILED, NOT_UNIQUE, Array

GAMMAS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class RelaxedPath:
    """Blends gamma b + (1 - gamma) b_LS of a path's fits b and least squares on their supports.

    Attributes
    ----------
    path : Path
        What is relaxed: gamma = 1.
    gammas : (g,)
    least_squares_coefs : (k, p)
        Least squares on the support of each fit, gamma = 0; zero off the support.
    least_squares_intercepts : (k,)
    kkt : (k,)
        Largest gradient of least squares over the support, relative to that of the null model over
        all columns, on the standardized scale.
    gap : (k,)
        What least squares on the support would still gain, relative to the null model's objective.
    status : (k,) of str
        ``"failed"`` where the certificate of the path's fit, or of least squares, is not good
        enough; else ``"not unique"`` where the path's fit is that, or where columns of the support
        depend on each other: of all least-squares fits this is then the one of least norm on the
        standardized scale, and all have its predictions. Else ``"converged"``.
    """

    path: Path
    gammas: Array
    least_squares_coefs: Array
    least_squares_intercepts: Array
    kkt: Array
    gap: Array
    status: NDArray[np.str_]

    @cached_property
    def coefs(self) -> Array:
        """Coefficients (g, k, p): made when first asked for, as they are many."""
        return self._blend(self.path.coefs, self.least_squares_coefs)

    @cached_property
    def intercepts(self) -> Array:
        """Intercepts (g, k)."""
        return self._blend(self.path.intercepts, self.least_squares_intercepts)

    @property
    def certified(self) -> NDArray[np.bool_]:
        """Whether the certificates (k,) are good enough, unique or not."""
        return np.isin(self.status, CERTIFIED)

    def predict(self, X: Any) -> Array:
        """Predict every row of `X` (n, p), dense or sparse, by every blend; returns (g, k, n)."""
        base = self.least_squares_intercepts[:, None]
        relaxed = np.asarray((X @ self.least_squares_coefs.T).T + base)
        return self._blend(self.path.predict(X), relaxed)

    def _blend(self, shrunk: Array, relaxed: Array) -> Array:
        gammas = self.gammas.reshape(-1, *[1] * shrunk.ndim)
        return np.asarray(gammas * shrunk + (1 - gammas) * relaxed)


@one_thread()
def relaxed_path(X: Any, y: ArrayLike, path: Path, gammas: ArrayLike = GAMMAS) -> RelaxedPath:
    """Relax a path, in the form of Hastie, Tibshirani and Tibshirani (2020).

    Parameters
    ----------
    X : (n, p), dense or scipy sparse
        What `path` was fitted to. Of a sparse X only the supports are made dense.
    y : (n,)
        Likewise.
    path : Path
        Of the squared loss; an Elastic Net or an adaptive lasso will do. Its weights and its
        intercept are those of least squares too.
    gammas : (g,)
        From 0, least squares on the support, to 1, the path itself.

    Returns
    -------
    RelaxedPath

    Raises
    ------
    ValueError
        If the path is of another loss, X does not fit it, or a gamma is not between 0 and 1, or as
        `prepare` does.
    """
    if path.loss != "squared":
        raise ValueError(
            f"only paths of the squared loss can be relaxed; this one is {path.loss}, and without "
            "its penalty a fit need not exist (the support may separate the classes)"
        )
    blend = _checked_gammas(gammas)
    # Least squares is the same whatever the columns' units and penalties were in the path;
    # standardized, it is best conditioned.
    problem = prepare(
        X,
        y,
        standardize=True,
        fit_intercept=path.fit_intercept,
        sample_weight=path.sample_weight,
    )
    if problem.p != path.coefs.shape[1]:
        raise ValueError(f"X has {problem.p} columns, the path {path.coefs.shape[1]}")
    found = project(problem, path.coefs != 0.0)
    coefs = found.coefs / problem.scale
    good = path.certified & (found.kkt <= MAX_RESIDUAL) & (found.gap <= MAX_RESIDUAL)
    alone = (path.status != NOT_UNIQUE) & found.independent
    return RelaxedPath(
        path=path,
        gammas=blend,
        least_squares_coefs=coefs,
        least_squares_intercepts=problem.y_mean - coefs @ problem.center,
        kkt=found.kkt,
        gap=found.gap,
        status=np.where(good, np.where(alone, CONVERGED, NOT_UNIQUE), FAILED),
    )


def _checked_gammas(gammas: ArrayLike) -> Array:
    try:
        found = np.asarray(gammas, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"gammas must be numbers: {error}") from None
    if found.ndim != 1 or not len(found) or not ((found >= 0) & (found <= 1)).all():
        raise ValueError(f"gammas must be (g,), g > 0, and between 0 and 1; they are {gammas!r}")
    return found
