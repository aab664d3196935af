"""What a comparison needs to know of a cell, and which published example a cell is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from regclaims.designs import Draw
from regclaims.vocabulary import EVIDENCE, FAILED, Array


class Cell(Protocol):
    """A linear model with known truth; `designs.Scenario` is one."""

    @property
    def cell_id(self) -> str:
        """Key of the cell as hexadecimal digits."""

    @property
    def n_samples(self) -> int:
        """Training rows."""

    @property
    def beta(self) -> Array:
        """Coefficients, shape (p,)."""

    @property
    def signal_variance(self) -> float:
        """beta'Sigma beta."""

    @property
    def noise_variance(self) -> float:
        """sigma^2."""

    def excess_risk(self, coefs: Array) -> Array:
        """Evaluate (b - beta)'Sigma(b - beta) for each row b of `coefs` (k, p); returns (k,)."""

    def draw(self, seed: int, replicate: int) -> Draw:
        """Draw the replicate with this number."""


def signal_to_noise(cell: Cell) -> float:
    """Return beta'Sigma beta / sigma^2, without the rounding that came of dividing twice."""
    return round(cell.signal_variance / cell.noise_variance, 9)


def recognize(
    cells: Iterable[Cell], examples: Mapping[str, Mapping[str, Any]], tolerance: float
) -> dict[str, Cell]:
    """Tell which cell is which published example.

    A cell is an example if it has its numbers of rows, columns and non-zero coefficients, and
    variances of signal and noise within `tolerance` of its own, relatively.

    Parameters
    ----------
    cells : iterable of Cell
    examples : mapping
        `config.literature.Example` by name, as plain data.
    tolerance : float

    Returns
    -------
    dict
        Cells by the example's name, in the order of `examples`; not all examples need be there.

    Raises
    ------
    ValueError
        If a cell is no example, or two cells are the same one.
    """
    found: dict[str, Cell] = {}
    for cell in cells:
        names = [name for name, known in examples.items() if _is(cell, known, tolerance)]
        if len(names) != 1:
            what = " and ".join(names) or "no published example"
            raise ValueError(f"cell {cell.cell_id} ({_in_words(cell)}) is {what}")
        if names[0] in found:
            twice = f"cells {found[names[0]].cell_id} and {cell.cell_id}"
            raise ValueError(f"{twice} are both {names[0]}")
        found[names[0]] = cell
    return {name: found[name] for name in examples if name in found}


def _is(cell: Cell, known: Mapping[str, Any], tolerance: float) -> bool:
    counts = (cell.n_samples, len(cell.beta), np.count_nonzero(cell.beta))
    expected = (known["n_samples"], known["n_features"], known["n_relevant"])
    variances = np.array([cell.signal_variance, cell.noise_variance])
    theirs = np.array([known["signal_variance"], known["sigma"] ** 2])
    return counts == expected and bool((np.abs(variances / theirs - 1) <= tolerance).all())


def _in_words(cell: Cell) -> str:
    return (
        f"n {cell.n_samples}, p {len(cell.beta)}, s {np.count_nonzero(cell.beta)}, "
        f"signal variance {cell.signal_variance:.6g}, noise variance {cell.noise_variance:.6g}"
    )


def by_method(fits: pd.DataFrame, tuning: str, metric: str) -> pd.DataFrame:
    """Lay out a metric as (cell, replicate) x methods.

    Parameters
    ----------
    fits : DataFrame
        One row per fit: ``cell_id``, ``replicate``, ``method``, ``tuning``, ``role``, ``status``
        and the metric.
    tuning, metric : str

    Returns
    -------
    DataFrame
        Evidence replicates only; NaN where a fit failed or the metric is undefined.
    """
    rows = fits[(fits["tuning"] == tuning) & (fits["role"] == EVIDENCE)]
    rows = rows.assign(**{metric: rows[metric].where(rows["status"] != FAILED)})
    table = rows.pivot(index=["cell_id", "replicate"], columns="method", values=metric)
    return table.astype(float)


def complete(table: pd.DataFrame, cell_id: str, methods: Sequence[str]) -> tuple[Array, int]:
    """Return one cell's values (R, m) at the replicates where every method has one.

    Parameters
    ----------
    table : DataFrame
        As from `by_method`.
    cell_id : str
    methods : sequence of str

    Returns
    -------
    values : (R, m)
    left_out : int
        Replicates at which a method has none.

    Raises
    ------
    ValueError
        If a method has no fits there, or R is below 2.
    """
    known = set(table.index.unique("cell_id"))
    rows = table.loc[cell_id] if cell_id in known else table.iloc[:0]
    missing = [name for name in methods if name not in rows or rows[name].isna().all()]
    if missing:
        raise ValueError(f"cell {cell_id} has no good fits of {', '.join(missing)} to compare")
    values = rows[list(methods)].dropna().to_numpy()
    if len(values) < 2:
        raise ValueError(f"cell {cell_id} has fewer than two replicates without a failure")
    return values, len(rows) - len(values)
