"""What methods and metrics are called; imports no solver, for figures and checks need none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from regclaims.added import METRICS as ADDED

OLS, RIDGE, LASSO = "ols", "ridge", "lasso"
RELAXED, ADAPTIVE = "relaxed-lasso", "adaptive-lasso"
NET, RESCALED = "elastic-net", "elastic-net-rescaled"

NULL = "null"
"""Name of the model without columns: the mean, or the share of class 1, of the training rows."""

LOGISTIC = "logistic-"
"""Prefix of the methods of the logistic loss."""

FAMILIES = {"linear": ("least-squares", "lasso", "elastic-net"), "logistic": ("logistic",)}
"""Families of methods by response; a family's fits to a shard are one job."""

CLASSIFICATION = "classification"
"""The task of data whose response is a class."""


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


SHARED = (
    "n_nonzero",
    "zero_share",
    "has_zero",
    "near_zero_share",
    "smallest_nonzero",
    "description_share",
    "tpr",
    "fdr",
    "f1",
    "exact_support",
    "relevant_zeroed",
    "irrelevant_zeroed",
    "top_share",
    "top_chance",
    "top_exact",
    "f1_screening",
    "rr",
    "training_gap",
    "training_error",
    "block_spread",
    "one_of_block",
    "participation_ratio",
    "gini",
    "largest_share",
    "dominance",
    "coefficient_error",
    "relative_norm",
)
LINEAR = ("rte", "pve")
CLASSES = ("log_loss", "error_rate", "excess_error")
METRICS = (*SHARED, *ADDED, *LINEAR, *CLASSES, "df", "operations", "at_grid_end")
"""Metrics with one value per fit; a cell lacks those that do not apply to its response."""


def metrics_of(response: str) -> tuple[str, ...]:
    """Name the metrics that apply to a response, ``"linear"`` or ``"logistic"``."""
    other = CLASSES if response == "linear" else LINEAR
    return tuple(name for name in METRICS if name not in other)
