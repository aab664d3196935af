"""Intervals of shares."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from regclaims.figures.intervals import shares, wilson
from regclaims.report.mechanisms.shares import mean_share


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(counts):
    events, trials = counts
    low, high = wilson(np.array([events]), np.array([trials]))
    expected = binomtest(events, trials).proportion_ci(method="wilson")
    assert low[0] == pytest.approx(expected.low, abs=1e-12)
    assert high[0] == pytest.approx(expected.high, abs=1e-12)
    assert 0 <= low[0] <= events / trials <= high[0] <= 1


def test_no_trial_has_no_interval():
    low, high = wilson(np.array([0]), np.array([0]))
    assert math.isnan(low[0]) and math.isnan(high[0])


def test_shares_leave_out_what_is_undefined():
    frame = pd.DataFrame({"arm": ["b", "b", "b", "a"], "event": [1.0, 0.0, math.nan, 1.0]})
    found = shares(frame, ["arm"], "event")
    assert found["arm"].tolist() == ["b", "a"]
    assert found["share"].tolist() == [0.5, 1.0]
    assert found["trials"].tolist() == [2, 1]


def test_mean_of_shares():
    rows = pd.DataFrame({"share": [0.5, 1.0], "trials": [100, 100]})
    # Half widths 1.96 sqrt(c (1 - c) / 104) with c = 52/104 and 102/104, root of the sum over two.
    variance = (0.25 + 102 * 2 / 104**2) / 104
    half = 100 * 1.959964 * math.sqrt(variance) / 2
    ends = rf"$[{75 - half:.1f},\ {75 + half:.1f}]$"
    assert mean_share(rows) == rf"75.0\,\% {ends}"
    assert mean_share(rows.head(0)) == "---"
