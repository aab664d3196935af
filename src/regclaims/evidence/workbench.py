"""One data set on the bench: its paths are made once, however many methods are built on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from regclaims.designs import Draw, Scenario
from regclaims.evidence.methods import Method, Settings
from regclaims.metrics.classification import expected_log_loss
from regclaims.solvers import FoldErrors, Path
from regclaims.tuning import least_bic
from regclaims.vocabulary import Array

DECADE, FLAT = 10, 0.01
"""A path has come to its limit if its risk changes by less than this share over its last decade of
lambda: a fifth of the margin in which risks are compared."""


@dataclass
class Workbench:
    """A replicate's data, and what has been made of them.

    Attributes
    ----------
    scenario : Scenario
    draw : Draw
    settings : Settings
    folds : (n,)
        Fold of each row: the same for every method, so that comparisons are paired.
    cross_validated : sequence of str
        Paths to be cross-validated, by the name of their method.
    """

    scenario: Scenario
    draw: Draw
    settings: Settings
    folds: NDArray[np.int64]
    cross_validated: Sequence[str]
    _paths: dict[tuple[str, bool], PathFits] = field(default_factory=dict)

    def fits(self, method: Method, longer: bool) -> PathFits:
        """Return the fits of a method's path, made when first asked for."""
        key = (method.name, longer)
        if key not in self._paths:
            path = method.fit(self.draw.X, self.draw.y, self.settings, longer)
            self._paths[key] = PathFits(self, method, path)
        return self._paths[key]

    @cached_property
    def bayes(self) -> float:
        """Risk of the truth itself."""
        if self.linear:
            return 0.0
        scenario = self.scenario
        return float(self.risk(scenario.beta[None], np.array([scenario.intercept]))[0])

    @property
    def linear(self) -> bool:
        """Whether the response is linear in the columns; else it is two classes."""
        return self.scenario.response == "linear"

    @property
    def null_predictor(self) -> float:
        """The null model's prediction: the mean of the training rows, or its log odds."""
        mean = float(self.draw.y.mean())
        return mean if self.linear else float(np.log(mean / (1 - mean)))

    def validation_error(self, predictions: Array) -> Array:
        """Mean error of predictions (k, n) of the validation rows: squared, or the log loss."""
        return self._error(predictions, self.draw.y_validation)

    def training_error(self, predictions: Array) -> Array:
        """Mean error of predictions (k, n) of the training rows."""
        return self._error(predictions, self.draw.y)

    def _error(self, predictions: Array, y: Array) -> Array:
        if self.linear:
            return np.asarray(((predictions - y) ** 2).mean(axis=1))
        return np.asarray((np.logaddexp(0.0, predictions) - y * predictions).mean(axis=1))

    def risk(self, coefs: Array, intercepts: Array) -> Array:
        """Exact risk of fits (k, p) on fresh rows: excess squared error, or expected log loss."""
        if self.linear:
            return self.scenario.excess_risk(coefs)
        return expected_log_loss(self.scenario, coefs, intercepts)


@dataclass
class PathFits:
    """The fits of one path, with what tuning rules look at.

    Attributes
    ----------
    bench : Workbench
    method : Method
    path : Path
    """

    bench: Workbench
    method: Method
    path: Path

    def __post_init__(self) -> None:
        path, draw = self.path, self.bench.draw
        self.predictions = path.predict(draw.X_validation)
        self.errors = known(self.bench.validation_error(self.predictions), path.certified)
        self.risks = known(self.bench.risk(path.coefs, path.intercepts), path.certified)
        self._fold_errors: FoldErrors | None = None

    @cached_property
    def open_end(self) -> bool:
        """Whether a longer grid might do better: the risk still changes where the grid ends.

        An optimum at the end of the grid is nothing to worry about where the path has come to its
        limit, least squares of least norm, as when ridge's best lambda is 0.
        """
        return open_end(self.path.lambdas, self.risks - self.bench.bayes)

    @cached_property
    def bic(self) -> tuple[int, float]:
        """The fit of least BIC among those of at most n/2 degrees of freedom, and its BIC."""
        draw = self.bench.draw
        n = len(draw.y)
        rss = n * self.bench.training_error(self.path.predict(draw.X))
        return least_bic(self.path, known(rss, self.path.certified), n, n / 2)

    def fold_errors(self) -> FoldErrors | None:
        """Return the cross-validated errors of the path, if it is to be cross-validated."""
        if self.method.name not in self.bench.cross_validated:
            return None
        if self._fold_errors is None:
            draw, folds = self.bench.draw, self.bench.folds
            self._fold_errors = self.method.cross_validate(draw.X, draw.y, self.path, folds)
        return self._fold_errors


def open_end(lambdas: Array, errors: Array) -> bool:
    """Whether errors (k,) still change, by a share of `FLAT`, over the last decade of lambdas."""
    before = np.flatnonzero(lambdas >= DECADE * lambdas[-1])
    # Where fits failed nothing is known of the limit.
    if not len(before) or not np.isfinite(errors[[before[-1], -1]]).all():
        return len(lambdas) > 1
    return not abs(errors[-1] - errors[before[-1]]) <= FLAT * errors[-1]


def known(values: Array, certified: NDArray[np.bool_]) -> Array:
    """Leave values (k,) of certified fits; others become infinite, so that none is chosen."""
    return np.where(certified, values, np.inf)


def finite(values: Array) -> Array:
    """Undo `known` where something is computed of all values, those of failed fits as well."""
    return np.where(np.isfinite(values), values, 0.0)
