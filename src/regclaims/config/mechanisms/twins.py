"""Pairs of correlated columns."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regclaims.config.base import Strict

Share = Annotated[float, Field(gt=0, lt=1)]


class Twins(Strict):
    """Columns in correlated pairs: which are kept, and how far apart coefficients are."""

    n_samples: int = Field(default=100, ge=10, description="Rows of each data set.")
    n_pairs: int = Field(default=20, ge=1, description="Pairs of columns.")
    n_relevant_pairs: list[Annotated[int, Field(ge=1)]] = Field(
        default=[2, 10], min_length=1, description="Pairs with a signal, all with the same."
    )
    rhos: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        default=[0.5, 0.7, 0.9, 0.99, 1.0],
        min_length=1,
        description="Correlations within pairs; at 1 the two columns are the same.",
    )
    truths: list[Literal["one", "both"]] = Field(
        default=["one", "both"],
        min_length=1,
        description="`one`: one column of a relevant pair has all of its signal; `both`: both have "
        "the same coefficient.",
    )
    snrs: list[Annotated[float, Field(gt=0)]] = Field(
        default=[0.25, 1.22, 6.0], min_length=1, description="Signal-to-noise ratios."
    )
    l1_ratio: Share = Field(default=0.5, description="Of the Elastic Net that is compared.")
    bound_l1_ratios: list[Share] = Field(
        default=[0.1, 0.5, 0.9],
        min_length=1,
        description="Of the Elastic Nets that are held to the grouping bound.",
    )
    n_lambdas: int = Field(default=40, ge=10, description="Lambdas per path.")
    replicates: int = Field(default=20, ge=2, description="Replicates per cell.")

    @model_validator(mode="after")
    def _pairs_exist(self) -> Twins:
        if max(self.n_relevant_pairs) > self.n_pairs:
            raise ValueError(
                f"n_relevant_pairs must be at most {self.n_pairs}, the pairs there are"
            )
        return self
