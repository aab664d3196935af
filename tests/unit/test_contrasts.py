"""What a cell says: paired effects, their tests, their states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from regclaims.claims.combine import combine, deciding_part
from regclaims.evidence.contrasts import binomial, contrast, jackknife, student
from regclaims.metrics.stability import jackknife_error

effects = st.lists(st.floats(-5, 5).map(lambda x: round(x, 3)), min_size=2, max_size=30).map(
    np.array
)


def part(**changes: Any) -> dict[str, Any]:
    base = {
        "evidence": "fits",
        "metric": "rr",
        "method": "lasso",
        "tuning": "validation",
        "versus": {"method": "ridge", "tuning": "validation"},
        "scale": "log-ratio",
        "direction": "below",
        "margin": 0.05,
        "non_null": False,
    }
    return base | changes


def fits(lasso: list[float], ridge: list[float], **columns: Any) -> pd.DataFrame:
    rows = [
        {"cell_id": "c", "replicate": r, "role": "evidence", "method": m, "tuning": "validation"}
        | {"rr": value, "status": "converged", "null": False}
        for m, values in (("lasso", lasso), ("ridge", ridge))
        for r, value in enumerate(values)
    ]
    return pd.DataFrame(rows).assign(**columns)


def test_a_paired_log_ratio_is_a_one_sample_t_test() -> None:
    lasso, ridge = [0.2, 0.3, 0.25, 0.4], [0.4, 0.5, 0.45, 0.5]
    found = contrast(fits(lasso, ridge), part()).loc["c"]
    d = np.log(ridge) - np.log(lasso)
    test = stats.ttest_1samp(d, 0.05, alternative="greater")
    assert found["effect"] == pytest.approx(d.mean())
    assert found["p_above"] == pytest.approx(test.pvalue)
    assert found["p_below"] == pytest.approx(1 - test.pvalue)
    low, high = stats.t.interval(0.95, 3, d.mean(), stats.sem(d))
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((low, high))
    assert found["state"] == "holds"


def test_pairs_are_matched_by_replicate_not_by_row() -> None:
    table = fits([0.2, 0.3, 0.4], [0.4, 0.5, 0.45])
    shuffled = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(contrast(table, part()), contrast(shuffled, part()))


def test_screening_replicates_are_no_evidence() -> None:
    table = fits([0.2, 0.3, 0.4], [0.4, 0.5, 0.45])
    screened = table.assign(role="screening", replicate=table["replicate"] + 10, rr=99.0)
    both = pd.concat([table, screened])
    pd.testing.assert_frame_equal(contrast(both, part()), contrast(table, part()))


def test_equal_values_are_a_tie_even_at_zero():
    found = contrast(fits([0.0] + [0.5] * 11, [0.0] + [0.5] * 11), part()).loc["c"]
    assert (found["effect"], found["se"], found["undefined"]) == (0, 0, 0)
    # Twelve of twelve below the margin: the sign test.
    assert (found["p_above"], found["p_below"], found["state"]) == (1, 0.5**12, "negligible")


def test_a_few_ties_are_no_certainty():
    found = student(np.zeros(3), 0.05)
    assert (found.p_above, found.p_below, found.state) == (1, 0.125, "open")


def test_a_constant_effect_at_the_margin_decides_nothing():
    # The sum of twelve times .05 rounds; that is no spread, and no effect beyond .05.
    found = student(np.full(12, 0.05), 0.05)
    assert (found.p_above, found.p_below) == (1, 1)


def test_a_failed_fit_is_undefined_and_too_many_make_a_cell_open() -> None:
    values = list(np.linspace(0.1, 0.2, 10))
    table = fits(values, [1.0] * 10)
    one = table.assign(status=np.where(table.index == 0, "failed", "converged"))
    two = table.assign(status=np.where(table.index <= 1, "failed", "converged"))
    kept, opened = contrast(one, part()).loc["c"], contrast(two, part()).loc["c"]
    assert (kept["undefined"], kept["replicates"], kept["state"]) == (1, 10, "holds")
    assert (opened["undefined"], opened["state"]) == (2, "open")
    assert (opened["p_above"], opened["p_below"]) == (1, 1)


def test_null_fits_are_undefined_only_where_the_rule_says_so() -> None:
    table = fits([0.2, 0.3, 0.4], [0.4, 0.5, 0.45])
    table.loc[0, "null"] = True
    assert contrast(table, part()).loc["c", "undefined"] == 0
    assert contrast(table, part(non_null=True)).loc["c", "undefined"] == 1


@given(effects)
def test_swapping_the_arms_mirrors_the_test(values: np.ndarray) -> None:
    assume(values.std() > 1e-9)  # a tie is no effect: with a margin of 0 it counts against
    there, back = student(values, 0.0), student(-values, 0.0)
    assert there.effect == -back.effect
    # Both tails come from the same t distribution function: equal up to its rounding.
    assert there.p_above == pytest.approx(back.p_below, abs=1e-12)


@given(effects, st.floats(0, 1))
def test_a_larger_margin_is_harder(values: np.ndarray, margin: float) -> None:
    assert student(values, margin).p_above <= student(values, margin + 0.1).p_above + 1e-12


@given(effects)
def test_states_follow_the_interval(values: np.ndarray) -> None:
    assume(values.std() > 1e-9)  # equal values are judged by their number too
    found = student(values, 0.1)
    state = {
        "holds": found.ci_low > 0.1,
        "reversed": found.ci_high < -0.1,
        "negligible": found.ci_low >= -0.1 and found.ci_high <= 0.1,
    }
    assert state.get(found.state, not any(state.values()))


def test_binomial_is_scipys_exact_test() -> None:
    events = np.array([1.0] * 17 + [0.0] * 3)
    found = binomial(events, 0.5, "above", 0.05)
    exact = stats.binomtest(17, 20, 0.55, alternative="greater")
    interval = stats.binomtest(17, 20).proportion_ci(method="exact")
    assert found.p_above == pytest.approx(exact.pvalue)
    assert found.ci_low == pytest.approx(interval.low - 0.5)
    assert found.ci_high == pytest.approx(interval.high - 0.5)


def test_binomial_below_counts_what_did_not_happen() -> None:
    events = np.array([1.0] * 2 + [0.0] * 38)
    found = binomial(events, 0.05, "below", 0.0)
    exact = stats.binomtest(2, 40, 0.05, alternative="less")
    assert found.effect == pytest.approx(0.0)
    assert found.p_above == pytest.approx(exact.pvalue)


def test_all_events_still_have_an_error() -> None:
    assert binomial(np.ones(10), 0.5, "above", 0.05).se > 0


def test_jackknife_uses_the_spread_of_the_left_out_values() -> None:
    left_out = np.array([0.5, 0.6, 0.4, 0.55])
    found = jackknife(0.52, left_out, 0.1)
    error = jackknife_error(left_out)
    assert found.se == error
    assert found.p_above == pytest.approx(stats.t.sf((0.52 - 0.1) / error, 3))


def test_undefined_stability_makes_a_cell_open() -> None:
    found = jackknife(float("nan"), np.zeros(0), 0.1)
    assert (found.state, found.p_above, found.p_below) == ("open", 1, 1)


def cells(p_above: list[float], p_below: list[float], states: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {"p_above": p_above, "p_below": p_below, "state": states, "replicates": 5, "undefined": 0}
        | {"effect": 1.0},
        index=[f"c{i}" for i in range(len(states))],
    )


def test_and_is_as_weak_as_its_weakest_part_and_or_its_dual() -> None:
    one = cells([0.01, 0.4], [0.99, 0.6], ["holds", "open"])
    two = cells([0.2, 0.02], [0.8, 0.98], ["open", "holds"])
    both, either = combine([one, two], "and"), combine([one, two], "or")
    assert list(both["p_above"]) == [0.2, 0.4]
    assert list(both["p_below"]) == [1.0, 1.0]
    assert list(either["p_above"]) == [0.02, 0.04]
    assert list(either["p_below"]) == [0.99, 0.98]
    assert list(both["state"]) == ["open", "open"]
    assert list(either["state"]) == ["holds", "holds"]


@pytest.mark.parametrize(
    ("states", "both", "either"),
    [
        (("holds", "reversed"), "reversed", "holds"),
        (("holds", "negligible"), "negligible", "holds"),
        (("negligible", "reversed"), "reversed", "negligible"),
        (("open", "negligible"), "negligible", "open"),
        (("holds", "holds"), "holds", "holds"),
    ],
)
def test_states_of_joined_parts(states: tuple[str, str], both: str, either: str) -> None:
    parts = [cells([0.5], [0.5], [state]) for state in states]
    assert combine(parts, "and")["state"].item() == both
    assert combine(parts, "or")["state"].item() == either


def test_a_cell_must_be_in_every_part() -> None:
    assert list(combine([cells([0.1], [0.9], ["holds"]), cells([], [], [])], "and").index) == []


def test_the_deciding_part_is_the_weakest_of_and_the_strongest_of_or() -> None:
    strong = cells([0.1], [0.9], ["holds"]).assign(effect=0.5)
    weak = cells([0.1], [0.9], ["holds"]).assign(effect=0.2)
    assert deciding_part([strong, weak], [0.1, 0.1], "and") == 1
    assert deciding_part([strong, weak], [0.1, 0.1], "or") == 0
    assert deciding_part([strong, weak], [0.5, 0.05], "and") == 0


def test_arms_may_differ_in_metric() -> None:
    table = fits([0.2, 0.3, 0.4], [0.4, 0.5, 0.45]).assign(rte=[1.0, 2.0, 3.0, 5.0, 6.0, 9.0])
    found = contrast(table, part(scale="difference", versus_metric="rte")).loc["c"]
    # Below: the ridge's rte less the lasso's rr.
    assert found["effect"] == pytest.approx((4.8 + 5.7 + 8.6) / 3)


def test_a_null_fit_of_either_arm_is_undefined_where_the_rule_says_so() -> None:
    table = fits([0.2, 0.3, 0.4], [0.4, 0.5, 0.45]).reset_index(drop=True)
    table.loc[[0, 4], "null"] = True  # the lasso's first, the ridge's second
    assert contrast(table, part(non_null=True)).loc["c", "undefined"] == 2


def test_one_zero_alone_leaves_a_ratio_undefined() -> None:
    found = contrast(fits([0.0, 0.5, 0.5], [0.2, 0.5, 0.5]), part()).loc["c"]
    assert (found["undefined"], found["state"]) == (1, "open")


def test_only_cells_with_both_arms_are_compared() -> None:
    both = fits([0.2, 0.3], [0.4, 0.5])
    lasso = both[both["method"] == "lasso"].assign(cell_id="d")
    assert list(contrast(pd.concat([both, lasso]), part()).index) == ["c"]


def test_one_replicate_decides_nothing() -> None:
    found = contrast(fits([0.2], [0.4]), part()).loc["c"]
    assert (found["state"], found["p_above"], found["p_below"]) == ("open", 1, 1)


def stability(lasso: list[float], ridge: list[float]) -> pd.DataFrame:
    """Return jackknifed values of two measures: the value itself, then without each replicate."""
    rows = [
        {"cell_id": "c", "method": method, "tuning": "validation", "metric": metric}
        | {"left_out": i - 1, "value": value}
        for method, values in (("lasso", lasso), ("ridge", ridge))
        for metric in ("cosine", "other")
        for i, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def test_stability_is_compared_by_the_jackknife_of_the_paired_values() -> None:
    lasso, ridge = [0.5, 0.52, 0.47, 0.51], [0.7, 0.73, 0.66, 0.70]
    compared = part(evidence="stability", metric="cosine", scale="difference", margin=0.02)
    found = contrast(stability(lasso, ridge), compared).loc["c"]
    left_out = np.subtract(ridge, lasso)[1:]
    error = np.sqrt(2 / 3 * ((left_out - left_out.mean()) ** 2).sum())
    assert found["effect"] == pytest.approx(0.2)
    assert found["se"] == pytest.approx(error)
    assert found["p_above"] == pytest.approx(stats.t.sf((0.2 - 0.02) / error, 2))
    assert found["replicates"] == 3


def test_stability_of_a_failed_arm_leaves_the_cell_open() -> None:
    compared = part(evidence="stability", metric="cosine", scale="difference")
    found = contrast(stability([float("nan")], [0.7, 0.73, 0.66, 0.70]), compared).loc["c"]
    assert (found["state"], found["p_above"], found["p_below"]) == ("open", 1, 1)


def test_exactly_a_tenth_undefined_still_counts() -> None:
    values = np.r_[np.nan, np.linspace(0.5, 0.6, 9)]
    assert student(values, 0.05).state == "holds"
    assert student(np.r_[np.nan, values], 0.05).state == "open"
