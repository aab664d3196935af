"""One knob against two."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from regclaims.config.base import Strict
from regclaims.config.population import Correlation, Shape

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, lt=1)]


class TwoStages(Strict):
    """Sparsity against accuracy for the lasso, and for methods that prune first and then refit."""

    shapes: list[Shape] = Field(
        default=[(100, 50), (200, 200)], min_length=1, description="Rows and columns (n, p)."
    )
    correlations: list[Correlation] = Field(
        default=[Correlation(kind="independent"), Correlation(kind="ar1", rho=0.7)],
        min_length=1,
        description="Designs of X.",
    )
    n_relevant: list[Annotated[int, Field(ge=1)]] = Field(
        default=[5, 20],
        min_length=1,
        description="Relevant columns, all with the same coefficient, at equal distances.",
    )
    snrs: list[Positive] = Field(
        default=[0.25, 1.22, 6.0], min_length=1, description="Signal-to-noise ratios."
    )
    n_lambdas: int = Field(default=60, ge=10, description="Lambdas per path.")
    lambda_min_ratio: Share = Field(
        default=0.003, description="The smallest lambda as a share of the largest."
    )
    deviance_stop: Share = Field(
        default=0.95, description="Paths end with the first fit that explains this share."
    )
    risk_tolerance: Positive = Field(
        default=0.05,
        description="A fit is near the least risk if its log risk is at most so much above it.",
    )
    f1_tolerance: Share = Field(
        default=0.05,
        description="A fit is near the best support if its F1 is at most so much below the best.",
    )
    replicates: int = Field(default=40, ge=2, description="Replicates per cell.")

    @model_validator(mode="after")
    def _relevant_exist(self) -> TwoStages:
        fewest = min(p for _, p in self.shapes)
        if max(self.n_relevant) > fewest:
            raise ValueError(f"n_relevant must be at most {fewest}, the fewest columns in shapes")
        return self
