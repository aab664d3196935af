"""The ablation of the kink."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regclaims.config.base import Strict

Positive = Annotated[float, Field(gt=0)]

SHAPES = {
    "power": {"q"},
    "elastic-net": {"l1_ratio"},
    "mcp": {"gamma"},
    "scad": {"a"},
    "huberized-l1": {"width"},
    "reverse-huber": {"knee"},
    "rounded": {"of", "width"},
}
"""Shape parameters of each penalty; all of them are needed."""


class Penalty(Strict):
    """A penalty on one coefficient, up to its strength."""

    penalty: Literal[
        "power", "elastic-net", "mcp", "scad", "huberized-l1", "reverse-huber", "rounded"
    ] = Field(
        description="`power` |w|^q (.5, or 1 and above); `elastic-net`; `mcp`; `scad`; "
        "`huberized-l1`: L1, but a parabola below `width`; `reverse-huber`: L2, but straight below "
        "`knee`; `rounded`: another penalty without its kink."
    )
    q: Annotated[float, Field(ge=0.5, le=2)] | None = Field(default=None, description="Power.")
    l1_ratio: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None, description="Share of L1 in an Elastic Net."
    )
    gamma: Annotated[float, Field(gt=1)] | None = Field(default=None, description="MCP's shape.")
    a: Annotated[float, Field(gt=2)] | None = Field(default=None, description="SCAD's shape.")
    width: Positive | None = Field(
        default=None,
        description="Width over which the kink is rounded, in standard deviations of the noise.",
    )
    knee: Positive | None = Field(
        default=None,
        description="Below it the slope is constant, in standard deviations of the noise.",
    )
    of: Penalty | None = Field(default=None, description="The penalty to round.")

    @model_validator(mode="after")
    def _shaped(self) -> Penalty:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if given - {"penalty"} != SHAPES[self.penalty]:
            wanted = ", ".join(sorted(SHAPES[self.penalty]))
            raise ValueError(f"penalty {self.penalty} takes {wanted}, and nothing else")
        if self.q is not None and 0.5 < self.q < 1:
            raise ValueError("q must be 0.5, or 1 and above: others have no closed form")
        if self.of is not None and not self.of.kinked:
            raise ValueError("of must have a kink, or there is nothing to round")
        return self

    @property
    def kinked(self) -> bool:
        """Whether it has a kink at zero."""
        if self.penalty == "power":
            return self.q is not None and self.q <= 1
        return self.penalty in ("elastic-net", "mcp", "scad", "reverse-huber")

    @property
    def homogeneous(self) -> bool:
        """Whether its slope is proportional to its strength, at every weight."""
        inner = self if self.of is None else self.of
        return inner.penalty not in ("mcp", "scad")


class Pair(Strict):
    """A penalty with a kink, and one without that is otherwise the same or near."""

    kinked: Penalty = Field(description="Has a kink at zero.")
    smooth: Penalty = Field(description="Has none.")

    @model_validator(mode="after")
    def _one_kink(self) -> Pair:
        if not self.kinked.kinked or self.smooth.kinked:
            raise ValueError("a pair needs a kink in kinked, and none in smooth")
        return self


class Truth(Strict):
    """The true coefficients, in standard deviations of the noise."""

    truth: Literal["gaussian", "sparse", "t"] = Field(
        description="`gaussian` with standard deviation `sd`; `sparse`: a `share` equals `value`, "
        "the rest 0; `t` with `df` degrees of freedom."
    )
    sd: Positive | None = Field(default=None, description="For `gaussian`.")
    share: Annotated[float, Field(gt=0, le=1)] | None = Field(
        default=None, description="For `sparse`."
    )
    value: float | None = Field(default=None, description="For `sparse`.")
    df: Positive | None = Field(default=None, description="For `t`.")

    @model_validator(mode="after")
    def _shaped(self) -> Truth:
        wanted = {"gaussian": {"sd"}, "sparse": {"share", "value"}, "t": {"df"}}[self.truth]
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if given - {"truth"} != wanted:
            names = ", ".join(sorted(wanted))
            raise ValueError(f"truth {self.truth} takes {names}, and nothing else")
        return self


L1 = Penalty(penalty="power", q=1)
WIDTH = 0.1


def _rounded(penalty: Penalty) -> Pair:
    return Pair(kinked=penalty, smooth=Penalty(penalty="rounded", of=penalty, width=WIDTH))


class Kink(Strict):
    """Take the kink out of a penalty, leave the rest of it, and count the zeros again."""

    pairs: list[Pair] = Field(
        default=[
            Pair(kinked=L1, smooth=Penalty(penalty="power", q=1.05)),
            Pair(kinked=L1, smooth=Penalty(penalty="huberized-l1", width=WIDTH)),
            _rounded(L1),
            _rounded(Penalty(penalty="elastic-net", l1_ratio=0.5)),
            _rounded(Penalty(penalty="mcp", gamma=3)),
            _rounded(Penalty(penalty="scad", a=3.7)),
            _rounded(Penalty(penalty="power", q=0.5)),
        ],
        min_length=1,
        description="Penalties to compare; one cell per pair, strength and truth.",
    )
    others: list[Penalty] = Field(
        default=[Penalty(penalty="power", q=q) for q in (1.2, 1.5, 2)],
        description="Further penalties, for the figure.",
    )
    strengths: list[Positive] = Field(
        default=[0.5, 1.0, 2.0],
        min_length=1,
        description="Penalty strengths lambda, in standard deviations of the noise.",
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
