"""Weight decay and ridge."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from regclaims.config.mechanisms.regressions import Regressions

Positive = Annotated[float, Field(gt=0)]


class WeightDecay(Regressions):
    """Train with weight decay by several optimizers, and compare with closed-form ridge."""

    strengths: list[Positive] = Field(
        default=[0.01, 0.1, 1.0],
        min_length=1,
        description="Penalty strengths lambda, as shares of the largest eigenvalue of X'X/n. One "
        "cell per shape, correlation and strength.",
    )
    steps: int = Field(default=4000, ge=100, description="Steps of each optimizer.")
    adam_step: Positive = Field(default=0.01, description="Length of Adam's first step.")
    replicates: int = Field(default=5, ge=2, description="Data sets per cell.")
