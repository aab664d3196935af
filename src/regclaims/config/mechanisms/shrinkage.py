"""Shrinkage maps."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from regclaims.config.base import Strict
from regclaims.config.mechanisms.kink import Positive
from regclaims.config.population import Correlation, Shape, Share


class Shrinkage(Strict):
    """What becomes of each least-squares coefficient under ridge, lasso and Elastic Net."""

    shapes: list[Shape] = Field(
        default=[(100, 10), (100, 50)],
        min_length=1,
        description="Pairs [n_samples, n_features], more rows than columns.",
    )
    correlations: list[Correlation] = Field(
        default=[
            Correlation(kind="independent"),
            *[Correlation(kind="ar1", rho=rho) for rho in (0.35, 0.7, 0.95, -0.7)],
            *[Correlation(kind="blocks", size=5, rho=rho) for rho in (0.5, 0.9, 0.99)],
            Correlation(kind="three-factor", rho=0.8),
        ],
        description="Designs of X beside an orthonormal one; one cell per design, shape, density "
        "and strength.",
    )
    densities: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        default=[0.05, 1.0], min_length=1, description="Shares of relevant columns."
    )
    snr: Positive = Field(default=1.22, description="Signal-to-noise ratio.")
    strengths: list[Share] = Field(
        default=[0.1, 0.3, 0.5],
        min_length=1,
        description="Share of its degrees of freedom that ridge loses; and lambda of the lasso as "
        "a share of the largest, the Elastic Net's L1 part being the same.",
    )
    l1_ratio: Share = Field(default=0.5, description="Of the Elastic Net.")
    replicates: int = Field(default=20, ge=2, description="Replicates per cell.")

    @field_validator("shapes")
    @classmethod
    def _tall(cls, shapes: list[Shape]) -> list[Shape]:
        if any(p >= n for n, p in shapes):
            raise ValueError("n_features must be below n_samples, or least squares are not unique")
        return shapes
