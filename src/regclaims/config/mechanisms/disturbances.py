"""What goes wrong with data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from regclaims.config.base import Strict
from regclaims.config.mechanisms.regressions import Regressions
from regclaims.config.population import Shape

Disturbance = Literal["outliers", "heavy-tails", "noise-columns", "shifted-test"]


class Disturbances(Regressions, Strict):
    """Fit the same data as they are and disturbed, and see what is lost."""

    shapes: list[Shape] = Field(
        default=[(100, 10), (100, 30), (50, 100)],
        min_length=1,
        description="Pairs [n_samples, n_features]; twice as many columns should stay away from "
        "n_samples - 1, where least squares have their peak.",
    )
    disturbances: list[Disturbance] = Field(
        default=["outliers", "heavy-tails", "noise-columns", "shifted-test"],
        min_length=1,
        description="`outliers`: some responses have ten times the noise; `heavy-tails`: all noise "
        "is Student's t with 3 degrees of freedom, of the same quartiles; `noise-columns`: as many "
        "irrelevant columns again; `shifted-test`: the columns of the rows to predict are "
        "independent, whatever they were in training.",
    )
    outlier_share: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.05, description="Share of the rows that are outliers; one at least."
    )
    folds: int = Field(default=5, ge=2, le=20, description="Folds that choose lambda.")
    n_lambdas: int = Field(default=40, ge=10, description="Lambdas per path.")
    replicates: int = Field(default=40, ge=2, description="Data sets per cell.")
