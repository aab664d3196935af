"""In how many cells does it hold? The test behind every verdict.

Each of m cells gives a one-sided p-value. If fewer than u cells hold, the number of p-values up to
t is at most (u - 1) + Binomial(m - u + 1, t), whatever t. So the excess over u - 1 has a binomial
tail; at several fixed thresholds the smallest tail counts, by Bonferroni. This is the confidence
bound on the number of true effects of Meinshausen and Rice (2006), read as a test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy

from regclaims.vocabulary import Array

THRESHOLDS = (0.01, 0.05, 0.1, 0.2, 0.35, 0.5)
LEVEL = 0.025
"""Of the test, and of its mirror."""


def cells_needed(bar: float, n_cells: int) -> int:
    """Return u = ceil(bar m), at least 1.

    A bar is a decimal fraction, so a product like .55 * 100 = 55.00000000000001 is 55, not 56.
    """
    return max(1, math.ceil(round(bar * n_cells, 9)))


def at_least(p_values: Array, needed: int) -> float:
    """P-value against "the effect is there in fewer than `needed` of these independent cells".

    Parameters
    ----------
    p_values : (m,)
        One-sided, one per cell.
    needed : int
        u, from 1 to m.

    Returns
    -------
    float
        For u = m the largest p (all must hold); for u = 1 Bonferroni's; between, the count test.

    Raises
    ------
    ValueError
        If `needed` is out of range.
    """
    m = len(p_values)
    if not 1 <= needed <= m:
        raise ValueError(f"needed must be from 1 to {m}; it is {needed}")
    if needed == m:
        return float(np.max(p_values))
    if needed == 1:
        return min(1.0, m * float(np.min(p_values)))
    tails = [_tail(p_values, needed, t) for t in THRESHOLDS]
    return min(1.0, len(THRESHOLDS) * min(tails))


def at_least_dependent(p_values: Array, needed: int) -> float:
    """P-value as `at_least`, for cells that may depend on one another in any way.

    Bonferroni's partial conjunction (Benjamini and Heller 2008, eq. 4): (m - u + 1) p_(u), where
    p_(u) is the u-th smallest of the m p-values.

    Parameters
    ----------
    p_values : (m,)
    needed : int
        u, from 1 to m.

    Raises
    ------
    ValueError
        If `needed` is out of range.
    """
    m = len(p_values)
    if not 1 <= needed <= m:
        raise ValueError(f"needed must be from 1 to {m}; it is {needed}")
    return min(1.0, (m - needed + 1) * float(np.sort(p_values)[needed - 1]))


def _tail(p_values: Array, needed: int, threshold: float) -> float:
    excess = int(np.count_nonzero(p_values <= threshold)) - (needed - 1)
    if excess <= 0:
        return 1.0
    return float(scipy.stats.binom.sf(excess - 1, len(p_values) - needed + 1, threshold))


@dataclass(frozen=True)
class Pooled:
    """An event counted over independent fits whose rates may differ.

    Tails of such a count beyond its mean are no heavier than the binomial's with the mean rate
    (Hoeffding 1956).

    Attributes
    ----------
    events : int
        Fits in which it happened.
    missing : int
        Fits without a value. They are never dropped: they count against whichever side would win.
    defined : int
        Fits with one.
    """

    events: int
    missing: int
    defined: int

    @property
    def trials(self) -> int:
        """All fits."""
        return self.missing + self.defined

    def p_values(self, rate: float) -> tuple[float, float]:
        """P-values against "the mean rate is at least `rate`", and against "at most"."""
        most, mean = self.events + self.missing, self.trials * rate
        fewer = float(scipy.stats.binom.cdf(most, self.trials, rate))
        more = float(scipy.stats.binom.sf(self.events - 1, self.trials, rate))
        # Hoeffding's bound holds one event beyond the mean; nearer to it nothing is claimed.
        return (fewer if most <= mean - 1 else 1.0, more if self.events >= mean + 1 else 1.0)

    def below(self, rate: float) -> tuple[float, float, float, float]:
        """How far the pooled rate lies below `rate`: with a Clopper-Pearson interval and error.

        The standard error is Agresti and Coull's, which is not 0 where nothing ever happened.
        """
        n, k = self.defined, self.events
        low = float(scipy.stats.beta.ppf(0.025, k, n - k + 1)) if k else 0.0
        high = float(scipy.stats.beta.ppf(0.975, k + 1, n - k)) if k < n else 1.0
        centre = (k + 2) / (n + 4)
        error = math.sqrt(centre * (1 - centre) / (n + 4))
        return rate - k / n if n else math.nan, rate - high, rate - low, error
