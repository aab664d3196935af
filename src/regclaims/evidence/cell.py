"""A cell that is to be fitted: where its replicates come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from regclaims.designs import Scenario
from regclaims.evidence.methods import Settings
from regclaims.evidence.tuning_rules import rules
from regclaims.evidence.workbench import Workbench
from regclaims.keys import cell_key, generator
from regclaims.metrics.variance import Truth
from regclaims.solvers import draw_folds
from regclaims.vocabulary import EVIDENCE, SCREENING


@dataclass(frozen=True)
class Cell:
    """A cell with all that its draws and fits depend on.

    Attributes
    ----------
    scenario : Scenario
    seed : int
    screening : int
        Replicates 0 to screening-1 tell which cells are informative; the others are the evidence.
    cross_validated : tuple of str
        Methods that are tuned by cross-validation too.
    settings : Settings
    """

    scenario: Scenario
    seed: int
    screening: int
    cross_validated: tuple[str, ...]
    settings: Settings

    def bench(self, replicate: int) -> Workbench:
        """Draw a replicate's data and folds; the same numbers give the same data."""
        draw = self.scenario.draw(self.seed, replicate)
        rng = generator(self.seed, "folds", cell_key(self.scenario.spec), replicate)
        folds = draw_folds(rng, len(draw.y), self.settings.folds)
        return Workbench(self.scenario, draw, self.settings, folds, self.cross_validated)

    def role(self, replicate: int) -> str:
        """Say what a replicate is for."""
        return SCREENING if replicate < self.screening else EVIDENCE

    def rules(self, method: str) -> tuple[str, ...]:
        """List the tuning rules under which a method has a row for every replicate."""
        return rules(method, self.scenario.response == "linear", self.cross_validated)

    @cached_property
    def truth(self) -> Truth:
        """What coefficients are held against, per standard deviation of each column."""
        scenario = self.scenario
        beta = scenario.beta * scenario.sd
        return Truth(scenario.correlation.quadratic, beta, scenario.signal_variance)
