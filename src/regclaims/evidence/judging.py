"""What a cell's replicates say about an effect: estimate, interval, p-values, state.

An effect is positive where the claim is right, and must exceed delta, the margin, to hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy

from regclaims.metrics.stability import jackknife_error
from regclaims.vocabulary import Array

MAX_UNDEFINED = 0.10
"""A cell in which a larger share of replicates is failed or undefined is open."""

MAX_OUTSIDE = 0.50
"""The same of an estimand that is about the replicates with a value: at least half must have one.

A lasso that is null has no shape of its weights. It is no missing value of a claim about that
shape, which speaks of fits that have weights.
"""

EXACT, LARGEST = 1e-17, 1e17
"""A deviation outside these counts as the nearer one: doubles tell no more apart."""

SAME = 1e-12
"""Values this close differ by rounding only."""

HOLDS, NEGLIGIBLE, REVERSED, OPEN = "holds", "negligible", "reversed", "open"


@dataclass(frozen=True)
class CellContrast:
    """What one cell says about one contrast.

    Attributes
    ----------
    effect, se, ci_low, ci_high : float
        In the contrast's unit, with a 95 % interval.
    p_above, p_below : float
        One-sided p-values against "the effect is at most delta" and "at least delta".
    replicates, undefined : int
        Replicates looked at, and those without a value (a failed fit has none).
    state : str
        ``holds`` (interval above delta), ``negligible`` (inside +-delta), ``reversed`` (below
        -delta), else ``open``.
    """

    effect: float
    se: float
    ci_low: float
    ci_high: float
    p_above: float
    p_below: float
    replicates: int
    undefined: int
    state: str


def student(
    effects: Array,
    margin: float,
    overlap: float = 0.0,
    most_undefined: float = MAX_UNDEFINED,
) -> CellContrast:
    """Studentize the mean of one effect per replicate.

    Parameters
    ----------
    effects : (R,)
        NaN where undefined.
    margin : float
        delta.
    overlap : float
        Of random splits of the same rows, n_test/n_train: the squared standard error is
        (1/R + overlap) s^2, and R replicates that agree count as 1/(1/R + overlap) (corrected
        resampled t; Nadeau and Bengio 2003). 0 for independent replicates.
    most_undefined : float
        With a larger share of replicates without a value the cell is open.

    Returns
    -------
    CellContrast
        From Student's t with R-1 degrees of freedom over the defined effects; from the sign test
        if they are all equal, as when two methods tie.
    """
    defined = effects[np.isfinite(effects)]
    if len(defined) < 2:
        return undecided(len(effects), len(effects) - len(defined))
    se = float(defined.std(ddof=1) * np.sqrt(1 / len(defined) + overlap))
    mean, df = float(defined.mean()), len(defined) - 1
    return _studentized(mean, se, df, margin, effects, overlap, most_undefined)


def jackknife(
    value: float, left_out: Array, margin: float, undefined: int = 0, overlap: float = 0.0
) -> CellContrast:
    """Studentize a statistic of R replicates by its delete-one jackknife, with R-1 d.f.

    Parameters
    ----------
    value : float
    left_out : (R,)
        Its value without each replicate.
    margin : float
        delta.
    undefined : int
        Replicates that had no say in it.
    overlap : float
        As for `student`; for a statistic that is no mean the correction is a guide.
    """
    n = len(left_out)
    if not (np.isfinite(value) and np.isfinite(left_out).all() and n > 1):
        return undecided(n, n)
    values = left_out.copy()
    values[:undefined] = np.nan
    se = jackknife_error(left_out) * np.sqrt(1 + n * overlap)
    return _studentized(value, float(se), n - 1, margin, values, overlap)


def binomial(
    events: Array,
    versus: float,
    direction: str,
    margin: float,
    most_undefined: float = MAX_UNDEFINED,
) -> CellContrast:
    """Test a share of events against a number, exactly (Clopper and Pearson 1934).

    Parameters
    ----------
    events : (R,)
        0 or 1; NaN where undefined.
    versus : float
        Between 0 and 1.
    direction : {"above", "below"}
    margin : float
    most_undefined : float
        As for `student`.

    Returns
    -------
    CellContrast
        The standard error is Agresti and Coull's, which is not 0 if all events agree.
    """
    defined = events[np.isfinite(events)]
    if direction == "below":
        defined, versus = 1 - defined, 1 - versus
    n, k = len(defined), int(defined.sum())
    if n == 0:
        return undecided(len(events), len(events))
    bound = min(versus + margin, 1.0)
    low = scipy.stats.beta.ppf(0.025, k, n - k + 1) if k else 0.0
    high = scipy.stats.beta.ppf(0.975, k + 1, n - k) if k < n else 1.0
    centre = (k + 2) / (n + 4)
    return _judged(
        effect=k / n - versus,
        se=float(np.sqrt(centre * (1 - centre) / (n + 4))),
        interval=(float(low) - versus, float(high) - versus),
        p_above=float(scipy.stats.binom.sf(k - 1, n, bound)),
        p_below=float(scipy.stats.binom.cdf(k, n, bound)),
        margin=margin,
        values=events,
        most_undefined=most_undefined,
    )


def identity(deviations: Array, tolerance: float) -> CellContrast:
    """Hold every replicate's deviation from an identity to its tolerance.

    Parameters
    ----------
    deviations : (R,)
        Relative, not negative; NaN where undefined.
    tolerance : float
        Positive: what rounding may come to.

    Returns
    -------
    CellContrast
        The effect is the mean number of digits to spare, log10(tolerance / deviation), with
        Student's interval. What it comes to on average decides nothing: one replicate beyond the
        tolerance is a counterexample, so the p-values are 0 and 1.
    """
    defined = deviations[~np.isnan(deviations)]
    n = len(defined)
    if n < 2:
        return undecided(len(deviations), len(deviations) - n)
    digits = np.log10(tolerance / np.clip(defined, EXACT, LARGEST))
    effect, se = float(digits.mean()), float(digits.std(ddof=1) / np.sqrt(n))
    half = float(scipy.special.stdtrit(n - 1, 0.975)) * se
    within = bool((defined <= tolerance).all())
    interval = (effect - half, effect + half)
    p_values = (0.0, 1.0) if within else (1.0, 0.0)
    finite = np.minimum(deviations, LARGEST)  # infinite is a deviation, and defined
    found = _judged(effect, se, interval, *p_values, 0.0, finite)
    if found.p_above == found.p_below:
        return found  # too much is undefined
    return replace(found, state=HOLDS if within else REVERSED)


def _studentized(
    effect: float,
    se: float,
    df: int,
    margin: float,
    values: Array,
    overlap: float,
    most_undefined: float = MAX_UNDEFINED,
) -> CellContrast:
    if se <= SAME * max(1.0, abs(effect)):
        # All replicates agree, and Student's t knows no spread. The sign test still holds: were the
        # median not beyond delta, n of n beyond it would have probability 2^-n at most.
        agree = 0.5 ** (1 / (1 / (df + 1) + overlap))
        p_above = agree if effect - margin > SAME else 1.0
        p_below = agree if effect - margin < -SAME else 1.0
        same = (effect, effect)
        found = _judged(effect, 0.0, same, p_above, p_below, margin, values, most_undefined)
        return found if agree <= 0.025 else replace(found, state=OPEN)
    half = float(scipy.special.stdtrit(df, 0.975)) * se
    z = (effect - margin) / se
    return _judged(
        effect,
        se,
        (effect - half, effect + half),
        float(scipy.special.stdtr(df, -z)),
        float(scipy.special.stdtr(df, z)),
        margin,
        values,
        most_undefined,
    )


def _judged(
    effect: float,
    se: float,
    interval: tuple[float, float],
    p_above: float,
    p_below: float,
    margin: float,
    values: Array,
    most_undefined: float = MAX_UNDEFINED,
) -> CellContrast:
    low, high = interval
    undefined = int(np.count_nonzero(~np.isfinite(values)))
    state = _state(low, high, margin)
    if undefined > most_undefined * len(values):
        p_above = p_below = 1.0
        state = OPEN
    return CellContrast(effect, se, low, high, p_above, p_below, len(values), undefined, state)


def _state(low: float, high: float, margin: float) -> str:
    if low > margin:
        return HOLDS
    if high < -margin:
        return REVERSED
    return NEGLIGIBLE if -margin <= low and high <= margin else OPEN


def with_error(
    effect: float, se: float, margin: float, replicates: int, undefined: int
) -> CellContrast:
    """Judge an effect whose standard error is known from so many replicates.

    Student's t with R-1 degrees of freedom: cautious where a part of the error is known better.

    Parameters
    ----------
    effect, se : float
        NaN where there is none.
    margin : float
        delta.
    replicates, undefined : int
    """
    df = replicates - undefined - 1
    if not (np.isfinite(effect) and np.isfinite(se)) or se <= 0 or df < 1:
        return undecided(replicates, undefined)
    half, z = float(scipy.special.stdtrit(df, 0.975)) * se, (effect - margin) / se
    values = np.zeros(replicates)
    values[:undefined] = np.nan
    interval = (effect - half, effect + half)
    p_above, p_below = float(scipy.special.stdtr(df, -z)), float(scipy.special.stdtr(df, z))
    return _judged(effect, se, interval, p_above, p_below, margin, values)


def undecided(replicates: int, undefined: int) -> CellContrast:
    """Return what a cell without a value says: nothing."""
    nan = float("nan")
    return CellContrast(nan, nan, nan, nan, 1.0, 1.0, replicates, undefined, OPEN)
