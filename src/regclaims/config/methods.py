"""Which methods are fitted, over which lambdas, and how lambda is chosen."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from regclaims.config.base import Name, Strict

Ratio = Annotated[float, Field(gt=0, lt=1)]


class LambdaFloor(Strict):
    """The smallest lambda of a lasso or Elastic Net grid, as a share of lambda_max."""

    low_dimensional: Ratio = Field(default=1e-4, description="For p < n.")
    high_dimensional: Ratio = Field(default=1e-3, description="For n <= p < 5n.")
    very_high_dimensional: Ratio = Field(default=1e-2, description="For p >= 5n.")


class Methods(Strict):
    """The methods.

    OLS (least-norm where p > n), ridge, the lasso, relaxed and adaptive, and the Elastic Net that
    chooses its l1_ratio, naive and rescaled, are always fitted.
    """

    l1_ratios: list[Ratio] = Field(
        default=[0.5], min_length=1, description="The Elastic Nets: share of L1 in the penalty."
    )
    logistic_l1_ratios: list[Ratio] = Field(
        default=[0.5], description="The Elastic Nets of the logistic loss."
    )
    gammas: list[Annotated[float, Field(ge=0, le=1)]] = Field(
        default=[0.0, 0.25, 0.5, 0.75, 1.0],
        min_length=1,
        description="The relaxed lasso's shares of the lasso, the rest being least squares on its "
        "support.",
    )
    added: list[Name] = Field(
        default=[],
        description="Methods of yours, each a module of `regclaims.added.methods`: see "
        "docs/extending.md.",
    )
    n_lambdas: int = Field(default=100, ge=5, le=1000, description="Grid points of each path.")
    lambda_floor: LambdaFloor = Field(
        default=LambdaFloor(), description="Where the lasso and Elastic Net grids end."
    )
    solver: Literal["regclaims", "sklearn"] = Field(
        default="regclaims",
        description="Who solves: `regclaims`'s certified paths, or scikit-learn as a second "
        "opinion (slower; certified all the same).",
    )
    deviance_stop: Ratio = Field(
        default=0.999, description="A path ends once this share of the deviance is explained."
    )


class Tuning(Strict):
    """How lambda is chosen. Validation, BIC, oracle and matched df are always computed."""

    folds: int = Field(default=10, ge=2, le=50, description="Folds of cross-validation.")
    matched_df: Ratio = Field(
        default=0.25,
        description="The `matched-df` fit has this share of min(n - 1, p) degrees of freedom, "
        "rounded down: ridge's exactly, the others' at the first point of the path.",
    )
    max_at_end: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.05,
        description="With a larger share of optima at the end of its grid, a method is fitted to "
        "the cell again on a grid that ends at a hundredth of that; a cell where that does not "
        "help does not vote.",
    )
