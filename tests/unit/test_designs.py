"""Designs: what is drawn has the law that is stated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate
from scipy.special import expit
from scipy.stats import norm

from regclaims.config import population
from regclaims.designs import Scenario
from regclaims.designs import correlation as correlations
from regclaims.designs import scenario as scenarios
from regclaims.designs.correlation import (
    KINDS,
    correlation,
    correlation_spec,
    within_block_correlation,
)
from regclaims.designs.noise import NOISES
from regclaims.designs.placement import PLACEMENTS, in_order, support
from regclaims.designs.profile import PROFILES
from regclaims.designs.response import LOGISTIC_VARIANCE, intercept_for
from regclaims.designs.scales import SCALES
from regclaims.designs.signs import SIGNS

STRUCTURES = [
    {"kind": "independent"},
    {"kind": "ar1", "rho": 0.7},
    {"kind": "ar1", "rho": -0.7},
    {"kind": "ar1", "rho": 0.95},
    {"kind": "blocks", "rho": 0.5, "size": 5},
    {"kind": "blocks", "rho": 0.99, "size": 2},
    {"kind": "blocks", "rho": 0.0, "size": 3},
    {"kind": "blocks", "rho": 0.9, "size": 2, "count": 2},
    {"kind": "blocks", "rho": 0.5, "size": 40},
    {"kind": "three-factor", "rho": 0.8},
]


def scenario(**changes):
    spec = {
        "n_samples": 40,
        "n_features": 12,
        "correlation": {"kind": "ar1", "rho": 0.7},
        "n_relevant": 3,
        "placement": "spread",
        "snr": 1.22,
    }
    return Scenario(spec | changes)


def draw_rows(structure, n_samples, n_features):
    return correlation(structure).sample(np.random.default_rng(1), n_samples, n_features)


# Correlation


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
@pytest.mark.parametrize("n_features", [1, 2, 11])
def test_samples_have_covariance_sigma(structure, n_features):
    n = 40_000
    X = draw_rows(structure, n, n_features)
    # An entry of X'X/n has variance (1 + Sigma_ij^2)/n <= 2/n; five standard errors of at most 66
    # distinct entries.
    tolerance = 5 * np.sqrt(2 / n)
    sigma = correlation(structure).matrix(n_features)
    np.testing.assert_allclose(X.T @ X / n, sigma, atol=tolerance, rtol=0)
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=5 / np.sqrt(n))


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
def test_rows_are_gaussian(structure):
    n = 40_000
    X = draw_rows(structure, n, 3)
    # The fourth moment of a standard normal is 3, with variance E z^8 - 9 = 96.
    np.testing.assert_allclose((X**4).mean(axis=0), 3, atol=5 * np.sqrt(96 / n))


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
@pytest.mark.parametrize("n_features", [1, 2, 5, 12])
def test_sigma_is_a_correlation_matrix(structure, n_features):
    sigma = correlation(structure).matrix(n_features)
    np.testing.assert_array_equal(sigma, sigma.T)
    np.testing.assert_allclose(np.diag(sigma), 1, rtol=1e-15)
    assert np.linalg.eigvalsh(sigma)[0] > 0


def test_entries_of_sigma_by_hand():
    ar1 = [[1, -0.5, 0.25], [-0.5, 1, -0.5], [0.25, -0.5, 1]]
    np.testing.assert_allclose(correlation({"kind": "ar1", "rho": -0.5}).matrix(3), ar1)
    blocks = [[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]]
    made = correlation({"kind": "blocks", "rho": 0.9, "size": 2}).matrix(3)
    np.testing.assert_allclose(made, blocks)
    made = correlation({"kind": "blocks", "rho": 0.9, "size": 2, "count": 1}).matrix(4)
    np.testing.assert_allclose(made, [[1, 0.9, 0, 0], [0.9, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


def test_three_factors_by_hand():
    # Heights 1/2 and -1/2, so radii sqrt(3)/2; the second vector is turned by pi (3 - sqrt 5).
    expected = 0.8 * (0.75 * np.cos(np.pi * (3 - np.sqrt(5))) - 0.25)
    sigma = correlation({"kind": "three-factor", "rho": 0.8}).matrix(2)
    assert sigma[0, 1] == pytest.approx(expected, rel=1e-14)
    # Unit vectors spread evenly: U'U is close to p/3 I, so that three eigenvalues carry it all.
    values = np.linalg.eigvalsh(correlation({"kind": "three-factor", "rho": 0.8}).matrix(500))
    np.testing.assert_allclose(values[-3:], 0.2 + 0.8 * 500 / 3, rtol=0.02)
    np.testing.assert_allclose(values[:-3], 0.2, rtol=1e-10)


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
def test_a_structure_is_known_by_its_spec(structure):
    assert correlation_spec(correlation(structure)) == structure


def test_levels_are_those_of_the_configuration():
    def literal(name):
        return set(getattr(population, name).__args__)

    assert literal("Placement") == set(PLACEMENTS)
    assert literal("Profile") == set(PROFILES)
    assert literal("Sign") == set(SIGNS)
    assert literal("Noise") == set(NOISES)
    assert literal("Scale") == set(SCALES)
    kinds = population.Correlation.model_fields["kind"].annotation
    assert set(kinds.__args__) == set(KINDS)
    assert population.NEIGHBOURS == correlations.NEIGHBOURS


structures = st.one_of(
    st.just({"kind": "independent"}),
    st.builds(lambda rho: {"kind": "ar1", "rho": rho}, st.floats(-0.99, 0.99)),
    st.builds(
        lambda rho, size: {"kind": "blocks", "rho": rho, "size": size},
        st.floats(0, 0.99),
        st.integers(2, 7),
    ),
    st.builds(
        lambda size, count: {"kind": "blocks", "rho": 0.7, "size": size, "count": count},
        st.integers(2, 7),
        st.integers(1, 7),
    ),
    st.builds(lambda rho: {"kind": "three-factor", "rho": rho}, st.floats(0, 0.99)),
)


@given(structures, st.integers(1, 4), st.integers(1, 25), st.integers(0, 10**6))
def test_quadratic_form_is_that_of_sigma(structure, k, p, seed):
    d = np.random.default_rng(seed).standard_normal((k, p))
    made = correlation(structure)
    dense = np.einsum("ki,ij,kj->k", d, made.matrix(p), d)
    # Rounding of a sum of p^2 products bounded by |d|^2 times the largest eigenvalue, at most p.
    bound = 100 * np.finfo(float).eps * p * (d**2).sum(axis=1)
    assert (np.abs(made.quadratic(d) - dense) <= bound).all()


def test_unknown_correlation_is_named():
    with pytest.raises(ValueError, match="toeplitz"):
        correlation({"kind": "toeplitz"})


def test_within_block_correlation_by_hand():
    def within(spec, p):
        return within_block_correlation(correlation(spec), p)

    assert within({"kind": "independent"}, 10) == 0
    assert within({"kind": "blocks", "rho": 0.9, "size": 4}, 10) == pytest.approx(0.9)
    # Five neighbours: 4 pairs at distance 1, 3 at 2, 2 at 3, 1 at 4.
    expected = (4 * 0.5 + 3 * 0.25 + 2 * 0.125 + 0.0625) / 10
    assert within({"kind": "ar1", "rho": -0.5}, 10) == pytest.approx(expected)
    assert within({"kind": "ar1", "rho": -0.5}, 2) == pytest.approx(0.5)
    # Columns that stand in no block do not count.
    assert within({"kind": "blocks", "rho": 0.9, "size": 2, "count": 1}, 9) == pytest.approx(0.9)
    sigma = np.abs(correlation({"kind": "three-factor", "rho": 0.8}).matrix(10))
    pairs = [sigma[i, j] for i in range(10) for j in range(i) if i // 5 == j // 5]
    assert within({"kind": "three-factor", "rho": 0.8}, 10) == pytest.approx(np.mean(pairs))


# Placement, profile, signs, noise, scales


def place(p, s, placement, size=5):
    return support(p, s, placement, size, p // size)


@pytest.mark.parametrize(("p", "s"), [(100, 5), (1000, 7), (100, 1), (7, 7), (10, 5), (11, 3)])
def test_spread_support_has_its_size_and_equal_distances(p, s):
    chosen = place(p, s, "spread")
    assert len(chosen) == len(set(chosen.tolist())) == s
    assert chosen[0] == 0
    distances = np.diff([*chosen, p])
    assert distances.max() - distances.min() <= 1


@given(st.integers(1, 300), st.floats(0, 1), st.sampled_from(["spread", "end-to-end", "first"]))
def test_supports_are_ascending_and_begin_with_the_first_column(p, share, placement):
    s = max(1, round(share * p))
    chosen = place(p, s, placement)
    assert len(chosen) == s
    assert (np.diff(chosen) > 0).all()
    assert chosen[0] == 0
    assert chosen[-1] < p


@given(st.integers(1, 60), st.integers(1, 7), st.integers(0, 6), st.floats(0, 1))
def test_whole_blocks_are_whole(n_blocks, size, rest, share):
    p, blocks = n_blocks * size + min(rest, size - 1), max(1, round(share * n_blocks))
    chosen = place(p, blocks * size, "whole-blocks", size)
    assert (np.diff(chosen) > 0).all()
    filled = np.bincount(chosen // size)
    assert set(filled.tolist()) <= {0, size}
    assert filled.sum() == blocks * size
    # At equal distances, as far as whole numbers allow.
    starts = np.diff([*chosen[::size], n_blocks * size])
    assert starts.max() - starts.min() <= size


@given(st.integers(1, 60), st.integers(2, 7), st.integers(0, 6), st.floats(0, 1))
def test_mixed_blocks_begin_with_the_relevant_half(n_blocks, size, rest, share):
    p, half = n_blocks * size + min(rest, size - 1), -(-size // 2)
    s = max(1, round(share * half * n_blocks))
    chosen = place(p, s, "mixed-blocks", size)
    assert (np.diff(chosen) > 0).all()
    blocks, held = np.unique(chosen // size, return_counts=True)
    assert (held[:-1] == half).all()
    assert held[-1] == s - half * (len(blocks) - 1)
    for block, count in zip(blocks, held, strict=True):
        inside = chosen[chosen // size == block] - block * size
        np.testing.assert_array_equal(inside, np.arange(count))
    distances = np.diff([*blocks, n_blocks])
    assert distances.max() - distances.min() <= 1


def test_placements_by_hand():
    assert place(100, 20, "whole-blocks")[::5].tolist() == [0, 25, 50, 75]
    assert place(100, 7, "mixed-blocks").tolist() == [0, 1, 2, 30, 31, 32, 65]
    assert place(10, 4, "first").tolist() == [0, 1, 2, 3]
    # round(seq(1, 10, length = 5)) of R is 1 3 6 8 10, and round(seq(1, 100, length = 5)) is
    # 1 26 50 75 100.
    assert (place(10, 5, "end-to-end") + 1).tolist() == [1, 3, 6, 8, 10]
    assert (place(100, 5, "end-to-end") + 1).tolist() == [1, 26, 50, 75, 100]


def test_only_blocks_of_correlated_columns_are_used():
    spec = {"kind": "blocks", "rho": 0.9, "size": 2, "count": 2}
    made = scenario(correlation=spec, placement="whole-blocks", n_relevant=4)
    assert np.flatnonzero(made.relevant).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(("p", "s", "size"), [(10, 3, 5), (10, 15, 5), (3, 5, 5), (10, 0, 5)])
def test_columns_that_make_no_whole_blocks_are_refused(p, s, size):
    with pytest.raises(ValueError, match=f"{s} of {p} columns are not blocks of {size}"):
        place(p, s, "whole-blocks", size)


def test_columns_that_do_not_fit_in_mixed_blocks_are_refused():
    assert len(place(10, 6, "mixed-blocks")) == 6
    with pytest.raises(ValueError, match="7 of 10 columns do not fit in mixed blocks of 5"):
        place(10, 7, "mixed-blocks")


def test_unknown_placement_is_named():
    with pytest.raises(ValueError, match="somewhere"):
        place(10, 5, "somewhere")


def test_all_columns_in_order():
    assert in_order(6, np.array([1, 4])).tolist() == [1, 4, 0, 2, 3, 5]


def beta_of(**changes):
    return scenario(placement="first", n_relevant=4, **changes).beta


def test_profiles_by_hand():
    np.testing.assert_array_equal(beta_of(profile="equal"), [1] * 4 + [0] * 8)
    # Beta-type 3: 10, 6.83, 3.67, 0.5 in units of the largest.
    expected = np.array([10, 41 / 6, 11 / 3, 0.5, *[0] * 8]) / 10
    np.testing.assert_allclose(beta_of(profile="linear"), expected, rtol=1e-14)
    made = beta_of(profile="geometric")
    np.testing.assert_allclose(made[1:4] / made[:3], 0.01 ** (1 / 3), rtol=1e-13)
    assert (made[0], made[3]) == (1, 0.01)
    np.testing.assert_array_equal(
        beta_of(profile="weak-sparsity"), [1] * 4 + [2.0**-i for i in range(1, 9)]
    )


def test_weak_sparsity_leaves_no_column_irrelevant():
    made = scenario(n_features=1000, profile="weak-sparsity", n_relevant=5)
    assert made.relevant.all()
    assert np.isnan(made.describe()["irrepresentable"])
    assert made.describe()["n_relevant"] == 1000


def test_gaussian_magnitudes_have_the_moments_of_the_half_normal():
    sizes = scenario(n_features=40_000, n_relevant=40_000, profile="gaussian").beta
    # Mean sqrt(2/pi), mean square 1; variances of a magnitude and of a square are 1 - 2/pi and 2.
    n = len(sizes)
    assert sizes.min() > 0
    assert sizes.mean() == pytest.approx(np.sqrt(2 / np.pi), abs=5 * np.sqrt((1 - 2 / np.pi) / n))
    assert (sizes**2).mean() == pytest.approx(1, abs=5 * np.sqrt(2 / n))


def test_signs_by_hand():
    made = beta_of(profile="linear", signs="alternating")
    np.testing.assert_array_equal(np.sign(made[:4]), [1, -1, 1, -1])
    np.testing.assert_array_equal(np.abs(made), beta_of(profile="linear"))
    spread = scenario(n_relevant=3, signs="alternating").beta
    assert spread[spread != 0].tolist() == [1, -1, 1]
    fair = np.sign(scenario(n_features=10_000, n_relevant=10_000, signs="random").beta)
    assert set(fair) == {-1, 1}
    assert abs(fair.mean()) < 5 / np.sqrt(10_000)


@pytest.mark.parametrize(
    ("name", "quantile"),
    # The 99 % quantiles of tables; t with 3 degrees of freedom has variance 3.
    [("gaussian", 2.3263478740408408), ("t3", 4.540702858698419 / np.sqrt(3))],
)
def test_noise_has_its_law_with_unit_variance(name, quantile):
    n = 400_000
    e = NOISES[name](np.random.default_rng(0), n)
    # The share above its 99 % quantile has standard error sqrt(.01 .99 / n).
    assert (e > quantile).mean() == pytest.approx(0.01, abs=5 * np.sqrt(0.0099 / n))
    assert (e > 0).mean() == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(n))


def test_scales_multiply_columns_and_leave_the_response_alone():
    scaled = scenario(scales="log-normal", snr=6.0)
    assert len(set(scaled.sd)) == 12
    draw = scaled.draw(1, 0)
    # Rescaled by hand, it is a standardized design with the same predictor.
    X = draw.X / scaled.sd
    np.testing.assert_allclose(X @ scaled.unit_beta, draw.X @ scaled.beta, rtol=1e-12)
    logs = np.log(scenario(n_features=20_000, scales="log-normal").sd)
    assert logs.mean() == pytest.approx(0, abs=5 / np.sqrt(20_000))
    assert logs.var() == pytest.approx(1, abs=5 * np.sqrt(2 / 20_000))


def test_what_is_random_about_the_truth_hangs_on_the_cell_alone():
    random = {"profile": "gaussian", "signs": "random", "scales": "log-normal"}
    made, again = scenario(**random), scenario(**random)
    made.draw(3, 1)
    again.draw(4, 7)
    for name in ("beta", "sd"):
        np.testing.assert_array_equal(getattr(made, name), getattr(again, name))
    other = scenario(**random, snr=6.0)
    assert not np.isin(np.abs(made.unit_beta[made.relevant]), np.abs(other.unit_beta)).any()
    assert not np.isin(made.sd, other.sd).any()


def test_factors_of_the_truth_have_streams_of_their_own():
    made = scenario(profile="gaussian", signs="random", scales="log-normal")
    streams = [made._truth(name).random(4) for name in ("profile", "signs", "scales")]
    assert len(np.unique(streams)) == 12


# Scenario


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
@pytest.mark.parametrize("snr", [0.05, 6.0])
def test_signal_to_noise_ratio_is_realised(structure, snr):
    n = 20_000
    made = scenario(n_samples=n, correlation=structure, snr=snr, n_relevant=6)
    draw = made.draw(3, 0)
    signal = draw.X @ made.beta
    noise = draw.y - signal
    # Each variance has relative standard error sqrt(2/n); five of the ratio's.
    assert signal.var() / noise.var() == pytest.approx(snr, rel=5 * np.sqrt(4 / n))
    assert noise.mean() == pytest.approx(0, abs=5 * noise.std() / np.sqrt(n))
    assert np.corrcoef(signal, noise)[0, 1] == pytest.approx(0, abs=5 / np.sqrt(n))
    assert made.noise_variance == pytest.approx(noise.var(), rel=5 * np.sqrt(2 / n))


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
def test_excess_risk_is_the_test_error_less_the_noise(structure):
    n = 50_000
    made = scenario(n_samples=n, correlation=structure, n_relevant=6)
    coefs = made.beta + np.random.default_rng(0).standard_normal((2, 12))
    draw = made.draw(1, 0)
    errors = ((draw.X_validation @ coefs.T - draw.y_validation[:, None]) ** 2).mean(axis=0)
    # The error of a row is Gaussian, so its mean square has relative standard error sqrt(2/n).
    expected = made.excess_risk(coefs) + made.noise_variance
    np.testing.assert_allclose(errors, expected, rtol=5 * np.sqrt(2 / n))


@pytest.mark.parametrize("scales", list(SCALES))
def test_excess_risk_of_the_truth_and_of_the_null_model(scales):
    made = scenario(scales=scales)
    truth, null = made.excess_risk(np.vstack([made.beta, np.zeros(12)]))
    assert truth == 0
    assert null == pytest.approx(made.signal_variance, rel=1e-14)


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
@pytest.mark.parametrize("scales", list(SCALES))
def test_quadratic_forms_are_those_of_the_covariance_matrix(structure, scales):
    made = scenario(correlation=structure, scales=scales, profile="linear")
    sigma = made.correlation.matrix(12) * np.outer(made.sd, made.sd)
    coefs = np.random.default_rng(2).standard_normal((3, 12)) / made.sd
    distances = coefs - made.beta
    for found, expected in (
        (made.prediction_variance(coefs), np.einsum("ki,ij,kj->k", coefs, sigma, coefs)),
        (made.excess_risk(coefs), np.einsum("ki,ij,kj->k", distances, sigma, distances)),
        (made.cross(coefs), coefs @ sigma @ made.beta),
    ):
        # Sums of 144 products: rounding of the largest of them, which are of order 1.
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)
    signal = made.beta @ sigma @ made.beta
    assert made.signal_variance == pytest.approx(signal, rel=1e-12)


def test_columns_have_their_standard_deviations():
    n = 20_000
    made = scenario(n_samples=n, scales="log-normal")
    # A standard deviation has relative standard error 1/sqrt(2n).
    np.testing.assert_allclose(made.draw(1, 0).X.std(axis=0), made.sd, rtol=5 / np.sqrt(2 * n))


def test_training_and_validation_rows_are_different_rows_of_one_law():
    draw = scenario(n_samples=4000).draw(1, 0)
    for name in ("X", "y"):
        one, other = getattr(draw, name), getattr(draw, f"{name}_validation")
        assert one.shape == other.shape
        overlap = np.corrcoef(one.ravel(), other.ravel())[0, 1]
        # At most 4000 independent pairs behind it.
        assert abs(overlap) < 5 / np.sqrt(4000)


def as_bytes(draw):
    return [getattr(draw, name).tobytes() for name in ("X", "y", "X_validation", "y_validation")]


def test_draws_depend_on_seed_spec_and_replicate_alone():
    made = scenario()
    first = as_bytes(made.draw(5, 2))
    made.draw(5, 3)
    backwards = Scenario(dict(reversed(made.spec.items())))
    assert as_bytes(backwards.draw(5, 2)) == first
    for other in (made.draw(6, 2), made.draw(5, 1), scenario(snr=6.0).draw(5, 2)):
        assert not set(as_bytes(other)) & set(first)


def test_draws_leave_numpys_global_state_alone():
    before = np.random.get_state()[1].tobytes()  # noqa: NPY002
    scenario().draw(5, 2)
    assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002


@pytest.mark.parametrize(("rho", "size", "p"), [(0.5, 5, 10), (0.99, 5, 20), (0.9, 2, 7)])
def test_condition_number_of_blocks(rho, size, p):
    row = scenario(
        n_features=p, correlation={"kind": "blocks", "rho": rho, "size": size}
    ).describe()
    # A full block has eigenvalues 1 + (size-1) rho and 1 - rho. An eigenvalue is off by some units
    # of rounding of the largest, and the smallest suffers by the condition number.
    expected = (1 + (size - 1) * rho) / (1 - rho)
    assert row["condition_number"] == pytest.approx(expected, rel=1e-14 * expected)


@pytest.mark.parametrize("rho", [0.35, -0.7, 0.95])
def test_condition_number_of_three_autoregressive_columns(rho):
    row = scenario(n_features=3, correlation={"kind": "ar1", "rho": rho}).describe()
    root = abs(rho) * np.sqrt(rho**2 + 8)
    values = [1 - rho**2, (2 + rho**2 + root) / 2, (2 + rho**2 - root) / 2]
    expected = max(values) / min(values)
    # Cancellation in the closed form and in the eigenvalues: the condition number times rounding.
    assert row["condition_number"] == pytest.approx(expected, rel=1e-14 * expected)


def test_moderators_by_hand():
    twins = scenario(
        n_samples=30,
        n_features=8,
        n_relevant=4,
        placement="whole-blocks",
        correlation={"kind": "blocks", "rho": 0.9, "size": 2},
    )
    row = twins.describe()
    assert row["cell_id"] == twins.cell_id
    assert row["twins"] is True
    assert row["n_relevant"] == 4
    assert row["n/p"] == 30 / 8
    assert row["within_rho"] == pytest.approx(0.9)
    assert (row["rho"], row["block_size"], row["density"], row["snr"]) == (0.9, 2, 0.5, 1.22)
    plain = scenario(correlation={"kind": "independent"}).describe()
    assert plain["twins"] is False
    assert (plain["rho"], plain["within_rho"]) == (0, 0)
    assert plain["condition_number"] == pytest.approx(1)


def test_levels_are_described():
    levels = {"profile": "linear", "signs": "random", "noise": "t3", "scales": "log-normal"}
    row = scenario(**levels).describe()
    assert {name: row[name] for name in levels} == levels
    assert (row["response"], np.isnan(row["class_share"])) == ("linear", True)
    left_out = scenario().describe()
    assert {name: left_out[name] for name in levels} == {
        name: scenarios.DEFAULTS[name] for name in levels
    }


def test_irrepresentable_value_by_hand():
    def value(**changes):
        return scenario(**changes).describe()["irrepresentable"]

    twins = {"kind": "blocks", "rho": 0.9, "size": 2}
    assert value(correlation={"kind": "independent"}) == 0
    # Each irrelevant column has one relevant twin.
    assert value(correlation=twins, n_relevant=6) == pytest.approx(0.9)
    assert value(correlation=twins, n_relevant=4, placement="whole-blocks") == 0
    assert np.isnan(value(n_relevant=12))
    # Three of five: rho times the sum of signs over 1 + 2 rho.
    fives = {"kind": "blocks", "rho": 0.5, "size": 5}
    mixed = {"correlation": fives, "n_relevant": 3, "placement": "mixed-blocks"}
    assert value(**mixed) == pytest.approx(3 * 0.5 / (1 + 2 * 0.5))
    assert value(**mixed, signs="alternating") == pytest.approx(0.5 / (1 + 2 * 0.5))
    # Scales are standardized away.
    assert value(**mixed, scales="log-normal") == pytest.approx(3 * 0.5 / (1 + 2 * 0.5))


# Coefficients that are given


def test_given_coefficients_and_noise():
    spec = {
        "n_samples": 20,
        "n_features": 8,
        "correlation": {"kind": "ar1", "rho": 0.5},
        "coefficients": [3, 1.5, 0, 0, 2, 0, 0, 0],
        "sigma": 3.0,
    }
    made = Scenario(spec)
    np.testing.assert_array_equal(made.beta, spec["coefficients"])
    assert made.noise_variance == 9
    # Zou and Hastie (2005), example 1: 9 + 2.25 + 4 + 2 (4.5 / 2 + 6 / 16 + 3 / 8).
    assert made.signal_variance == pytest.approx(21.25)
    row = made.describe()
    assert row["snr"] == pytest.approx(21.25 / 9)
    assert row["n_relevant"] == 3
    assert {row[name] for name in ("placement", "profile", "signs")} == {"given"}


# Logistic response


def logistic(**changes):
    return scenario(response="logistic", class_share=0.2, **changes)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("variance", [0.0, 0.05, 3.0, 20.0, 300.0])
def test_intercept_gives_the_share_of_the_class(share, variance):
    b0, sd = intercept_for(share, variance), np.sqrt(variance)
    made, error = integrate.quad(
        lambda z: expit(b0 + sd * z) * norm.pdf(z), -10, 10, points=[-b0 / max(sd, 1)], limit=500
    )
    # Within what the adaptive rule says of itself, and the 13 digits that the root is held to.
    assert made == pytest.approx(share, abs=error + 1e-12)


def test_intercept_is_zero_for_equal_shares():
    assert intercept_for(0.5, 4.0) == pytest.approx(0, abs=1e-13)


@pytest.mark.parametrize("scales", list(SCALES))
@pytest.mark.parametrize("snr", [0.25, 6.0])
def test_classes_have_their_share_and_their_probabilities(snr, scales):
    n = 40_000
    made = logistic(n_samples=n, snr=snr, scales=scales, n_relevant=6)
    assert made.signal_variance == pytest.approx(snr * np.pi**2 / 3, rel=1e-12)
    assert made.noise_variance == LOGISTIC_VARIANCE
    draw = made.draw(1, 0)
    assert set(draw.y) == set(draw.y_validation) == {0.0, 1.0}
    assert draw.y.mean() == pytest.approx(0.2, abs=5 * np.sqrt(0.16 / n))
    # Within tenths of the predictor, the share of ones is the mean probability.
    predictor = made.intercept + draw.X @ made.beta
    for tenth in np.array_split(np.argsort(predictor), 10):
        p = expit(predictor[tenth])
        error = np.sqrt((p * (1 - p)).sum()) / len(tenth)
        assert draw.y[tenth].mean() == pytest.approx(p.mean(), abs=5 * error)


def test_a_logistic_cell_is_described():
    row = logistic(snr=6.0).describe()
    assert (row["response"], row["class_share"], row["noise"]) == ("logistic", 0.2, "logistic")
    assert row["snr"] == 6
    assert logistic().response == "logistic"
    assert scenario().intercept == 0


def test_unknown_response_is_named():
    with pytest.raises(ValueError, match="poisson"):
        scenario(response="poisson").draw(1, 0)


def test_cells_that_differ_have_different_names():
    changes = [{}, {"snr": 6.0}, {"n_relevant": 6}, {"placement": "whole-blocks"}]
    assert len({scenario(**change).cell_id for change in changes}) == len(changes)
