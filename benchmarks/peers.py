"""The solvers: one small class each. To add one, see README.md.

What `fit` does is on the clock. Peers get columns that are already standardized, outcomes that are
centred, arrays in the order they like best, all prepared off the clock. Ours gets what a user has,
and its checks, standardization and certificate count.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.exchange import Request
from benchmarks.problems import Array, Case
from benchmarks.solver import PythonSolver, Rows, Solver, splits

SWEEPS = 10**7
"""No tight fit may end by the number of its iterations."""


def decades(first: float, last: float) -> tuple[float, ...]:
    """Return tolerances from the first to the last, each a tenth of the one before."""
    return tuple(first / 10.0**k for k in range(round(np.log10(first / last)) + 1))


class Ours(PythonSolver):
    """The public functions of regclaims."""

    name = package = "regclaims"
    has_cv = True

    def refuses(self, case: Case) -> str:
        if case.loss != "logistic":
            return ""
        if not hasattr(_solvers(), "logistic_path"):
            return "regclaims.solvers has no logistic_path"
        return "" if case.l1_ratio > 0 else "it has no logistic ridge"

    def setting(self, case: Case, tolerance: float | None) -> str:
        return "as it comes"

    def fit(self, rows: Rows, request: Request) -> Any:
        return solve(request.loss, request.l1_ratio)(rows.X, rows.y, lambdas=request.lambdas)

    def original(self, rows: Rows, fitted: Any) -> Array:
        return np.column_stack([fitted.intercepts, fitted.coefs])

    def cross_validation(self, request: Request) -> Callable[[], object]:
        X, y = request.X, request.y
        options: dict[str, Any] = {"loss": "logistic"} if request.loss == "logistic" else {}
        options |= {"l1_ratio": request.l1_ratio, "lambdas": request.lambdas}

        def call() -> object:
            # The path too: cv.glmnet fits it, and whoever tunes wants it.
            path = solve(request.loss, request.l1_ratio)(X, y, lambdas=request.lambdas)
            return path, _solvers().cv_path(X, y, folds=request.folds, **options)

        return call


def solve(loss: str, l1_ratio: float) -> Callable[..., Any]:
    """Return our function of X, y and lambdas for a loss and a penalty."""
    solvers = _solvers()
    if loss == "logistic":
        return lambda X, y, lambdas: solvers.logistic_path(X, y, l1_ratio=l1_ratio, lambdas=lambdas)
    if l1_ratio == 0:
        return lambda X, y, lambdas: solvers.ridge_path(X, y, lambdas=lambdas)
    return lambda X, y, lambdas: solvers.gaussian_path(X, y, l1_ratio=l1_ratio, lambdas=lambdas)


class Glmnet(Solver):
    """R's glmnet; glmnet_peer.R is its process."""

    name, package, has_cv = "glmnet", "R package glmnet", True
    knob, default = "thresh", "1e-7"
    # It compares squared changes of coefficients, so a gap of 1e-9 may take twice as many digits.
    tight, slope = decades(1e-8, 1e-24), 0.55

    def command(self) -> Sequence[str]:
        return ("Rscript", "--vanilla", str(Path(__file__).with_name("glmnet_peer.R")))

    def version(self) -> str | None:
        return _version_in_r() if shutil.which("Rscript") else None


class ScikitLearn(PythonSolver):
    """Coordinate descent paths and LassoCV; ridge one lambda at a time, there is no path of it."""

    name, package, has_cv = "scikit-learn", "scikit-learn", True
    knob, default = "tol", "1e-4"
    tight, watches_gap = decades(4e-10, 4e-14), True

    def refuses(self, case: Case) -> str:
        if case.loss == "logistic":
            return "liblinear penalizes the intercept, and saga takes minutes"
        return ""

    def setting(self, case: Case, tolerance: float | None) -> str:
        if case.l1_ratio == 0:
            return "RidgeCV" if case.task == "cv" else "Ridge, a loop"
        setting = super().setting(case, tolerance)
        if case.task == "cv":
            return f"{'LassoCV' if case.l1_ratio == 1 else 'ElasticNetCV'}, {setting}"
        return setting

    def fit(self, rows: Rows, request: Request) -> Any:
        from sklearn.linear_model import Ridge, enet_path, lasso_path

        if request.l1_ratio == 0:
            strengths = len(rows.t) * request.lambdas
            fits = [Ridge(alpha=a, fit_intercept=False).fit(rows.Z, rows.t) for a in strengths]
            return np.array([fit.coef_ for fit in fits])
        options = {"alphas": request.lambdas, **_options(request)}
        if request.l1_ratio == 1:
            return lasso_path(rows.Z, rows.t, **options)[1].T
        return enet_path(rows.Z, rows.t, l1_ratio=request.l1_ratio, **options)[1].T

    def cross_validation(self, request: Request) -> Callable[[], object]:
        from sklearn.linear_model import ElasticNetCV, LassoCV, RidgeCV

        rows = Rows.of(request.X, request.y, request.loss)
        folds = splits(request.folds)
        options = {"alphas": request.lambdas, "cv": folds, **_options(request)}
        if request.l1_ratio == 1:
            return lambda: LassoCV(**options).fit(rows.Z, rows.t)
        if request.l1_ratio > 0:
            return lambda: ElasticNetCV(l1_ratio=request.l1_ratio, **options).fit(rows.Z, rows.t)
        strengths = len(folds[0][0]) * request.lambdas
        return lambda: RidgeCV(alphas=strengths, cv=folds).fit(rows.Z, rows.t)


