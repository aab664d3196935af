"""The population: which synthetic cells a study consists of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from regclaims.config.base import Line, Strict

Shape = tuple[Annotated[int, Field(ge=10, le=100_000)], Annotated[int, Field(ge=2, le=100_000)]]


NEIGHBOURS = 5
"""Columns that count as one block where a design has no blocks of its own (AR(1))."""


class Correlation(Strict):
    """How the columns of X are correlated. The plain word `independent` will do for that kind."""

    kind: Literal["independent", "ar1", "blocks"] = Field(
        description="`independent`; `ar1` (rho^|i-j|); `blocks` (rho within blocks, 0 between)."
    )
    rho: float | None = Field(
        default=None, gt=-1, lt=1, description="Correlation; for `ar1` and `blocks` only."
    )
    size: int | None = Field(
        default=None, ge=2, description="Columns in a block; for `blocks` only. 2 makes twins."
    )

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _complete(self) -> Correlation:
        needed = {"independent": (False, False), "ar1": (True, False), "blocks": (True, True)}
        for name, wanted in zip(("rho", "size"), needed[self.kind], strict=True):
            given = getattr(self, name) is not None
            if given != wanted:
                raise ValueError(f"kind {self.kind} {'needs' if wanted else 'takes no'} {name}")
        if self.kind == "blocks" and self.rho is not None and self.rho < 0:
            raise ValueError("kind blocks needs rho >= 0, or Sigma may not be a correlation matrix")
        return self


class Grid(Strict):
    """A full cross of factor levels. A grid that is appended re-runs nothing of earlier ones."""

    shapes: list[Shape] = Field(
        min_length=1, description="Pairs [n_samples, n_features] of the training data."
    )
    correlations: list[Correlation] = Field(min_length=1, description="Designs of X.")
    densities: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        min_length=1,
        description="Share of non-zero coefficients, s/p; s is at least 1. Densities that give the "
        "same s are one cell.",
    )
    placements: list[Literal["spread", "whole-blocks"]] = Field(
        default=["spread"],
        min_length=1,
        description="`spread`: non-zero coefficients at equal distances; `whole-blocks`: they fill "
        "whole blocks of correlated columns.",
    )
    snrs: list[Annotated[float, Field(gt=0)]] = Field(
        min_length=1, description="Signal-to-noise ratios beta'Sigma beta / sigma^2."
    )
    cross_validation: list[Line] = Field(
        default=[],
        description="Methods that are tuned by K-fold cross-validation too, at K more paths each: "
        "`ridge`, `lasso`, `elastic-net-<l1_ratio>`.",
    )

    @model_validator(mode="after")
    def _blocks_fit(self) -> Grid:
        size = max((correlation.size or NEIGHBOURS) for correlation in self.correlations)
        smallest = min(shape[1] for shape in self.shapes)
        if "whole-blocks" in self.placements and smallest < size:
            raise ValueError(f"whole-blocks of {size} columns do not fit in {smallest}")
        return self
