"""Sparsity against accuracy: what a method can reach on one data set, and whether one fit has both.

Accuracy is exact relative risk. Which fit of a given sparsity is used is decided by validation
rows, so that a method with more knobs pays for choosing among more fits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from regclaims.designs import Scenario
from regclaims.metrics.support import recovery
from regclaims.tuning import smallest
from regclaims.vocabulary import Array


@dataclass(frozen=True)
class Fits:
    """All fits of a method to one data set.

    Attributes
    ----------
    lambdas : (m,)
        L1 strength; NaN where the method has no single one.
    sizes : (m,)
        Non-zero coefficients.
    risk : (m,)
        Exact relative risk.
    f1 : (m,)
        Of the support.
    error : (m,)
        Mean squared error on validation rows.
    """

    lambdas: Array
    sizes: Array
    risk: Array
    f1: Array
    error: Array

    def sparse(self, at_most: float) -> int:
        """Choose the fit of least validation error among those with few enough non-zeros."""
        return smallest(np.where(self.sizes <= at_most, self.error, np.inf))

    @property
    def best_support_size(self) -> int:
        """Non-zeros of the sparsest fit with the best F1."""
        return int(self.sizes[self.f1 == self.f1.max()].min())


def fits(
    scenario: Scenario,
    validation: tuple[Array, Array],
    lambdas: Array,
    coefs: Array,
    intercepts: Array,
) -> Fits:
    """Measure fits of one method.

    Parameters
    ----------
    scenario : Scenario
    validation : (X, y)
        Rows that choose among the fits.
    lambdas, intercepts : (m,)
    coefs : (m, p)
    """
    X, y = validation
    residuals = y - coefs @ X.T - intercepts[:, None]
    return Fits(
        lambdas=lambdas,
        sizes=np.count_nonzero(coefs, axis=1).astype(float),
        risk=scenario.excess_risk(coefs) / scenario.signal_variance,
        f1=recovery(coefs != 0.0, scenario.relevant)["f1"],
        error=(residuals**2).mean(axis=1),
    )


def lambda_gap(found: Fits) -> float:
    """Log ratio of the lambda of the best support and that of the least exact risk.

    Where several lambdas have the best F1, it is the one nearest to the other.
    """
    best = found.lambdas[found.risk.argmin()]
    gaps = np.log(found.lambdas[found.f1 == found.f1.max()] / best)
    return float(gaps[np.abs(gaps).argmin()])


def serves_both(found: Fits, risk_tolerance: float, f1_tolerance: float) -> bool:
    """Tell whether some fit comes close to the least risk, and to the best support, of them all.

    Parameters
    ----------
    found : Fits
    risk_tolerance : float
        By how much the log risk may exceed the least.
    f1_tolerance : float
        By how much F1 may stay behind the best.
    """
    accurate = found.risk <= math.exp(risk_tolerance) * found.risk.min()
    clean = found.f1 >= found.f1.max() - f1_tolerance
    return bool((accurate & clean).any())
