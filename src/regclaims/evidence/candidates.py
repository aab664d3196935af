"""Candidates: the fits of one method among which tuning rules choose.

A method offers its candidates as arrays of errors and risks, and gives full fits of those that are
chosen. A new method is a class here and its name in `methods`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from regclaims.evidence.workbench import PathFits, finite, known
from regclaims.solvers import NULL_DF, Path, RelaxedPath
from regclaims.tuning import best_of, first_with_df, smallest
from regclaims.vocabulary import CERTIFIED, NOT_UNIQUE, Array


@dataclass(frozen=True)
class Fit:
    """A chosen fit, as the solver left it.

    Attributes
    ----------
    coef : (p,)
    intercept : float
    lambda_, l1_ratio, gamma : float
        gamma is NaN but for the relaxed lasso.
    lambda_index : int
    at_grid_end : bool
        It is the last certified one of its path, and a smaller lambda may have been better.
    df : float
        NaN where it is not known.
    kkt, gap : float
    status : str
    operations : int
        Multiplications up to this fit of its path; -1 if they are not counted.
    determined : bool
        Certified, and its coefficients mean something: see `Path.determined`.
    """

    coef: Array
    intercept: float
    lambda_: float
    l1_ratio: float
    gamma: float
    lambda_index: int
    at_grid_end: bool
    df: float
    kkt: float
    gap: float
    status: str
    operations: int
    determined: bool

    @property
    def null(self) -> bool:
        """Whether it is the null model: no coefficients or, for ridge, hardly any freedom."""
        if self.l1_ratio == 0:
            return self.df < NULL_DF
        return not self.coef.any()


class Candidates(Protocol):
    """Candidates of one method."""

    failures: int
    """Fits that failed among those a choice is made from, those of folds included."""

    def choose(self) -> dict[str, Fit]:
        """Choose by every tuning rule that applies; returns fits by rule."""
        ...


def path_fit(path: Path, k: int, open_end: bool = False) -> Fit:
    """Take one fit from a path; `open_end` says that a longer grid might do better."""
    counted = path.operations[: k + 1]
    return Fit(
        coef=path.coefs[k],
        intercept=float(path.intercepts[k]),
        lambda_=float(path.lambdas[k]),
        l1_ratio=path.l1_ratio,
        gamma=np.nan,
        lambda_index=k,
        at_grid_end=open_end and not path.certified[k + 1 :].any(),
        df=float(path.degrees(np.array([k]))[0]),
        kkt=float(path.kkt[k]),
        gap=float(path.gap[k]),
        status=str(path.status[k]),
        operations=int(counted.sum()) if (counted >= 0).all() else -1,
        determined=bool(path.determined[k]),
    )


class LeastSquares:
    """The one fit of least squares."""

    def __init__(self, fits: PathFits) -> None:
        self.path = fits.path
        self.failures = _failures([self.path])

    def choose(self) -> dict[str, Fit]:
        """There is nothing to choose."""
        return {"none": path_fit(self.path, 0)}


class OnPath:
    """The fits of one path: ridge, lasso, an Elastic Net, the adaptive lasso, what was added.

    Parameters
    ----------
    fits : PathFits
    matched : bool
        Whether one is chosen at given degrees of freedom.
    """

    def __init__(self, fits: PathFits, matched: bool = True) -> None:
        self.fits, self.path, self.matched = fits, fits.path, matched
        self.folds = fits.fold_errors()
        failed = 0 if self.folds is None else np.count_nonzero(~self.folds.converged)
        self.failures = _failures([self.path]) + int(failed)

    def choose(self) -> dict[str, Fit]:
        """Choose by validation, oracle, and where they apply BIC, matched df, cross-validation."""
        bench = self.fits.bench
        at = {"validation": smallest(self.fits.errors), "oracle": smallest(self.fits.risks)}
        if bench.linear:
            at["bic"] = self.fits.bic[0]
        if self.folds is not None:
            at["cv-min"] = smallest(self.folds.mean)
            at["cv-1se"] = self.folds.one_standard_error
        chosen = {rule: self.fit(k) for rule, k in at.items()}
        if bench.linear and self.matched:
            chosen["matched-df"] = self._matched()
        return chosen

    def fit(self, k: int) -> Fit:
        """Take one fit."""
        return path_fit(self.path, k, self.fits.open_end)

    def _matched(self) -> Fit:
        draw = self.fits.bench.draw
        n, p = draw.X.shape
        # Rounded down: the rank, which no penalized fit reaches, is min(n - 1, p).
        target = max(1, int(self.fits.bench.settings.matched_df * min(n - 1, p)))
        if self.path.l1_ratio == 0:
            return path_fit(self.fits.method.with_df(draw.X, draw.y, target), 0)
        return self.fit(first_with_df(self.path, target))


class Relaxed:
    """The blends of a relaxed lasso: every lambda and gamma."""

    def __init__(self, fits: PathFits, relaxed: RelaxedPath) -> None:
        self.relaxed, self.open_end, bench = relaxed, fits.open_end, fits.bench
        draw, scenario = bench.draw, bench.scenario
        gammas, k = relaxed.gammas[:, None], len(relaxed.path)
        certified = np.tile(relaxed.certified, len(gammas))
        predictions = relaxed.predict(draw.X_validation).reshape(len(gammas) * k, -1)
        self.errors = known(bench.validation_error(predictions), certified)
        # Risk is quadratic in the coefficients, so its values at both ends and the distance between
        # them give those of all blends.
        ends = finite(fits.risks), scenario.excess_risk(relaxed.least_squares_coefs)
        apart = scenario.prediction_variance(relaxed.path.coefs - relaxed.least_squares_coefs)
        risks = gammas * ends[0] + (1 - gammas) * ends[1] - gammas * (1 - gammas) * apart
        self.risks = known(risks.ravel(), certified)
        self.failures = int(np.count_nonzero(~relaxed.certified))

    def choose(self) -> dict[str, Fit]:
        """Choose lambda and gamma together; of equal errors the least relaxed, largest lambda."""
        return {"validation": self._fit(self.errors), "oracle": self._fit(self.risks)}

    def _fit(self, errors: Array) -> Fit:
        relaxed = self.relaxed
        shape = len(relaxed.gammas), len(relaxed.path)
        # The last gamma, which is the lasso itself, goes first.
        g, k = np.unravel_index(smallest(errors.reshape(shape)[::-1].ravel()), shape)
        gamma = float(relaxed.gammas[::-1][g])
        base, own = path_fit(relaxed.path, int(k), self.open_end), relaxed.least_squares_coefs[k]
        free = float(relaxed.least_squares_intercepts[k])
        status = str(relaxed.status[k])
        return Fit(
            **base.__dict__
            | {
                "coef": gamma * base.coef + (1 - gamma) * own,
                "intercept": gamma * base.intercept + (1 - gamma) * free,
                "gamma": gamma,
                "df": np.nan,
                "kkt": max(base.kkt, float(relaxed.kkt[k])),
                "gap": max(base.gap, float(relaxed.gap[k])),
                "status": status,
                "operations": -1,
                "determined": status in CERTIFIED and status != NOT_UNIQUE,
            }
        )


class Nets:
    """Elastic Nets of several l1_ratios, of which one is chosen together with lambda.

    Parameters
    ----------
    nets : sequence of OnPath
        By l1_ratio, the largest first: it is taken where errors are equal.
    """

    def __init__(self, nets: Iterable[OnPath]) -> None:
        self.nets = list(nets)
        self.failures = sum(net.failures for net in self.nets)

    def choose(self) -> dict[str, Fit]:
        """Choose by the same rules as each of the nets, the least error of all."""
        chosen = {
            "validation": self._best([net.fits.errors for net in self.nets]),
            "oracle": self._best([net.fits.risks for net in self.nets]),
        }
        found = [net.fits.bic for net in self.nets]
        best = int(np.argmin([value for _, value in found]))
        chosen["bic"] = self.nets[best].fit(found[best][0])
        folds = [net.folds.mean for net in self.nets if net.folds is not None]
        if len(folds) == len(self.nets):
            chosen["cv-min"] = self._best(folds)
        return chosen

    def _best(self, errors: list[Array]) -> Fit:
        which, k = best_of(errors)
        return self.nets[which].fit(k)


class RescaledNets:
    """The Elastic Net of Zou and Hastie (2005): naive coefficients times 1 + lambda2.

    Their columns have a sum of squares of 1 and their residuals no 1/(2n); in our units lambda2 is
    lambda (1 - l1_ratio). lambda, l1_ratio are chosen together, by the errors of rescaled fits.
    """

    def __init__(self, nets: Nets) -> None:
        self.nets = nets.nets
        self.failures = nets.failures
        self.factors = [1 + net.path.lambdas * (1 - net.path.l1_ratio) for net in self.nets]

    def choose(self) -> dict[str, Fit]:
        """Choose by validation and oracle."""
        each = zip(self.nets, self.factors, strict=True)
        pairs = [(_rescaled_errors(*one), _rescaled_risks(*one)) for one in each]
        errors, risks = zip(*pairs, strict=True)
        return {"validation": self._best(list(errors)), "oracle": self._best(list(risks))}

    def _best(self, errors: list[Array]) -> Fit:
        which, k = best_of(errors)
        net, factor = self.nets[which], float(self.factors[which][k])
        fit = net.fit(k)
        # Predictions are the mean of y plus those of centred columns; only the latter grow.
        intercept = factor * fit.intercept + (1 - factor) * float(net.fits.bench.draw.y.mean())
        grown = {"coef": factor * fit.coef, "intercept": intercept, "df": factor * fit.df}
        return Fit(**fit.__dict__ | grown)


def _rescaled_errors(net: OnPath, factor: Array) -> Array:
    bench = net.fits.bench
    mean = bench.draw.y.mean()
    predictions = mean + factor[:, None] * (net.fits.predictions - mean)
    return known(bench.validation_error(predictions), net.path.certified)


def _rescaled_risks(net: OnPath, factor: Array) -> Array:
    """|fb - beta|^2 = f^2 |b|^2 - 2 f b.beta + |beta|^2, in the norm of Sigma; f is the factor."""
    scenario, coefs = net.fits.bench.scenario, net.path.coefs
    own, signal = scenario.prediction_variance(coefs), scenario.signal_variance
    shared = (own + signal - finite(net.fits.risks)) / 2
    return known(factor**2 * own - 2 * factor * shared + signal, net.path.certified)


def _failures(paths: Iterable[Path]) -> int:
    return sum(int(np.count_nonzero(~path.certified)) for path in paths)
