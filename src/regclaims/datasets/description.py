"""What a data set is like: size, collinearity, balance, noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from regclaims.datasets.imputing import impute
from regclaims.vocabulary import Array

if TYPE_CHECKING:
    from regclaims.datasets.loading import Loaded

KINDS = ("numeric", "categorical", "sparse")

MOST_COLUMNS = 2000
MOST_WORK = 2.5e10
"""Columns squared times rows that are factorized, in a few seconds; beyond these two, columns are
sampled."""

MOST_ROWS = 2000
"""For ridge; beyond it, or `MOST_WORK` of rows squared times columns, rows are sampled."""

SEED = 1
"""Of the samples: a description is the same every time."""

PENALTIES = np.logspace(-5, 4, 28)
"""Ridge penalties on standardized columns, in units of n."""

LEAST_SQUARES, RIDGE = "least squares", "ridge"


class Collinearity(NamedTuple):
    """Five measures of collinearity; see `describe`."""

    condition_number: float
    mean_correlation: float
    max_correlation: float
    neighbour_correlation: float
    max_vif: float


def describe(data: Loaded) -> dict[str, Any]:
    """Describe a data set in a row of plain values.

    Parameters
    ----------
    data : Loaded
        Missing values are filled with the mean of all rows, for this purpose only.

    Returns
    -------
    dict
        ``n_samples``, ``n_features``, ``n_missing`` (values of the file), ``task``.
        ``kind``: ``numeric``, ``categorical``, ``numeric and categorical`` or ``sparse``.
        ``condition_number`` of the correlation matrix; infinite where it is singular, as for
        p >= n. ``mean_correlation``, ``max_correlation``: of two columns, absolute.
        ``neighbour_correlation``: of a column with the one that it is most correlated with,
        absolute, the mean over columns. ``max_vif``: the largest 1/(1 - R^2) of a column on all
        others; infinite where they are exactly collinear, NaN where p >= n. ``sampled_columns``:
        how many columns these five were taken from; 0 if all.
        ``class_balance``: share of the class 1; NaN without classes.
        ``noise``: share of the variance of y that is left, by ``noise_method``: ``least squares``
        (1 less the adjusted R^2) where n > p + 1 and no column was left out; else ``ridge``
        (leave-one-out error at the best penalty). ``noise_rows``: rows that it was taken from.
    """
    (X,) = impute(data.X)
    n_samples, n_features = X.shape
    chosen = _sample(n_features, MOST_COLUMNS, n_samples)
    Z, rounding = _standardized(_dense(X[:, chosen]))
    left = np.nan
    if n_samples > n_features:
        found, left = _factorized(Z, _standardized(data.y)[0], rounding)
    else:
        found = Collinearity(np.inf, *_correlations(Z.T @ Z), np.nan)
    sampled = len(chosen) < n_features
    method, rows = LEAST_SQUARES, np.arange(n_samples)
    if sampled or n_samples <= n_features + 1:
        method, rows = RIDGE, _sample(n_samples, MOST_ROWS, n_features)
        left = _left_by_ridge(X[rows], data.y[rows])
    return {
        "n_samples": n_samples,
        "n_features": n_features,
        "n_missing": data.n_missing,
        "task": data.task,
        "kind": " and ".join(kind for kind in KINDS if kind in data.kinds),
        **found._asdict(),
        "sampled_columns": len(chosen) if sampled else 0,
        "class_balance": float(data.y.mean()) if data.classes else np.nan,
        "noise": left,
        "noise_method": method,
        "noise_rows": len(rows),
    }


def _sample(count: int, most: int, other: int) -> NDArray[np.int64]:
    """Choose columns or rows at random, as many as there is time for."""
    most = min(most, int(np.sqrt(MOST_WORK / other)))
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(SEED).choice(count, most, replace=False))


def _dense(X: Any) -> Array:
    dense: Array = X.toarray() if sparse.issparse(X) else X
    return dense


def _standardized(X: Array) -> tuple[Array, float]:
    """Centre columns and divide them by their norms, and say how far off rounding may leave them.

    A column far from 0 is known to fewer digits of its spread; one that has lost all becomes 0.
    """
    largest = np.abs(X).max(axis=0)
    scaled = X / np.where(largest > 0, largest, 1)
    centred = scaled - scaled.mean(axis=0)
    norms = np.sqrt((centred**2).sum(axis=0))
    smallest = np.min(norms, initial=1, where=norms > 0)
    rounding = max(X.shape) * np.finfo(float).eps / smallest
    return centred / np.where(norms > 0, norms, 1), float(rounding)


def _correlations(R: Array) -> tuple[float, float, float]:
    """Return mean and largest absolute value off the diagonal, and the mean of the columns' own."""
    off_diagonal = np.abs(R[np.triu_indices(len(R), k=1)])
    size = np.abs(R)
    np.fill_diagonal(size, 0.0)
    own = np.minimum(size.max(axis=0), 1.0)
    return float(off_diagonal.mean()), min(float(off_diagonal.max()), 1.0), float(own.mean())


def _factorized(Z: Array, y: Array, rounding: float) -> tuple[Collinearity, float]:
    """Measure collinearity, and the noise that least squares leaves, from one QR of [Z y].

    Parameters
    ----------
    Z : (n, p)
        Standardized, n > p.
    y : (n,)
        Standardized.
    rounding : float
        A singular value this small, relative to the largest, is 0.
    """
    n_samples, n_features = Z.shape
    factor: Array = np.asarray(np.linalg.qr(np.column_stack([Z, y]), mode="r"))
    R, projected = factor[:n_features, :n_features], factor[:, n_features]
    coef, _, rank, singular = linalg.lstsq(R, projected[:n_features], cond=rounding)
    residual = ((projected[:n_features] - R @ coef) ** 2).sum()
    residual += (projected[n_features:] ** 2).sum()
    condition = vif = np.inf
    if rank == n_features:
        condition = float((singular[0] / singular[-1]) ** 2)
        # The diagonal of the inverse correlation matrix, from its root.
        inverse = linalg.solve_triangular(R, np.eye(n_features))
        vif = float((inverse**2).sum(axis=1).max())
    free = n_samples - rank - 1
    left = float(residual / free * (n_samples - 1)) if free > 0 else np.nan
    return Collinearity(condition, *_correlations(R.T @ R), vif), left


def _left_by_ridge(X: Any, y: Array) -> float:
    """Return the leave-one-out error of ridge in units of the variance of y; NaN without any."""
    # Slow to import, and seldom needed.
    from sklearn.linear_model import RidgeCV

    if y.min() == y.max():
        return np.nan
    n_samples = len(y)
    Z = _scaled(X) if sparse.issparse(X) else _standardized(X)[0] * np.sqrt(n_samples)
    target = _standardized(y)[0] * np.sqrt(n_samples)
    fit = RidgeCV(alphas=n_samples * PENALTIES).fit(Z, target)
    # The null model's own leave-one-out error is (n / (n - 1))^2 variances.
    return float(-fit.best_score_ * (1 - 1 / n_samples) ** 2)


def _scaled(X: sparse.csr_array) -> sparse.csr_array:
    """Divide sparse columns by their standard deviations, leaving them sparse."""
    mean = X.mean(axis=0)
    deviations = np.sqrt(np.maximum(X.multiply(X).mean(axis=0) - mean**2, 0))
    return sparse.csr_array(X @ sparse.diags_array(1 / np.where(deviations > 0, deviations, 1)))