class Lars(PythonSolver):
    """scikit-learn's `lars_path`: the lasso's knots, then the lambdas between them."""

    name, package = "lars_path", "scikit-learn"

    def refuses(self, case: Case) -> str:
        lasso = case.loss == "gaussian" and case.l1_ratio == 1
        return "" if lasso else "it solves the Gaussian lasso only"

    def fit(self, rows: Rows, request: Request) -> Any:
        from sklearn.linear_model import lars_path

        lambdas = request.lambdas
        knots, _, coefs = lars_path(
            rows.Z, rows.t, method="lasso", alpha_min=lambdas[-1], max_iter=SWEEPS
        )
        at = np.clip(lambdas, knots[-1], knots[0])
        right = np.clip(np.searchsorted(-knots, -at), 1, len(knots) - 1)
        width = knots[right - 1] - knots[right]
        share = np.divide(knots[right - 1] - at, width, out=np.ones_like(at), where=width > 0)
        return ((1 - share) * coefs[:, right - 1] + share * coefs[:, right]).T


class Celer(PythonSolver):
    """celer's path, with the pruning that its estimators use."""

    name = package = "celer"
    knob, default = "tol", "1e-6"
    tight, watches_gap = decades(4e-10, 4e-15), True

    def refuses(self, case: Case) -> str:
        if case.loss == "logistic":
            return "its logistic regression has no intercept"
        return "" if case.l1_ratio > 0 else "it has no ridge"

    def fit(self, rows: Rows, request: Request) -> Any:
        from celer import celer_path

        options: dict[str, Any] = {"alphas": request.lambdas, "l1_ratio": request.l1_ratio}
        if request.tolerance is not None:
            options |= {"tol": request.tolerance, "max_iter": 1000}
        return celer_path(rows.Z, rows.t, "lasso", prune=1, **options)[1].T


class Skglm(PythonSolver):
    """skglm's AndersonCD, and ProxNewton for the logistic loss."""

    name = package = "skglm"
    knob, default = "tol", "1e-4"
    tight, starts_slowly = decades(1e-5, 1e-13), True

    def refuses(self, case: Case) -> str:
        return "" if case.l1_ratio > 0 else "a path of its ridge is not coordinate descent's work"

    def fit(self, rows: Rows, request: Request) -> Any:
        from skglm.datafits import Logistic, Quadratic
        from skglm.penalties import L1, L1_plus_L2
        from skglm.solvers import AndersonCD, ProxNewton

        lambdas, l1_ratio = request.lambdas, request.l1_ratio
        penalty = L1(lambdas[0]) if l1_ratio == 1 else L1_plus_L2(lambdas[0], l1_ratio)
        options: dict[str, Any] = {}
        if request.tolerance is not None:
            options = {"tol": request.tolerance, "max_iter": 1000}
        if request.loss == "gaussian":
            solver = AndersonCD(fit_intercept=False, warm_start=True, **options)
            return solver.path(rows.Z, rows.t, Quadratic(), penalty, alphas=lambdas)[1].T
        newton = ProxNewton(fit_intercept=True, warm_start=True, **options)
        signs = 2 * rows.t - 1
        w, fits = np.zeros(1 + rows.Z.shape[1]), []
        for penalty.alpha in lambdas:
            # From w and X w of the fit before: ProxNewton has no path of its own.
            linear = rows.Z @ w[:-1] + w[-1]
            w = newton.solve(rows.Z, signs, Logistic(), penalty, w.copy(), linear)[0]
            fits.append(w)
        path = np.array(fits)
        return path[:, :-1], path[:, -1]


def _options(request: Request) -> dict[str, Any]:
    if request.tolerance is None:
        return {}
    return {"tol": request.tolerance, "max_iter": SWEEPS}


def _solvers() -> Any:
    return importlib.import_module("regclaims.solvers")


@cache
def _version_in_r() -> str | None:
    say = 'cat(as.character(packageVersion("glmnet")), "on R", as.character(getRversion()))'
    done = subprocess.run(["Rscript", "--vanilla", "-e", say], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


OURS = Ours()
SOLVERS: tuple[Solver, ...] = (OURS, Glmnet(), ScikitLearn(), Lars(), Celer(), Skglm())
