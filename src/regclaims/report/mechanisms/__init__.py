"""Numbers of the paper from the mechanism experiments: one module each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from regclaims.config.mechanisms import Mechanisms
from regclaims.report.mechanisms import (
    cost,
    data_sparsity,
    disturbances,
    duality,
    evenness,
    geometry,
    identities,
    kink,
    least_norm,
    optimism,
    optimizers,
    priors,
    shrinkage,
    small_weights,
    twins,
    two_stages,
    weight_decay,
)
from regclaims.report.tex import Tex

NUMBERS: dict[str, Callable[[Any, pd.DataFrame], dict[str, Tex]]] = {
    "identities": identities.numbers,
    "shrinkage": shrinkage.numbers,
    "small_weights": small_weights.numbers,
    "weight_decay": weight_decay.numbers,
    "priors": priors.numbers,
    "duality": duality.numbers,
    "geometry": geometry.numbers,
    "kink": kink.numbers,
    "least_norm": least_norm.numbers,
    "optimizers": optimizers.numbers,
    "data_sparsity": data_sparsity.numbers,
    "disturbances": disturbances.numbers,
    "two_stages": two_stages.numbers,
    "twins": twins.numbers,
    "evenness": evenness.numbers,
    "optimism": optimism.numbers,
    "cost": cost.numbers,
}
"""By section of a study's ``mechanisms``: macros from the section and the data of its figure."""


def mechanism_numbers(
    mechanisms: Mechanisms, figures: Mapping[str, pd.DataFrame]
) -> dict[str, Tex]:
    """Collect the macros of all experiments.

    Parameters
    ----------
    mechanisms : Mechanisms
    figures : mapping
        The data of each figure, by its name: that of its section, with hyphens.
    """
    return {
        macro: value
        for name, numbers in NUMBERS.items()
        for macro, value in numbers(
            getattr(mechanisms, name), figures[name.replace("_", "-")]
        ).items()
    }
