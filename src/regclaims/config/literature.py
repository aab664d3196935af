"""What others published, and what of it our own runs are held against."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regclaims.config.base import Line, Name, Strict
from regclaims.config.study import Study

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class Bootstrap(Strict):
    """Bootstrap of a median over replicates."""

    resamples: int = Field(ge=100, description="Resamples.")
    seed: int = Field(ge=0, description="Seed of the resamples.")
    level: float = Field(gt=0, lt=1, description="Level of intervals.")


class Estimate(Strict):
    """A published number with its published standard error."""

    median: Positive = Field(description="Median over their replications.")
    se: Positive = Field(description="Its standard error.")


class Column(Strict):
    """A method of a published table, and what might make ours differ from it."""

    label: Line = Field(description="What the publication calls it.")
    candidates: list[Line] = Field(
        default=[], description="Candidate explanations of a mismatch; none is tested."
    )


class Example(Strict):
    """A published simulation example: what its design is recognized by, and its numbers."""

    about: Line = Field(description="The design in words.")
    n_samples: Count = Field(description="Training rows n; as many validate.")
    n_features: Count = Field(description="Columns p.")
    n_relevant: Count = Field(description="Coefficients that are not zero.")
    sigma: Positive = Field(description="Standard deviation of the noise.")
    signal_variance: Positive = Field(description="beta'Sigma beta, worked out from the design.")
    candidates: list[Line] = Field(
        default=[], description="Candidate explanations that concern this example."
    )
    medians: dict[Name, Estimate] = Field(min_length=1, description="By our name of the method.")


class Medians(Strict):
    """A published table of medians, example by method."""

    source: Name = Field(description="Key in the bibliography.")
    place: Line = Field(description="Where the numbers stand.")
    quantity: Line = Field(description="What they are.")
    checked: Line = Field(description="How the numbers here were checked, and what could not be.")
    tuning: Name = Field(default="validation", description="Our tuning rule that is theirs.")
    tolerance: float = Field(
        gt=0, lt=1, description="Relative difference in variances at which a cell is an example."
    )
    replications: int = Field(ge=2, description="Their replications.")
    candidates: list[Line] = Field(
        default=[], description="Candidate explanations that concern every method."
    )
    methods: dict[Name, Column] = Field(min_length=2, description="By our name of the method.")
    examples: dict[Name, Example] = Field(min_length=1, description="The examples.")

    @model_validator(mode="after")
    def _complete(self) -> Medians:
        for name, example in self.examples.items():
            if set(example.medians) != set(self.methods):
                wanted = ", ".join(self.methods)
                raise ValueError(f"examples.{name}.medians must have the methods {wanted}")
        return self


class Finding(Strict):
    """A qualitative finding as a contrast of ours: method `a` against method `b`."""

    statement: Line = Field(description="In our own words.")
    place: Line = Field(description="Where it stands.")
    checked: Line = Field(description="How it was checked, and what could not be.")
    n_samples: Count = Field(description="Rows n of the setting.")
    n_features: Count = Field(description="Columns p of the setting.")
    snr: tuple[Positive, Positive] = Field(
        description="Lowest and highest signal-to-noise ratio that we take it to speak of."
    )
    a: Name = Field(description="Method.")
    b: Line = Field(
        description="The method it is compared with; `x or y` is the better of two, at each "
        "signal-to-noise ratio."
    )
    metric: Literal["rr", "n_nonzero"] = Field(
        description="`rr`: log ratio of mean relative risks; `n_nonzero`: difference of means."
    )
    expected: Literal["below", "above", "not above", "same"] = Field(
        description="What a is, against b. `not above` and `same` are up to `margin`."
    )
    margin: float = Field(
        default=0, ge=0, description="What counts as hardly different; in the metric's unit."
    )

    @model_validator(mode="after")
    def _sensible(self) -> Finding:
        if self.snr[0] > self.snr[1]:
            raise ValueError("snr must be [lowest, highest]")
        if (self.expected in ("not above", "same")) != (self.margin > 0):
            raise ValueError("margin is for `not above` and `same`, which need one above 0")
        return self


class Findings(Strict):
    """Qualitative findings of a publication."""

    source: Name = Field(description="Key in the bibliography.")
    tuning: Name = Field(default="validation", description="Our tuning rule that is theirs.")
    candidates: list[Line] = Field(
        default=[], description="Candidate explanations of a disagreement; none is tested."
    )
    replicates: int = Field(ge=3, description="Replicates of our own run.")
    findings: dict[Name, Finding] = Field(min_length=1, description="The findings.")


class Literature(Strict):
    """Published results, as in `config/literature.yaml`."""

    limit: Positive = Field(
        default=2, description="Standard errors beyond which two numbers are said to differ."
    )
    bootstrap: Bootstrap = Field(description="How our medians get their standard errors.")
    zou_hastie: Medians = Field(description="Zou and Hastie (2005).")
    hastie: Findings = Field(description="Hastie, Tibshirani and Tibshirani (2020).")


def spoken_of(study: Study, published: Findings) -> Study:
    """Leave of a study the grids of settings that findings speak of, with our replicates.

    Parameters
    ----------
    study : Study
        The designs of a publication.
    published : Findings
    """
    settings = {(finding.n_samples, finding.n_features) for finding in published.findings.values()}
    grids = [grid for grid in study.population if settings >= set(grid.shapes)]
    return study.model_copy(update={"population": grids, "replicates": published.replicates})
