"""Lasso, Elastic Net and logistic paths against R glmnet: stored (see glmnet/make.R) and live.

Where the tolerances come from. Let r be a fit's KKT residual: minus the gradient of the smooth part
less the nearest subgradient of the L1 penalty. Subgradients of a convex function are monotone, so
the difference d of two fits satisfies d'Kd <= (r2 - r1)'d, with K the Hessian averaged between
them, on the union of their supports. A logistic Hessian changes by a factor of at most exp(s) where
linear predictors differ by at most s; for s <= 1, asserted, K is at least half of H, the Hessian at
our fit. With u a bound of |r2 - r1|, h_j = sqrt((H^-1)_jj) and e = u'h:

    |d_j| <= 2 e h_j,    |x'd| <= 2 e sqrt(x'H^-1 x),    |F1 - F2| <= u'|d| <= 2 e^2.

glmnet's part of u is computed from its fits and the data; ours is what our certificate claims, so
that a fit worse than its certificate fails. Rounding of the residuals is the third part.
"""

import functools
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from scipy.special import expit

from regclaims.solvers import gaussian_path, logistic_path

FOLDER = Path(__file__).parent / "glmnet"
FAMILIES = {"gaussian": gaussian_path, "binomial": logistic_path}
NAMES = ["tall", "wide", "collinear", "binary", "scales", "weighted", "weighted_wide"]
DESIGNS = [
    *((l1_ratio, standardize, 1) for standardize in (1, 0) for l1_ratio in (1.0, 0.5, 0.1)),
    *((l1_ratio, 0, 0) for l1_ratio in (1.0, 0.5)),
]
"""l1_ratio, standardize, intercept; make.R says why one combination is missing."""

GLMNET_RESIDUAL = 1e-10
"""Bound of glmnet's KKT residuals, relative to those of the null model; measured: up to 2e-11."""

RESOLUTION = 1e-7
"""Tolerances of coefficients, in standard units, must be below this share of the largest: measured
8e-9, most of it glmnet's part."""


class Problem(NamedTuple):
    """A convex problem in standard units: every column has mean 0, or no intercept, and size 1.

    If there is an intercept the first column is constant. `units` are the penalty's: a coefficient
    theta_j is penalized as units_j theta_j, so 0 for the intercept, and 1 if we standardize.
    """

    family: str
    A: np.ndarray
    y: np.ndarray
    w: np.ndarray
    units: np.ndarray
    center: np.ndarray
    spread: np.ndarray
    l1_ratio: float
    fit_intercept: bool

    def theta(self, intercept, coefs):
        """Return a fit's coefficients in standard units."""
        offset = [intercept + coefs @ self.center] if self.fit_intercept else []
        return np.concatenate([offset, coefs * self.spread])

    def mean(self, theta):
        return self.A @ theta if self.family == "gaussian" else expit(self.A @ theta)

    def objective(self, theta, lambda_):
        eta = self.A @ theta
        if self.family == "gaussian":
            loss = (self.y - eta) ** 2 / 2
        else:
            loss = np.logaddexp(0.0, eta) - self.y * eta
        penalized = np.abs(self.units * theta)
        l1, l2 = lambda_ * self.l1_ratio, lambda_ * (1 - self.l1_ratio)
        return self.w @ loss + l1 * penalized.sum() + l2 / 2 * (penalized**2).sum()

    def residual(self, theta, lambda_):
        l1 = lambda_ * self.l1_ratio * self.units
        l2 = lambda_ * (1 - self.l1_ratio) * self.units**2
        gradient = self.A.T @ (self.w * (self.y - self.mean(theta))) - l2 * theta
        inactive = gradient - np.clip(gradient, -l1, l1)
        return np.where(theta != 0, gradient - l1 * np.sign(theta), inactive)

    def hessian(self, theta, lambda_):
        mean = self.mean(theta)
        curvature = self.w * (mean * (1 - mean) if self.family == "binomial" else 1.0)
        l2 = lambda_ * (1 - self.l1_ratio) * self.units**2
        return self.A.T @ (curvature[:, None] * self.A) + np.diag(l2)

    def null_residual(self):
        """Return the sizes, of the intercept and each coefficient, that residuals are relative to.

        They are our certificate's: of the null model, its largest gradient in the penalty's units
        and the root mean square of its residuals.
        """
        null = self.w @ self.y if self.fit_intercept else 0.5 * (self.family == "binomial")
        penalized = self.units > 0
        gradient = np.abs(self.A.T @ (self.w * (self.y - null)))[penalized]
        largest = (gradient / self.units[penalized]).max()
        return np.where(penalized, largest * self.units, np.sqrt(self.w @ (self.y - null) ** 2))


def problem(family, data, design):
    l1_ratio, standardize, intercept = design
    w, y, X = data[:, 0], data[:, 1 if family == "gaussian" else 2], data[:, 3:]
    w = w / w.sum()
    center = w @ X * intercept
    spread = np.sqrt(w @ (X - center) ** 2)
    A, units = (X - center) / spread, 1 / spread
    if standardize:
        units = np.ones(len(spread))
    if intercept:
        A, units = np.insert(A, 0, 1.0, axis=1), np.insert(units, 0, 0.0)
    return Problem(family, A, y, w, units, center, spread, l1_ratio, bool(intercept))


