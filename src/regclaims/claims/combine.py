"""Join the parts of a rule in each cell: AND is as weak as its weakest part, OR as its best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from regclaims.evidence.judging import HOLDS, NEGLIGIBLE, OPEN, REVERSED


def combine(parts: Sequence[pd.DataFrame], how: str) -> pd.DataFrame:
    """Combine contrasts of several parts.

    Parameters
    ----------
    parts : sequence of DataFrame
        As from `contrast`. A cell must be in all of them.
    how : {"and", "or"}
        ``and``: every part must hold; p above is the largest (intersection-union), p below the
        smallest times the number of parts (Bonferroni). ``or``: one part is enough, the mirror.

    Returns
    -------
    DataFrame
        Indexed by ``cell_id``: ``p_above``, ``p_below``, ``state``, ``replicates``, ``undefined``.
    """
    cells = parts[0].index
    for part in parts[1:]:
        cells = cells.intersection(part.index)
    aligned = [part.loc[cells] for part in parts]
    above = np.array([part["p_above"] for part in aligned])
    below = np.array([part["p_below"] for part in aligned])
    if how == "or":
        above, below = _one(above), _all(below)
    else:
        above, below = _all(above), _one(below)
    states = np.array([part["state"] for part in aligned], dtype=str).reshape(len(parts), -1)
    return pd.DataFrame(
        {
            "p_above": above,
            "p_below": below,
            "state": [_state(set(column), how) for column in states.T],
            "replicates": np.min([part["replicates"] for part in aligned], axis=0, initial=2**31),
            "undefined": np.max([part["undefined"] for part in aligned], axis=0, initial=0),
        },
        index=cells,
    )


def deciding_part(parts: Sequence[pd.DataFrame], margins: Sequence[float], how: str) -> int:
    """Return the part whose effect a verdict reports: the weakest of AND, the strongest of OR.

    Effects are compared in units of their margins (or plainly, where a margin is 0). Without any
    effect it is the first.
    """
    scaled = [
        float(part["effect"].mean()) / (margin or 1.0)
        for part, margin in zip(parts, margins, strict=True)
    ]
    if np.isnan(scaled).all():
        return 0
    return int(np.nanargmin(scaled) if how == "and" else np.nanargmax(scaled))


def _all(p_values: np.ndarray) -> np.ndarray:
    return np.asarray(p_values.max(axis=0))


def _one(p_values: np.ndarray) -> np.ndarray:
    return np.minimum(1.0, len(p_values) * p_values.min(axis=0))


def _state(states: set[str], how: str) -> str:
    if how == "and":
        order = (REVERSED, NEGLIGIBLE, OPEN, HOLDS)
    else:
        order = (HOLDS, OPEN, NEGLIGIBLE, REVERSED)
    return next(state for state in order if state in states)
