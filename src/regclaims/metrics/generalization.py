"""Exact risk of fits, from Sigma; the measures of Hastie, Tibshirani and Tibshirani (2020)."""

from __future__ import annotations

import numpy as np

from regclaims.vocabulary import Array


def risk(excess: Array, signal_variance: float, noise_variance: float) -> dict[str, Array]:
    """Scale the excess risk E = (b - beta)'Sigma(b - beta).

    Parameters
    ----------
    excess : (k,)
        E, in squared units of y.
    signal_variance : float
        beta'Sigma beta > 0.
    noise_variance : float
        sigma^2 > 0.

    Returns
    -------
    dict
        Each (k,). ``rr`` = E/beta'Sigma beta, relative risk: 0 is perfect, 1 the null model;
        ``rte`` = (E + sigma^2)/sigma^2, relative test error: 1 is perfect;
        ``pve`` = 1 - (E + sigma^2)/(beta'Sigma beta + sigma^2), proportion of variance explained.
    """
    return {
        "rr": excess / signal_variance,
        "rte": (excess + noise_variance) / noise_variance,
        "pve": 1 - (excess + noise_variance) / (signal_variance + noise_variance),
    }


def training_gap(train_mse: Array, excess: Array, noise_variance: float) -> Array:
    """Exact test error E + sigma^2 less training error, in units of sigma^2."""
    return (excess + noise_variance - train_mse) / noise_variance


def coefficient_size(coefs: Array, beta: Array) -> dict[str, Array]:
    """Compare coefficients with the truth.

    Parameters
    ----------
    coefs : (k, p)
        Per standard deviation of each column, as `beta`.
    beta : (p,)

    Returns
    -------
    dict
        Each (k,). ``coefficient_error`` = |b - beta|^2/|beta|^2; ``relative_norm`` =
        |b|/|beta|.
    """
    true = float(beta @ beta)
    return {
        "coefficient_error": ((coefs - beta) ** 2).sum(axis=1) / true,
        "relative_norm": np.sqrt((coefs**2).sum(axis=1) / true),
    }
