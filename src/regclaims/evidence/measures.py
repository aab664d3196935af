"""Every metric of the fits that were chosen on one data set."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from regclaims.added import METRICS as ADDED
from regclaims.designs import Draw, Scenario
from regclaims.evidence.candidates import Fit
from regclaims.evidence.workbench import Workbench
from regclaims.metrics.classification import scenario_risk
from regclaims.metrics.generalization import coefficient_size, risk, training_gap
from regclaims.metrics.sparsity import description_share, sparsity
from regclaims.metrics.spread import concentration, dominance, within_block
from regclaims.metrics.support import Screening, most_important, recovery
from regclaims.vocabulary import Array


class Measures:
    """Measures fits to one data set.

    Coefficients are looked at per standard deviation of their column: what a study says about them
    must not hang on the units of its columns.

    Parameters
    ----------
    bench : Workbench
    """

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.draw: Draw = bench.draw
        self.scenario: Scenario = bench.scenario

    def __call__(self, fits: Sequence[Fit]) -> dict[str, Array]:
        """Evaluate all metrics that apply; returns columns (m,), undefined values as NaN."""
        scenario = self.scenario
        coefs = np.array([fit.coef for fit in fits])
        intercepts = np.array([fit.intercept for fit in fits])
        standard = coefs * scenario.sd
        predictions = (self.draw.X @ coefs.T).T + intercepts[:, None]
        found = sparsity(standard, float(self.draw.y.std()))
        n, p = self.draw.X.shape
        found["description_share"] = description_share(found["n_nonzero"], n, p)
        truth = scenario.beta * scenario.sd
        found |= recovery(coefs != 0.0, scenario.relevant)
        found |= most_important(coefs != 0.0, np.abs(truth))
        found["f1_screening"] = self.screening.f1(found["n_nonzero"])
        found |= within_block(standard, scenario.correlation.block_size)
        found |= concentration(standard)
        found["dominance"] = dominance(standard, standard @ self.correlation)
        found |= coefficient_size(standard, truth)
        found |= {name: module.measure(standard, truth, n) for name, module in ADDED.items()}
        training = self.bench.training_error(predictions)
        null = np.full((1, n), self.bench.null_predictor)
        found["training_error"] = training / self.bench.training_error(null)
        return found | self._risk(coefs, intercepts, training)

    def _risk(self, coefs: Array, intercepts: Array, training: Array) -> dict[str, Array]:
        scenario = self.scenario
        if not self.bench.linear:
            found = scenario_risk(scenario, coefs, intercepts)
            return found | {"training_gap": found["log_loss"] - training}
        excess = scenario.excess_risk(coefs)
        gap = training_gap(training, excess, scenario.noise_variance)
        found = risk(excess, scenario.signal_variance, scenario.noise_variance)
        return found | {"training_gap": gap}

    @property
    def correlation(self) -> Array:
        """Correlation matrix of the columns, (p, p): the cell's own, kept for all replicates."""
        return self.scenario.sigma

    @cached_property
    def screening(self) -> Screening:
        """Marginal screening of the same data."""
        return Screening(self.draw.X, self.draw.y, self.scenario.relevant)
