"""Evenness of weights over correlated columns."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regclaims.config.base import Strict


class Evenness(Strict):
    """Evenness of weights within correlated blocks, taken from ridge and given to the lasso."""

    n_samples: int = Field(default=100, ge=10, description="Rows that fit, and rows that tune.")
    n_blocks: int = Field(default=10, ge=1, description="Blocks of correlated columns.")
    block_size: int = Field(default=5, ge=2, description="Columns in a block.")
    rhos: list[Annotated[float, Field(gt=0, lt=1)]] = Field(
        default=[0.7, 0.9, 0.99], min_length=1, description="Correlations within blocks."
    )
    truths: list[Literal["even", "uneven"]] = Field(
        default=["even", "uneven"],
        min_length=1,
        description="`even`: all columns of a relevant block have the same coefficient; `uneven`: "
        "one column has all of it.",
    )
    relevant_blocks: list[Annotated[int, Field(ge=1)]] = Field(
        default=[2, 10], min_length=1, description="Blocks with a signal."
    )
    snrs: list[Annotated[float, Field(gt=0)]] = Field(
        default=[0.25, 1.22, 6.0], min_length=1, description="Signal-to-noise ratios."
    )
    n_lambdas: int = Field(default=40, ge=10, description="Lambdas per path.")
    screening_replicates: int = Field(
        default=10,
        ge=1,
        description="Replicates that say in which cells ridge predicts better; they are no "
        "evidence.",
    )
    replicates: int = Field(default=100, ge=2, description="Replicates per cell.")

    @model_validator(mode="after")
    def _blocks_exist(self) -> Evenness:
        if max(self.relevant_blocks) > self.n_blocks:
            raise ValueError(
                f"relevant_blocks must be at most {self.n_blocks}, the blocks there are"
            )
        if self.n_blocks >= self.n_samples - 1:
            raise ValueError("n_blocks must be below n_samples - 1, or no least squares exists")
        return self
