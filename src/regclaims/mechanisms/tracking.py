"""Follow first-order methods to a certified solution, and note what they do on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from regclaims.mechanisms.first_order import Method, Penalized, Point
from regclaims.vocabulary import Array

EXACT = 1e-16
"""Relative gaps below this are rounding, and count as this."""


@dataclass(frozen=True)
class Goal:
    """A problem with its solution.

    Attributes
    ----------
    problem : Penalized
    solution : (R, p)
    slope : (R, p)
        Gradient of the smooth part there: -l1 sign(b) on the support.
    scale : (R, 1)
        What the null model's objective exceeds the minimum by.
    """

    problem: Penalized
    solution: Array
    slope: Array
    scale: Array

    @classmethod
    def of(cls, problem: Penalized, solution: Array) -> Goal:
        """Make the goal of a problem from its certified solution."""
        # As the optimality conditions say, without the solver's last digits: no noise in the gap.
        bounded = np.clip(problem.gradient(solution), -problem.l1, problem.l1)
        slope = np.where(solution != 0, -problem.l1 * np.sign(solution), bounded)
        null = np.zeros_like(solution)
        goal = cls(problem, solution, slope, np.ones_like(problem.l1))
        return cls(problem, solution, slope, goal.gap(null, problem.gradient(null)))

    def gap(self, coef: Array, gradient: Array) -> Array:
        """Return the objective at `coef` less its minimum, shape (R, 1).

        It is a sum of terms that are not negative, half of d'Gd of the difference d and one for
        each coefficient: no two objectives are subtracted, and nothing cancels near the solution.
        """
        curved = (coef - self.solution) * (gradient - self.slope) / 2
        linear = self.problem.l1 * np.abs(coef) + self.slope * coef
        return np.asarray((curved + linear).sum(axis=1, keepdims=True))

    def wrong_zeros(self, coef: Array) -> Array:
        """Return the share of coefficients that are 0 and should not be, or the other way round."""
        return np.asarray(((coef == 0.0) != (self.solution == 0.0)).mean(axis=-1))


@dataclass(frozen=True)
class Trace:
    """A method's first K steps.

    Attributes
    ----------
    coefs : (K + 1, R, p)
        Its iterates, from the start.
    gaps : (K + 1, R)
        Least relative gap so far: the objective's excess over its minimum, as a share of the null
        model's.
    passes : (K + 1, R)
        Work so far. The start costs one pass, as it is a gradient step from the null model.
    """

    coefs: Array
    gaps: Array
    passes: Array

    @property
    def zeros(self) -> Array:
        """Share of coefficients equal to 0, (K + 1, R)."""
        return np.asarray((self.coefs == 0.0).mean(axis=2))

    @property
    def visited(self) -> Array:
        """Share of coefficients that were 0 after any step, (R,)."""
        return np.asarray((self.coefs[1:] == 0.0).any(axis=0).mean(axis=1))

    def at(self, history: Array, passes: float) -> Array:
        """Return a history (K + 1, R, ...) where it was after the last step within `passes`."""
        last = (self.passes <= passes).sum(axis=0) - 1
        return np.asarray(history[last, np.arange(history.shape[1])])

    def steps_to(self, gap: float) -> Array:
        """Return the steps (R,) to a relative gap, the start being the first; K + 1 if none did."""
        reached = self.gaps <= gap
        return np.where(reached.any(axis=0), reached.argmax(axis=0) + 1.0, len(self.gaps))


def follow(method: Method, goal: Goal, start: Array, steps: int) -> Trace:
    """Make `steps` steps from `start` (R, p)."""
    found = list(islice(_iterates(method, goal, start), steps + 1))
    gaps = np.array([(at.gap / goal.scale)[:, 0] for at, _ in found])
    return Trace(
        np.array([at.coef for at, _ in found]),
        np.minimum.accumulate(np.maximum(gaps, EXACT), axis=0),
        np.array([passes for _, passes in found]),
    )


@dataclass(frozen=True)
class Arrival:
    """Where a method ends.

    Attributes
    ----------
    gap : (R,)
        Relative gap at the last step.
    wrong_zeros : (R,)
        Share of coefficients that are 0 there and should not be, or the other way round.
    identified : (R,)
        Steps after which the zeros were right up to the last step.
    """

    gap: Array
    wrong_zeros: Array
    identified: Array


def arrive(method: Method, goal: Goal, start: Array, gap: float, patience: int) -> Arrival:
    """Go on until every data set is at a relative gap, with the right zeros.

    Each is looked at for the last time when it arrives: how long others go on changes nothing.

    Parameters
    ----------
    method : Method
    goal : Goal
    start : (R, p)
    gap : float
    patience : int
        Steps at most.
    """
    relative, wrong, identified = np.zeros((3, len(start)))
    under_way = np.ones(len(start), dtype=bool)
    for at, _ in _iterates(method, goal, start):
        relative[under_way] = (at.gap / goal.scale)[under_way, 0]
        wrong[under_way] = goal.wrong_zeros(at.coef)[under_way]
        identified[under_way & (wrong > 0)] = at.k + 1
        under_way &= (relative > gap) | (wrong > 0)
        if at.k == patience or not under_way.any():
            break
    return Arrival(np.maximum(relative, EXACT), wrong, identified)


def passes_to(gap: float, method: Method, goal: Goal, start: Array, patience: int) -> Array:
    """Return the passes (R,) from `start` (R, p) to a relative gap; NaN if `patience` steps failed.

    The start costs nothing here.
    """
    found = np.full(len(start), np.nan)
    for at, passes in _iterates(method, goal, start):
        first = np.isnan(found) & ((at.gap / goal.scale)[:, 0] <= gap)
        found[first] = passes[first] - 1
        if at.k == patience or not np.isnan(found).any():
            break
    return found


def _iterates(method: Method, goal: Goal, coef: Array) -> Iterator[tuple[Point, Array]]:
    """Yield where the method stands, and the passes (R,) it took to get there, for ever."""
    passes, k = np.ones(len(coef)), 0
    while True:
        gradient = goal.problem.gradient(coef)
        at = Point(coef, gradient, goal.gap(coef, gradient), k)
        yield at, passes
        coef, work = method.step(goal.problem, at)
        passes, k = passes + work, k + 1
