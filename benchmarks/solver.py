"""What the run knows of a solver, and what a solver written in Python has to provide."""

from __future__ import annotations

import importlib.util
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from benchmarks.exchange import CERTIFIED_FOLDS, Answer, Request, repeat
from benchmarks.problems import Array, Case, Integers


class Solver:
    """A solver as the run sees it: a process to start, and settings to try.

    Attributes
    ----------
    name : str
    package : str
        The Python distribution that has to be installed.
    knob, default : str
        Name of the solver's tolerance and its default; empty if it has none.
    tight : tuple of float
        Tolerances to search for a gap that is good enough, each a tenth of the one before.
    slope : float
        Decades that the gap falls by when the tolerance falls by one, for the search's steps.
    watches_gap : bool
        Whether the tolerance is of the duality gap.
    has_cv : bool
        Whether the package cross-validates a path; if not, it is only measured at a tight setting.
    starts_slowly : bool
        Whether it is left out of a quick run, because it compiles whenever it starts.
    """

    name: str
    package: str
    knob: str = ""
    default: str = ""
    tight: tuple[float, ...] = ()
    slope: float = 1.0
    watches_gap: bool = False
    has_cv: bool = False
    starts_slowly: bool = False

    def command(self) -> Sequence[str]:
        """Return the command that starts the process; the current directory is the repository."""
        return (sys.executable, "-m", "benchmarks.worker", self.name)

    def version(self) -> str | None:
        """Return the installed version, None if there is none."""
        if importlib.util.find_spec(self.package.replace("scikit-learn", "sklearn")) is None:
            return None
        try:
            return version(self.package)
        except PackageNotFoundError:
            return "not installed as a package"

    def refuses(self, case: Case) -> str:
        """Say why the solver does not solve a case; empty if it does."""
        return ""

    def setting(self, case: Case, tolerance: float | None) -> str:
        """Name a setting in the table."""
        if not self.knob:
            return "exact"
        at = self.default if tolerance is None else f"{tolerance:.0e}".replace("e-0", "e-")
        return f"{'default' if tolerance is None else 'tight'}, {self.knob} {at}"


@dataclass(frozen=True)
class Rows:
    """Rows to be fitted, prepared for solvers that do not prepare them themselves.

    Attributes
    ----------
    X, y : as a user has them
    Z : (n, p), by columns
        Centred, with mean square 1.
    t : (n,)
        Centred, unless the loss is logistic.
    """

    X: Array
    y: Array
    Z: Array
    t: Array
    center: Array
    scale: Array
    y_mean: float

    @classmethod
    def of(cls, X: Array, y: Array, loss: str) -> Rows:
        center, scale = X.mean(axis=0), X.std(axis=0)
        y_mean = float(y.mean()) if loss == "gaussian" else 0.0
        Z = np.asfortranarray((X - center) / scale)
        return cls(X, y, Z, y - y_mean, center, scale, y_mean)


class PythonSolver(Solver):
    """A solver in Python: `fit` is what is timed."""

    def fit(self, rows: Rows, request: Request) -> Any:
        """Fit the path.

        Returns coefficients (k, p) on standardized columns, with intercepts (k,) beside them where
        the loss is logistic; or whatever `original` takes.
        """
        raise NotImplementedError

    def original(self, rows: Rows, fitted: Any) -> Array:
        """Turn what `fit` returned into intercepts and coefficients (k, 1 + p) of X's columns."""
        coefs, intercepts = fitted if isinstance(fitted, tuple) else (fitted, 0.0)
        coefs = np.asarray(coefs) / rows.scale
        return np.column_stack([intercepts + rows.y_mean - coefs @ rows.center, coefs])

    def cross_validation(self, request: Request) -> Callable[[], object]:
        """Return what is timed: here the path of all rows, and of the rows without each fold."""
        everything = Rows.of(request.X, request.y, request.loss)
        folds = [split(request, fold) for fold in range(request.folds.max() + 1)]

        def call() -> Array:
            self.fit(everything, request)
            errors = []
            for train, X, y in folds:
                fits = self.original(train, self.fit(train, request))
                errors.append(held_out(fits, X, y, request.loss))
            return np.mean(errors, axis=0)

        return call

    def answer(self, request: Request) -> Answer:
        """Time what is asked for, and return the fits."""
        with warnings.catch_warnings():
            # Peers warn where they have not converged; the certificate says so too.
            warnings.simplefilter("ignore")
            return self._answer(request)

    def _answer(self, request: Request) -> Answer:
        if request.task == "path":
            rows = Rows.of(request.X, request.y, request.loss)
            seconds, fitted = repeat(lambda: self.fit(rows, request), request)
            return Answer(seconds, self.original(rows, fitted)[None])
        seconds, _ = repeat(self.cross_validation(request), request)
        fits = []
        for fold in range(CERTIFIED_FOLDS):
            rows, _, _ = split(request, fold)
            fits.append(self.original(rows, self.fit(rows, request)))
        return Answer(seconds, np.array(fits))


def split(request: Request, fold: int) -> tuple[Rows, Array, Array]:
    """Return the rows to fit, prepared, and the held-out columns and outcomes."""
    out = request.folds == fold
    train = Rows.of(request.X[~out], request.y[~out], request.loss)
    return train, request.X[out], request.y[out]


def splits(folds: Integers) -> list[tuple[Integers, Integers]]:
    """Return the folds as scikit-learn's `cv` takes them."""
    return [
        (np.flatnonzero(folds != fold), np.flatnonzero(folds == fold))
        for fold in range(folds.max() + 1)
    ]


def held_out(fits: Array, X: Array, y: Array, loss: str) -> Array:
    """Return each fit's mean squared error, or mean negative log-likelihood, on held-out rows."""
    predictions = fits[:, 1:] @ X.T + fits[:, :1]
    if loss == "gaussian":
        return ((predictions - y) ** 2).mean(axis=1)
    return (np.logaddexp(0.0, predictions) - y * predictions).mean(axis=1)
