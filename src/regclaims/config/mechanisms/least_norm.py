"""Fits of least L1 and least L2 norm through the data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from regclaims.config.base import Strict

Share = Annotated[float, Field(gt=0, lt=1)]


class LeastNorm(Strict):
    """Interpolate data without noise by basis pursuit, and with least L2 norm."""

    n_features: int = Field(default=100, ge=4, description="Columns, standard normal.")
    rows: list[Share] = Field(
        default=[0.1, 0.3, 0.5, 0.7, 0.9],
        min_length=1,
        description="Rows as shares of the columns; one cell per share and truth.",
    )
    sparsities: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        default=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
        min_length=1,
        description="Non-zeros of a sparse truth, as shares of the rows.",
    )
    dense: bool = Field(default=True, description="Whether a truth without zeros is tried too.")
    replicates: int = Field(default=25, ge=2, description="Replicates per cell.")

    @model_validator(mode="after")
    def _distinct(self) -> LeastNorm:
        for share in self.rows:
            n = round(share * self.n_features)
            if not 0 < n < self.n_features:
                raise ValueError(f"rows {share:g} of {self.n_features} columns must be 1 or more")
            if len({max(1, round(s * n)) for s in self.sparsities}) < len(self.sparsities):
                raise ValueError(
                    f"sparsities must be distinct numbers of {n} rows, rounded; some are not"
                )
        return self
