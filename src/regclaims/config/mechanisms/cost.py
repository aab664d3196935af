"""What L1 and L2 cost."""

from __future__ import annotations

from pydantic import Field

from regclaims.config.mechanisms.regressions import LambdaShare, Regressions
from regclaims.config.population import Correlation, Shape


class Cost(Regressions):
    """Count the operations of lasso and ridge fits."""

    shapes: list[Shape] = Field(
        default=[(100, 10), (500, 100), (100, 50), (200, 200), (100, 400)],
        min_length=1,
        description="Pairs [n_samples, n_features].",
    )
    correlations: list[Correlation] = Field(
        default=[Correlation(kind="independent"), Correlation(kind="blocks", size=5, rho=0.9)],
        min_length=1,
        description="Designs of X.",
    )
    lambda_shares: list[LambdaShare] = Field(
        default=[0.5, 0.2, 0.05],
        min_length=1,
        description="The lasso's penalty strengths, as shares of the smallest lambda at which it "
        "is null; ridge leaves the same residual sum of squares. One cell per shape, correlation "
        "and strength.",
    )
    patience: int = Field(default=20_000, ge=100, description="Most steps or sweeps of a fit.")
    replicates: int = Field(default=20, ge=2, description="Data sets per cell.")
