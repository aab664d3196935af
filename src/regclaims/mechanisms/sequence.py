"""The Gaussian sequence model: OLS coefficients of an orthonormal design, with unit noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from regclaims.keys import cell_key, generator
from regclaims.mechanisms.penalties import FloatArray


def draw_means(truth: Mapping[str, Any], n_coefs: int, rng: np.random.Generator) -> FloatArray:
    """Draw the means of the OLS coefficients, shape (n_coefs,), in units of the noise sd.

    Parameters
    ----------
    truth : mapping
        ``{"truth": "gaussian", "sd": s}``, ``{"truth": "sparse", "share": a, "value": v}`` (the
        first ``round(a * n_coefs)`` means are v, the rest 0) or ``{"truth": "t", "df": k}``;
        anything else is a ValueError.
    n_coefs : int
    rng : numpy.random.Generator
    """
    match dict(truth):
        case {"truth": "gaussian", "sd": sd}:
            return rng.normal(0.0, sd, n_coefs)
        case {"truth": "sparse", "share": share, "value": value}:
            return np.where(np.arange(n_coefs) < round(share * n_coefs), float(value), 0.0)
        case {"truth": "t", "df": df}:
            return rng.standard_t(df, n_coefs)
    raise ValueError(f"unknown truth {dict(truth)!r}")


def draw_coefs(
    cell: Mapping[str, Any], stage: str, seed: int, replicates: int
) -> Iterator[tuple[int, FloatArray]]:
    """Yield each replicate's number and its OLS coefficients (n_coefs,), fresh for the cell.

    Parameters
    ----------
    cell : mapping
        ``truth`` and ``n_coefs``, and whatever else the draws hang on.
    stage : str
        Name of the experiment.
    seed : int
        Seed of the study.
    replicates : int
        More of them change no earlier one.
    """
    key, n_coefs = cell_key(cell), cell["n_coefs"]
    for replicate in range(replicates):
        rng = generator(seed, stage, key, replicate)
        yield replicate, draw_means(cell["truth"], n_coefs, rng) + rng.standard_normal(n_coefs)
