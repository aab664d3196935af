"""Data sets that come with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
from sklearn import datasets

from regclaims.errors import InputError, Problem

LOADERS: dict[str, Callable[[], Any]] = {
    "diabetes": partial(datasets.load_diabetes, as_frame=True, scaled=False)
}
"""Loaders that need no download, by name; columns in the units they were measured in."""


def read_scikit_learn(loader: str, place: str) -> pd.DataFrame:
    """Load one of scikit-learn's data sets as a table.

    Raises
    ------
    InputError
        If there is no such loader.
    """
    if loader not in LOADERS:
        known = ", ".join(sorted(LOADERS))
        raise InputError([Problem(place, "name", f"must be one of {known}; found {loader!r}")])
    table: pd.DataFrame = LOADERS[loader]().frame
    return table
