"""The methods under study, by family: who makes their paths, and with which settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regclaims import solvers
from regclaims.evidence.names import LASSO, LOGISTIC, OLS, RIDGE, net
from regclaims.solvers import FoldErrors, Path, ridge_lambda
from regclaims.vocabulary import Array

LONGER = 0.01
"""A longer grid ends at this share of where the first one ends, at the same spacing."""

SHAPES = ("low_dimensional", "high_dimensional", "very_high_dimensional")
"""Kinds of shapes by which floors differ: p < n, n <= p < 5n and p >= 5n."""

UNUSED: dict[str, Any] = {
    "l1_ratios": (),
    "logistic_l1_ratios": (),
    "gammas": (),
    "added": (),
    "lambda_floor": dict.fromkeys(SHAPES, np.nan),
    "deviance_stop": np.nan,
    "matched_df": np.nan,
    "folds": 1,
    "solver": "regclaims",
}
"""What settings are where nobody uses them: nothing that a path could be made with by mistake."""


@dataclass(frozen=True)
class Settings:
    """How paths are made and tuned; the `methods` and `tuning` sections of a study.

    Attributes
    ----------
    l1_ratios, logistic_l1_ratios : tuple of float
        The Elastic Nets.
    n_lambdas : int
    floors : tuple of float
        Smallest lambda as a share of lambda_max, by `SHAPES`.
    deviance_stop : float
    solver : str
        A key of `SOLVERS`.
    gammas : tuple of float
        Of the relaxed lasso: shares of the lasso in its blend with least squares.
    added : tuple of str
        Keys of `regclaims.added.METHODS`.
    folds : int
        1 where nothing is cross-validated.
    matched_df : float
        Share of min(n - 1, p) degrees of freedom, rounded down, at which methods are matched.
    max_at_end : float
        Share of a cell's optima that may lie at the end of the grid.
    """

    l1_ratios: tuple[float, ...]
    logistic_l1_ratios: tuple[float, ...]
    n_lambdas: int
    floors: tuple[float, ...]
    deviance_stop: float
    solver: str
    gammas: tuple[float, ...]
    added: tuple[str, ...]
    folds: int
    matched_df: float
    max_at_end: float

    def grid(self, n_samples: int, n_features: int, longer: bool) -> dict[str, Any]:
        """Return where a lasso or Elastic Net grid ends for this shape, and its points."""
        wide = 0 if n_features < n_samples else 1 if n_features < 5 * n_samples else 2
        floor, stop = self.floors[wide], self.deviance_stop
        if not longer:
            return {
                "n_lambdas": self.n_lambdas,
                "lambda_min_ratio": floor,
                "deviance_stop": stop,
            }
        return {
            "n_lambdas": _points(self.n_lambdas, 1 / floor),
            "lambda_min_ratio": floor * LONGER,
            "deviance_stop": 1 - (1 - stop) * LONGER,
        }


def _points(n_lambdas: int, span: float) -> int:
    """Points of a grid that goes on beyond its `span` at the same spacing on the log scale."""
    return round((n_lambdas - 1) * (1 + np.log(1 / LONGER) / np.log(span))) + 1


def longer_ridge_grid(lambdas: Array) -> Array:
    """Go on with the grid of a path, at the same spacing, to a hundredth of where it ends.

    Parameters
    ----------
    lambdas : (k,)
        Decreasing by equal ratios; k > 1.
    """
    first, last = lambdas[0], lambdas[-1]
    return np.geomspace(first, last * LONGER, _points(len(lambdas), first / last))


def _own() -> ModuleType:
    return solvers


def _scikit_learns() -> ModuleType:
    from regclaims.solvers import second_opinion  # its import takes a second

    return second_opinion


SOLVERS = {"regclaims": _own, "sklearn": _scikit_learns}
"""Where `gaussian_path`, `ridge_path`, `least_squares` and `cv_paths` are taken from."""


@dataclass(frozen=True)
class Method:
    """A method that makes a path: its loss, by its name, its share of L1, and who solves it.

    Attributes
    ----------
    name : str
        Begins with `LOGISTIC` where the loss is the logistic one, which our own solvers fit.
    l1_ratio : float or None
        0 is ridge, None is least squares.
    solver : str
        A key of `SOLVERS`.
    """

    name: str
    l1_ratio: float | None
    solver: str = "regclaims"

    @property
    def logistic(self) -> bool:
        """Whether its loss is the logistic one."""
        return self.name.startswith(LOGISTIC)

    @property
    def _solvers(self) -> ModuleType:
        return SOLVERS[self.solver]()

    def fit(self, X: Array, y: Array, settings: Settings, longer: bool = False) -> Path:
        """Fit the whole path, on a longer grid if so asked; least squares has one fit."""
        if self.l1_ratio is None:
            return self._solvers.least_squares(X, y)
        if self.l1_ratio == 0:
            ridge = self._logistic_ridge if self.logistic else self._ridge
            return ridge(X, y, settings, longer)
        return self._path(X, y, **settings.grid(X.shape[0], X.shape[1], longer))

    def _path(self, X: Array, y: Array, **options: Any) -> Path:
        path = solvers.logistic_path if self.logistic else self._solvers.gaussian_path
        return path(X, y, l1_ratio=float(self.l1_ratio or 0), **options)

    def _ridge(self, X: Array, y: Array, settings: Settings, longer: bool) -> Path:
        path: Path = self._solvers.ridge_path(X, y, n_lambdas=settings.n_lambdas)
        if not longer:
            return path
        return self._solvers.ridge_path(X, y, lambdas=longer_ridge_grid(path.lambdas))

    def _logistic_ridge(self, X: Array, y: Array, settings: Settings, longer: bool) -> Path:
        count, stop = settings.n_lambdas, settings.deviance_stop
        path = solvers.logistic_ridge_path(X, y, n_lambdas=count, deviance_stop=stop)
        if not longer:
            return path
        stop = settings.grid(X.shape[0], X.shape[1], longer)["deviance_stop"]
        grid = longer_ridge_grid(path.lambdas)
        return solvers.logistic_ridge_path(X, y, lambdas=grid, deviance_stop=stop)

    def fit_at(self, X: Array, y: Array, lambdas: Array) -> Path:
        """Fit at given lambdas."""
        if self.l1_ratio:
            return self._path(X, y, lambdas=lambdas)
        if self.logistic:
            return solvers.logistic_ridge_path(X, y, lambdas=lambdas)
        return self._solvers.ridge_path(X, y, lambdas=lambdas)

    def with_df(self, X: Array, y: Array, df: float) -> Path:
        """Fit ridge with exactly `df` degrees of freedom."""
        return self.fit_at(X, y, np.array([ridge_lambda(X, y, df)]))

    def cross_validate(
        self, X: Array, y: Array, path: Path, folds: NDArray[np.int64]
    ) -> FoldErrors | None:
        """Cross-validate the path's lambdas; there is nothing to choose for least squares."""
        if self.l1_ratio is None:
            return None
        return cross_validate([(self, path)], X, y, folds)[0]


