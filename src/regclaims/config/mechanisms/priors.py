"""Priors behind the penalties."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from regclaims.config.base import Strict
from regclaims.config.mechanisms.kink import Positive, Truth
from regclaims.config.population import Correlation


class Priors(Strict):
    """Posteriors under Laplace and normal priors: their modes, means and draws."""

    n_samples: int = Field(default=50, ge=10, description="Rows of each data set.")
    n_features: int = Field(default=10, ge=2, description="Columns; fewer than rows.")
    correlations: list[Correlation] = Field(
        default=[Correlation(kind="ar1", rho=0.7), Correlation(kind="blocks", size=5, rho=0.9)],
        description="Designs of X beside an orthonormal one; one cell per design, truth and scale.",
    )
    truths: list[Truth] = Field(
        default=[Truth(truth="gaussian", sd=1), Truth(truth="sparse", share=0.2, value=3)],
        min_length=1,
        description="Distributions of the true coefficients, in standard errors of an orthonormal "
        "design.",
    )
    scales: list[Positive] = Field(
        default=[0.5, 1.0, 2.0],
        min_length=1,
        description="Scales of the Laplace prior, in the same unit.",
    )
    rounding: Positive = Field(
        default=0.1,
        description="Width over which the tip of the Laplace prior is rounded off, as a share of "
        "its scale.",
    )
    burn_in: int = Field(default=100, ge=1, description="Steps of the sampler that do not count.")
    draws: int = Field(default=400, ge=1, description="Steps of the sampler that count.")
    decades: list[Annotated[int, Field(ge=-100, le=100)]] = Field(
        default=list(range(-6, 6)),
        min_length=1,
        description="Powers of ten above which the standard deviations lie at which the densities' "
        "slopes at 0 are measured; one cell each.",
    )
    replicates: int = Field(default=20, ge=2, description="Replicates per cell.")

    @model_validator(mode="after")
    def _tall(self) -> Priors:
        if self.n_features >= self.n_samples:
            raise ValueError("n_features must be below n_samples: modes need to be unique")
        return self
