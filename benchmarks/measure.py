"""Measure every solver on a case, at its default and at a tight setting, with one certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.certify import (
    EQUAL_GAP,
    EQUAL_GAP_OF_FOLDS,
    Truth,
    certify,
    without_rounding,
)
from benchmarks.exchange import request
from benchmarks.peers import OURS
from benchmarks.problems import N_FOLDS, Array, Case
from benchmarks.servers import FailedError, OverBudgetError, Server
from benchmarks.solver import Solver

SLOW = 6
"""A default that takes this part of the budget would exceed it at a tight tolerance."""
OURS_BUDGETS = 10
MEASURED, STOPPED, SKIPPED, FAILED = "measured", "over budget", "not run", "failed"


@dataclass(frozen=True)
class Measurement:
    """One row: a solver at one setting on one case.

    Attributes
    ----------
    status : str
        ``"measured"``; ``"over budget"``: stopped, and `seconds` is the budget, a lower bound;
        ``"not run"``: what ran before shows that it would be stopped; ``"failed"``.
    seconds : float
        Median CPU seconds.
    ratio : float
        Seconds over ours; nan where ours was not measured.
    gap, kkt : float
        Worst over the path; nan where there are no fits.
    wrong_supports : int or None
        Lambdas with a variable wrongly in or out; for paths with an L1 part.
    note : str
        Why it was not run, or how it failed.
    """

    case: Case
    solver: str
    setting: str
    tolerance: float | None
    status: str
    seconds: float = np.nan
    ratio: float = np.nan
    gap: float = np.nan
    kkt: float = np.nan
    wrong_supports: int | None = None
    note: str = ""

    @property
    def measured(self) -> bool:
        return self.status == MEASURED

    @property
    def reached_gap(self) -> bool:
        return self.gap <= (EQUAL_GAP if self.case.task == "path" else EQUAL_GAP_OF_FOLDS)


@dataclass(frozen=True)
class Options:
    """How long to measure: CPU seconds of repetitions, and wall seconds until it is stopped."""

    seconds: float = 0.3
    budget: float = 6.0

    @property
    def long(self) -> float:
        """Seconds of a call that is not repeated: so that the budget is one call's, not of all."""
        return min(2.0, self.budget / 4)


@dataclass(frozen=True)
class _Trial:
    """A measurement, with what it says about supports (k, p), and how sure that is (k,)."""

    row: Measurement
    kkt: Array | None = None
    support: NDArray[np.bool_] | None = None


