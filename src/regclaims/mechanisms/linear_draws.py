"""Data of a linear scenario from an experiment's own stream."""

from __future__ import annotations

import numpy as np

from regclaims.designs import Scenario
from regclaims.vocabulary import Array


def linear_draw(scenario: Scenario, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw the rows of one data set, with Gaussian noise.

    Parameters
    ----------
    scenario : Scenario
        With a linear response; its own law of the noise is not looked at.
    rng : numpy.random.Generator

    Returns
    -------
    X : (n, p)
    y : (n,)
    """
    n, p = scenario.n_samples, scenario.n_features
    X = scenario.correlation.sample(rng, n, p) * scenario.sd
    noise = np.sqrt(scenario.noise_variance) * rng.standard_normal(n)
    return X, X @ scenario.beta + noise
