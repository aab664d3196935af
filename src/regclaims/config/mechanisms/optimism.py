"""Degrees of freedom and optimism."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from regclaims.config.base import Strict
from regclaims.config.population import Correlation
from regclaims.vocabulary import MAX_COLUMNS

Count = Annotated[int, Field(ge=1)]


class Optimism(Strict):
    """Optimism of the training error at equal non-zeros, on fixed X."""

    n_samples: int = Field(default=50, ge=10, description="Rows.")
    n_features: int = Field(
        default=10, ge=2, le=MAX_COLUMNS, description="Columns; best subset looks at all subsets."
    )
    sizes: list[Count] = Field(
        default=[2, 5, 8],
        min_length=1,
        description="Non-zeros: of best subset and forward selection always, of the lasso on "
        "average; of ridge these are the degrees of freedom.",
    )
    correlations: list[Correlation] = Field(
        default=[Correlation(kind="independent"), Correlation(kind="ar1", rho=0.7)],
        min_length=1,
        description="Law of X, which is drawn once a cell.",
    )
    n_relevant: list[Count] = Field(
        default=[3, 10],
        min_length=1,
        description="Relevant columns, all with the same coefficient, at equal distances.",
    )
    snrs: list[Annotated[float, Field(gt=0)]] = Field(
        default=[0.05, 0.25, 1.22, 6.0], min_length=1, description="Signal-to-noise ratios."
    )
    calibration_draws: int = Field(
        default=60, ge=10, description="Responses that find the lambda for so many non-zeros."
    )
    n_lambdas: int = Field(default=40, ge=10, description="Lambdas of the grid for this search.")
    lambda_min_ratio: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.001, description="Its smallest lambda as a share of the largest."
    )
    replicates: int = Field(default=200, ge=2, description="Responses per cell.")

    @model_validator(mode="after")
    def _fewer_than_columns(self) -> Optimism:
        p = self.n_features
        if max(self.sizes) >= p:
            raise ValueError(f"sizes must be below {p}, the columns there are")
        if max(self.n_relevant) > p:
            raise ValueError(f"n_relevant must be at most {p}, the columns there are")
        if p >= self.n_samples - 1:
            raise ValueError("n_features must be below n_samples - 1: least squares is compared")
        return self
