"""The ablation of the kink: smooth minimisers, and the experiment around them."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclaims.mechanisms import kink
from regclaims.mechanisms.kink import make_penalty, minimize, run, zero_share_by_penalty
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

EPS = np.finfo(float).eps
# log b is at most about 700 in magnitude, so b is known to 1e-13 of itself; the slope moves by
# at most about twice |z| per unit of log b.
STATIONARY = 1e-12

POWER_1 = {"penalty": "power", "q": 1}
HALF = {"penalty": "power", "q": 0.5}
SPEC = {
    "pairs": [
        {"kinked": POWER_1, "smooth": {"penalty": "power", "q": 1.05}},
        {"kinked": POWER_1, "smooth": {"penalty": "rounded", "of": POWER_1, "width": 0.01}},
        {"kinked": HALF, "smooth": {"penalty": "rounded", "of": HALF, "width": 0.01}},
    ],
    "others": [{"penalty": "power", "q": 2}],
    "strengths": [0.5, 2],
    "truths": [
        {"truth": "gaussian", "sd": 1},
        {"truth": "sparse", "share": 0.1, "value": 3},
        {"truth": "t", "df": 3},
    ],
    "n_coefs": 50,
}


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


def test_run_is_tidy():
    frame = run(SPEC, seed=1, replicates=2)
    assert list(frame) == [
        "cell_id", "kinked", "smooth", "lambda_", "truth", "replicate",
        "zero_share_kinked", "zero_share_smooth", "smallest_kinked", "smallest_smooth",
    ]  # fmt: skip
    assert len(frame) == 3 * 2 * 3 * 2
    assert not frame.duplicated(["cell_id", "replicate"]).any()
    assert frame["cell_id"].nunique() == 18
    assert frame["cell_id"].str.fullmatch("[0-9a-f]{16}").all()
    assert frame["zero_share_kinked"].between(0, 1).all()
    assert (frame["zero_share_smooth"] == 0).all()
    assert (frame["smallest_smooth"] > 0).all()


def test_soft_threshold_share_is_the_normal_probability():
    spec = SPEC | {"n_coefs": 20_000, "pairs": SPEC["pairs"][:1], "truths": SPEC["truths"][:1]}
    frame = run(spec | {"strengths": [2]}, seed=1, replicates=1)
    # z is normal with variance 2: P(|z| <= 2) = .8427; five standard errors of a share.
    assert abs(frame["zero_share_kinked"][0] - 0.8427) < 5 * np.sqrt(0.8427 * 0.1573 / 20_000)


def test_all_zero_has_no_smallest():
    truth = {"truth": "sparse", "share": 0.1, "value": 0}
    spec = SPEC | {"strengths": [50], "truths": [truth], "pairs": SPEC["pairs"][1:2]}
    frame = run(spec, seed=1, replicates=1)
    assert frame["zero_share_kinked"][0] == 1
    assert np.isnan(frame["smallest_kinked"][0])


def test_same_bits_in_other_threads_and_processes():
    expected = run(SPEC, 5, 2)
    with ThreadPoolExecutor(4) as pool:
        frames = list(pool.map(run, [SPEC] * 4, [5] * 4, [2] * 4))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        frames.append(pool.submit(run, SPEC, 5, 2).result())
    for frame in frames:
        pd.testing.assert_frame_equal(frame, expected, check_exact=True)


def test_other_cells_and_more_replicates_change_no_draw():
    full = run(SPEC, 5, 3)
    fewer = SPEC | {"pairs": SPEC["pairs"][::-2], "truths": SPEC["truths"][1:]}
    part = run(fewer, 5, 2)
    keys = ["cell_id", "replicate"]
    kept = full.set_index(keys).loc[part.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(part)], part, check_exact=True)
    assert not run(SPEC, 6, 1)["smallest_smooth"].equals(full["smallest_smooth"])


def test_zero_share_by_penalty():
    frame = zero_share_by_penalty(SPEC, seed=1, replicates=2)
    assert list(frame) == ["penalty", "lambda_", "truth", "replicate", "zero_share"]
    keys = ["penalty", "lambda_", "truth", "replicate"]
    assert not frame.duplicated(keys).any()
    # Six penalties (L1 is in two pairs) at two strengths, and non-negative least squares.
    assert len(frame) == (6 * 2 + 1) * 3 * 2
    mean = frame.groupby("penalty")["zero_share"].agg(["min", "max"])
    assert (mean.loc[["power-1.05", "power-2", "rounded-l1-0.01"], "max"] == 0).all()
    assert (mean.loc[["l1", "power-0.5", kink.NONNEGATIVE], "min"] > 0).all()
    assert (frame.loc[frame["penalty"] == kink.NONNEGATIVE, "lambda_"] == 0).all()


def test_counter_example_zeros_are_the_negative_coefficients():
    truth = {"truth": "sparse", "share": 1, "value": 50}
    frame = zero_share_by_penalty(SPEC | {"truths": [truth]}, seed=1, replicates=1)
    assert frame.set_index("penalty").loc[kink.NONNEGATIVE, "zero_share"] == 0


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


def test_bad_pair_and_bad_truth():
    with pytest.raises(ValueError, match="one kinked and one smooth"):
        run(SPEC | {"pairs": [{"kinked": POWER_1, "smooth": HALF}]}, 1, 1)
    with pytest.raises(ValueError, match="unknown truth"):
        run(SPEC | {"truths": [{"truth": "cauchy"}]}, 1, 1)
