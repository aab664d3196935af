"""What may be added by a file of its own: methods and metrics; see docs/extending.md.

Every module of `added.methods` is a method, and every one of `added.metrics` a metric, of the
module's name with hyphens for underscores (a metric keeps its underscores).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from types import ModuleType

from regclaims.added import methods, metrics
from regclaims.vocabulary import Array

Added = Callable[..., Array]


def modules(package: ModuleType) -> dict[str, ModuleType]:
    """Import every module of a package, by name."""
    found = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    return {name: importlib.import_module(f"{package.__name__}.{name}") for name in found}


METHODS: Mapping[str, ModuleType] = {
    name.replace("_", "-"): module for name, module in modules(methods).items()
}
"""Modules with ``path(X, y, *, n_lambdas, lambda_min_ratio, deviance_stop) -> Path``."""

METRICS: Mapping[str, Added] = {name: module.measure for name, module in modules(metrics).items()}
"""Functions ``measure(coefs, truth, n_samples) -> (k,)`` of the coefficients (k, p) and the true
ones (p,), both per standard deviation of their columns; undefined values are NaN."""
