"""Real data sets as (X, y), whatever their source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from regclaims.datasets.file import read_csv
from regclaims.errors import InputError, Problem
from regclaims.vocabulary import Array

MIN_ROWS = 10
MIN_TRAIN = 5


@dataclass(frozen=True)
class Loaded:
    """A regression data set.

    Attributes
    ----------
    X : (n, p)
    y : (n,)
    features : (p,) of str
    """

    X: Array
    y: Array
    features: tuple[str, ...]

    def describe(self) -> dict[str, float]:
        """Rows, columns, and two measures of collinearity: max |r| and condition number of R."""
        correlations = np.asarray(np.corrcoef(self.X, rowvar=False))
        eigenvalues = np.linalg.eigvalsh(correlations)
        off_diagonal = np.abs(correlations - np.eye(len(correlations)))
        smallest = max(eigenvalues[0], 0.0)
        return {
            "n_samples": len(self.y),
            "n_features": len(self.features),
            "max_correlation": float(off_diagonal.max()),
            "condition_number": float(eigenvalues[-1] / smallest) if smallest > 0 else np.inf,
        }


def load_dataset(config: Mapping[str, Any], file: Path | None, name: str) -> Loaded:
    """Load a data set and check it.

    Parameters
    ----------
    config : mapping
        A `config.datasets.Dataset` as plain data.
    file : Path or None
        Where its CSV file is, for ``source: file``.
    name : str
        Named in problems that have no file.

    Returns
    -------
    Loaded

    Raises
    ------
    InputError
        With every problem: a missing column, a value that is not a finite number (with its row), a
        constant column, too few rows.
    """
    if config["source"] == "scikit-learn":
        # Slow to import, and a check of files needs none of it.
        from regclaims.datasets.scikit_learn import read_scikit_learn

        table, place = read_scikit_learn(config["name"], name), name
    else:
        if file is None:
            raise InputError([Problem(name, "path", "is missing")])
        table, place = read_csv(file), str(file)
    return _regression(table, config, place)


def _regression(table: pd.DataFrame, config: Mapping[str, Any], place: str) -> Loaded:
    target, drop = config["target"], config["drop"]
    known = ", ".join(map(str, table.columns[:12]))
    problems = [
        Problem(place, f"column {column}", f"does not exist; the columns are {known}")
        for column in dict.fromkeys([target, *drop])
        if column not in table
    ]
    if target in drop:
        problems.append(Problem(place, f"column {target}", "is the target, and cannot be dropped"))
    used = table.drop(columns=[c for c in drop if c in table and c != target])
    if target in used:
        problems += [problem for column in used for problem in _column(used[column], place)]
        if used.shape[1] < 3:
            problems.append(Problem(place, "", "needs two columns or more beside the target"))
    if len(used) < MIN_ROWS:
        problems.append(Problem(place, "", f"needs {MIN_ROWS} rows or more; it has {len(used)}"))
    elif (share := config.get("protocol", {}).get("test_share", 0)) and (
        len(used) - round(share * len(used)) < MIN_TRAIN
    ):
        message = f"must leave {MIN_TRAIN} of {len(used)} rows or more to train; found {share}"
        problems.append(Problem(place, "protocol.test_share", message))
    if problems:
        raise InputError(problems)
    X = used.drop(columns=target)
    return Loaded(X.to_numpy(float), used[target].to_numpy(float), tuple(map(str, X.columns)))


def _column(values: pd.Series, place: str) -> list[Problem]:
    if values.empty:
        return []
    numbers = np.array([_number(value) for value in values])
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        row, more = int(bad[0]), f", and {len(bad) - 1} more" if len(bad) > 1 else ""
        where = f"column {values.name}, row {row + 1}{more}"
        found = "nothing" if pd.isna(values.iloc[row]) else repr(values.iloc[row])
        shown = found if len(found) <= 40 else found[:37] + "..."
        return [Problem(place, where, f"must be a finite number; found {shown}")]
    if numbers.min() == numbers.max():
        return [Problem(place, f"column {values.name}", "is constant; drop it")]
    return []


def _number(value: object) -> float:
    """Read a number; anything else, or one too large to hold, is NaN."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return float("nan")
