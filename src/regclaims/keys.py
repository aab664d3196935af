"""Identities: canonical JSON, hashes of it, and the random streams that hang on them.

Everything that is drawn in a study is drawn from a generator that depends on the study's seed,
the stage, the key of the cell and the number of the replicate, and on nothing else. Adding cells,
replicates or methods therefore changes no other draw.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np


def canonical(value: Any) -> str:
    """Write plain data as JSON with one spelling: sorted keys, no spaces, no NaN.

    Parameters
    ----------
    value : dict, list, str, int, float, bool or None
        Plain data, nested as one likes.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If a number is NaN or infinite.
    TypeError
        If something in `value` is not plain data.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def digest(value: Any, length: int = 16) -> str:
    """Return the first `length` hexadecimal digits of the sha256 of `canonical(value)`."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:length]


def cell_key(spec: Mapping[str, Any]) -> int:
    """Return a cell's key: the first 64 bits of the sha256 of its canonical spec."""
    return int(digest(dict(spec)), 16)


def cell_id(spec: Mapping[str, Any]) -> str:
    """Return a cell's key as 16 hexadecimal digits, the form used in tables."""
    return digest(dict(spec))


def generator(seed: int, stage: str, key: int, replicate: int) -> np.random.Generator:
    """Make the generator of one replicate of one cell in one stage.

    Parameters
    ----------
    seed : int
        The study's seed.
    stage : str
        What the draws are for, e.g. ``"simulate"``; hashed, so that a new stage disturbs none.
    key : int
        The cell's key, `cell_key`.
    replicate : int
        Number of the replicate, from 0.

    Returns
    -------
    numpy.random.Generator
    """
    spawn_key = (int(digest(stage, 8), 16), key, replicate)
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=spawn_key))
