"""What the methods under study are called, by family; imports no solver, for figures need none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

OLS, RIDGE, LASSO = "ols", "ridge", "lasso"
RELAXED, ADAPTIVE = "relaxed-lasso", "adaptive-lasso"
NET, RESCALED = "elastic-net", "elastic-net-rescaled"

LOGISTIC = "logistic-"
"""Prefix of the methods of the logistic loss."""

FAMILIES = {"linear": ("least-squares", "lasso", "elastic-net"), "logistic": ("logistic",)}
"""Families of methods by response; a family's fits to a shard are one job."""


def net(l1_ratio: float) -> str:
    """Name the Elastic Net of one l1_ratio."""
    return f"{NET}-{l1_ratio:g}"


class Chosen(Protocol):
    """What says which methods there are: `Settings`, or a study's section `methods`."""

    @property
    def l1_ratios(self) -> Sequence[float]:
        """The Elastic Nets."""

    @property
    def logistic_l1_ratios(self) -> Sequence[float]:
        """Those of the logistic loss."""

    @property
    def added(self) -> Sequence[str]:
        """Keys of `regclaims.added.METHODS`."""


def method_names(chosen: Chosen) -> dict[str, list[str]]:
    """Name every method of every family, in the order in which they are fitted."""
    nets = [net(ratio) for ratio in chosen.l1_ratios]
    return {
        "least-squares": [OLS, RIDGE],
        "lasso": [LASSO, RELAXED, ADAPTIVE, *chosen.added],
        "elastic-net": [*nets, NET, RESCALED],
        "logistic": [
            LOGISTIC + name for name in (RIDGE, LASSO, *map(net, chosen.logistic_l1_ratios))
        ],
    }
