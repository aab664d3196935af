"""Parts of the page: how numbers read, where ticks stand, which levels make a map."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclaims.claims.boundary import Boundary
from regclaims.page.axis import Axis, ticks
from regclaims.page.effects import in_margins, of_cells, shares, side
from regclaims.page.maps import MOST_LEVELS, boundary_of, levels, maps, pairs
from regclaims.page.svg import element, text
from regclaims.page.texts import interval, number, p_value, percent

FINITE = st.floats(-1e6, 1e6)
NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.1234, "0.123"),
        (-0.1, "−0.100"),
        (0.9996, "1.00"),
        (123456.0, "123,000"),
        (0.0, "0"),
        (-1e-12, "0"),
        (None, "–"),
        (NAN, "–"),
        (-math.inf, "−∞"),
    ],
)
def test_numbers_by_hand(value, told):
    assert number(value) == told


@given(FINITE)
def test_a_number_reads_as_it_is(value):
    read = float(number(value).replace("−", "-").replace(",", ""))
    # Three significant digits, and what rounds to nothing in the seventh decimal is nothing.
    assert read == pytest.approx(value, rel=5.1e-3, abs=1e-4)


def test_shares_do_not_pretend():
    assert [percent(share) for share in (0.0, 0.001, 0.5, 0.999, 1.0, None)] == [
        "0 %",
        "<1 %",
        "50 %",
        ">99 %",
        "100 %",
        "–",
    ]
    assert interval(-1.0, 2.0) == "−1.00 to 2.00"
    assert interval(None, 2.0) == "–"
    assert (p_value(1e-9), p_value(0.025)) == ("p < 0.0001", "p = 0.0250")


@given(st.floats(-1e6, 0), st.floats(1e-6, 1e6))
def test_ticks_are_few_round_and_inside(low, high):
    found = ticks(low, high)
    assert 0 in found
    assert len(found) <= 7
    assert all(low <= tick * (1 - 1e-8) <= high for tick in found)
    steps = {f"{step:.3e}"[0] for step in np.diff(found)}
    assert steps <= {"1", "2", "5"}


@given(FINITE, FINITE)
def test_an_axis_keeps_order_and_its_ends(first, second):
    axis = Axis(-100, 100, 10, 90, math.asinh)
    assert 10 <= axis(first) <= 90
    assert (axis(-100), axis(0), axis(100)) == pytest.approx((10, 50, 90))
    if first <= second:
        assert axis(first) <= axis(second)


@given(st.lists(st.floats(0.001, 1e4), min_size=1, max_size=60), st.floats(0.001, 1e4))
def test_levels_part_all_values_and_heed_the_cut(values, cut):
    ranges = levels(pd.Series(values), cut)
    assert 1 <= len(ranges) <= 2 * MOST_LEVELS
    for value in values:
        rounded = float(f"{value:.6g}")
        assert sum(low <= rounded <= high for low, high in ranges) == 1
    distinct = {float(f"{value:.6g}") for value in values}
    if len(distinct) > MOST_LEVELS:
        assert not any(low <= cut < high for low, high in ranges)


@pytest.mark.parametrize("above", [True, False])
def test_a_boundary_is_found_where_the_verdict_says(above):
    found = Boundary("snr", above, 0.25, 1.22, 0.01, 0.01)
    moderator, cut = boundary_of({"moderator": "snr", "region": found.region})
    assert moderator == "snr"
    assert 0.25 < cut < 1.22
    assert boundary_of({"moderator": None, "region": None}) is None


def test_maps_are_over_a_claims_own_moderators_first():
    assert pairs(["snr", "density"]) == [("snr", "density"), ("within_rho", "n/p")]
    assert pairs([])[0] == ("within_rho", "n/p")


def row(**changes):
    given = {"effect": 0.2, "ci_low": 0.1, "ci_high": 0.3, "region": None, "moderator": None}
    share = {"holds": 0.5, "negligible": 0.25, "reversed": 0.25, "open": 0.0}
    return given | {"shares": share} | changes


def test_a_map_says_the_shares_that_it_shows():
    population = pd.DataFrame(
        {
            "snr": [1.0, 1.0, 6.0, 6.0],
            "density": [0.1, 0.5, 0.1, 0.5],
            "within_rho": 0.5,
            "n/p": 2.0,
        },
        index=list("abcd"),
    )
    states = pd.Series(["holds", "reversed", "holds", "holds"], index=list("abcd"))
    region = Boundary("snr", True, 1.0, 6.0, 0.01, 0.01).region
    first, _ = maps(row(moderator="snr", region=region), ["snr", "density"], states, population)
    assert "signal to noise, 1: 50 %, 6: 100 %; by share relevant, 0.1: 100 %, 0.5: 50 %" in first
    assert first.count('class="cut"') == 1
    assert maps(row(), [], states.rename(lambda name: f"x{name}"), population) == []


def test_an_effect_is_drawn_in_its_margins():
    drawn = in_margins(row(), 0.05)
    assert 'class="effect holds"' in drawn
    assert "effect 4.00 margins, interval 2.00 to 6.00" in drawn
    assert 'class="beyond"' in in_margins(row(effect=50.0, ci_high=60.0), 0.05)
    assert "whisker" not in in_margins(row(effect=None), 1.0)
    assert [side(*ends) for ends in ((1.1, 2), (-2, -1.1), (-1, 1), (0, 2))] == [
        "holds",
        "reversed",
        "negligible",
        "open",
    ]


def test_cells_are_all_in_the_drawing():
    rng = np.random.default_rng(1)
    cells = pd.DataFrame({"effect": rng.normal(0.2, 1, 200), "state": "holds"})
    cells.loc[0, "effect"] = NAN
    drawn = of_cells(row(), cells, 0.05, "difference")
    assert "the effects of 199 cells" in drawn
    assert of_cells(row(), cells.head(1), 0.05, "difference") == ""
    assert of_cells(row(effect=None), cells, 0.05, "difference") == ""
    # One value, and no margin: an axis without length would have no ticks.
    same = cells.tail(1).assign(effect=0.0)
    assert 'class="axis"' in of_cells(row(effect=0.0, ci_low=0.0, ci_high=0.0), same, 0.0, "x")


def test_shares_are_drawn_unless_fits_are_counted():
    assert "holds 50 %, negligible 25 %, reversed 25 %, open 0 %" in shares(row())
    nothing = dict.fromkeys(("holds", "negligible", "reversed", "open"))
    assert shares(row(shares=nothing)) == ""


def test_drawings_escape_what_is_put_in():
    bad = '"><script>'
    made = element("g", text(0, -0.01, bad), class_=bad)
    escaped = "&#34;&gt;&lt;script&gt;"
    assert made.count(escaped) == 2
    assert "<script>" not in made
    assert 'y="0"' in made, "a coordinate that rounds to zero has no sign"
