"""What must hold of verdicts whatever the evidence, and the error rates that the rule promises."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from regclaims.claims.combine import combine
from regclaims.claims.count_test import LEVEL, THRESHOLDS, Pooled, at_least, cells_needed
from regclaims.claims.decide import (
    EXISTS,
    INCONCLUSIVE,
    REFUTED,
    STATES,
    SUPPORTED,
    decide,
)
from regclaims.evidence.contrasts import contrast
from regclaims.evidence.judging import binomial, jackknife, student

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=60).map(np.array)
several = st.lists(st.floats(0, 1), min_size=3, max_size=60).map(np.array)
# Sizes far from under- and overflow of squares.
numbers = st.floats(-1e3, 1e3).filter(lambda v: v == 0 or abs(v) > 1e-3)
samples = st.lists(numbers, min_size=3, max_size=25).map(np.array)
margins = st.sampled_from([0.0, 0.02, 0.05, 0.1, 1.0])


def prototype(p, u):
    """The count test as it was first tried, before it had its two ends."""
    null = len(p) - u + 1
    tails = []
    for t in THRESHOLDS:
        excess = int((p <= t).sum()) - (u - 1)
        tails.append(1.0 if excess <= 0 else stats.binom.sf(excess - 1, null, t))
    return min(1.0, len(THRESHOLDS) * min(tails))


@given(several, st.data())
def test_between_its_ends_the_test_is_the_prototype(p, data):
    needed = data.draw(st.integers(2, len(p) - 1))
    assert at_least(p, needed) == prototype(p, needed)


@given(p_values, st.data())
def test_a_smaller_p_value_anywhere_never_raises_the_result(p, data):
    needed = data.draw(st.integers(1, len(p)))
    stronger = p.copy()
    index = data.draw(st.integers(0, len(p) - 1))
    stronger[index] *= data.draw(st.floats(0, 1))
    assert at_least(stronger, needed) <= at_least(p, needed)


@given(p_values, st.data())
def test_a_result_is_a_p_value(p, data):
    assert 0 <= at_least(p, data.draw(st.integers(1, len(p)))) <= 1


@pytest.mark.parametrize(("m", "bar"), [(20, 0.5), (60, 0.75), (7, 0.75), (12, 1.0), (12, 0.01)])
def test_the_level_holds_where_it_is_hardest(m, bar):
    """All but one of the wanted cells hold beyond doubt, the others lie exactly at the margin."""
    rng = np.random.default_rng(11)
    needed, repetitions = cells_needed(bar, m), 2000
    p = np.zeros((repetitions, m))
    p[:, needed - 1 :] = rng.uniform(size=(repetitions, m - needed + 1))
    false = sum(at_least(row, needed) <= LEVEL for row in p)
    # Fails by chance for one seed in a thousand; the seed is fixed.
    assert false <= stats.binom.ppf(0.999, repetitions, LEVEL)


def rates_with_mean(rng, mean, n):
    """Draw rates of very different size whose mean is `mean`."""
    rates = rng.beta(0.1, 0.1 * (1 - mean) / mean, n)
    return np.clip(rates * mean / rates.mean(), 0, 1)


@pytest.mark.parametrize("mean", [0.05, 0.2])
def test_rarely_holds_its_level_for_rates_that_differ(mean):
    rng = np.random.default_rng(12)
    n, repetitions = 300, 2000
    rates = rates_with_mean(rng, mean, n)
    events = (rng.random((repetitions, n)) < rates).sum(axis=1)
    fewer, more = zip(*(Pooled(int(k), 0, n).p_values(rates.mean()) for k in events), strict=True)
    most = stats.binom.ppf(0.999, repetitions, LEVEL)
    assert (np.array(fewer) <= LEVEL).sum() <= most
    assert (np.array(more) <= LEVEL).sum() <= most


@given(st.integers(0, 60), st.integers(1, 400), st.sampled_from([0.05, 0.1, 0.5]))
def test_rarely_is_the_exact_binomial_away_from_the_mean(events, n, rate):
    assume(events <= n)
    fewer, more = Pooled(events, 0, n).p_values(rate)
    less = stats.binomtest(events, n, rate, alternative="less").pvalue
    greater = stats.binomtest(events, n, rate, alternative="greater").pvalue
    assert fewer == (pytest.approx(less, abs=1e-12) if events <= n * rate - 1 else 1.0)
    assert more == (pytest.approx(greater, abs=1e-12) if events >= n * rate + 1 else 1.0)


@given(st.integers(0, 50), st.integers(0, 20), st.integers(1, 300))
def test_a_missing_fit_never_helps_either_side(events, missing, defined):
    assume(events <= defined)
    fewer, more = Pooled(events, missing, defined).p_values(0.05)
    # As if every missing fit had been an event, or none had.
    assert fewer == Pooled(events + missing, 0, defined + missing).p_values(0.05)[0]
    assert more == Pooled(events, 0, defined + missing).p_values(0.05)[1]


def part(direction, versus="ridge", scale="difference", margin=0.0):
    other = {"method": versus, "tuning": "cv-min"} if isinstance(versus, str) else versus
    return {
        "evidence": "fits",
        "metric": "rr",
        "method": "lasso",
        "tuning": "cv-min",
        "versus": other,
        "versus_metric": None,
        "non_null": False,
        "scale": scale,
        "direction": direction,
        "margin": margin,
    }


def fits(lasso, ridge):
    arms = {"lasso": lasso, "ridge": ridge}
    return pd.concat(
        [
            pd.DataFrame(
                {"cell_id": "c", "replicate": range(len(values)), "method": method}
                | {"tuning": "cv-min", "rr": values}
            )
            for method, values in arms.items()
        ]
    )


pairs = st.integers(3, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.floats(0.01, 10), min_size=n, max_size=n).map(np.array)] * 2)
)


@given(pairs, st.sampled_from(["difference", "log-ratio"]))
def test_swapping_arms_or_direction_mirrors_a_cell(values, scale):
    lasso, ridge = values
    compared = np.log(lasso) - np.log(ridge) if scale == "log-ratio" else lasso - ridge
    # Rounding decides what a spread of a few units in the last place is.
    assume(compared.std() > 1e-9)
    here = contrast(fits(lasso, ridge), part("above", scale=scale)).loc["c"]
    for table, direction in ((fits(ridge, lasso), "above"), (fits(lasso, ridge), "below")):
        there = contrast(table, part(direction, scale=scale)).loc["c"]
        assert there["effect"] == pytest.approx(-here["effect"], rel=1e-9, abs=1e-12)
        assert there["p_above"] == pytest.approx(here["p_below"], abs=1e-9)
        assert there["p_below"] == pytest.approx(here["p_above"], abs=1e-9)
        assert there["ci_low"] == pytest.approx(-here["ci_high"], rel=1e-9, abs=1e-12)


@given(samples, margins)
def test_a_studentized_cell_is_consistent(values, margin):
    found = student(values, margin)
    if found.se > 0:
        assert found.p_above + found.p_below == pytest.approx(1)
    else:  # the sign test: n of n, and never both ways
        assert {found.p_above, found.p_below} <= {1.0, 0.5 ** len(values)}
        assert max(found.p_above, found.p_below) == 1.0
    assert found.ci_low <= found.effect <= found.ci_high
    assert found.state in STATES
    if found.state == "holds":
        assert found.p_above <= LEVEL
    if found.p_above <= LEVEL:
        assert found.ci_low >= margin - 1e-9 * max(1, abs(found.effect))


@given(samples, st.data())
def test_undefined_values_only_take_away(values, data):
    undefined = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    holed = np.where(undefined, np.nan, values)
    found = student(holed, 0.05)
    assert found.replicates == len(values)
    assert found.undefined == sum(undefined)
    if sum(undefined) > 0.1 * len(values):
        assert (found.state, found.p_above, found.p_below) == ("open", 1, 1)


@given(st.integers(0, 40), st.integers(1, 40), st.sampled_from([0.05, 0.5]), margins)
def test_a_binomial_cell_is_scipys_exact_test(k, n, versus, margin):
    assume(k <= n)
    events = np.r_[np.ones(k), np.zeros(n - k)]
    found = binomial(events, versus, "above", margin)
    bound = min(versus + margin, 1.0)
    above = stats.binomtest(k, n, bound, alternative="greater")
    below = stats.binomtest(k, n, bound, alternative="less")
    interval = stats.binomtest(k, n).proportion_ci(method="exact")
    assert found.p_above == pytest.approx(above.pvalue, abs=1e-12)
    assert found.p_below == pytest.approx(below.pvalue, abs=1e-12)
    assert found.ci_low == pytest.approx(interval.low - versus)
    assert found.ci_high == pytest.approx(interval.high - versus)
    assert found.effect == pytest.approx(k / n - versus)


@given(st.integers(0, 30), st.integers(2, 30), st.sampled_from([0.05, 0.5]))
def test_below_is_above_for_what_did_not_happen(k, n, versus):
    assume(k <= n)
    events = np.r_[np.ones(k), np.zeros(n - k)]
    below = binomial(events, versus, "below", 0.05)
    above = binomial(1 - events, 1 - versus, "above", 0.05)
    assert below == above


@given(samples, margins)
def test_the_jackknife_of_a_mean_is_students_test(values, margin):
    assume(values.std() > 1e-6)
    left_out = (values.sum() - values) / (len(values) - 1)
    by_jackknife = jackknife(float(values.mean()), left_out, margin)
    by_student = student(values, margin)
    assert by_jackknife.se == pytest.approx(by_student.se, rel=1e-6)
    assert by_jackknife.p_above == pytest.approx(by_student.p_above, rel=1e-4, abs=1e-9)


@st.composite
def cells(draw, n_cells, seed=None):
    """Return cells as `contrast` gives them, from drawn effects and errors."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)) if seed is None else seed)
    effect = rng.normal(0, 0.1, n_cells)
    se = rng.uniform(0.005, 0.1, n_cells)
    z = (effect - 0.05) / se
    low, high = effect - 1.96 * se, effect + 1.96 * se
    state = np.select(
        [low > 0.05, high < -0.05, (low >= -0.05) & (high <= 0.05)],
        ["holds", "reversed", "negligible"],
        "open",
    )
    return pd.DataFrame(
        {"effect": effect, "se": se, "p_above": stats.norm.sf(z), "p_below": stats.norm.cdf(z)}
        | {"state": state, "replicates": 20, "undefined": 0},
        index=[f"c{i}" for i in range(n_cells)],
    )


