"""The count test: how many cells hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regclaims.claims.count_test import LEVEL, THRESHOLDS, Pooled, at_least, cells_needed

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=60).map(np.array)


@given(p_values, st.data())
def test_stronger_evidence_never_raises_the_p_value(p: np.ndarray, data: st.DataObject) -> None:
    needed = data.draw(st.integers(1, len(p)))
    weaker = np.minimum(1.0, p + data.draw(st.floats(0, 0.5)))
    assert at_least(p, needed) <= at_least(weaker, needed)


@given(p_values, st.data())
def test_the_order_of_cells_does_not_matter(p: np.ndarray, data: st.DataObject) -> None:
    needed = data.draw(st.integers(1, len(p)))
    shuffled = np.array(data.draw(st.permutations(list(p))))
    assert at_least(p, needed) == at_least(shuffled, needed)


@given(p_values.filter(lambda p: len(p) > 2), st.data())
def test_asking_for_more_cells_is_harder_between_the_ends(
    p: np.ndarray, data: st.DataObject
) -> None:
    # The ends have tests of their own (largest p, Bonferroni), so they are not comparable.
    needed = data.draw(st.integers(2, len(p) - 1))
    if needed + 1 < len(p):
        assert at_least(p, needed) <= at_least(p, needed + 1)


@given(p_values)
def test_all_cells_means_the_largest_and_one_means_bonferroni(p: np.ndarray) -> None:
    assert at_least(p, len(p)) == p.max()
    if len(p) > 1:
        assert at_least(p, 1) == min(1.0, len(p) * p.min())


def test_between_the_ends_it_is_the_binomial_tail_of_the_excess() -> None:
    p = np.r_[np.full(80, 0.001), np.full(20, 0.9)]
    # 80 p-values below every threshold, 75 wanted: an excess of 6 over 74, of 26 that may be null.
    tails = [stats.binom.sf(5, 26, t) for t in THRESHOLDS]
    assert at_least(p, 75) == pytest.approx(len(THRESHOLDS) * min(tails), rel=1e-12)


@pytest.mark.parametrize("needed", [0, 5])
def test_a_number_of_cells_that_cannot_be_is_refused(needed: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 4"):
        at_least(np.full(4, 0.5), needed)


@pytest.mark.parametrize(
    ("bar", "cells", "needed"),
    [(0.75, 4, 3), (0.75, 5, 4), (0.5, 7, 4), (1.0, 9, 9), (0.55, 100, 55), (0.01, 3, 1)],
)
def test_cells_needed_is_the_ceiling_of_the_bar(bar: float, cells: int, needed: int) -> None:
    assert cells_needed(bar, cells) == needed


def test_no_false_support_below_the_bar() -> None:
    # Least favourable: u - 1 cells hold with certainty, the others sit exactly at delta.
    rng = np.random.default_rng(1)
    m, repetitions = 60, 4000
    needed = cells_needed(0.75, m)
    null = rng.uniform(size=(repetitions, m - needed + 1))
    p = np.hstack([np.zeros((repetitions, needed - 1)), null])
    false = sum(at_least(row, needed) <= LEVEL for row in p)
    # At most the level; the bound is the 99.9 % point of the binomial, so that this fails by
    # chance once in a thousand seeds (and the seed is fixed).
    assert false <= stats.binom.ppf(0.999, repetitions, LEVEL)


def test_power_where_clearly_more_cells_hold() -> None:
    rng = np.random.default_rng(2)
    m = 480
    mu = np.where(np.arange(m) < 0.85 * m, 2.0, 0.0)
    hits = 0
    for _ in range(200):
        z = (mu + 0.35 * rng.standard_normal(m) - 1) / 0.35
        hits += at_least(stats.norm.sf(z), cells_needed(0.75, m)) <= LEVEL
    # The prototype of the procedure has 85 % here; 75 % is four standard errors below.
    assert hits / 200 >= 0.75


def test_power_where_all_cells_hold_but_are_not_precise() -> None:
    rng = np.random.default_rng(3)
    m, error = 120, 0.5
    hits = 0
    for _ in range(200):
        z = (2.0 + error * rng.standard_normal(m) - 1) / error
        hits += at_least(stats.norm.sf(z), cells_needed(0.75, m)) <= LEVEL
    # All of 200 trials were found, with resampled noise; with thresholds up to .1 only, a tenth.
    assert hits / 200 >= 0.9


def test_pooled_p_values_are_the_binomials() -> None:
    pooled = Pooled(events=2, missing=0, defined=200)
    assert pooled.p_values(0.05)[0] == pytest.approx(stats.binom.cdf(2, 200, 0.05))
    assert pooled.p_values(0.05)[1] == 1.0
    many = Pooled(events=30, missing=0, defined=200)
    assert many.p_values(0.05)[1] == pytest.approx(stats.binom.sf(29, 200, 0.05))


def test_a_missing_fit_counts_against_whoever_would_win() -> None:
    complete, partial = Pooled(0, 0, 100), Pooled(0, 4, 96)
    assert partial.p_values(0.05)[0] > complete.p_values(0.05)[0]
    assert Pooled(20, 10, 90).p_values(0.05)[1] == Pooled(20, 0, 100).p_values(0.05)[1]


def test_pooled_bound_holds_for_unequal_rates() -> None:
    # Hoeffding (1956): unequal rates with the same mean are no more spread out.
    rng = np.random.default_rng(3)
    rates = np.r_[np.full(50, 0.09), np.full(50, 0.01)]
    counts = (rng.uniform(size=(20000, 100)) < rates).sum(axis=1)
    for k in (0, 1, 2):
        bound = stats.binom.cdf(k, 100, 0.05)
        observed = (counts <= k).mean()
        assert observed <= bound + 4 * np.sqrt(bound / 20000)


def test_pooled_interval_covers_and_has_an_error_at_zero_events() -> None:
    effect, low, high, error = Pooled(0, 0, 300).below(0.05)
    assert effect == pytest.approx(0.05)
    assert low == pytest.approx(0.05 - (1 - 0.025 ** (1 / 300)))
    assert high == 0.05
    assert error > 0


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_a_p_value_at_a_threshold_counts_as_below_it(threshold: float) -> None:
    at, beyond = np.full(10, threshold), np.full(10, np.nextafter(threshold, 1))
    assert at_least(at, 5) < at_least(beyond, 5)
