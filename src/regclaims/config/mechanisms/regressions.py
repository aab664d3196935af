"""What experiments on solvers share: the regression problems that they solve."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from regclaims.config.base import Strict
from regclaims.config.population import Correlation, Shape

LambdaShare = Annotated[float, Field(gt=0, lt=1)]


class Regressions(Strict):
    """Problems with equal true coefficients at equal distances."""

    shapes: list[Shape] = Field(
        default=[(100, 10), (100, 50), (50, 100)],
        min_length=1,
        description="Pairs [n_samples, n_features].",
    )
    correlations: list[Correlation] = Field(
        default=[
            Correlation(kind="independent"),
            Correlation(kind="ar1", rho=0.7),
            Correlation(kind="blocks", size=5, rho=0.9),
        ],
        min_length=1,
        description="Designs of X.",
    )
    density: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.1, description="Share of relevant columns; one column at least."
    )
    snr: Annotated[float, Field(gt=0)] = Field(
        default=1.22, description="Signal-to-noise ratio beta'Sigma beta / sigma^2."
    )