@dataclass
class Bench:
    """Measures case after case; a cross-validation takes over the settings of its path."""

    solvers: Sequence[Solver]
    servers: Mapping[str, Server]
    options: Options
    paths: dict[tuple[str, Case], list[Measurement]] = field(default_factory=dict)

    def measure(self, case: Case) -> list[Measurement]:
        """Measure all solvers that solve the case."""
        trials: list[_Trial] = []
        truth = Truth()
        for solver in self.solvers:
            if not solver.refuses(case):
                settings = self._path if case.task == "path" else self._cross_validation
                trials += settings(solver, case, truth)
        ours = next((t.row.seconds for t in trials if _is_ours(t.row) and t.row.measured), np.nan)
        return [
            replace(
                trial.row,
                ratio=trial.row.seconds / ours,
                wrong_supports=None if trial.support is None else truth.wrong(trial.support),
            )
            for trial in trials
        ]

    def _path(self, solver: Solver, case: Case, truth: Truth) -> list[_Trial]:
        trials = [self._trial(solver, case, None, truth)]
        default = trials[0].row
        if solver.tight and default.measured and not default.reached_gap:
            if default.seconds <= self.options.budget / SLOW:
                trials.append(self._tight(solver, default, truth))
            else:
                trials.append(_Trial(self._too_slow(solver, default)))
        self.paths[solver.name, case] = [trial.row for trial in trials]
        return trials

    def _too_slow(self, solver: Solver, default: Measurement) -> Measurement:
        note = f"the default takes more than 1/{SLOW} of the budget"
        return Measurement(default.case, solver.name, "tight", solver.tight[0], SKIPPED, note=note)

    def _tight(self, solver: Solver, default: Measurement, truth: Truth) -> _Trial:
        """Measure at the first tolerance found to reach the gap, or at the last."""
        case, before = default.case, default
        at, last = -1, len(solver.tight) - 1
        while at < last:
            missing = np.log10(min(before.gap / EQUAL_GAP, 1e9)) / solver.slope
            # What a tolerance of a gap promises is tried first; others start from their default.
            step = 1 if solver.watches_gap and at < 0 else int(missing)
            at = min(last, at + max(1, step))
            trial = self._trial(solver, case, solver.tight[at], truth, seconds=0.0)
            if not trial.row.measured:
                looser = "" if before is default else _looser(before)
                return replace(trial, row=replace(trial.row, note=trial.row.note or looser))
            if trial.row.reached_gap:
                break
            before = trial.row
        if trial.row.seconds >= self.options.long:
            return trial  # one call was enough
        return self._trial(solver, case, trial.row.tolerance, truth)

    def _cross_validation(self, solver: Solver, case: Case, truth: Truth) -> list[_Trial]:
        paths = replace(case, task="path")
        best = best_at_equal_gap(self._rows(paths))
        trials = []
        for path in self.paths[solver.name, paths]:
            # As a user calls it; and whoever comes near the fastest at equal gap.
            user = solver.has_cv and path.tolerance is None
            fast = best is not None and path.reached_gap and path.seconds <= 2 * best.seconds
            if not user and not fast:
                continue
            why = self._hopeless(path)
            if not why:
                trials.append(self._trial(solver, case, path.tolerance, truth))
                continue
            setting = solver.setting(case, path.tolerance)
            row = Measurement(case, solver.name, setting, path.tolerance, SKIPPED, note=why)
            trials.append(_Trial(row))
        return trials

    def _hopeless(self, path: Measurement) -> str:
        """Say why there is no use in cross-validating what took a path so long; empty if not."""
        if path.status == FAILED:
            return "its path failed"
        expected = (1 + N_FOLDS) * path.seconds
        if path.measured and (_is_ours(path) or expected <= 2 * self.options.budget):
            return ""
        return f"{1 + N_FOLDS} of its paths would take {expected:.0f} s or more"

    def _rows(self, case: Case) -> list[Measurement]:
        return [row for (_, other), rows in self.paths.items() if other == case for row in rows]

    def _trial(
        self,
        solver: Solver,
        case: Case,
        tolerance: float | None,
        truth: Truth,
        seconds: float | None = None,
    ) -> _Trial:
        options = self.options
        asked = request(
            case, tolerance, options.seconds if seconds is None else seconds, options.long
        )
        setting = solver.setting(case, tolerance)
        row = Measurement(case, solver.name, setting, tolerance, MEASURED)
        # Without ours there is no ratio: it gets the time that it needs, or nearly.
        budget = options.budget * (OURS_BUDGETS if _is_ours(row) else 1)
        try:
            answer = self.servers[solver.name].ask(asked, budget)
        except OverBudgetError:
            return _Trial(replace(row, status=STOPPED, seconds=budget))
        except FailedError as error:
            return _Trial(replace(row, status=FAILED, note=str(error)))
        fits = without_rounding(asked, answer.fits)
        kkt, gap = certify(asked, fits)
        row = replace(row, seconds=float(np.median(answer.seconds)), gap=gap.max(), kkt=kkt.max())
        if case.task != "path" or case.l1_ratio == 0:
            return _Trial(row)
        support = fits[0, :, 1:] != 0.0
        truth.learn(kkt[0], support)
        return _Trial(row, kkt[0], support)


def _looser(row: Measurement) -> str:
    return f"{row.setting} leaves {row.gap:.0e} after {row.seconds:.2g} s"


def best_at_equal_gap(rows: Sequence[Measurement]) -> Measurement | None:
    """Return the fastest peer whose certificate is good enough; None where there is none."""
    reached = [row for row in rows if not _is_ours(row) and row.measured and row.reached_gap]
    return min(reached, key=lambda row: row.seconds, default=None)


def _is_ours(row: Measurement) -> bool:
    return row.solver == OURS.name
