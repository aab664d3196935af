"""How a claim is tried on real data: fewer metrics, no truth, and data sets in place of cells."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regclaims.config.base import Line, Strict

TESTED = ("relative_error", "error_rate", "zero_share", "n_nonzero", "df")
STABLE = ("scale_free_variance", "selection_stability", "cosine", "sign_agreement")

RealMetric = Literal[
    "relative_error",
    "error_rate",
    "zero_share",
    "n_nonzero",
    "df",
    "scale_free_variance",
    "selection_stability",
    "cosine",
    "sign_agreement",
]
RealTuning = Literal["none", "tuned", "cv-1se"]
RealFilter = Literal[
    "correlated",
    "high-dimensional",
    "low-dimensional",
    "not-by-counting",
    "regression",
    "classification",
]


class RealArm(Strict):
    """A method under a tuning rule, on real data."""

    method: Line = Field(
        description="`null`, `ols`, `ridge`, `lasso` or `elastic-net-<l1_ratio>`: of classes, the "
        "logistic one of that name."
    )
    tuning: RealTuning = Field(
        description="`none` (null, ols); `tuned`: by the least error of cross-validation, or of "
        "the validation rows where the protocol has them; `cv-1se`."
    )

    @model_validator(mode="after")
    def _tuned_if_penalized(self) -> RealArm:
        if (self.tuning == "none") != (self.method in ("null", "ols")):
            raise ValueError("tuning is none for null and ols, and for no other method")
        return self


class RealPart(RealArm):
    """One contrast of two arms, or of an arm with a number, on every data set."""

    metric: RealMetric = Field(
        description="What is measured: of each split `relative_error` (squared error, or log loss, "
        "over the null model's), `error_rate` (of classes), `zero_share`, `n_nonzero`, `df`; over "
        "all splits `scale_free_variance`, `selection_stability`, `cosine`, `sign_agreement`."
    )
    versus: float | RealArm = Field(description="A number, or the arm to compare with.")
    scale: Literal["difference", "log-ratio"] = Field(description="How the two are compared.")
    direction: Literal["above", "below"] = Field(
        description="The claim says that the metric is above, or below, what it is compared with."
    )
    margin: Annotated[float, Field(ge=0)] = Field(
        description="delta: an effect must exceed it to count."
    )

    @model_validator(mode="after")
    def _comparable(self) -> RealPart:
        if self.scale == "log-ratio" and not isinstance(self.versus, RealArm):
            raise ValueError("scale log-ratio needs another arm in versus, not a number")
        return self


class RealRule(Strict):
    """When a claim holds on a data set, and on how many data sets it must."""

    bar: Literal["existence", "tends", "plain", "always"] = Field(
        description="Strength of the wording: existence, tends, plain or always."
    )
    combine: Literal["and", "or"] = Field(
        default="and", description="Whether all parts must hold on a data set, or one is enough."
    )
    parts: list[RealPart] = Field(min_length=1, description="The contrasts.")
    filters: list[RealFilter] = Field(
        default=[],
        description="Only data sets that meet the sentence's own condition. `correlated`: the "
        "columns' largest |r| with another column is .7 or more on average; `high-dimensional`: "
        "p > n; `low-dimensional`: p <= n/5; `not-by-counting`: p < 2n, n being the rows trained "
        "on; `regression`, `classification`: of that task.",
    )
