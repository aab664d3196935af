"""How many rows are trained on, choose lambda and are held out, and whether these will do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from regclaims.datasets.notes import Notes, in_column, printable
from regclaims.datasets.target import Target

MIN_ROWS = 10
MIN_TRAIN = 5
MIN_PER_FOLD = 2


MOST_JOBS, PER_JOB = 4, 5
"""Splits of a data set are shared by no more jobs, and a job has so many of them or more."""


class Sizes(NamedTuple):
    """Rows of each part; none choose lambda where cross-validation does."""

    train: int
    validation: int
    test: int


def split_sizes(protocol: Mapping[str, Any], n_samples: int) -> Sizes:
    """Return how many rows each part of a split has.

    Parameters
    ----------
    protocol : mapping
        A `config.datasets.Protocol` as plain data.
    n_samples : int
    """
    test = max(2, round(protocol["test_share"] * n_samples))
    validation = 0
    if protocol.get("tuning") == "validation":
        validation = max(2, round(protocol["validation_share"] * n_samples))
    return Sizes(n_samples - validation - test, validation, test)


def parts_of_splits(n_splits: int) -> list[range]:
    """Share splits among jobs, so that a large data set does not keep one core busy alone."""
    n_jobs = min(MOST_JOBS, max(1, n_splits // PER_JOB))
    ends = [n_splits * job // n_jobs for job in range(n_jobs + 1)]
    return [range(first, last) for first, last in pairwise(ends)]


def fitting_protocol(
    protocol: Mapping[str, Any], n_samples: int, target: Target | None
) -> dict[str, Any]:
    """Return a protocol with no more folds than there are rows for, of the rarer class too."""
    folds = min(protocol["folds"], split_sizes(protocol, n_samples).train // MIN_PER_FOLD)
    if target is not None and target.classes is not None:
        folds = min(folds, math.floor(_rarer(target)[1] * (1 - protocol["test_share"])))
    return {**protocol, "folds": max(2, folds)}


def _rarer(target: Target) -> tuple[int, int]:
    """Return the code of the rarer class, and its rows."""
    code = int(np.mean(target.y) < 0.5)
    return code, int((target.y == code).sum())


def check_rows(n_samples: int, protocol: Mapping[str, Any], notes: Notes) -> None:
    """Note where there are too few rows for a protocol; an empty one is not looked at."""
    if n_samples < MIN_ROWS:
        notes.problem("", f"needs {MIN_ROWS} rows or more; it has {n_samples}")
        return
    if not protocol:
        return
    sizes = split_sizes(protocol, n_samples)
    if sizes.train < MIN_TRAIN:
        share = "test_share and validation_share" if sizes.validation else "test_share"
        message = f"must leave {MIN_TRAIN} of {n_samples} rows or more to train; {sizes.train} are"
        notes.problem(f"protocol.{share}", message)
    elif not sizes.validation and sizes.train < MIN_PER_FOLD * protocol["folds"]:
        message = (
            f"must be {sizes.train // MIN_PER_FOLD} at most, for {MIN_PER_FOLD} of the "
            f"{sizes.train} training rows or more in each; found {protocol['folds']}"
        )
        notes.problem("protocol.folds", message)


def check_classes(target: Target, protocol: Mapping[str, Any], notes: Notes) -> None:
    """Note a class that is too rare to be in every fold, or every part, of a split."""
    if target.classes is None or not protocol:
        return
    rarer, rows = _rarer(target)
    if protocol.get("tuning") == "validation":
        shares = [protocol["test_share"], protocol["validation_share"]]
        share, where = min(*shares, 1 - sum(shares)), "part"
        needed = math.ceil(2 / share)
    else:
        needed = math.ceil(protocol["folds"] / (1 - protocol["test_share"]))
        where = f"of {protocol['folds']} folds"
    if rows < needed:
        label = printable(target.classes[rarer])
        message = f"needs {needed} rows of class {label} or more, for some in each {where}"
        notes.problem(in_column(target.name), f"{message}; it has {rows}")
