"""Controls: what is known to be true or false goes through the same machinery first.

A court that gets these wrong is not asked about anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regclaims.claims.decide import INCONCLUSIVE, REFUTED, SUPPORTED, decide
from regclaims.config.claims import BARS
from regclaims.errors import InputError, Problem
from regclaims.evidence.contrasts import contrast
from regclaims.evidence.judging import student
from regclaims.keys import generator
from regclaims.solvers import gaussian_path, ridge_path
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array

STAGE = "controls"
TOLERANCE = 1e-7
"""Relative: certificates bound the gradient by 1e-9; the columns here amplify it by far less."""

SHAPES = ((60, 8), (60, 20), (100, 40))
SHARES = (0.5, 0.2, 0.05)
"""Penalties, as shares of lambda_max; a cell for each, and each shape."""

PLANTED_CELLS, PLANTED_REPLICATES, PLANTED_SEED = 100, 30, 1
COLUMNS = ("control", "expected", "verdict", "effect", "cells", "ok")


@dataclass(frozen=True)
class Control:
    """A claim whose verdict is known.

    Attributes
    ----------
    statement : str
    expected : str
        Its verdict.
    part : dict
        A `config.claims.Part` as plain data.
    bar : str
    """

    statement: str
    expected: str
    part: Mapping[str, Any]
    bar: str


def _part(metric: str, **changes: Any) -> dict[str, Any]:
    plain = {"evidence": "controls", "metric": metric, "method": "lasso", "tuning": "none"}
    rest = {"versus": TOLERANCE, "versus_metric": None, "scale": "digits", "direction": "below"}
    return {**plain, **rest, "margin": 0.0, "non_null": False, "where": {}, **changes}


CONTROLS: Mapping[str, Control] = {
    "orthonormal-lasso": Control(
        "With orthonormal columns the lasso is soft-thresholded least squares.",
        SUPPORTED,
        _part("soft_threshold"),
        "always",
    ),
    "standardized-rescaling": Control(
        "The standardized lasso does not change when columns are rescaled.",
        SUPPORTED,
        _part("standardized_rescaling"),
        "always",
    ),
    "raw-rescaling": Control(
        "The lasso on columns as they are does not change when columns are rescaled.",
        REFUTED,
        _part("raw_rescaling"),
        "always",
    ),
    "ridge-selects": Control(
        "Ridge selects variables: in most fits some coefficient is exactly zero.",
        REFUTED,
        _part(
            "has_zero",
            method="ridge",
            versus=0.5,
            scale="difference",
            direction="above",
            margin=0.05,
        ),
        "plain",
    ),
}
PLANTED = "planted-at-the-margin"


def measure_controls(seed: int, replicates: int) -> pd.DataFrame:
    """Measure what the controls are decided by.

    Parameters
    ----------
    seed : int
        Of the study.
    replicates : int
        Data sets per cell.

    Returns
    -------
    DataFrame
        ``cell_id, replicate, method, tuning`` and the metrics; a method lacks those of the other.
    """
    rows: list[dict[str, Any]] = []
    with one_thread():
        for n, p in SHAPES:
            for share in SHARES:
                cell = f"{n}-{p}-{share:g}"
                for replicate in range(replicates):
                    rng = generator(seed, STAGE, n * p, replicate)
                    name = {"cell_id": cell, "replicate": replicate, "tuning": "none"}
                    rows += [name | row for row in _measured(rng, n, p, share)]
    return pd.DataFrame(rows)


def _measured(rng: np.random.Generator, n: int, p: int, share: float) -> Iterator[dict[str, Any]]:
    X, noise = rng.standard_normal((n, p)), rng.standard_normal(n)
    y = X @ np.where(np.arange(p) < 3, 1.0, 0.0) + noise
    units = np.exp(rng.standard_normal(p))
    Q = np.linalg.qr(X - X.mean(axis=0))[0] * np.sqrt(n)
    yield {
        "method": "lasso",
        "soft_threshold": _soft_threshold(Q, y, share),
        "standardized_rescaling": _rescaled(X, y, units, share, standardize=True),
        "raw_rescaling": _rescaled(X, y, units, share, standardize=False),
    }
    ridge = ridge_path(X, y, lambdas=np.array([share])).coefs[0]
    yield {"method": "ridge", "has_zero": float((ridge == 0.0).any())}


def _soft_threshold(Q: Array, y: Array, share: float) -> float:
    """Largest deviation of the lasso from its formula, as a share of the largest coefficient."""
    ols = Q.T @ (y - y.mean()) / len(y)
    lambda_ = share * np.abs(ols).max()
    fitted = gaussian_path(Q, y, lambdas=[lambda_], standardize=False).coefs[0]
    formula = np.sign(ols) * np.maximum(np.abs(ols) - lambda_, 0.0)
    return float(np.abs(fitted - formula).max() / np.abs(ols).max())


def _rescaled(X: Array, y: Array, units: Array, share: float, *, standardize: bool) -> float:
    """Largest change of predictions when columns are rescaled, as a share of their size."""
    fits = []
    for scaled in (X, X * units):
        top = gaussian_path(scaled, y, n_lambdas=5, standardize=standardize).lambdas[0]
        path = gaussian_path(scaled, y, lambdas=[share * top], standardize=standardize)
        fits.append(path.predict(scaled)[0])
    return float(np.abs(fits[0] - fits[1]).max() / np.abs(fits[0]).max())


def decide_controls(evidence: pd.DataFrame) -> pd.DataFrame:
    """Decide every control, and a contrast planted exactly at its margin.

    Parameters
    ----------
    evidence : DataFrame
        As from `measure_controls`.

    Returns
    -------
    DataFrame
        `COLUMNS`; ``ok`` is missing where a control was left open, as at few replicates.
    """
    rows = []
    for name, control in CONTROLS.items():
        cells = contrast(evidence, control.part)
        rule = {"bar": control.bar, "combine": "and", "parts": [control.part]}
        decision = decide([cells], rule, BARS[control.bar])
        rows.append((name, control.expected, decision.verdict, decision.effect, decision.cells))
    planted = decide(
        [_planted()], {"bar": "plain", "combine": "and", "parts": [{"margin": 1.0}]}, 0.75
    )
    rows.append((PLANTED, INCONCLUSIVE, planted.verdict, planted.effect, planted.cells))
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    right = table["verdict"] == table["expected"]
    return table.assign(ok=right.where(right | (table["verdict"] != INCONCLUSIVE)))


def _planted() -> pd.DataFrame:
    """Contrasts of cells whose effect is exactly delta: nothing may be decided."""
    rng = generator(PLANTED_SEED, STAGE, 0, 0)
    draws = 1.0 + rng.standard_normal((PLANTED_CELLS, PLANTED_REPLICATES))
    return pd.DataFrame([student(row, 1.0).__dict__ for row in draws])


def check_controls(table: pd.DataFrame) -> None:
    """Stop where a control was decided the wrong way.

    Raises
    ------
    InputError
        Naming each, with what was expected and what was found.
    """
    wrong = table[table["ok"].eq(False)]
    if len(wrong):
        raise InputError(
            [
                Problem(
                    "control",
                    str(row["control"]),
                    f"must be {row['expected']}, and is {row['verdict']}; nothing else is decided",
                )
                for _, row in wrong.iterrows()
            ]
        )


def all_right(table: pd.DataFrame) -> bool | None:
    """Whether every control was decided as it must be; None where one was left open."""
    return True if table["ok"].eq(True).all() else None