def cross_validate(
    fitted: Sequence[tuple[Method, Path]], X: Any, y: Array, folds: NDArray[np.int64]
) -> list[FoldErrors]:
    """Cross-validate the paths of several methods of one loss and one solver, fold by fold.

    Parameters
    ----------
    fitted : sequence of (Method, Path)
        Without least squares.
    X : (n, p), dense or scipy sparse
    y : (n,)
    folds : (n,)
    """
    requests = [(float(method.l1_ratio or 0), path.lambdas) for method, path in fitted]
    first = fitted[0][0]
    if first.logistic:
        return solvers.cv_paths(X, y, requests, folds=folds, loss="logistic")
    found: list[FoldErrors] = SOLVERS[first.solver]().cv_paths(X, y, requests, folds=folds)
    return found


def path_methods(
    l1_ratios: tuple[float, ...], solver: str = "regclaims", logistic: bool = False
) -> list[Method]:
    """Return the methods that are one path: least squares, ridge, lasso, Elastic Nets.

    Least squares are always of the squared loss; the others of the logistic one if so asked.
    """
    prefix = LOGISTIC if logistic else ""
    named = {RIDGE: 0.0, LASSO: 1.0} | {net(ratio): ratio for ratio in l1_ratios}
    penalized = [Method(prefix + name, ratio, solver) for name, ratio in named.items()]
    return [Method(OLS, None, solver), *penalized]


def settings(sections: Mapping[str, Any]) -> Settings:
    """Read `Settings` from plain data: a study's `methods` and `tuning` sections, merged.

    Values may be None where no method that is fitted looks at them, as `packing.settings_of` leaves
    them; see `UNUSED`.
    """
    given: dict[str, Any] = {
        name: UNUSED[name] if value is None else value for name, value in sections.items()
    }
    floor = given.pop("lambda_floor")
    for name in ("l1_ratios", "logistic_l1_ratios", "gammas", "added"):
        given[name] = tuple(given[name])
    return Settings(floors=tuple(floor[wide] for wide in SHAPES), **given)
