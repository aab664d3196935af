"""Families: which candidates each method offers on a data set."""

from __future__ import annotations

from collections.abc import Callable

from regclaims.added import METHODS as ADDED
from regclaims.evidence.candidates import (
    Candidates,
    LeastSquares,
    Nets,
    OnPath,
    Relaxed,
    RescaledNets,
)
from regclaims.evidence.methods import Method, Settings
from regclaims.evidence.names import (
    ADAPTIVE,
    LASSO,
    LOGISTIC,
    NET,
    OLS,
    RELAXED,
    RESCALED,
    RIDGE,
    net,
)
from regclaims.evidence.workbench import PathFits, Workbench
from regclaims.solvers import Path, adaptive_path, relaxed_path


def candidates(name: str, bench: Workbench, longer: bool) -> Candidates:
    """Fit a method to a data set.

    Parameters
    ----------
    name : str
        As in `methods.method_names`.
    bench : Workbench
    longer : bool
        On a longer grid.

    Raises
    ------
    UnfitError
        If the data cannot be fitted, as where a class has no rows.
    """
    settings = bench.settings
    if name == OLS:
        return LeastSquares(bench.fits(Method(OLS, None, settings.solver), longer))
    if name == RELAXED:
        fits = bench.fits(_method(LASSO, settings), longer)
        draw = bench.draw
        return Relaxed(fits, relaxed_path(draw.X, draw.y, fits.path, settings.gammas))
    if name == ADAPTIVE:
        return OnPath(_pathwise(name, adaptive_path, bench, longer), matched=False)
    if name in ADDED:
        return OnPath(_pathwise(name, ADDED[name].path, bench, longer), matched=False)
    if name in (NET, RESCALED):
        nets = Nets(
            OnPath(bench.fits(_method(net(ratio), settings), longer))
            for ratio in sorted(settings.l1_ratios, reverse=True)
        )
        return nets if name == NET else RescaledNets(nets)
    return OnPath(bench.fits(_method(name, settings), longer))


def _method(name: str, settings: Settings) -> Method:
    plain = name.removeprefix(LOGISTIC)
    ratio = {RIDGE: 0.0, LASSO: 1.0}.get(plain)
    if ratio is None:
        ratio = float(plain.removeprefix(f"{NET}-"))
    return Method(name, ratio, settings.solver)


def _pathwise(name: str, fit: Callable[..., Path], bench: Workbench, longer: bool) -> PathFits:
    draw = bench.draw
    options = bench.settings.grid(draw.X.shape[0], draw.X.shape[1], longer)
    path = fit(draw.X, draw.y, **options)
    return PathFits(bench, Method(name, path.l1_ratio), path)
