"""Standard deviations of the columns of X. A new law is one function and its line in `SCALES`.

A column is multiplied by its scale and its coefficient divided by it, so that y does not change:
a method that standardizes must not notice.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from regclaims.vocabulary import Array


def unit(p: int, rng: np.random.Generator) -> Array:
    """All 1."""
    return np.ones(p)


def log_normal(p: int, rng: np.random.Generator) -> Array:
    """Exponentials of standard normals: one column in a hundred has over ten times the median."""
    return np.exp(rng.standard_normal(p))


SCALES: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "unit": unit,
    "log-normal": log_normal,
}
"""Scales by name."""