@functools.cache
def read(file):
    return np.loadtxt(file, delimiter=",", skiprows=1)


def fits(folder, name, family, design):
    """Return glmnet's lambdas (k,), intercepts (k,) and coefficients (k, p)."""
    table = read(folder / f"{name}.{family}.csv")
    rows = table[(table[:, :3] == design).all(axis=1)]
    return rows[:, 3], rows[:, 4], rows[:, 5:]


def compare(folder, name, family, design):
    data = read(folder / f"{name}.csv")
    lambdas, intercepts, coefs = fits(folder, name, family, design)
    at = problem(family, data, design)
    weights, X = data[:, 0], data[:, 3:]
    options = {} if (weights == 1).all() else {"sample_weight": weights}
    path = FAMILIES[family](
        X,
        at.y,
        l1_ratio=at.l1_ratio,
        lambdas=lambdas,
        standardize=bool(design[1]),
        fit_intercept=at.fit_intercept,
        **options,
    )
    assert (path.status == "converged").all()
    largest = np.abs(coefs * at.spread).max()
    for k, lambda_ in enumerate(lambdas):
        mine = at.theta(path.intercepts[k], path.coefs[k])
        theirs = at.theta(intercepts[k], coefs[k])
        used = (mine != 0) | (theirs != 0) | (at.units == 0)
        # Every entry of the residual is a mean of n terms of about this size.
        size = np.abs(at.y).max() + (np.abs(X) @ np.abs(coefs[k])).max() + np.abs(intercepts[k])
        rounding = len(X) * np.finfo(float).eps * size
        claimed = path.kkt[k] * at.null_residual()
        u = (np.abs(at.residual(theirs, lambda_)) + claimed + rounding)[used]
        difference = mine - theirs
        assert np.abs(at.A @ difference).max() <= (1 if family == "binomial" else np.inf)
        inverse = np.linalg.inv(at.hessian(mine, lambda_)[np.ix_(used, used)])
        h = np.sqrt(np.diag(inverse))
        e = u @ h
        # A coefficient that is zero in one fit only is below its tolerance in the other.
        assert (np.abs(difference[used]) <= 2 * e * h).all()
        assert (2 * e * h)[at.units[used] > 0].max(initial=0.0) <= RESOLUTION * largest
        rows = at.A[:, used]
        reach = np.sqrt(np.maximum(((rows @ inverse) * rows).sum(axis=1), 0.0))
        assert (np.abs(at.A @ difference) <= 2 * e * reach + rounding).all()
        objectives = at.objective(mine, lambda_), at.objective(theirs, lambda_)
        assert abs(objectives[0] - objectives[1]) <= 2 * e**2 + rounding * max(objectives)


@pytest.mark.parametrize("design", DESIGNS, ids=str)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("family", FAMILIES)
def test_stored_fits_solve_our_problem(family, name, design):
    """Of the fixture alone: a penalty or a scale that is not ours would leave residuals near 1."""
    at = problem(family, read(FOLDER / f"{name}.csv"), design)
    lambdas, intercepts, coefs = fits(FOLDER, name, family, design)
    assert len(lambdas) == 12
    for lambda_, intercept, b in zip(lambdas, intercepts, coefs, strict=True):
        residual = at.residual(at.theta(intercept, b), lambda_)
        assert (np.abs(residual) <= GLMNET_RESIDUAL * at.null_residual()).all()
    # The null model comes first and then at least one variable; glmnet leaves 1e-16 at lambda_max.
    assert np.abs(coefs[0] * at.spread).max() <= 1e-12 * np.abs(coefs * at.spread).max()
    assert np.count_nonzero(coefs[1]) > 0


@pytest.mark.parametrize("design", DESIGNS, ids=str)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("family", FAMILIES)
def test_paths_are_glmnets(family, name, design):
    compare(FOLDER, name, family, design)


def has_glmnet():
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", "if (!requireNamespace('glmnet', quietly = TRUE)) quit(status = 1)"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Draw two problems and let R solve them."""
    if not has_glmnet():
        pytest.skip("needs Rscript with glmnet (Debian: r-cran-glmnet)")
    folder = tmp_path_factory.mktemp("glmnet")
    for name, n, p in [("long", 70, 15), ("short", 35, 60)]:
        rng = np.random.default_rng(n)
        X = rng.standard_normal((n, p)) + 0.8 * rng.standard_normal((n, 1)) + rng.standard_normal(p)
        signal = X[:, :6] @ rng.standard_normal(6)
        y = 10 * signal + 15 * rng.standard_normal(n)
        z = signal - signal.mean() + 2 * rng.logistic(size=n) > 0
        w = rng.integers(0, 4, n)
        table = np.column_stack([w, y, z, X])
        header = ",".join(["w", "y", "z", *(f"x{j + 1}" for j in range(p))])
        np.savetxt(folder / f"{name}.csv", table, "%.17g", ",", header=header, comments="")
    script = FOLDER / "make.R"
    subprocess.run(["Rscript", script, folder], check=True, capture_output=True, timeout=120)
    return folder


@pytest.mark.parametrize("name", ["long", "short"])
@pytest.mark.parametrize("family", FAMILIES)
def test_fresh_paths_are_glmnets(fresh, family, name):
    for design in DESIGNS:
        compare(fresh, name, family, design)
