"""Fit one method family to a shard of synthetic data, and measure every fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from regclaims.designs import Draw, Scenario
from regclaims.evidence.methods import Method, Settings
from regclaims.evidence.paths import PathMeans
from regclaims.evidence.shards import Shard
from regclaims.keys import cell_key, generator
from regclaims.metrics.generalization import coefficient_error, risk, training_gap
from regclaims.metrics.sparsity import sparsity
from regclaims.metrics.spread import within_block
from regclaims.metrics.stability import MEASURES, Jackknifed
from regclaims.metrics.support import recovery, screening_f1
from regclaims.solvers import NULL_DF, FoldErrors, Path, draw_folds
from regclaims.tuning import Choice, at_df, choose
from regclaims.vocabulary import EVIDENCE, Array


@dataclass
class Results:
    """What a family's fits to a shard come to: rows of three tables."""

    fits: list[dict[str, Any]] = field(default_factory=list)
    stability: list[dict[str, Any]] = field(default_factory=list)
    paths: list[dict[str, Any]] = field(default_factory=list)

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables ``fits``, ``stability`` and ``paths``."""
        names = ("fits", "stability", "paths")
        return {name: pd.DataFrame(getattr(self, name)) for name in names}


def fit_shard(
    shard: Shard,
    data: Mapping[str, Array],
    cross_validated: Sequence[Sequence[str]],
    methods: Sequence[Method],
    settings: Settings,
) -> Results:
    """Fit `methods` to every data set of a shard.

    Parameters
    ----------
    shard : Shard
    data : mapping
        As from `draw_shard`.
    cross_validated : sequence of sequences of str
        By cell, the methods that are tuned by cross-validation too.
    methods : sequence of Method
    settings : Settings

    Returns
    -------
    Results
    """
    results = Results()
    for index, spec in enumerate(shard.cells):
        scenario = Scenario(spec)
        for method in methods:
            cell = _Cell(scenario, method, shard, settings, method.name in cross_validated[index])
            for replicate in range(shard.n_draws):
                draw = Draw(*(data[name][index, replicate] for name in Draw.__annotations__))
                cell.fit(draw, replicate)
            cell.finish(results)
    return results


@dataclass
class _Cell:
    """One method on one cell: fits it replicate by replicate, keeping only what is reported."""

    scenario: Scenario
    method: Method
    shard: Shard
    settings: Settings
    cross_validated: bool
    rows: list[dict[str, Any]] = field(default_factory=list)
    coefs: dict[str, list[Array]] = field(default_factory=dict)
    means: PathMeans = field(default_factory=PathMeans)

    def fit(self, draw: Draw, replicate: int) -> None:
        """Fit the path, choose lambdas, and measure the chosen fits."""
        path = self.method.fit(draw.X, draw.y, self.settings)
        excess = self.scenario.excess_risk(path.coefs)
        evidence = self.shard.role(replicate) == EVIDENCE
        if evidence and len(path) > 1:
            relative = excess / self.scenario.signal_variance
            self.means.add(path, {"zero_share": (path.coefs == 0.0).mean(axis=1), "rr": relative})
        folds = self._folds(draw, replicate, path)
        for rule, choice in self._choices(draw, path, excess, folds).items():
            row = self._identity(replicate, rule) | _solution(path, choice, folds)
            self._keep(row, draw, path, choice)
        if self.method.l1_ratio is not None:
            self._fit_matched(draw, replicate, path)

    def _fit_matched(self, draw: Draw, replicate: int, path: Path) -> None:
        n, p = draw.X.shape
        # Rounded down: the rank, which no penalized fit reaches, is min(n - 1, p).
        target = max(1, int(self.settings.matched_df * min(n - 1, p)))
        path = self.method.match_df(draw.X, draw.y, path, target)
        choice = at_df(path.df, target)
        row = self._identity(replicate, "matched-df") | _solution(path, choice, None)
        self._keep(row, draw, path, choice)

    def _keep(self, row: dict[str, Any], draw: Draw, path: Path, choice: Choice) -> None:
        if path.determined[choice.index]:
            row |= self._measure(draw, path, choice)
            if row["role"] == EVIDENCE:
                self.coefs.setdefault(row["tuning"], []).append(path.coefs[choice.index])
        self.rows.append(row)

    def finish(self, results: Results) -> None:
        """Add the cell's rows, its stability over replicates, and its mean paths."""
        results.fits += self.rows
        names = {"cell_id": self.scenario.cell_id, "method": self.method.name}
        results.paths += [names | row for row in self.means.rows()]
        for rule in dict.fromkeys(str(row["tuning"]) for row in self.rows):
            coefs = self.coefs.get(rule, [])
            complete = len(coefs) == self.shard.replicates
            results.stability += _stability(names | {"tuning": rule}, np.array(coefs), complete)

    def _folds(self, draw: Draw, replicate: int, path: Path) -> FoldErrors | None:
        if not self.cross_validated:
            return None
        # The same folds for every method: comparisons are paired.
        rng = generator(self.shard.seed, "folds", cell_key(self.scenario.spec), replicate)
        rows = draw_folds(rng, len(draw.y), self.settings.folds)
        return self.method.cross_validate(draw.X, draw.y, path, rows)

    def _choices(
        self, draw: Draw, path: Path, excess: Array, folds: FoldErrors | None
    ) -> Mapping[str, Choice]:
        if self.method.l1_ratio is None:
            return {"none": Choice(0, False)}
        held_out = path.predict(draw.X_validation) - draw.y_validation
        return choose(
            n_lambdas=self.settings.n_lambdas,
            validation_error=(held_out**2).mean(axis=1),
            oracle_risk=excess,
            folds=folds,
        )

    def _identity(self, replicate: int, rule: str) -> dict[str, Any]:
        cell, method = self.scenario.cell_id, self.method.name
        return {
            "fit_id": f"{cell}-{replicate:04d}-{method}-{rule}",
            "cell_id": cell,
            "replicate": replicate,
            "role": self.shard.role(replicate),
            "method": method,
            "tuning": rule,
        }

    def _measure(self, draw: Draw, path: Path, choice: Choice) -> dict[str, float]:
        coef = path.coefs[choice.index]
        own = float(self.scenario.excess_risk(coef[None, :])[0])
        scenario, truth = self.scenario, self.scenario.beta != 0.0
        residuals = draw.y - draw.X @ coef - path.intercepts[choice.index]
        measured = sparsity(coef) | recovery(coef != 0.0, truth)
        measured["f1_screening"] = screening_f1(draw.X, draw.y, int(measured["n_nonzero"]), truth)
        measured |= risk(own, scenario.signal_variance, scenario.noise_variance)
        measured |= within_block(coef, scenario.correlation.block_size)
        measured["coefficient_error"] = coefficient_error(coef, scenario.beta)
        measured["training_gap"] = training_gap(
            float(np.mean(residuals**2)), own, scenario.noise_variance
        )
        return measured


