"""Standardized columns for an experiment: of a population's correlation, or exactly orthonormal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from regclaims.designs.correlation import correlation
from regclaims.vocabulary import Array

ORTHONORMAL: dict[str, Any] = {"kind": "orthonormal"}
"""The design with X'X/n = I, beside those of `regclaims.designs.correlation`."""


def draw_columns(spec: Mapping[str, Any], n: int, p: int, rng: np.random.Generator) -> Array:
    """Draw columns of mean 0 and mean square 1.

    Parameters
    ----------
    spec : mapping
        `ORTHONORMAL`, or as for `correlation`.
    n, p : int
        n > p where they are to be orthonormal.
    rng : numpy.random.Generator

    Returns
    -------
    (n, p)
    """
    if spec["kind"] == ORTHONORMAL["kind"]:
        X = rng.standard_normal((n, p))
        return np.asarray(np.sqrt(n) * np.linalg.qr(X - X.mean(axis=0))[0])
    X = correlation(spec).sample(rng, n, p)
    X = X - X.mean(axis=0)
    return np.asarray(X / np.sqrt((X**2).mean(axis=0)))


def design_name(spec: Mapping[str, Any]) -> str:
    """Name a design in a table: its kind and settings, as ``blocks 5 0.9`` or ``ar1 0.7``."""
    settings = [f"{spec[key]:g}" for key in ("size", "count", "rho") if spec.get(key) is not None]
    return " ".join([spec["kind"], *settings])
