"""What a cell says: paired effects, their tests, their states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from regclaims.claims.combine import combine, deciding_part
from regclaims.evidence.contrasts import contrast
from regclaims.evidence.judging import binomial, identity, jackknife, student
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


def test_an_estimand_of_fits_that_are_not_null_is_decided_by_those() -> None:
    """A null lasso is no missing value of a claim about the shape of weights: it has none."""
    lasso = list(np.linspace(0.2, 0.3, 20))
    table = fits(lasso, [0.5] * 20)
    table.loc[table.index[:8], "null"] = True
    found = contrast(table, part(non_null=True)).loc["c"]
    others = contrast(fits(lasso[8:], [0.5] * 12), part()).loc["c"]
    assert (found["undefined"], found["state"]) == (8, "holds")
    for name in ("effect", "se", "p_above"):
        assert found[name] == pytest.approx(others[name])
    table.loc[table.index[:11], "null"] = True  # more than half
    assert contrast(table, part(non_null=True)).loc["c", "state"] == "open"


def test_failures_are_missing_values_whatever_the_estimand() -> None:
    table = fits(list(np.linspace(0.2, 0.3, 20)), [0.5] * 20)
    table.loc[table.index[:3], "status"] = "failed"
    assert contrast(table, part(non_null=True)).loc["c", "state"] == "open"
    other = fits(list(np.linspace(0.2, 0.3, 20)), [0.5] * 20)
    other.loc[other.index[20:23], "status"] = "failed"  # the ridge's
    assert contrast(other, part(non_null=True)).loc["c", "state"] == "open"


def test_a_share_of_pairs_with_a_pick_is_decided_by_data_sets_that_have_one() -> None:
    rows = [
        {"cell_id": "c", "replicate": r, "method": "lasso", "tuning": "none", "rho": 0.9}
        | {"one_kept": np.nan if r < 8 else 0.9 + 0.001 * r}
        for r in range(20)
    ]
    asked = part(evidence="twins", metric="one_kept", tuning="none", versus=0.5)
    asked |= {"scale": "difference", "direction": "above"}
    assert contrast(pd.DataFrame(rows), asked).loc["c", "state"] == "open"
    assert contrast(pd.DataFrame(rows), asked | {"conditional": True}).loc["c", "state"] == "holds"


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


@pytest.mark.parametrize("evidence", ["fits", "stability"])
def test_a_table_without_the_arms_has_columns_of_the_same_types(evidence: str) -> None:
    if evidence == "fits":
        table, rule = fits([0.2, 0.3], [0.4, 0.4]), part()
    else:
        table, rule = stability([0.5, 0.5, 0.4], [0.7, 0.7, 0.6]), part(**COSINE)
    found, none = contrast(table, rule), contrast(table[table["method"] == "lasso"], rule)
    assert (len(found), len(none)) == (1, 0)
    assert none.dtypes.to_dict() == found.dtypes.to_dict()
    assert found["effect"].dtype == float
    assert found["replicates"].dtype == int
    assert none.index.name == found.index.name == "cell_id"
    assert none.index.dtype == found.index.dtype


def test_one_replicate_decides_nothing() -> None:
    found = contrast(fits([0.2], [0.4]), part()).loc["c"]
    assert (found["state"], found["p_above"], found["p_below"]) == ("open", 1, 1)


def stability(
    lasso: list[float], ridge: list[float], undefined: tuple[int, int] = (0, 0), cell: str = "c"
) -> pd.DataFrame:
    """Return jackknifed values of two measures: the value itself, then without each replicate."""
    rows = [
        {"cell_id": cell, "method": method, "tuning": "validation", "metric": metric}
        | {"value": values[0] + shift, "left_out": [value + shift for value in values[1:]]}
        | {"replicates": len(values) - 1, "n_undefined": n, "n_failed": 0}
        for (method, values), n in zip((("lasso", lasso), ("ridge", ridge)), undefined, strict=True)
        for metric, shift in (("cosine", 0.0), ("other", 0.1))
    ]
    return pd.DataFrame(rows)


COSINE = {"evidence": "stability", "metric": "cosine", "scale": "difference", "margin": 0.02}


def test_stability_is_compared_by_the_jackknife_of_the_paired_values() -> None:
    lasso, ridge = [0.5, 0.52, 0.47, 0.51], [0.7, 0.73, 0.66, 0.70]
    found = contrast(stability(lasso, ridge), part(**COSINE)).loc["c"]
    left_out = np.subtract(ridge, lasso)[1:]
    error = np.sqrt(2 / 3 * ((left_out - left_out.mean()) ** 2).sum())
    assert found["effect"] == pytest.approx(0.2)
    assert found["se"] == pytest.approx(error)
    assert found["p_above"] == pytest.approx(stats.t.sf((0.2 - 0.02) / error, 2))
    assert found["replicates"] == 3


def test_stability_of_a_failed_arm_leaves_the_cell_open() -> None:
    failed = [float("nan")] * 4
    found = contrast(stability(failed, [0.7, 0.73, 0.66, 0.70]), part(**COSINE)).loc["c"]
    assert (found["state"], found["p_above"], found["p_below"]) == ("open", 1, 1)
    assert (found["replicates"], found["undefined"]) == (3, 3)


def test_stability_of_arms_may_differ_in_measure() -> None:
    lasso, ridge = [0.5, 0.52, 0.47, 0.51], [0.7, 0.73, 0.66, 0.70]
    found = contrast(stability(lasso, ridge), part(**COSINE, versus_metric="other")).loc["c"]
    assert found["effect"] == pytest.approx(0.3)


def test_stability_against_a_number() -> None:
    lasso = [0.5, 0.52, 0.47, 0.51]
    found = contrast(stability(lasso, lasso), part(**COSINE, versus=0.9)).loc["c"]
    assert found["effect"] == pytest.approx(0.4)
    assert found["se"] == pytest.approx(jackknife_error(np.array(lasso[1:])))


def test_stability_by_a_ratio() -> None:
    lasso, ridge = [0.5, 0.52, 0.47, 0.51], [0.7, 0.73, 0.66, 0.70]
    found = contrast(stability(lasso, ridge), part(**COSINE | {"scale": "log-ratio"})).loc["c"]
    ratios = np.log(np.divide(ridge, lasso))
    assert found["effect"] == pytest.approx(ratios[0])
    assert found["se"] == pytest.approx(jackknife_error(ratios[1:]))


@pytest.mark.parametrize(
    ("undefined", "state"),
    [
        ((0, 0), "holds"),
        ((1, 0), "holds"),
        ((0, 1), "holds"),
        ((2, 0), "open"),
        ((0, 2), "open"),
        # Those of both arms may be different replicates, of which there are no more than ten.
        ((1, 1), "open"),
        ((6, 7), "open"),
    ],
)
def test_null_fits_in_more_than_a_tenth_of_the_replicates_leave_stability_open(
    undefined: tuple[int, int], state: str
) -> None:
    lasso, ridge = np.linspace(0.5, 0.51, 11), np.linspace(0.7, 0.72, 11)
    table = stability(list(lasso), list(ridge), undefined)
    found = contrast(table, part(**COSINE)).loc["c"]
    assert (found["replicates"], found["undefined"]) == (10, min(10, sum(undefined)))
    assert found["state"] == state
    assert (found["p_above"] == 1) == (state == "open")


def test_stability_of_cells_with_different_numbers_of_replicates() -> None:
    few, many = np.linspace(0.5, 0.52, 5), np.linspace(0.5, 0.53, 12)
    tables = [
        stability(list(few), list(few + 0.2), cell="a"),
        stability(list(many), list(many + 0.1), cell="b"),
    ]
    found = contrast(pd.concat(tables), part(**COSINE))
    assert list(found["replicates"]) == [4, 11]
    assert list(found["effect"]) == pytest.approx([0.2, 0.1])
    assert list(found["undefined"]) == [0, 0]


def test_stability_is_the_same_from_a_file(tmp_path: Path) -> None:
    table = stability([0.5, 0.52, 0.47, 0.51], [0.7, 0.73, 0.66, 0.70])
    table.to_parquet(tmp_path / "a.parquet")
    again = pd.read_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(contrast(again, part(**COSINE)), contrast(table, part(**COSINE)))


def test_only_cells_with_both_arms_of_stability_are_compared() -> None:
    both = stability([0.5, 0.52, 0.47], [0.7, 0.73, 0.66])
    lasso = both[both["method"] == "lasso"].assign(cell_id="d")
    assert list(contrast(pd.concat([both, lasso]), part(**COSINE)).index) == ["c"]


# Cells of different sizes


def test_a_cell_with_fewer_replicates_has_none_undefined_for_that() -> None:
    rng = np.random.default_rng(1)
    few, many = rng.random(4) / 9 + 0.2, rng.random(30) / 9 + 0.2
    tables = [
        fits(list(few), list(few + 0.3), cell_id="a"),
        fits(list(many), list(many + 0.2), cell_id="b"),
    ]
    both = contrast(pd.concat(tables), part())
    assert list(both["replicates"]) == [4, 30]
    assert list(both["undefined"]) == [0, 0]
    alone = pd.concat([contrast(table, part()) for table in tables])
    pd.testing.assert_frame_equal(both, alone)


@pytest.mark.parametrize("screening", [0, 5])
def test_a_small_cell_s_failures_are_counted_by_its_own_replicates(screening: int) -> None:
    table = fits([0.2] * 8, [0.4] * 8, cell_id="a")
    table.loc[3, "status"] = "failed"
    large = fits(list(np.linspace(0.2, 0.3, 40)), [0.4] * 40, cell_id="b")
    both = pd.concat([table, large], ignore_index=True)
    both["replicate"] += screening
    found = contrast(both, part())
    # One of 8 is more than a tenth; of 40 it would not be.
    assert list(found["replicates"]) == [8, 40]
    assert (found.loc["a", "undefined"], found.loc["a", "state"]) == (1, "open")
    assert found.loc["b", "undefined"] == 0


def test_events_of_cells_of_different_sizes() -> None:
    tables = [
        fits([1.0] * n, [0.0] * n, cell_id=cell).rename(columns={"rr": "has_zero"})
        for cell, n in (("a", 5), ("b", 20))
    ]
    asked = part(metric="has_zero", versus=0.5, scale="difference", direction="above")
    found = contrast(pd.concat(tables), asked)
    assert list(found["replicates"]) == [5, 20]
    assert list(found["undefined"]) == [0, 0]
    exact = [stats.binomtest(n, n, 0.55, alternative="greater").pvalue for n in (5, 20)]
    assert list(found["p_above"]) == pytest.approx(exact)


@pytest.mark.parametrize("scale", ["difference", "log-ratio"])
def test_no_cell_has_the_arms(scale: str) -> None:
    table = fits([0.2, 0.3], [0.4, 0.5])
    for gone in ("lasso", "ridge"):
        found = contrast(table[table["method"] != gone], part(scale=scale))
        assert len(found) == 0
        assert list(found) == list(contrast(table, part(scale=scale)))


def test_null_of_a_failed_fit_is_not_known_and_does_not_matter(tmp_path: Path) -> None:
    table = fits(list(np.linspace(0.2, 0.3, 12)), [0.5] * 12)
    table["null"] = table["null"].astype(object)
    table.loc[0, ["status", "rr", "null"]] = "failed", np.nan, None
    table.to_parquet(tmp_path / "a.parquet")
    for one in (table, pd.read_parquet(tmp_path / "a.parquet")):
        found = contrast(one, part(non_null=True)).loc["c"]
        assert (found["undefined"], found["state"]) == (1, "holds")


def test_exactly_a_tenth_undefined_still_counts() -> None:
    values = np.r_[np.nan, np.linspace(0.5, 0.6, 9)]
    assert student(values, 0.05).state == "holds"
    assert student(np.r_[np.nan, values], 0.05).state == "open"


def test_digits_to_spare_are_those_between_deviation_and_tolerance() -> None:
    found = identity(np.array([1e-12, 1e-14, 1e-13]), 1e-10)
    assert (found.effect, found.state) == (pytest.approx(3), "holds")
    low, high = stats.t.interval(0.95, 2, 3, 1 / np.sqrt(3))
    assert (found.ci_low, found.ci_high) == pytest.approx((low, high))
    assert (found.p_above, found.p_below) == (0, 1)


def test_one_counterexample_refutes_an_identity() -> None:
    found = identity(np.array([0.0] * 99 + [1e-9]), 1e-10)
    assert found.effect > 0
    assert (found.state, found.p_above, found.p_below) == ("reversed", 1, 0)
    # Infinite is a deviation, and no missing value.
    assert identity(np.array([0.0, 0.0, np.inf]), 1e-10).state == "reversed"


def test_an_identity_that_cannot_be_looked_at_stays_open() -> None:
    missing = np.array([0.0, 0.0, np.nan])
    for values in (missing, missing[-2:]):
        found = identity(values, 1e-10)
        assert (found.state, found.p_above, found.p_below) == ("open", 1, 1)
    assert found.undefined == 1


def test_digits_are_counted_for_each_cell() -> None:
    rows = pd.concat([fits([0.0] * 5, []), fits([1e-3] * 5, [], cell_id="d")])
    asked = part(scale="digits", versus=1e-9, margin=0)
    assert dict(contrast(rows, asked)["state"]) == {"c": "holds", "d": "reversed"}