def _solution(path: Path, choice: Choice, folds: FoldErrors | None) -> dict[str, Any]:
    """Describe a chosen fit as the solver left it, with its certificate.

    ``path_failures`` counts the failed fits that a choice was made among, those of folds included.
    """
    failures = np.count_nonzero(~path.certified)
    if folds is not None:
        failures += np.count_nonzero(~folds.converged)
    k, df = choice.index, float(path.df[choice.index])
    # A lasso is null without coefficients; ridge never is, so its df decides.
    null = df < NULL_DF if path.l1_ratio == 0 else not path.coefs[k].any()
    return {
        "lambda": float(path.lambdas[k]),
        "lambda_index": k,
        "l1_ratio": path.l1_ratio,
        "at_grid_end": choice.at_grid_end,
        "df": df,
        "null": bool(null),
        "kkt": float(path.kkt[k]),
        "gap": float(path.gap[k]),
        "status": str(path.status[k]),
        "path_failures": int(failures),
    }


def _stability(names: dict[str, Any], coefs: Array, complete: bool) -> list[dict[str, Any]]:
    """Rows of the stability table: the value (left_out = -1), then without each replicate.

    With a failed replicate it is undefined: the others would be a selection, and two methods could
    no longer be compared replicate by replicate.
    """
    rows = []
    for metric, measure in MEASURES.items():
        result = measure(coefs) if complete else Jackknifed(np.nan, np.zeros(0))
        values = [result.value, *result.left_out]
        rows += [
            names | {"metric": metric, "left_out": i - 1, "value": float(v)}
            for i, v in enumerate(values)
        ]
    return rows
