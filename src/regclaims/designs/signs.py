"""Signs of the coefficients. A new pattern is one function and its line in `SIGNS`.

Each function takes the number of non-zero coefficients and a random generator and returns as many
signs, along the support's order.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from regclaims.vocabulary import Array


def plus(n: int, rng: np.random.Generator) -> Array:
    """All +1."""
    return np.ones(n)


def random(n: int, rng: np.random.Generator) -> Array:
    """+1 or -1, each with probability one half."""
    return rng.choice([-1.0, 1.0], n)


def alternating(n: int, rng: np.random.Generator) -> Array:
    """+1, -1, +1, ...: opposite between neighbours in the support's order."""
    signs = np.ones(n)
    signs[1::2] = -1.0
    return signs


SIGNS: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "plus": plus,
    "random": random,
    "alternating": alternating,
}
"""Patterns of signs by name."""
