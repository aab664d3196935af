"""Penalties on one coefficient: values, slopes, and minimisers in closed form."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from regclaims.mechanisms.penalties import (
    L1,
    MCP,
    SCAD,
    ElasticNet,
    HalfPower,
    HuberizedL1,
    ReverseHuber,
    Rounded,
    SmoothPower,
)

EPS = np.finfo(float).eps
KINKED = [L1, HalfPower, ElasticNet, MCP, SCAD, partial(ReverseHuber, knee=0.8)]
LAMS = st.floats(0.01, 10)
SIZES = st.floats(0, 50)


def slopes(lam):
    """Slopes as the papers print them, for t > 0; what a value must integrate."""
    return [
        (L1(lam), lambda t: lam),
        (HalfPower(lam), lambda t: lam * 0.5 * t**-0.5),
        (SmoothPower(1.05, lam), lambda t: lam * 1.05 * t**0.05),
        (SmoothPower(2, lam), lambda t: 2 * lam * t),
        (ElasticNet(lam, 0.3), lambda t: lam * (0.3 + 0.7 * t)),
        (MCP(lam, 3), lambda t: lam * max(1 - t / (3 * lam), 0)),
        (SCAD(lam), lambda t: lam if t <= lam else max(3.7 * lam - t, 0) / 2.7),
        (ReverseHuber(lam, 0.8), lambda t: lam * max(t / 0.8, 1)),
        (HuberizedL1(lam, 0.1), lambda t: lam * min(t / 0.1, 1)),
        (Rounded(L1(lam), 0.1), lambda t: lam * t / math.hypot(t, 0.1)),
        (Rounded(HalfPower(lam), 0.1), lambda t: lam / 2 * t * math.hypot(t, 0.1) ** -1.5),
    ]


@pytest.mark.parametrize("lam", [0.5, 2.0])
def test_derivative_is_the_papers_and_value_its_integral(lam):
    corners = [0.1, 0.8, lam, 3 * lam, 3.7 * lam]
    for penalty, slope in slopes(lam):
        for t in [0.05, 0.7, 1.9, 4.0, 9.0]:
            at = np.array([t])
            # Rounding only.
            assert penalty.derivative(at)[0] == pytest.approx(slope(t), rel=1e-13), penalty
            inside = [corner for corner in corners if corner < t]
            integral, error = quad(slope, 0, t, points=inside, epsabs=1e-12, limit=200)
            # The quadrature's own error bound decides.
            assert abs(penalty.value(at)[0] - integral) <= max(10 * error, 1e-11), penalty
        assert penalty.value(np.zeros(1))[0] == 0


@pytest.mark.parametrize("lam", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("make", KINKED)
def test_prox_matches_brute_force(make, lam):
    penalty = make(lam)
    edge = penalty.threshold
    steps = 200_001
    for z in [0.2 * edge, 0.999 * edge, 1.001 * edge, 1.7 * edge, 2.5 * edge, 3.4 * edge, 9.0]:
        grid = np.linspace(0, z, steps)
        objective = (grid - z) ** 2 / 2 + penalty.value(grid)
        b = penalty.prox(np.array([z]))
        best = (b[0] - z) ** 2 / 2 + penalty.value(b)[0]
        # Nothing on the grid is better, but for the rounding of two terms.
        assert best <= objective.min() + 8 * EPS * (z**2 + penalty.value(np.array([z]))[0])
        # The objective has at most one minimum off zero and the values at zero and there differ
        # by far more than a step's worth, so the grid's best is within a step of the minimiser.
        assert abs(grid[objective.argmin()] - b[0]) <= z / (steps - 1)


def test_half_thresholding_ties_at_its_threshold():
    for lam in [0.5, 1.0, 2.0]:
        penalty = HalfPower(lam)
        z = penalty.threshold
        assert penalty.prox(np.array([z]))[0] == 0
        jump = penalty.prox(np.array([z * (1 + 1e-12)]))[0]
        # The closed form is smooth above the threshold, with slope 4/3 there.
        assert jump == pytest.approx(lam ** (2 / 3), rel=1e-11)
        at = np.array([lam ** (2 / 3)])
        off_zero = (at[0] - z) ** 2 / 2 + penalty.value(at)[0]
        assert off_zero == pytest.approx(z**2 / 2, rel=1e-14)


@given(lam=LAMS, size=SIZES, make=st.sampled_from(KINKED))
def test_prox_is_zero_exactly_up_to_the_threshold(lam, size, make):
    penalty = make(lam)
    edge = penalty.threshold
    for z in [size, edge, np.nextafter(edge, 0), np.nextafter(edge, 99)]:
        assert (penalty.prox(np.array([z]))[0] == 0.0) == (z <= edge)


@given(lam=LAMS, size=SIZES, make=st.sampled_from(KINKED))
def test_prox_is_odd_shrinks_and_keeps_the_order(lam, size, make):
    penalty = make(lam)
    z = np.sort(np.append(np.linspace(0, 50, 101), size))
    b = penalty.prox(z)
    assert np.array_equal(penalty.prox(-z), -b)
    # A rounding error or two: MCP, SCAD and half thresholding return z itself far out.
    assert np.all((b >= 0) & (b <= z * (1 + 4 * EPS)))
    assert np.all(np.diff(b) >= -8 * EPS * z[1:])


@given(lam=LAMS, width=st.floats(1e-6, 1), t=st.floats(1e-12, 50), make=st.sampled_from(KINKED))
def test_rounding_takes_off_the_kink_and_at_most_a_constant(lam, width, t, make):
    inner = make(lam)
    rounded = Rounded(inner, width)
    at, tip = np.array([t]), inner.value(np.array([width]))[0]
    lost = inner.value(at)[0] - rounded.value(at)[0]
    slack = 8 * EPS * (inner.value(at)[0] + tip)
    assert -slack <= lost <= tip + slack
    assert rounded.derivative(np.array([1e-300]))[0] < 1e-280
    assert inner.kinked and not rounded.kinked


def test_rounding_leaves_a_quadratic_part_alone():
    t = np.linspace(0, 5, 11)
    gap = Rounded(ElasticNet(2.0, 0.25), 0.1).value(t) - Rounded(L1(0.5), 0.1).value(t)
    np.testing.assert_allclose(gap, 0.75 * t**2, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("make", KINKED)
def test_kinked_means_a_slope_at_zero(make):
    penalty = make(1.5)
    assert penalty.kinked
    assert penalty.derivative(np.array([1e-300]))[0] >= penalty.threshold * (1 - EPS)


@pytest.mark.parametrize("smooth", [SmoothPower(1.05, 1.5), HuberizedL1(1.5, 0.1)])
def test_smooth_means_no_slope_at_zero(smooth):
    assert not smooth.kinked
    # Even t**.05 has all but vanished there: 1e-15.
    assert smooth.derivative(np.array([1e-300]))[0] < 1e-14


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: L1(0), "lam"),
        (lambda: L1(math.nan), "lam"),
        (lambda: HalfPower(math.inf), "lam"),
        (lambda: SmoothPower(1, 1), "q"),
        (lambda: ElasticNet(1, 0), "l1_ratio"),
        (lambda: MCP(1, 1), "gamma"),
        (lambda: SCAD(1, 2), "a"),
        (lambda: HuberizedL1(1, 0), "width"),
        (lambda: ReverseHuber(1, 0), "knee"),
        (lambda: Rounded(L1(1), -1), "width"),
    ],
)
def test_parameters_out_of_range(make, field):
    with pytest.raises(ValueError, match=f"{field} must lie in"):
        make()


def test_names_tell_shapes_apart():
    assert L1(3).name == "l1"
    assert HalfPower(3).name == "power-0.5"
    assert SmoothPower(1.05, 3).name == "power-1.05"
    assert Rounded(MCP(3, 2.5), 0.01).name == "rounded-mcp-2.5-0.01"
