"""How large the coefficients are. A new profile is one function and its line in `PROFILES`.

Each function takes s, p and a random generator and returns the magnitudes along the support's
order, largest 1 unless they are random; those that are not named are 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from regclaims.vocabulary import Array


def equal(s: int, p: int, rng: np.random.Generator) -> Array:
    """All 1."""
    return np.ones(s)


def linear(s: int, p: int, rng: np.random.Generator) -> Array:
    """From 1 down to 1/20 in equal steps.

    Beta-type 3 of Hastie, Tibshirani and Tibshirani (2020), 10 down to 0.5, in units of the
    largest.
    """
    return np.linspace(1.0, 0.05, s)


def geometric(s: int, p: int, rng: np.random.Generator) -> Array:
    """From 1 down to 1/100 by equal ratios."""
    return np.geomspace(1.0, 0.01, s)


def gaussian(s: int, p: int, rng: np.random.Generator) -> Array:
    """Magnitudes of standard normals."""
    return np.abs(rng.standard_normal(s))


def weak_sparsity(s: int, p: int, rng: np.random.Generator) -> Array:
    """s ones, and 1/2, 1/4, ... on all other columns: none is irrelevant.

    Beta-type 5 of Hastie, Tibshirani and Tibshirani (2020).
    """
    return np.concatenate([np.ones(s), 0.5 ** np.arange(1, p - s + 1)])


PROFILES: dict[str, Callable[[int, int, np.random.Generator], Array]] = {
    "equal": equal,
    "linear": linear,
    "geometric": geometric,
    "gaussian": gaussian,
    "weak-sparsity": weak_sparsity,
}
"""Profiles by name."""

EXCHANGEABLE = ("equal", "gaussian")
"""Profiles whose law does not change when relevant columns change places."""
