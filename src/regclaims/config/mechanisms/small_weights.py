"""The ablation of the vanishing gradient."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from regclaims.config.base import Strict
from regclaims.config.mechanisms.kink import L1, Penalty, Positive, Truth

WIDTH = 0.01


class SmallWeights(Strict):
    """Take the vanishing gradient from the L2 penalty, and see what is left of small weights."""

    ablations: list[Penalty] = Field(
        default=[
            L1,
            Penalty(penalty="reverse-huber", knee=1),
            Penalty(penalty="power", q=1.05),
            Penalty(penalty="huberized-l1", width=WIDTH),
            Penalty(penalty="rounded", of=L1, width=WIDTH),
        ],
        min_length=1,
        description="Penalties whose slope does not vanish near zero, or only very near; one cell "
        "per penalty, pull and truth.",
    )
    pulls: list[Positive] = Field(
        default=[0.5, 1.0, 2.0],
        min_length=1,
        description="Slopes of all penalties at a weight of size `small`, in standard deviations "
        "of the noise.",
    )
    small: Positive = Field(
        default=1.0,
        description="Largest least-squares coefficient that is small, in standard errors.",
    )
    kept: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.1,
        description="Part of its size that a small coefficient must keep in order to count as "
        "kept: a tenth means that it is not shrunk by an order of magnitude.",
    )
    truths: list[Truth] = Field(
        default=[
            Truth(truth="gaussian", sd=1),
            Truth(truth="sparse", share=0.1, value=3),
            Truth(truth="t", df=3),
        ],
        min_length=1,
        description="Distributions of the true coefficients.",
    )
    n_coefs: int = Field(default=200, ge=10, description="Coefficients drawn per replicate.")
    replicates: int = Field(default=20, ge=2, description="Replicates per cell.")

    @field_validator("ablations")
    @classmethod
    def _homogeneous(cls, ablations: list[Penalty]) -> list[Penalty]:
        if not all(penalty.homogeneous for penalty in ablations):
            raise ValueError("mcp and scad must not be in it: no strength gives them a set slope")
        return ablations
