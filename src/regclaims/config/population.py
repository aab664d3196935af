"""The population: which synthetic cells a study consists of."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from regclaims.config.base import Line, Strict

Shape = tuple[Annotated[int, Field(ge=10, le=100_000)], Annotated[int, Field(ge=2, le=100_000)]]
Placement = Literal["spread", "end-to-end", "first", "mixed-blocks", "whole-blocks"]
Profile = Literal["equal", "linear", "geometric", "gaussian", "weak-sparsity"]
Sign = Literal["plus", "random", "alternating"]
Noise = Literal["gaussian", "t3"]
Scale = Literal["unit", "log-normal"]
Share = Annotated[float, Field(gt=0, lt=1)]

NEIGHBOURS = 5
"""Columns that count as one block where a design has no blocks of its own."""

SIGNAL = ("densities", "placements", "profiles", "signs", "snrs")
"""Factors that make the coefficients and the noise, unless these are given one by one."""


class Correlation(Strict):
    """How the columns of X are correlated. The plain word `independent` will do for that kind."""

    kind: Literal["independent", "ar1", "blocks", "three-factor"] = Field(
        description="`independent`; `ar1` (rho^|i-j|); `blocks` (rho within blocks, 0 between); "
        "`three-factor` (rho u_i'u_j with unit vectors u_j spread evenly over the sphere)."
    )
    rho: float | None = Field(
        default=None, gt=-1, lt=1, description="Correlation; for all kinds but `independent`."
    )
    size: int | None = Field(
        default=None,
        ge=2,
        description="Columns in a block; for `blocks` only. 2 makes twins, p one block of all.",
    )
    count: int | None = Field(
        default=None,
        ge=1,
        description="Only so many blocks are correlated, the other columns are independent; for "
        "`blocks` only. Without it all are.",
    )

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _complete(self) -> Correlation:
        for name, wanted in (("rho", self.kind != "independent"), ("size", self.kind == "blocks")):
            given = getattr(self, name) is not None
            if given != wanted:
                raise ValueError(f"kind {self.kind} {'needs' if wanted else 'takes no'} {name}")
        if self.count is not None and self.kind != "blocks":
            raise ValueError(f"kind {self.kind} takes no count")
        if self.kind in ("blocks", "three-factor") and self.rho is not None and self.rho < 0:
            raise ValueError(
                f"kind {self.kind} needs rho >= 0, or Sigma may not be a correlation matrix"
            )
        return self

    @property
    def block_size(self) -> int:
        """Columns in a block, for placements in blocks."""
        return self.size or NEIGHBOURS

    def n_blocks(self, n_features: int) -> int:
        """Count the whole blocks among `n_features` columns."""
        whole = n_features // self.block_size
        return whole if self.count is None else min(self.count, whole)


class CrossValidated(Strict):
    """Methods that are tuned by K-fold cross-validation too, at K more paths each."""

    methods: list[Line] = Field(
        min_length=1, description="`ridge`, `lasso`, `elastic-net-<l1_ratio>`."
    )
    cells: int | None = Field(
        default=None, ge=1, description="On the first so many cells of the grid; on all without it."
    )


class Grid(Strict):
    """A cross of factor levels, full or a balanced fraction of it.

    Cells that are equal in law are one cell. A grid that is appended re-runs nothing of earlier
    ones, and a fraction that is made larger begins with the smaller one. Coefficients come from
    densities, placements, profiles and signs, and noise from the signal-to-noise ratio; or both
    are given, as `coefficients` and `sigmas`.
    """

    shapes: list[Shape] = Field(
        min_length=1, description="Pairs [n_samples, n_features] of the training data."
    )
    correlations: list[Correlation] = Field(min_length=1, description="Designs of X.")
    densities: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        default=[],
        description="Share of relevant columns, s/p; s is at least 1, and whole blocks if they are "
        "placed so. Must be given unless coefficients are.",
    )
    placements: list[Placement] = Field(
        default=["spread"],
        min_length=1,
        description="Where the relevant columns stand. `spread`: at equal distances; `end-to-end`: "
        "the same, up to the last column; `first`: the first s; `mixed-blocks`: each used block of "
        "correlated columns begins with relevant ones, half of it, and ends with irrelevant ones; "
        "`whole-blocks`: they fill whole blocks. Blocks are runs of 5 columns where a design has "
        "none.",
    )
    profiles: list[Profile] = Field(
        default=["equal"],
        min_length=1,
        description="Magnitudes of the coefficients. `equal`; `linear`: from 1 to 1/20; "
        "`geometric`: from 1 to 1/100 by equal ratios; `gaussian`: of standard normals; "
        "`weak-sparsity`: equal, and halving from column to column on all the others.",
    )
    signs: list[Sign] = Field(
        default=["plus"],
        min_length=1,
        description="Signs of the coefficients; `alternating` between neighbours among the "
        "relevant columns.",
    )
    snrs: list[Annotated[float, Field(gt=0)]] = Field(
        default=[],
        description="Signal-to-noise ratios beta'Sigma beta / sigma^2; sigma^2 is pi^2/3 for a "
        "logistic response. Must be given unless coefficients are.",
    )
    coefficients: list[list[float]] = Field(
        default=[],
        description="Coefficients one by one, as many as columns, in place of the above.",
    )
    sigmas: list[Annotated[float, Field(gt=0)]] = Field(
        default=[], description="Standard deviations of the noise, beside coefficients."
    )
    noises: list[Noise] = Field(
        default=["gaussian"],
        min_length=1,
        description="Laws of the noise: `gaussian`; `t3`: Student's t with 3 degrees of freedom, "
        "of the same variance.",
    )
    scales: list[Scale] = Field(
        default=["unit"],
        min_length=1,
        description="Scales of the columns: `unit`; `log-normal`: column j times exp(z_j), z_j "
        "standard normal, and its coefficient divided by it.",
    )
    response: Literal["linear", "logistic"] = Field(
        default="linear",
        description="`linear`: y is a number; `logistic`: y is one of two classes.",
    )
    class_shares: list[Share] = Field(
        default=[0.5], min_length=1, description="Shares of the class 1; for `logistic` only."
    )
    fraction: int | None = Field(
        default=None,
        ge=1,
        description="Cells of a balanced fraction of the cross; the full cross without it.",
    )
    fraction_seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(
        default=1, description="Seed of the choice of a fraction."
    )
    cross_validation: list[CrossValidated] = Field(
        default=[],
        description="What is cross-validated. A plain list of methods will do for all cells.",
    )

    @property
    def factors(self) -> dict[str, list[Any]]:
        """Levels by factor, in the order in which they are crossed."""
        found: dict[str, list[Any]] = {"shape": self.shapes, "correlation": self.correlations}
        if self.coefficients:
            found |= {"coefficients": self.coefficients, "sigma": self.sigmas}
        else:
            found |= {"density": self.densities, "placement": self.placements}
            found |= {"profile": self.profiles, "signs": self.signs, "snr": self.snrs}
        if self.response == "logistic":
            found["class_share"] = self.class_shares
        else:
            found["noise"] = self.noises
        return found | {"scales": self.scales}

    @model_validator(mode="before")
    @classmethod
    def _plain_list_of_methods(cls, value: Any) -> Any:
        if isinstance(value, dict):
            methods = value.get("cross_validation")
            if isinstance(methods, list) and methods and all(isinstance(m, str) for m in methods):
                return value | {"cross_validation": [{"methods": methods}]}
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Grid:
        for problem in (*self._signal(), *self._response(), *self._blocks(), *self._fraction()):
            raise ValueError(problem)
        return self

    def _signal(self) -> Iterator[str]:
        if not (self.coefficients or self.sigmas):
            missing = [name for name in ("densities", "snrs") if not getattr(self, name)]
            if missing:
                yield f"needs {' and '.join(missing)}, or coefficients and sigmas"
            return
        if not (self.coefficients and self.sigmas):
            yield "needs both coefficients and sigmas, or none of them"
        for name in SIGNAL:
            if name in self.model_fields_set:
                yield f"takes no {name} beside coefficients"
        for coef, (_, p) in product(self.coefficients, self.shapes):
            if len(coef) != p:
                yield f"coefficients must be {p}, one per column; found {len(coef)}"
            if not any(coef):
                yield "coefficients must not all be 0"

    def _response(self) -> Iterator[str]:
        if self.response == "linear":
            if "class_shares" in self.model_fields_set:
                yield "response linear takes no class_shares"
            return
        for name in ("noises", "coefficients", "sigmas"):
            if name in self.model_fields_set:
                yield f"response logistic takes no {name}"

    def _blocks(self) -> Iterator[str]:
        for (_, p), correlation in product(self.shapes, self.correlations):
            size, blocks = correlation.block_size, correlation.n_blocks(p)
            if correlation.kind == "independent":
                continue
            if "whole-blocks" in self.placements and not blocks:
                yield f"whole-blocks of {size} columns do not fit in {p}"
            if "mixed-blocks" in self.placements:
                most = blocks * -(-size // 2)
                for density in self.densities:
                    if most < max(1, round(density * p)) < p:
                        yield (
                            f"mixed-blocks of {size} columns hold at most {most} relevant ones "
                            f"of {p}; density {density:g} needs {round(density * p)}"
                        )

    def _fraction(self) -> Iterator[str]:
        combinations = prod(len(levels) for levels in self.factors.values())
        if self.fraction is None:
            if "fraction_seed" in self.model_fields_set:
                yield "fraction_seed needs fraction"
        elif self.fraction > combinations:
            yield f"fraction must be {combinations} or less, the full cross; found {self.fraction}"
