"""Penalties against balls."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from regclaims.config.base import Strict

Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=2)]


class Duality(Strict):
    """From a penalty's lambda to a ball's radius and back, along lasso and ridge paths."""

    shapes: list[tuple[Count, Count]] = Field(
        default=[(50, 5), (100, 20), (100, 50), (30, 60)],
        min_length=1,
        description="Rows and columns; one cell per shape, correlation and strength.",
    )
    rhos: list[Annotated[float, Field(gt=-1, lt=1)]] = Field(
        default=[0.0, 0.5, 0.9], min_length=1, description="AR(1) correlations of the columns."
    )
    strengths: list[Share] = Field(
        default=[0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01],
        min_length=1,
        description="Lambdas, as shares of lambda_max for the lasso and of the largest eigenvalue "
        "of X'X/n for ridge.",
    )
    density: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.3, description="Share of relevant columns."
    )
    snr: Annotated[float, Field(gt=0)] = Field(default=1.0, description="Signal-to-noise ratio.")
    return_share: Share = Field(
        default=0.75,
        description="Radius from which the way back starts, as a share of the other's.",
    )
    replicates: int = Field(default=20, ge=2, description="Data sets per shape and correlation.")
