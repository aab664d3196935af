"""Random quadratics that touch the two balls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regclaims.config.base import Strict

Share = Annotated[float, Field(gt=0, lt=1)]


class Contours(Strict):
    """The contours of random convex quadratics."""

    contours: Literal["circles", "ellipses"] = Field(
        description="`circles`, or random `ellipses` with correlation `rho`."
    )
    rho: Annotated[float, Field(gt=-1, lt=1)] | None = Field(
        default=None,
        description="For `ellipses`: correlation of neighbouring columns, whose random rows make "
        "the quadratic; it falls off as AR(1).",
    )

    @model_validator(mode="after")
    def _shaped(self) -> Contours:
        if (self.contours == "ellipses") != (self.rho is not None):
            raise ValueError("contours ellipses takes rho, and circles takes nothing else")
        return self


class Geometry(Strict):
    """Where the contours of random convex quadratics first touch the L1 and the L2 ball."""

    dimensions: list[Annotated[int, Field(ge=2)]] = Field(
        default=[2, 3, 5, 10, 20, 50, 200],
        min_length=1,
        description="Numbers of coordinates; one cell per dimension, radius and contours.",
    )
    radii: list[Share] = Field(
        default=[0.1, 0.3, 0.5, 0.7, 0.9],
        min_length=1,
        description="Radius of each ball, as a share of the minimum's own norm.",
    )
    contours: list[Contours] = Field(
        default=[
            Contours(contours="circles"),
            *[Contours(contours="ellipses", rho=rho) for rho in (0, 0.5, 0.9)],
        ],
        min_length=1,
        description="Contours of the quadratics.",
    )
    rows_per_column: int = Field(
        default=2, ge=2, description="Random rows per column that make an ellipse: few, eccentric."
    )
    optimum: Literal["gaussian", "laplace"] = Field(
        default="gaussian",
        description="Law of the minimum's coordinates; `gaussian`: any direction alike.",
    )
    plane_replicates: int = Field(
        default=400,
        ge=2,
        description="Replicates per cell in two dimensions, where they cost next to nothing; in p "
        "dimensions 2/p of them.",
    )
    replicates: int = Field(
        default=72,
        ge=2,
        description="Replicates per cell, at least. Of 72, none rules out a share of .05.",
    )
