"""Claims: what an article says, and the rule that decides it, fixed before results are seen."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regclaims.config.base import Line, Name, Strict
from regclaims.config.real_rules import RealRule

Wording = Literal["existence", "tends", "plain", "always", "rarely"]

BARS: dict[str, float | None] = {
    "existence": None,
    "tends": 0.50,
    "plain": 0.75,
    "always": 1.00,
    "rarely": 0.05,
}
"""Share of cells in which a claim must hold, by the strength of its wording.

`existence`: one cell beyond error. `rarely` is different in kind: the event may happen in at most
this share of all fits.
"""

WITHOUT_SHARE = ("existence", "rarely")
"""Bars that are no share of cells: one cell is enough, or fits are counted."""

Filter = Literal[
    "correlated",
    "high-dimensional",
    "low-dimensional",
    "twins",
    "without-twins",
    "some-irrelevant",
    "not-all-alike",
    "not-by-counting",
    "off-peak",
]
Moderator = Literal["n/p", "within_rho", "condition_number", "snr", "density"]


Kind = Literal["population", "experiment", "identity", "probability", "ablation", "cost", "real"]
REAL = "real"
"""Evidence on real data, and the kind of claims that nothing else can decide."""

POPULATION = ("fits", "stability")
"""Evidence from cells of the population."""

Level = str | float | int | bool


class Source(Strict):
    """Where an article says it."""

    article: Literal["A", "B", "C"] = Field(description="Key of the article.")
    section: Line = Field(description="Its section, in short.")
    sentence: int | None = Field(default=None, ge=1, description="Number within the section.")


class Arm(Strict):
    """A method under a tuning rule."""

    method: Line = Field(
        description="`ols`, `ridge`, `lasso`, `relaxed-lasso`, `adaptive-lasso`, "
        "`elastic-net-<l1_ratio>`, `elastic-net` (its l1_ratio is chosen too), "
        "`elastic-net-rescaled`; for two classes `logistic-ridge`, `logistic-lasso`, "
        "`logistic-elastic-net-<l1_ratio>`."
    )
    tuning: Name = Field(
        description="`none` (least squares), `validation`, `oracle`, `bic`, `matched-df`, "
        "`cv-min` or `cv-1se`, as far as the method is tuned by it."
    )


class Part(Arm):
    """One contrast: a metric of an arm against another arm, or against a number.

    The effect is positive where the claim is right: `direction` says which way that is.
    """

    evidence: Name = Field(
        default="fits",
        description="`fits`: one value per replicate; `stability`: one value per cell, with a "
        "delete-one jackknife; `real`: on real data, as in a `real_rule`; else the name of a "
        "mechanism experiment.",
    )
    metric: Line = Field(
        description="What is measured. `fits`, of all methods: n_nonzero, zero_share, has_zero, "
        "near_zero_share, smallest_nonzero, description_share, tpr, fdr, f1, exact_support, "
        "relevant_zeroed, irrelevant_zeroed, top_share, top_chance, top_exact, f1_screening, rr "
        "(relative risk), training_gap, training_error, block_spread, one_of_block, "
        "participation_ratio, gini, largest_share, dominance, coefficient_error, relative_norm, "
        "df, operations, at_grid_end; of the linear response: rte, pve; of two classes: log_loss, "
        "error_rate, excess_error. "
        "`stability`: scale_free_variance, cosine, sign_agreement, selection_stability, "
        "coefficient_variance, prediction_variance, "
        "scale_free_prediction_variance, squared_bias. Of an experiment: what it measures."
    )
    versus: float | Arm = Field(description="A number, or the arm to compare with.")
    versus_metric: Line | None = Field(
        default=None, description="The other arm's metric where it is another one."
    )
    non_null: bool = Field(
        default=False,
        description="Null fits are left out instead of counted: the estimand is of the others, and "
        "`conditional`.",
    )
    conditional: bool = Field(
        default=False,
        description="The estimand is of the replicates in which the metric has a value: a cell is "
        "open if more than half have none, instead of more than a tenth.",
    )
    where: dict[Line, Level | list[Level]] = Field(
        default={},
        description="Of an experiment, only cells with these levels: a level's name and its value, "
        "or a list of values.",
    )
    scale: Literal["difference", "log-ratio", "digits"] = Field(
        description="How the two are compared. `digits`: by how many digits a deviation keeps "
        "below the tolerance that `versus` is, in every replicate."
    )
    direction: Literal["above", "below"] = Field(
        description="The claim says that the metric is above, or below, what it is compared with."
    )
    margin: Annotated[float, Field(ge=0)] = Field(
        description="delta: an effect must exceed it to count."
    )
    allowance: Annotated[float, Field(ge=0)] = Field(
        default=0.0,
        description="By how much it may fall short (non-inferiority): added to the effect.",
    )
    less_mean_of: Filter | None = Field(
        default=None,
        description="An interaction: from the effect in a cell the mean effect over the cells of "
        "this filter is taken away; over the informative ones, if only these vote.",
    )

    @model_validator(mode="after")
    def _comparable(self) -> Part:
        if self.scale == "log-ratio" and not isinstance(self.versus, Arm):
            raise ValueError("scale log-ratio needs another arm in versus, not a number")
        if self.scale == "digits" and not (
            isinstance(self.versus, float | int) and self.versus > 0 and self.direction == "below"
        ):
            raise ValueError("scale digits needs a tolerance in versus, and direction below")
        if self.where and self.evidence in POPULATION:
            raise ValueError("where is for experiments; cells of the population have filters")
        if self.evidence == "stability" and (self.non_null or self.conditional):
            raise ValueError("non_null and conditional are for replicates; stability has none")
        if self.allowance and not isinstance(self.versus, Arm):
            raise ValueError("allowance needs another arm in versus, not a number")
        if self.less_mean_of and self.evidence not in POPULATION:
            raise ValueError("less_mean_of takes cells of the population: evidence fits, stability")
        return self


class Rule(Strict):
    """When a claim holds in a cell, and in how many cells it must."""

    bar: Wording = Field(description="Strength of the wording: " + ", ".join(BARS) + ".")
    combine: Literal["and", "or"] = Field(
        default="and", description="Whether all parts must hold in a cell, or one is enough."
    )
    parts: list[Part] = Field(min_length=1, description="The contrasts.")
    filters: list[Filter] = Field(
        default=[],
        description="Only cells that meet the sentence's own condition. `correlated`: mean "
        "within-block |rho| at least .7; `high-dimensional`: p > n; `low-dimensional`: p <= n/5; "
        "`twins`: columns in correlated pairs; `without-twins`: no such pairs; "
        "`some-irrelevant`: not all columns are relevant; `not-all-alike`: some column has a "
        "larger coefficient in truth than another; "
        "`not-by-counting`: p < 2n; `off-peak`: p is more "
        "than 5 from n - 1, where least-norm least squares has its peak.",
    )
    informative: bool = Field(
        default=False,
        description="Count only cells where the best method's oracle relative risk is below .9.",
    )

    @model_validator(mode="after")
    def _of_the_population(self) -> Rule:
        elsewhere = [part.evidence for part in self.parts if part.evidence not in POPULATION]
        if elsewhere and (self.filters or self.informative):
            raise ValueError(
                "filters and informative choose cells of the population: evidence fits or "
                f"stability; found {elsewhere[0]}"
            )
        return self


class Conventions(Strict):
    """What counts as what."""

    null_fits: Line = Field(description="What a fit with no coefficients counts as.")
    ties: Line = Field(description="What equal values count as.")
    undefined: Line = Field(description="What a value that does not exist counts as.")


class Claim(Strict):
    """A claim and everything that decides it."""

    statement: Line = Field(description="The claim, in our own words.")
    sources: list[Source] = Field(description="Where the articles say it.")
    origin: Literal["article", "ours"] = Field(description="`ours` stays out of the totals.")
    kind: Kind = Field(
        default="population",
        description="`population`: a contrast in cells that no claim chose; `experiment`: a "
        "contrast in an experiment; `real`: a contrast on real data; `identity`: mathematics that "
        "must come out within a tolerance; `probability`: a share in an experiment; `ablation`: "
        "what changes when the named cause is taken away; `cost`: counted operations.",
    )
    cause: Line | None = Field(
        default=None, description="Of an ablation: what is taken away, all else being left."
    )
    theorem: bool = Field(default=False, description="Mathematics already settles it.")
    unit: Literal["coefficient", "fit", "cell"] = Field(description="Unit of the estimand.")
    estimand: Line = Field(description="What is estimated.")
    comparator: Line = Field(description="What it is compared with.")
    reading: Line = Field(description="The charitable reading, which decides.")
    strict_reading: Line = Field(description="The strict reading, reported beside it.")
    note: Line | None = Field(
        default=None,
        description="Where the sentence can be read in more than one way: what was chosen, what "
        "the other reading is, and what it would look at.",
    )
    conventions: Conventions = Field(description="Null fits, ties, undefined values.")
    data_budget: Line = Field(description="Which rows fit and tune each arm.")
    margin_reason: Line = Field(description="Why the margins are what they are.")
    moderators: list[Moderator] = Field(
        default=[],
        max_length=2,
        description="Where its truth may change: a boundary is looked for along these if it is "
        "not supported as it stands. Only of kind population, with a share of cells for a bar.",
    )
    rule: Rule = Field(description="The rule of the charitable reading.")
    strict_rule: Rule = Field(description="The rule of the strict reading.")
    real_rule: RealRule | None = Field(
        default=None,
        description="How it is tried on real data, where that can be; decides nothing on its own.",
    )

    @model_validator(mode="after")
    def _of_its_kind(self) -> Claim:
        parts = self.rule.parts
        if self.kind == "identity" and not (
            self.theorem
            and self.rule.bar == "always"
            and all(part.scale == "digits" for part in parts)
        ):
            raise ValueError("kind identity needs theorem true, bar always and scale digits")
        if (self.kind == "ablation") != (self.cause is not None):
            raise ValueError("kind ablation names its cause, and no other kind has one")
        if self.kind == "cost" and any(part.scale != "log-ratio" for part in parts):
            raise ValueError("kind cost compares costs by scale log-ratio")
        of_real = [part.evidence == REAL for part in parts]
        if (self.kind == REAL) != all(of_real) or any(of_real) != all(of_real):
            raise ValueError("kind real is for claims all parts of which have evidence real")
        if self.kind == REAL:
            return self
        others = [part.evidence for part in parts if part.evidence not in POPULATION]
        if self.kind == "population" and others:
            raise ValueError(
                f"kind population is for evidence fits and stability; found {others[0]}"
            )
        if self.moderators and (self.kind != "population" or self.rule.bar in WITHOUT_SHARE):
            raise ValueError(
                "moderators are for kind population and a bar that is a share of cells: nothing "
                "else has a boundary"
            )
        if self.kind != "population" and not others:
            raise ValueError(
                f"kind {self.kind} is for an experiment's evidence; fits and stability are of kind "
                "population"
            )
        return self

    @model_validator(mode="after")
    def _sourced(self) -> Claim:
        if (self.origin == "article") != bool(self.sources):
            raise ValueError("origin article needs sources, origin ours has none")
        return self


class Group(Strict):
    """A file of claims."""

    title: Line = Field(description="Heading of the group.")
    order: int = Field(ge=1, description="Place of the group in the report.")
    claims: dict[Name, Claim] = Field(min_length=1, description="Claims by id.")
