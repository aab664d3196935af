"""The methods under study, as things that give a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regclaims import solvers
from regclaims.solvers import FoldErrors, Path, ridge_lambda
from regclaims.vocabulary import Array


@dataclass(frozen=True)
class Settings:
    """How paths are made and tuned; the `methods` and `tuning` sections of a study.

    Attributes
    ----------
    n_lambdas : int
    floors : (float, float, float)
        Smallest lambda as a share of lambda_max for p < n, n <= p < 5n and p >= 5n.
    deviance_stop : float
    solver : str
        A key of `SOLVERS`.
    folds : int
    matched_df : float
        Share of min(n - 1, p) degrees of freedom, rounded down, at which methods are matched.
    """

    n_lambdas: int
    floors: tuple[float, float, float]
    deviance_stop: float
    solver: str
    folds: int
    matched_df: float

    def floor(self, n_samples: int, n_features: int) -> float:
        """Return where a lasso or Elastic Net grid ends for this shape."""
        if n_features < n_samples:
            return self.floors[0]
        return self.floors[1] if n_features < 5 * n_samples else self.floors[2]


def _own() -> ModuleType:
    return solvers


def _scikit_learns() -> ModuleType:
    from regclaims.solvers import second_opinion  # its import takes a second

    return second_opinion


SOLVERS = {"regclaims": _own, "sklearn": _scikit_learns}
"""Where `gaussian_path`, `ridge_path`, `least_squares` and `cv_path` are taken from."""


@dataclass(frozen=True)
class Method:
    """A method: its name in tables, its share of L1, and who solves it.

    Attributes
    ----------
    name : str
    l1_ratio : float or None
        0 is ridge, None is least squares.
    solver : str
        A key of `SOLVERS`.
    """

    name: str
    l1_ratio: float | None
    solver: str = "regclaims"

    @property
    def _solvers(self) -> ModuleType:
        return SOLVERS[self.solver]()

    def fit(self, X: Array, y: Array, settings: Settings) -> Path:
        """Fit the whole path; least squares has one fit."""
        if self.l1_ratio is None:
            return self._solvers.least_squares(X, y)
        if self.l1_ratio == 0:
            return self._solvers.ridge_path(X, y, n_lambdas=settings.n_lambdas)
        return self._solvers.gaussian_path(
            X,
            y,
            l1_ratio=self.l1_ratio,
            n_lambdas=settings.n_lambdas,
            lambda_min_ratio=settings.floor(*X.shape),
            deviance_stop=settings.deviance_stop,
        )

    def fit_at(self, X: Array, y: Array, lambdas: Array) -> Path:
        """Fit at given lambdas."""
        if self.l1_ratio:
            return self._solvers.gaussian_path(X, y, l1_ratio=self.l1_ratio, lambdas=lambdas)
        return self._solvers.ridge_path(X, y, lambdas=lambdas)

    def match_df(self, X: Array, y: Array, path: Path, df: float) -> Path:
        """Give the path on which to look for a fit with `df` degrees of freedom.

        For ridge that is one fit with exactly these. The lasso's are whole numbers and the Elastic
        Net's jump with its support: theirs are looked for on the path.
        """
        if self.l1_ratio != 0:
            return path
        return self._solvers.ridge_path(X, y, lambdas=np.array([ridge_lambda(X, y, df)]))

    def cross_validate(
        self, X: Array, y: Array, path: Path, folds: NDArray[np.int64]
    ) -> FoldErrors | None:
        """Cross-validate the path's lambdas; there is nothing to choose for least squares."""
        if self.l1_ratio is None:
            return None
        return self._solvers.cv_path(
            X, y, l1_ratio=self.l1_ratio, lambdas=path.lambdas, folds=folds
        )


def family(name: str, solver: str = "regclaims") -> list[Method]:
    """Return the methods of a family, solved by one of `SOLVERS`.

    Raises
    ------
    ValueError
        If there is no such family.
    """
    if name == "least-squares":
        return [Method("ols", None, solver), Method("ridge", 0.0, solver)]
    if name == "lasso":
        return [Method("lasso", 1.0, solver)]
    if name.startswith("elastic-net-"):
        return [Method(name, float(name.removeprefix("elastic-net-")), solver)]
    raise ValueError(f"unknown family {name!r}")


def settings(sections: Mapping[str, Any]) -> Settings:
    """Read `Settings` from plain data: a study's `methods` and `tuning` sections, merged."""
    floor = sections["lambda_floor"]
    return Settings(
        n_lambdas=sections["n_lambdas"],
        floors=(
            floor["low_dimensional"],
            floor["high_dimensional"],
            floor["very_high_dimensional"],
        ),
        deviance_stop=sections["deviance_stop"],
        solver=sections["solver"],
        folds=sections["folds"],
        matched_df=sections["matched_df"],
    )
