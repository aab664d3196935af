"""A protocol that a data set's size can pay for: what `regclaims add-dataset` writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regclaims.datasets.splitting import split_sizes

RATES = {
    ("regression", True): 1.2e-9,
    ("regression", False): 7e-9,
    ("classification", True): 1.65e-8,
    ("classification", False): 1.65e-8,
}
"""Seconds on one core, for every n p min(n, p), in which all methods are fitted once: by task, and
whether there are five times as many rows as columns or more, so that X'X does for the paths.
Measured at 10,000 x 500, 2,000 x 2,000 and 100 x 20,000 on the machine of the published study."""

LEAST = 0.05
"""Seconds that a fit of the smallest data takes."""

BUDGET = 600.0
"""Core seconds that a data set may take: five minutes on two cores."""

STEPS: tuple[Mapping[str, Any], ...] = (
    {},
    {"tuning": "validation", "splits": 20, "halves": 20},
    {"tuning": "validation", "splits": 10, "halves": 10},
    {"tuning": "validation", "splits": 5, "halves": 4},
)
"""What is given up, in turn: cross-validation first, then splits."""


def core_seconds(protocol: Mapping[str, Any], n_samples: int, n_features: int, task: str) -> float:
    """Estimate what a data set costs.

    Parameters
    ----------
    protocol : mapping
        A `config.datasets.Protocol` as plain data.
    n_samples, n_features : int
    task : {"regression", "classification"}
    """
    n_train = split_sizes(protocol, n_samples).train
    tall = n_train >= 5 * n_features
    each = LEAST + RATES[task, tall] * n_train * n_features * min(n_train, n_features)
    fits = 1 + (protocol["folds"] if protocol["tuning"] == "cross-validation" else 0)
    # A fit to half of the rows costs between a quarter and half of one.
    return float(each * (protocol["splits"] * fits + protocol["halves"] / 2))


def affordable(
    protocol: Mapping[str, Any], n_samples: int, n_features: int, task: str
) -> dict[str, Any]:
    """Return the first protocol of `STEPS` within `BUDGET`; the cheapest, if none is.

    Parameters are those of `core_seconds`.
    """
    for step in STEPS:
        cheaper = {**protocol, **step}
        if core_seconds(cheaper, n_samples, n_features, task) <= BUDGET:
            break
    return cheaper
