"""Data sets that come with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from sklearn import datasets

from regclaims.errors import InputError, Problem


def _diabetes() -> pd.DataFrame:
    frame: pd.DataFrame = datasets.load_diabetes(as_frame=True, scaled=False).frame
    return frame


def _breast_cancer() -> pd.DataFrame:
    bunch = datasets.load_breast_cancer(as_frame=True)
    names = [str(name) for name in bunch.target_names]
    frame: pd.DataFrame = bunch.frame
    return frame.assign(target=[names[code] for code in frame["target"]])


LOADERS: dict[str, Callable[[], pd.DataFrame]] = {
    "breast-cancer": _breast_cancer,
    "diabetes": _diabetes,
}
"""Loaders that need no download, by name; columns in the units they were measured in, classes by
their names."""


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
    return LOADERS[loader]()
