"""Small problems against general solvers of smooth problems with bounds.

With b = u - v and u, v >= 0 the L1 norm is the sum of u and v, and the problem is smooth: scipy's
SQP and its limited-memory quasi-Newton method share nothing with ours, or with glmnet's.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from regclaims.solvers import gaussian_path, logistic_path

SIZES = [(30, 8), (12, 5), (8, 8), (25, 3)]
SHARES = np.array([1.1, 0.7, 0.2, 0.03])
OPTIONS = {
    "SLSQP": {"ftol": 1e-16, "maxiter": 1000},
    "L-BFGS-B": {"ftol": 1e-16, "gtol": 1e-12, "maxiter": 10_000, "maxfun": 100_000},
}

# Of objectives, in units of the null model's.
THEIR_EXCESS = 1e-12
"""scipy's over ours; measured: up to 1e-15."""

ROUNDING = 1e-14
"""A mean of at most 30 terms, each a few times the null model's."""


@dataclass
class Problem:
    """Data, with weights of sum 1, in columns of size 1; `units` are the penalty's."""

    family: str
    X: np.ndarray
    y: np.ndarray
    w: np.ndarray
    l1_ratio: float
    standardize: bool
    fit_intercept: bool

    def __post_init__(self):
        p = self.X.shape[1]
        self.center = self.w @ self.X if self.fit_intercept else np.zeros(p)
        self.size = np.sqrt(self.w @ (self.X - self.center) ** 2)
        self.Z = (self.X - self.center) / self.size
        self.units = np.ones(p) if self.standardize else 1 / self.size
        mean = 0.5 if self.family == "binomial" else 0.0
        if self.fit_intercept:
            mean = self.w @ self.y
        self.start = mean if self.family == "gaussian" else np.log(mean / (1 - mean))
        self.null = self.w @ self.losses(np.full(len(self.y), self.start))
        gradient = np.abs(self.Z.T @ (self.w * (self.y - mean))) / self.units
        self.lambdas = SHARES * gradient.max() / self.l1_ratio

    def losses(self, eta):
        if self.family == "gaussian":
            return (self.y - eta) ** 2 / 2
        return np.logaddexp(0.0, eta) - self.y * eta

    def slopes(self, eta):
        return (eta if self.family == "gaussian" else expit(eta)) - self.y

    def curvature(self, eta):
        """Return the least curvature of a row that counts."""
        return (expit(eta) * expit(-eta))[self.w > 0].min() if self.family == "binomial" else 1.0

    def predictor(self, split):
        """Return the linear predictor at (intercept, u, v)."""
        u, v = np.split(split[1:], 2)
        return split[0] + self.Z @ (u - v)

    def objective(self, split, lambda_):
        """Return the objective at (intercept, u, v), and its gradient, in units of the null's."""
        u, v = np.split(split[1:], 2)
        l1 = lambda_ * self.l1_ratio * self.units
        l2 = lambda_ * (1 - self.l1_ratio) * self.units**2
        eta = self.predictor(split)
        value = self.w @ self.losses(eta) + l1 @ (u + v) + l2 @ (u - v) ** 2 / 2
        slopes = self.w * self.slopes(eta)
        smooth = self.Z.T @ slopes + l2 * (u - v)
        gradient = np.concatenate([[slopes.sum()], l1 + smooth, l1 - smooth])
        return value / self.null, gradient / self.null

    def split(self, intercept, coefs):
        b = coefs * self.size
        offset = intercept + coefs @ self.center
        return np.concatenate([[offset], np.maximum(b, 0.0), np.maximum(-b, 0.0)])

    def minimize(self, lambda_, method):
        p = len(self.units)
        first = (None, None) if self.fit_intercept else (0.0, 0.0)
        return minimize(
            self.objective,
            np.concatenate([[self.start], np.zeros(2 * p)]),
            args=(lambda_,),
            jac=True,
            method=method,
            bounds=[first, *[(0.0, None)] * (2 * p)],
            options=OPTIONS[method],
        ).x


def draw(n, p, family, weighted):
    rng = np.random.default_rng(n)
    X = rng.standard_normal((n, p)) + 0.7 * rng.standard_normal((n, 1))
    signal = X[:, :3] @ [1.5, -1.0, 0.5]
    y = 2 * (signal + rng.standard_normal(n)) - 5
    if family == "binomial":
        y = (signal + rng.logistic(size=n) > 0).astype(float)
    w = np.ones(n)
    if weighted:
        w = rng.integers(0, 4, n).astype(float)
        # Both classes are there whatever was drawn.
        w[[y.argmin(), y.argmax()]] = 1.0
    return 3 * X + 2, y, w


@pytest.mark.parametrize("fit_intercept", [True, False], ids=["intercept", "no intercept"])
@pytest.mark.parametrize("standardize", [True, False], ids=["standardized", "as given"])
@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_no_general_solver_does_better(family, l1_ratio, weighted, standardize, fit_intercept):
    solve = gaussian_path if family == "gaussian" else logistic_path
    options = {"l1_ratio": l1_ratio, "standardize": standardize, "fit_intercept": fit_intercept}
    for n, p in SIZES:
        X, y, w = draw(n, p, family, weighted)
        problem = Problem(family, X, y, w / w.sum(), **options)
        weights = {"sample_weight": w} if weighted else {}
        path = solve(X, y, lambdas=problem.lambdas, **options, **weights)
        assert (path.status == "converged").all()
        for k, lambda_ in enumerate(problem.lambdas):
            own = problem.split(path.intercepts[k], path.coefs[k])
            ours = problem.objective(own, lambda_)[0]
            gap = path.gap[k] + ROUNDING
            for method in OPTIONS:
                found = problem.minimize(lambda_, method)
                theirs = problem.objective(found, lambda_)[0]
                # Ours is above the optimum, and so above theirs, by no more than it claims.
                assert ours <= theirs + gap
                assert theirs <= ours + THEIR_EXCESS
                # A fit with an excess g over the optimum predicts within sqrt(2 g/c) of it, where c
                # is the least curvature of a row's loss in between. The logistic one's changes
                # little there: half of the least at both fits is below it.
                etas = problem.predictor(own), problem.predictor(found)
                c = min(map(problem.curvature, etas)) / 2
                excess = max(theirs - ours, 0.0) + gap
                near = (np.sqrt(gap) + np.sqrt(excess)) * np.sqrt(2 * problem.null / c)
                assert np.sqrt(problem.w @ (etas[0] - etas[1]) ** 2) <= near
