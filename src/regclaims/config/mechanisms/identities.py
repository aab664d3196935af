"""Identities of norms and penalties."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from regclaims.config.base import Strict


class Identities(Strict):
    """Norms, penalties, their gradients and the Elastic Net's limits, at weights of every size."""

    magnitudes: list[Annotated[int, Field(ge=-100, le=100)]] = Field(
        default=list(range(-6, 7)),
        min_length=1,
        description="Powers of ten above which the weights' sizes lie; one cell per magnitude and "
        "dimension.",
    )
    dimensions: list[Annotated[int, Field(ge=2)]] = Field(
        default=[2, 10, 100], min_length=1, description="Numbers of weights."
    )
    replicates: int = Field(default=10, ge=2, description="Replicates per cell.")
