"""Zeros in the data, and zeros in coefficients."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from regclaims.config.base import Strict
from regclaims.config.population import Shape


class DataSparsity(Strict):
    """Zeros of X before and after fits, against zeros of coefficients."""

    shapes: list[Shape] = Field(
        default=[(100, 20), (50, 100)], min_length=1, description="Rows and columns (n, p)."
    )
    zero_shares: list[Annotated[float, Field(ge=0, lt=1)]] = Field(
        default=[0.0, 0.5, 0.8],
        min_length=1,
        description="Probability that an entry of X is 0: dense data, and sparse.",
    )
    n_relevant: int = Field(default=5, ge=1, description="Relevant columns.")
    l1_ratio: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.5, description="Of the Elastic Net."
    )
    n_lambdas: int = Field(default=30, ge=2, description="Lambdas per path.")
    replicates: int = Field(default=20, ge=2, description="Replicates per cell.")

    @model_validator(mode="after")
    def _relevant_exist(self) -> DataSparsity:
        fewest = min(p for _, p in self.shapes)
        if self.n_relevant > fewest:
            raise ValueError(f"n_relevant must be at most {fewest}, the fewest columns in shapes")
        return self
