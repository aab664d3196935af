"""First-order methods on trial."""

from __future__ import annotations

from pydantic import Field

from regclaims.config.mechanisms.regressions import LambdaShare, Regressions


class Optimizers(Regressions):
    """Solve the same lasso by several first-order methods, and look at zeros, gaps and work."""

    lambda_shares: list[LambdaShare] = Field(
        default=[0.5, 0.2, 0.05],
        min_length=1,
        description="Penalty strengths, as shares of the smallest lambda at which the lasso is "
        "null. One cell per shape, correlation and strength.",
    )
    passes: int = Field(
        default=1000,
        ge=10,
        description="Work that every method may do: one pass is a gradient of the squared loss, "
        "2np multiply-adds.",
    )
    patience: int = Field(
        default=100_000,
        ge=100,
        description="Most steps of the proximal methods' long run to the solution.",
    )
    replicates: int = Field(default=12, ge=2, description="Data sets per cell.")
