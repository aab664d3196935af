"""What may be added by a file of its own: methods and metrics; see docs/extending.md.

Every module of `added.methods` is a method, and every one of `added.metrics` a metric, of the
module's name with hyphens for underscores (a metric keeps its underscores).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType

from regclaims.added import methods, metrics


class Found(Mapping[str, ModuleType]):
    """The modules of a package by name, each imported when it is first asked for.

    Checks of a study need the names alone, and what is behind them takes a second to import.
    """

    def __init__(self, package: ModuleType, hyphens: bool) -> None:
        names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
        self._modules = {
            name.replace("_", "-") if hyphens else name: f"{package.__name__}.{name}"
            for name in names
        }

    def __getitem__(self, name: str) -> ModuleType:
        return importlib.import_module(self._modules[name])

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


METHODS: Mapping[str, ModuleType] = Found(methods, hyphens=True)
"""Modules with ``path(X, y, *, n_lambdas, lambda_min_ratio, deviance_stop) -> Path``."""

METRICS: Mapping[str, ModuleType] = Found(metrics, hyphens=False)
"""Modules with ``measure(coefs, truth, n_samples) -> (k,)`` of the coefficients (k, p) and the true
ones (p,), both per standard deviation of their columns; undefined values are NaN."""
