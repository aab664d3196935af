"""From a study's configuration to its cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, NamedTuple

from regclaims.config.population import Grid
from regclaims.config.study import Study
from regclaims.designs.correlation import Correlation, correlation, correlation_spec
from regclaims.designs.fraction import balanced_fraction
from regclaims.designs.law import Signal, signal, simplest
from regclaims.errors import InputError, Problem

Levels = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """A cell of the population.

    Attributes
    ----------
    spec : dict
        What `Scenario` takes. It says everything, and cells that are equal in law (see `law`) have
        the same one.
    levels : tuple of dict
        The combinations of nominal levels that it stands for, by factor (``shape``,
        ``correlation``, ``density``, ...): several, if they are equal in law.
    cross_validated : tuple of str
        Methods that are cross-validated on it.
    """

    spec: dict[str, Any]
    levels: tuple[Levels, ...]
    cross_validated: tuple[str, ...]


class _Given(NamedTuple):
    """Coefficients and noise that are given one by one."""

    correlation: Correlation
    coefficients: tuple[float, ...]
    sigma: float


class _Identity(NamedTuple):
    """What a cell is: equal identities are equal in law. A spec, but quick to make and compare."""

    shape: tuple[int, int]
    signal: Signal | _Given
    snr: float | None
    response: str
    error: str | float
    scales: str


def cells(study: Study) -> list[Cell]:
    """List the cells, grid by grid; a cell that stands in two grids counts in the first.

    Raises
    ------
    InputError
        If a fraction asks for more cells than can be balanced.
    """
    return [cell for grid in cells_by_grid(study) for cell in grid]


def cells_by_grid(study: Study) -> list[list[Cell]]:
    """List each grid's cells, without those that stand in an earlier grid; see `cells`."""
    levels: dict[_Identity, list[Levels]] = {}
    fresh: list[dict[_Identity, tuple[str, ...]]] = []
    for number, grid in enumerate(study.population):
        mine: dict[_Identity, list[Levels]] = {}
        for combination in _chosen(grid, f"population[{number}]", study.name):
            mine.setdefault(_identity(grid, combination), []).append(combination)
        fresh.append(
            {
                identity: _cross_validated(grid, position)
                for position, identity in enumerate(mine)
                if identity not in levels
            }
        )
        for identity, several in mine.items():
            levels.setdefault(identity, []).extend(_plain(one, grid) for one in several)
    return [
        [Cell(_spec(which), tuple(levels[which]), methods) for which, methods in grid.items()]
        for grid in fresh
    ]


def combinations(study: Study) -> int:
    """Count the combinations of levels in all grids' full crosses, before any are merged."""
    return sum(prod(map(len, grid.factors.values())) for grid in study.population)


def _chosen(grid: Grid, place: str, file: str) -> Iterator[Levels]:
    """Give the combinations of levels of a grid: all of them, or its fraction."""
    structures = [correlation(one.model_dump(exclude_none=True)) for one in grid.correlations]
    coefs = [tuple(coef) for coef in grid.coefficients]
    given = {"coefficients": coefs} if coefs else {}
    factors = grid.factors | {"correlation": structures} | given
    if grid.fraction is None:
        for combination in product(*factors.values()):
            yield dict(zip(factors, combination, strict=True))
        return

    def numbered(row: tuple[int, ...]) -> Levels:
        levels = zip(factors.items(), row, strict=True)
        return {factor: values[level] for (factor, values), level in levels}

    sizes = [len(values) for values in factors.values()]
    try:
        rows = balanced_fraction(
            sizes, grid.fraction, grid.fraction_seed, lambda row: _identity(grid, numbered(row))
        )
    except ValueError as error:
        raise InputError([Problem(file, f"{place}.fraction", str(error))]) from None
    yield from map(numbered, rows)


def _identity(grid: Grid, levels: Levels) -> _Identity:
    p, structure = levels["shape"][1], levels["correlation"]
    made: Signal | _Given
    if grid.coefficients:
        made = _Given(simplest(structure, p), levels["coefficients"], levels["sigma"])
    else:
        names = ("density", "placement", "profile", "signs")
        made = signal(p, structure, *(levels[name] for name in names))
    error = levels["class_share" if grid.response == "logistic" else "noise"]
    return _Identity(
        levels["shape"], made, levels.get("snr"), grid.response, error, levels["scales"]
    )


def _spec(identity: _Identity) -> dict[str, Any]:
    """Write an identity as the plain data that `Scenario` takes."""
    n_samples, n_features = identity.shape
    made = identity.signal
    spec: dict[str, Any] = {"n_samples": n_samples, "n_features": n_features}
    spec |= made._asdict() | {"correlation": correlation_spec(made.correlation)}
    if isinstance(made, _Given):
        spec["coefficients"] = list(made.coefficients)
    else:
        spec["snr"] = identity.snr
    error = "class_share" if identity.response == "logistic" else "noise"
    return spec | {
        "response": identity.response,
        error: identity.error,
        "scales": identity.scales,
    }


def _plain(levels: Levels, grid: Grid) -> Levels:
    """Write levels as plain data."""
    plain = levels | {
        "shape": list(levels["shape"]),
        "correlation": correlation_spec(levels["correlation"]),
        "response": grid.response,
    }
    if "coefficients" in levels:
        plain["coefficients"] = list(levels["coefficients"])
    return plain


def _cross_validated(grid: Grid, position: int) -> tuple[str, ...]:
    """List the methods that are cross-validated on a grid's cell number `position`, from 0."""
    methods = [
        method
        for part in grid.cross_validation
        if part.cells is None or position < part.cells
        for method in part.methods
    ]
    return tuple(dict.fromkeys(methods))
