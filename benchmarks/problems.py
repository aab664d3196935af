"""The problems: designs, their sizes, and the cases (problem, loss, penalty, task) to measure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

SEED = 20240517
SNR = 1.0
"""Variance of X beta over that of the noise."""
LOGISTIC_SPREAD = 2.0
"""Standard deviation of the log-odds."""
N_LAMBDAS = 100
N_FOLDS = 10
RIDGE_SPAN = (10.0, 1e-5)
"""Ends of ridge's grid, in units of the largest eigenvalue of X'X/n."""


@dataclass(frozen=True)
class Problem:
    """One design; `floor` is the grid's last lambda as a share of its first."""

    name: str
    n: int
    p: int
    rho: float
    floor: float
    equicorrelated: bool = False
    logistic_floor: float | None = None
    l1_ratios: tuple[float, ...] = (1.0, 0.5)

    @property
    def title(self) -> str:
        kind = "equicorrelated" if self.equicorrelated else "AR(1)"
        return f"({self.n}, {self.p}), {kind} {self.rho:g}"


@dataclass(frozen=True)
class Case:
    """What one row of the table is about, whoever solves it; `l1_ratio` 0 is ridge."""

    problem: Problem
    loss: str
    l1_ratio: float
    task: str

    @property
    def penalty(self) -> str:
        names = {1.0: "lasso", 0.0: "ridge"}
        return names.get(self.l1_ratio, f"elastic net {self.l1_ratio:g}")

    @property
    def title(self) -> str:
        return f"{self.problem.name}, {self.loss}, {self.penalty}, {self.task}"


@dataclass(frozen=True)
class Data:
    """Columns as a user has them: neither centred nor scaled."""

    X: Array
    y: Array
    folds: Integers = field(repr=False)


PROBLEMS = (
    Problem("small", 100, 10, 0.35, 1e-4),
    Problem("textbook", 1000, 20, 0.5, 1e-4),
    Problem("collinear", 100, 50, 0.9, 1e-4),
    Problem("wide", 200, 1000, 0.5, 1e-2),
    Problem("tall-collinear", 500, 100, 0.99, 1e-4),
    Problem("very-wide", 70, 5000, 0.7, 1e-2),
    Problem("square", 1000, 1000, 0.5, 1e-4, logistic_floor=1e-2),
    Problem("one-factor", 100, 5000, 0.99, 1e-2, equicorrelated=True, l1_ratios=(1.0, 0.5, 0.1)),
)
QUICK = ("collinear", "wide")
LOSSES = ("gaussian", "logistic")
TASKS = ("path", "cv")


def cases(problem: Problem) -> Iterator[Case]:
    """Every case of a problem; a path comes before its cross-validation."""
    # We have no logistic ridge, and the third Elastic Net is about large Gaussian supports.
    for loss, ratios in (
        ("gaussian", (*problem.l1_ratios, 0.0)),
        ("logistic", problem.l1_ratios[:2]),
    ):
        for l1_ratio in ratios:
            for task in TASKS:
                yield Case(problem, loss, l1_ratio, task)


@cache
def draw(problem: Problem, loss: str) -> Data:
    """Draw a problem's data, the same in every process."""
    rng = np.random.default_rng([SEED, problem.n, problem.p])
    Z = _design(rng, problem)
    beta = np.zeros(problem.p)
    where = np.linspace(0, problem.p - 1, max(2, min(10, problem.p // 4))).astype(int)
    beta[where] = rng.choice([-1.0, 1.0], len(where))
    signal = Z @ beta
    signal = (signal - signal.mean()) / signal.std()
    if loss == "logistic":
        odds = 1 / (1 + np.exp(-LOGISTIC_SPREAD * signal))
        y = (rng.uniform(size=problem.n) < odds).astype(float)
    else:
        y = 3.0 + signal + rng.standard_normal(problem.n) / np.sqrt(SNR)
    # Nobody's columns come standardized.
    X = Z * rng.uniform(0.5, 2.0, problem.p) + rng.standard_normal(problem.p)
    return Data(X, y, rng.permutation(np.arange(problem.n) % N_FOLDS))


def _design(rng: np.random.Generator, problem: Problem) -> Array:
    noise = rng.standard_normal((problem.n, problem.p))
    rho = problem.rho
    if problem.equicorrelated:
        return np.sqrt(rho) * rng.standard_normal((problem.n, 1)) + np.sqrt(1 - rho) * noise
    X = np.empty_like(noise)
    X[:, 0] = noise[:, 0]
    for j in range(1, problem.p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * noise[:, j]
    return X


@cache
def grid(case: Case) -> Array:
    """The lambdas of a case, decreasing; everybody gets the same."""
    data = draw(case.problem, case.loss)
    Z = (data.X - data.X.mean(axis=0)) / data.X.std(axis=0)
    if case.l1_ratio == 0:
        largest = np.linalg.norm(Z, ord=2) ** 2 / len(Z)
        return largest * np.geomspace(*RIDGE_SPAN, N_LAMBDAS)
    lambda_max = np.abs(Z.T @ (data.y - data.y.mean())).max() / len(Z) / case.l1_ratio
    floor = case.problem.floor
    if case.loss == "logistic":
        floor = case.problem.logistic_floor or floor
    # Raised by a hair, so that rounding lets nobody into the first model.
    return (1 + 1e-12) * lambda_max * np.geomspace(1.0, floor, N_LAMBDAS)
