"""Methods on real data: repeated random splits, everything learnt inside the training part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from regclaims.datasets import Loaded
from regclaims.evidence.methods import SHAPES, Method, Settings, cross_validate, path_methods
from regclaims.evidence.names import CLASSIFICATION, NULL
from regclaims.evidence.splits import Split, draw_split
from regclaims.evidence.workbench import known, open_end
from regclaims.keys import generator
from regclaims.metrics.sparsity import sparsity
from regclaims.solvers import NULL_DF, Path
from regclaims.tuning import smallest
from regclaims.vocabulary import Array

STAGE = "real"


@dataclass(frozen=True)
class Splits:
    """What some splits of a data set gave.

    Attributes
    ----------
    tested : DataFrame
        One row per split, method and tuning: the certificate, zeros, and the errors that `errors`
        gives.
    coefs : DataFrame
        ``split, method, tuning, columns, values``: the non-zero coefficients of each fit that is
        determined, per standard deviation of their column in the training rows, and where among the
        data set's columns they are.
    """

    tested: pd.DataFrame
    coefs: pd.DataFrame


def contenders(task: str, protocol: Mapping[str, Any], settings: Settings) -> list[Method]:
    """List the methods of a data set: least squares, and the penalized ones of its task.

    Parameters
    ----------
    task : {"regression", "classification"}
    protocol : mapping
        Its ``l1_ratios`` go before those of the study.
    settings : Settings
    """
    logistic = task == CLASSIFICATION
    ratios = settings.logistic_l1_ratios if logistic else settings.l1_ratios
    if protocol.get("l1_ratios") is not None:
        ratios = tuple(protocol["l1_ratios"])
    return path_methods(ratios, settings.solver, logistic)


def own_settings(settings: Settings, protocol: Mapping[str, Any]) -> Settings:
    """Return the settings with the end of the grid that a protocol asks for, if it does."""
    floor = protocol.get("lambda_floor")
    return settings if floor is None else replace(settings, floors=(floor,) * len(SHAPES))


def fit_splits(
    data: Loaded,
    protocol: Mapping[str, Any],
    methods: Sequence[Method],
    settings: Settings,
    splits: Sequence[int],
    *,
    seed: int,
    key: int,
) -> Splits:
    """Fit and test every method on some of the random splits.

    Parameters
    ----------
    data : Loaded
    protocol : mapping
        A `config.datasets.Protocol` as plain data.
    methods : sequence of Method
        As from `contenders`.
    settings : Settings
    splits : sequence of int
        Their numbers. A split is the same whichever others are fitted with it.
    seed, key : int
        Of the study and of the data set.
    """
    settings = own_settings(settings, protocol)
    tested, coefs = [], []
    for number in splits:
        split = draw_split(data, protocol, generator(seed, STAGE, key, number))
        scale = spread_of(split.X)
        null = _null_predictor(data.task, split.y)
        shape = {"split": number, "n_train": len(split.y), "n_test": len(split.y_test)}
        for found in _chosen(methods, split, settings, protocol, data.task):
            predicted = found.path.predict(split.X_test)
            for rule, k in found.rules.items():
                method, path = found.method, found.path
                name = {"method": method.name, "tuning": rule}
                row = shape | name | _solution(path, k, found.at_end(rule))
                if path.certified[k]:
                    row |= errors(data.task, method, predicted[k], null, split.y_test)
                if path.determined[k]:
                    row |= _zeros(path.coefs[k])
                    coefs.append({"split": number} | name | _nonzero(path.coefs[k] * scale, split))
                tested.append(row)
        tested.append(shape | _null_row(data.task, null, split))
    columns = ["split", "method", "tuning", "columns", "values"]
    return Splits(pd.DataFrame(tested), pd.DataFrame(coefs, columns=columns))


@dataclass(frozen=True)
class Tuned:
    """A method's path, the place on it that each tuning rule chooses, and whether it goes on.

    Attributes
    ----------
    method : Method
    path : Path
    rules : dict
        Place by rule.
    open_end : bool
        A longer grid might do better: the error still changes where this one ends.
    """

    method: Method
    path: Path
    rules: Mapping[str, int]
    open_end: bool = False

    def at_end(self, rule: str) -> bool:
        """Whether a rule would have chosen a smaller lambda, for all that is known."""
        return self.open_end and self.rules[rule] == len(self.path) - 1


def _chosen(
    methods: Sequence[Method],
    split: Split,
    settings: Settings,
    protocol: Mapping[str, Any],
    task: str,
) -> Iterator[Tuned]:
    """Fit and tune every method."""
    for method in (method for method in methods if method.l1_ratio is None):
        yield Tuned(method, method.fit(split.X, split.y, settings), {"none": 0})
    penalized = [method for method in methods if method.l1_ratio is not None]
    tune = _by_validation if protocol["tuning"] == "validation" else _by_folds
    chosen = tune(penalized, split, settings, task, longer=False)
    # As in the synthetic study: where the best is the last, the grid was too short.
    short = [found.method for found in chosen if any(map(found.at_end, found.rules))]
    again = {found.method.name: found for found in tune(short, split, settings, task, longer=True)}
    yield from (again.get(found.method.name, found) for found in chosen)


def _by_validation(
    methods: Sequence[Method], split: Split, settings: Settings, task: str, *, longer: bool
) -> list[Tuned]:
    chosen = []
    for method in methods:
        path = method.fit(split.X, split.y, settings, longer)
        error = known(
            _loss(task, path.predict(split.X_validation), split.y_validation), path.certified
        )
        rules = {"validation": smallest(error)}
        chosen.append(Tuned(method, path, rules, open_end(path.lambdas, error)))
    return chosen


def _by_folds(
    methods: Sequence[Method], split: Split, settings: Settings, task: str, *, longer: bool
) -> list[Tuned]:
    pairs = [(method, method.fit(split.X, split.y, settings, longer)) for method in methods]
    if not pairs:
        return []
    return [
        Tuned(
            method,
            path,
            {"cv-min": smallest(errors.mean), "cv-1se": errors.one_standard_error},
            open_end(path.lambdas, errors.mean),
        )
        for (method, path), errors in zip(
            pairs, cross_validate(pairs, split.X, split.y, split.folds), strict=True
        )
    ]


def _loss(task: str, predictions: Array, y: Array) -> Array:
    """Mean loss over the last axis: squared, or the log loss of linear predictors."""
    if task == CLASSIFICATION:
        return np.asarray((np.logaddexp(0.0, predictions) - y * predictions).mean(axis=-1))
    return np.asarray(((predictions - y) ** 2).mean(axis=-1))


def _null_predictor(task: str, y: Array) -> float:
    mean = float(y.mean())
    return float(np.log(mean / (1 - mean))) if task == CLASSIFICATION else mean


def errors(
    task: str, method: Method, predictions: Array, null: float, y: Array
) -> dict[str, float]:
    """Measure the errors of one fit on test rows.

    Parameters
    ----------
    task : {"regression", "classification"}
    method : Method
        Least squares of classes are of 0 and 1: they have no log loss, and part the classes at .5.
    predictions : (t,)
        Linear predictors.
    null : float
        The null model's prediction.
    y : (t,)

    Returns
    -------
    dict
        ``relative_error``: mean squared error, or log loss of classes, in units of the null
        model's; ``error_rate``, of classes: share that is taken for the other class.
    """
    own = float(_loss(task, predictions, y) / _loss(task, np.full(len(y), null), y))
    if task != CLASSIFICATION:
        return {"relative_error": own}
    border = 0.0 if method.logistic or method.name == NULL else 0.5
    rate = {"error_rate": float(np.mean((predictions > border) != (y == 1)))}
    return rate if border else {"relative_error": own} | rate


def _solution(path: Path, k: int, at_grid_end: bool) -> dict[str, Any]:
    df = float(path.degrees(np.array([k]))[0])
    return {
        "lambda": float(path.lambdas[k]),
        "at_grid_end": at_grid_end,
        "df": df,
        "null": df < NULL_DF if path.l1_ratio == 0 else not path.coefs[k].any(),
        "kkt": float(path.kkt[k]),
        "gap": float(path.gap[k]),
        "status": str(path.status[k]),
    }


def _zeros(coef: Array) -> dict[str, float]:
    return {name: float(value[0]) for name, value in sparsity(coef[None]).items()}


def _nonzero(coef: Array, split: Split) -> dict[str, Any]:
    there = np.flatnonzero(coef)
    return {"columns": split.columns[there], "values": coef[there]}


def _null_row(task: str, null: float, split: Split) -> dict[str, Any]:
    model = Method(NULL, None)
    row = {"method": NULL, "tuning": "none", "status": "converged", "df": 0.0, "null": True}
    row |= {"at_grid_end": False}
    row |= {"n_nonzero": 0.0, "zero_share": 1.0, "has_zero": 1.0, "kkt": 0.0, "gap": 0.0}
    predictions = np.full(len(split.y_test), null)
    return row | errors(task, model, predictions, null, split.y_test)


def spread_of(X: Any) -> Array:
    """Return the standard deviation of each column of `X` (n, q), dense or sparse."""
    if isinstance(X, np.ndarray):
        return np.asarray(X.std(axis=0))
    mean = np.asarray(X.mean(axis=0)).ravel()
    square = np.asarray(X.multiply(X).mean(axis=0)).ravel()
    return np.sqrt(np.maximum(square - mean**2, 0.0))
