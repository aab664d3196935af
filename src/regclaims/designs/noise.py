"""Noise of unit variance. A new law is one function and its line in `NOISES`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from regclaims.vocabulary import Array


def gaussian(rng: np.random.Generator, n: int) -> Array:
    """Standard normal."""
    return rng.standard_normal(n)


def t3(rng: np.random.Generator, n: int) -> Array:
    """Student's t with 3 degrees of freedom, divided by its standard deviation sqrt 3."""
    return rng.standard_t(3, n) / np.sqrt(3)


NOISES: dict[str, Callable[[np.random.Generator, int], Array]] = {"gaussian": gaussian, "t3": t3}
"""Laws by name."""