parts = st.integers(1, 30).flatmap(lambda n: st.lists(cells(n), min_size=1, max_size=3))
RULE = {"bar": "plain", "parts": [{"margin": 0.05}]}


@given(parts)
def test_and_is_never_easier_than_any_part_and_or_never_harder(given_parts):
    both, either = combine(given_parts, "and"), combine(given_parts, "or")
    for one in given_parts:
        assert (both["p_above"] >= one["p_above"]).all()
        assert (either["p_below"] >= one["p_below"]).all()
        assert not ((both["state"] == "holds") & (one["state"] != "holds")).any()
        assert not ((one["state"] == "holds") & (either["state"] != "holds")).any()


@given(parts, st.sampled_from(["and", "or"]), st.sampled_from([None, 0.5, 0.75, 1.0]))
def test_a_verdict_follows_from_its_p_values(given_parts, how, bar):
    rule = RULE | {"combine": how, "parts": RULE["parts"] * len(given_parts)}
    found = decide(given_parts, rule, bar)
    assert not (found.p_supported <= LEVEL and found.p_refuted <= LEVEL)
    expected = INCONCLUSIVE
    if found.p_supported <= LEVEL:
        expected = EXISTS if bar is None else SUPPORTED
    elif found.p_refuted <= LEVEL:
        expected = REFUTED
    assert found.verdict == expected
    assert sum(found.shares.values()) == pytest.approx(1)
    assert found.ci_low <= found.effect <= found.ci_high
    assert 0 <= found.part < len(given_parts)


@given(parts)
def test_a_higher_bar_never_turns_refuted_into_supported(given_parts):
    rule = RULE | {"combine": "and", "parts": RULE["parts"] * len(given_parts)}
    low, high = (decide(given_parts, rule, bar).verdict for bar in (0.5, 0.9))
    assert (low, high) != (REFUTED, SUPPORTED)


@given(st.integers(2, 40), st.integers(0, 2**32))
def test_the_order_of_cells_does_not_change_a_verdict(n, seed):
    rng = np.random.default_rng(seed)
    p = rng.random(n)
    table = pd.DataFrame(
        {"effect": rng.normal(size=n), "se": 0.1, "p_above": p, "p_below": 1 - p}
        | {"state": "open", "replicates": 9, "undefined": 0},
        index=[f"c{i}" for i in range(n)],
    )
    rule = RULE | {"combine": "and"}
    here, there = (decide([t], rule, 0.75) for t in (table, table.sample(frac=1, random_state=1)))
    assert here.p_supported == there.p_supported
    assert here.p_refuted == there.p_refuted
    assert here.effect == pytest.approx(there.effect)
