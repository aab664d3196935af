"""Exact risk of a fit, from Sigma; the measures of Hastie, Tibshirani and Tibshirani (2020)."""

from __future__ import annotations

import numpy as np

from regclaims.vocabulary import Array


def risk(excess: float, signal_variance: float, noise_variance: float) -> dict[str, float]:
    """Scale the excess risk E = (b - beta)'Sigma(b - beta).

    Parameters
    ----------
    excess : float
        E, in squared units of y.
    signal_variance : float
        beta'Sigma beta > 0.
    noise_variance : float
        sigma^2 > 0.

    Returns
    -------
    dict
        ``rr`` = E/beta'Sigma beta, relative risk: 0 is perfect, 1 the null model;
        ``rte`` = (E + sigma^2)/sigma^2, relative test error: 1 is perfect;
        ``pve`` = 1 - (E + sigma^2)/(beta'Sigma beta + sigma^2), proportion of variance explained.
    """
    return {
        "rr": excess / signal_variance,
        "rte": (excess + noise_variance) / noise_variance,
        "pve": 1 - (excess + noise_variance) / (signal_variance + noise_variance),
    }


def training_gap(train_mse: float, excess: float, noise_variance: float) -> float:
    """Exact test error E + sigma^2 less training error, in units of sigma^2."""
    return (excess + noise_variance - train_mse) / noise_variance


def coefficient_error(coef: Array, beta: Array) -> float:
    """|b - beta|^2/|beta|^2."""
    return float(np.sum((coef - beta) ** 2) / np.sum(beta**2))
