"""What the population's paths and cross-validation would cost with scikit-learn: a measured sample.

``python -m benchmarks.population [--cells 24] [--config config/study.yaml]``

Cells are taken evenly from every shape, in the order of the study; one data set each. Both sides
fit the same grids on the same rows, in CPU seconds of one thread, side by side: ridge, lasso, the
Elastic Nets, the adaptive lasso and least squares on the lasso's supports; where the study
cross-validates, its folds too. scikit-learn at its default tolerance, which leaves wrong supports
(`docs/solvers.md`), and with no certificate; its warnings that a fit has not converged are counted.
Measures of fits are on neither side. Sums over the sample are scaled up to the study's data sets by
shape.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNetCV, LinearRegression, Ridge, enet_path
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from threadpoolctl import threadpool_limits

from regclaims.config import Study, load_study
from regclaims.designs import Scenario
from regclaims.designs.cells import Cell, cells
from regclaims.evidence.methods import Method, Settings, path_methods, settings
from regclaims.solvers import Path as Fits
from regclaims.solvers import adaptive_path, draw_folds, relaxed_path
from regclaims.vocabulary import Array


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a table by shape and the sum for the study."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--config", type=Path, default=Path("config/study.yaml"))
    parser.add_argument("--cells", type=int, default=24)
    given = parser.parse_args(arguments)
    study = load_study(given.config)
    chosen = settings(study.methods.model_dump() | study.tuning.model_dump())
    linear = [cell for cell in cells(study) if cell.spec["response"] == "linear"]
    shapes = sorted({shape(cell) for cell in linear})
    each = max(1, given.cells // len(shapes))
    total, warned = np.zeros(2), 0
    print(
        f"{'n':>5}{'p':>6}{'cells':>7}{'ours, ms':>11}{'theirs, ms':>12}{'ratio':>8}{'warned':>8}"
    )
    with threadpool_limits(limits=1):
        for n, p in shapes:
            own = [cell for cell in linear if shape(cell) == (n, p)]
            sample = [own[i] for i in np.linspace(0, len(own) - 1, each).astype(int)]
            measured = [measure(cell, study, chosen) for cell in sample]
            paths, folds, counts = zip(*measured, strict=True)
            per_path, per_fold = np.mean(paths, axis=0), np.mean(folds, axis=0)
            ratio = per_path[1] / per_path[0]
            ours, theirs = 1000 * per_path
            print(
                f"{n:>5}{p:>6}{len(sample):>7}{ours:>11.1f}{theirs:>12.1f}{ratio:>8.1f}"
                f"{sum(counts):>8}",
                flush=True,
            )
            warned += sum(counts)
            draws = study.replicates + study.screening_replicates
            validated = sum(1 for cell in own if cell.cross_validated)
            total += draws * (len(own) * per_path + validated * per_fold)
    print(
        f"{study.name}, {draws} data sets a cell: ours {total[0] / 60:.0f} core-minutes, "
        f"scikit-learn {total[1] / 60:.0f}; ratio {total[1] / total[0]:.1f}"
    )
    print(f"scikit-learn warned {warned:,} times in the sample that a fit had not converged")
    return 0


def shape(cell: Cell) -> tuple[int, int]:
    """Return (n, p)."""
    return cell.spec["n_samples"], cell.spec["n_features"]


def measure(cell: Cell, study: Study, chosen: Settings) -> tuple[Array, Array, int]:
    """Time one data set.

    Returns
    -------
    paths, folds : (2,)
        Seconds, ours and theirs, of all paths, and of cross-validating the study's three.
    warned : int
        Warnings of theirs that a fit has not converged.
    """
    draw = Scenario(cell.spec).draw(study.seed, 0)
    X, y = draw.X, draw.y
    rows = draw_folds(np.random.default_rng(0), len(y), chosen.folds)
    paths, folds, warned = np.zeros(2), np.zeros(2), 0
    for method in path_methods(chosen.l1_ratios):
        fits, ours = timed(lambda method=method: method.fit(X, y, chosen))
        count, theirs = timed(lambda method=method, fits=fits: peer(method, X, y, fits))
        paths += ours, theirs
        warned += count
        if method.name in ("ridge", "lasso", "elastic-net-0.5"):
            _, ours = timed(
                lambda method=method, fits=fits: method.cross_validate(X, y, fits, rows)
            )
            count, theirs = timed(
                lambda method=method, fits=fits: peer_cv(method, X, y, fits, rows)
            )
            folds += ours, theirs
            warned += count
        if method.name == "lasso":
            _, ours = timed(lambda fits=fits: relaxed_path(X, y, fits, chosen.gammas))
            _, theirs = timed(lambda fits=fits: peer_relaxed(X, y, fits))
            paths += ours, theirs
    _, ours = timed(lambda: adaptive_path(X, y, **chosen.grid(*X.shape, longer=False)))
    # A lasso on weighted columns, for a peer.
    lasso = Method("lasso", 1.0)
    fits = lasso.fit(X, y, chosen)
    count, theirs = timed(lambda: peer(lasso, X, y, fits))
    return paths + np.array([ours, theirs]), folds, warned + count


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a call returns, and its CPU seconds."""
    begun = time.process_time()
    found = call()
    return found, time.process_time() - begun


def unconverged(call: Callable[[], object]) -> int:
    """Count a call's warnings that a fit has not converged; others are passed on.

    What scikit-learn does not reach at its defaults is part of what is measured.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        call()
    others = [one for one in caught if not issubclass(one.category, ConvergenceWarning)]
    for one in others:
        warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return len(caught) - len(others)


def peer(method: Method, X: Array, y: Array, fits: Fits) -> int:
    """Fit the same grid with scikit-learn, at its defaults, on standardized columns.

    Returns what `unconverged` counts.
    """
    Z, centred = (X - X.mean(axis=0)) / X.std(axis=0), y - y.mean()
    if method.l1_ratio is None:
        LinearRegression().fit(Z, centred)
    elif method.l1_ratio == 0:
        for lambda_ in fits.lambdas:
            Ridge(alpha=len(y) * lambda_).fit(Z, centred)
    else:
        return unconverged(
            lambda: enet_path(Z, centred, l1_ratio=method.l1_ratio, alphas=fits.lambdas)
        )
    return 0


def peer_relaxed(X: Array, y: Array, fits: Fits) -> None:
    """Least squares on every support of the path, each once."""
    for support in {(coef != 0.0).tobytes(): coef != 0.0 for coef in fits.coefs}.values():
        if support.any():
            LinearRegression().fit(X[:, support], y)


def peer_cv(method: Method, X: Array, y: Array, fits: Fits, rows: Array) -> int:
    """Cross-validate the same grid on the same folds; returns what `unconverged` counts."""
    Z, folds = (X - X.mean(axis=0)) / X.std(axis=0), PredefinedSplit(rows)
    if method.l1_ratio == 0:
        grid = {"alpha": len(y) * fits.lambdas}
        GridSearchCV(Ridge(), grid, cv=folds, scoring="neg_mean_squared_error").fit(Z, y)
        return 0
    model = ElasticNetCV(l1_ratio=method.l1_ratio, alphas=fits.lambdas, cv=folds)
    return unconverged(lambda: model.fit(Z, y))


if __name__ == "__main__":
    raise SystemExit(main())
