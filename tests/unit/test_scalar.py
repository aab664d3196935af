"""The scalar problem: minimisers of smooth penalties, and of all of them from plain data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclaims.mechanisms.penalties import (
    L1,
    MCP,
    SCAD,
    ElasticNet,
    HalfPower,
    HuberizedL1,
    Rounded,
    SmoothPower,
)
from regclaims.mechanisms.scalar import make_penalty, minimize

EPS = np.finfo(float).eps
# log b is at most about 700 in magnitude, so b is known to 1e-13 of itself; the slope moves by
# at most about twice |z| per unit of log b.
STATIONARY = 1e-12


def smooth_penalties(lam, width):
    kinked = [L1(lam), HalfPower(lam), ElasticNet(lam), MCP(lam), SCAD(lam)]
    powers = [SmoothPower(q, lam) for q in (1.05, 1.2, 1.5, 2)]
    return [*powers, HuberizedL1(lam, width), *(Rounded(inner, width) for inner in kinked)]


def objective(penalty, b, z):
    return (b - z) ** 2 / 2 + penalty.value(np.abs(b))


LAMS = st.floats(0.01, 10)
WIDTHS = st.floats(1e-4, 1)
SIZES = st.floats(1e-6, 50)


@given(lam=LAMS, width=WIDTHS, size=SIZES)
def test_smooth_minimiser_is_never_zero_and_stationary(lam, width, size):
    for penalty in smooth_penalties(lam, width):
        b = minimize(penalty, np.array([size]))
        assert 0 < b[0] <= size
        assert abs(b[0] - size + penalty.derivative(b)[0]) <= STATIONARY * size
        assert np.array_equal(minimize(penalty, np.array([-size])), -b)


@given(lam=LAMS, width=WIDTHS, size=SIZES, share=st.floats(0, 1))
def test_no_probe_beats_the_smooth_minimiser(lam, width, size, share):
    probes = np.concatenate([np.linspace(0, size, 201), np.geomspace(1e-12, size, 200)])
    probes = np.append(probes, share * size)
    for penalty in smooth_penalties(lam, width):
        best = objective(penalty, minimize(penalty, np.array([size])), size)[0]
        # Rounding of the terms; a rounded value is the difference of two.
        terms = size**2 + penalty.value(np.array([size]))[0] + lam * (1 + width)
        assert best <= objective(penalty, probes, size).min() + 8 * EPS * terms


@given(lam=LAMS, width=WIDTHS)
def test_smooth_minimiser_keeps_the_order(lam, width):
    z = np.geomspace(1e-6, 50, 300)
    for penalty in smooth_penalties(lam, width):
        b = minimize(penalty, z)
        assert np.all(np.diff(b) >= -STATIONARY * z[1:])


def test_smooth_minimisers_with_a_closed_form():
    z = np.geomspace(1e-6, 50, 400)
    lam, width = 1.3, 0.1
    root = 2 * z / (1.5 * lam + np.sqrt((1.5 * lam) ** 2 + 4 * z))
    huber = np.where(z <= lam + width, z / (1 + lam / width), z - lam)
    # 1e-13: bisection resolves log b, which is at most 30 here, to its last digits.
    for penalty, expected in [
        (SmoothPower(2, lam), z / (1 + 2 * lam)),
        (SmoothPower(1.5, lam), root**2),
        (HuberizedL1(lam, width), huber),
    ]:
        np.testing.assert_allclose(minimize(penalty, z), expected, rtol=1e-13)


def test_power_near_one_is_tiny_but_not_zero():
    z, lam = np.array([1e-3]), 2.0
    # Where b is negligible beside z, the root of lam q b**(q - 1) = z; the 20th power of a rounded
    # number, and an exponent q - 1 that is itself rounded, leave about ten digits.
    assert minimize(SmoothPower(1.05, lam), z)[0] == pytest.approx((1e-3 / 2.1) ** 20, rel=1e-10)


def test_underflow_raises():
    with pytest.raises(FloatingPointError, match=r"power-1\.05"):
        minimize(SmoothPower(1.05, 1.0), np.array([1.0, 1e-17]))


def test_zero_in_zero_out_and_nothing_infinite():
    assert minimize(SmoothPower(1.05, 1.0), np.array([0.0, 1.0]))[0] == 0
    with pytest.raises(ValueError, match="finite"):
        minimize(SmoothPower(2, 1.0), np.array([np.nan]))


@pytest.mark.parametrize("width", [1e-2, 1e-4, 1e-6])
@pytest.mark.parametrize(
    ("penalty", "convexity"), [(L1(1.0), 1.0), (ElasticNet(1.0), 1.0), (MCP(1.0), 2 / 3)]
)
def test_rounded_members_stay_close_to_the_kinked_ones(penalty, convexity, width):
    z = np.linspace(-6, 6, 500)
    apart = np.abs(minimize(Rounded(penalty, width), z) - penalty.prox(z))
    # Rounding moves the objective by at most P(width), which is strongly convex.
    worst = np.sqrt(2 * penalty.value(np.array([width]))[0] / convexity)
    assert apart.max() <= worst
    assert apart.max() > 0


def test_scan_and_single_bracket_agree_where_both_apply(monkeypatch):
    z = np.geomspace(1e-4, 20, 300)
    penalties = [Rounded(inner, 0.05) for inner in (L1(1.0), MCP(1.0), SCAD(1.0))]
    direct = [minimize(penalty, z) for penalty in penalties]
    monkeypatch.setattr(Rounded, "monotone_below", property(lambda self: self.width))
    for penalty, expected in zip(penalties, direct, strict=True):
        np.testing.assert_allclose(minimize(penalty, z), expected, rtol=STATIONARY)


@given(lam=LAMS, width=WIDTHS)
def test_single_bracket_only_where_the_slope_increases(lam, width):
    t = np.geomspace(1e-8, 100, 2000)
    for penalty in smooth_penalties(lam, width):
        safe = t[t <= penalty.monotone_below]
        slope = safe + penalty.derivative(safe)
        assert np.all(np.diff(slope) >= -8 * EPS * (slope[1:] + lam))


def test_rounded_half_power_jumps_like_the_kinked_one():
    penalty = HalfPower(1.0)
    z = np.linspace(0.5, 3, 2001)
    rounded = minimize(Rounded(penalty, 1e-3), z)
    jump = np.argmax(np.diff(rounded))
    assert rounded[jump] < 1e-3 and rounded[jump + 1] > 0.9
    # Rounding lowers one side of the tie by at most P(width); per unit of z, the two sides part by
    # the height of the jump, above .9. And z is on a grid.
    assert abs(z[jump] - penalty.threshold) <= np.sqrt(1e-3) / 0.9 + z[1] - z[0]


def test_a_minimiser_does_not_depend_on_its_neighbours():
    z = np.random.default_rng(3).normal(size=37)
    for penalty in smooth_penalties(1.0, 0.1):
        alone = np.concatenate([minimize(penalty, z[i : i + 1]) for i in range(len(z))])
        assert np.array_equal(minimize(penalty, z), alone)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"penalty": "lasso"}, "unknown penalty 'lasso'"),
        ({}, "unknown penalty None"),
        ({"penalty": "mcp", "a": 3}, "'a'"),
        ({"penalty": "power"}, "'q'"),
        ({"penalty": "power", "q": 0.7}, "q must lie in"),
        ({"penalty": "rounded", "of": {"penalty": "power", "q": 2}, "width": 0.1}, "no kink"),
    ],
)
def test_bad_penalty_spec(spec, message):
    with pytest.raises(ValueError, match=message):
        make_penalty(spec, 1.0)
