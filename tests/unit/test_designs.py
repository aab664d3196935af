"""Designs: what is drawn has the law that is stated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclaims.config.plan import cells
from regclaims.config.study import Study
from regclaims.designs import Scenario
from regclaims.designs.correlation import correlation, within_block_correlation
from regclaims.designs.signal import support

STRUCTURES = [
    {"kind": "independent"},
    {"kind": "ar1", "rho": 0.7},
    {"kind": "ar1", "rho": -0.7},
    {"kind": "ar1", "rho": 0.95},
    {"kind": "blocks", "rho": 0.5, "size": 5},
    {"kind": "blocks", "rho": 0.99, "size": 2},
    {"kind": "blocks", "rho": 0.0, "size": 3},
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


structures = st.one_of(
    st.just({"kind": "independent"}),
    st.builds(lambda rho: {"kind": "ar1", "rho": rho}, st.floats(-0.99, 0.99)),
    st.builds(
        lambda rho, size: {"kind": "blocks", "rho": rho, "size": size},
        st.floats(0, 0.99),
        st.integers(2, 7),
    ),
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


# Support


@pytest.mark.parametrize(("p", "s"), [(100, 5), (1000, 7), (100, 1), (7, 7), (10, 5), (11, 3)])
def test_spread_support_has_its_size_and_equal_distances(p, s):
    chosen = support(p, s, "spread", 5)
    assert len(chosen) == len(set(chosen.tolist())) == s
    assert chosen[0] == 0
    distances = np.diff([*chosen, p])
    assert distances.max() - distances.min() <= 1


@given(st.integers(1, 300), st.floats(0, 1))
def test_spread_support_is_ascending_and_inside(p, share):
    s = max(1, round(share * p))
    chosen = support(p, s, "spread", 5)
    assert len(chosen) == s
    assert (np.diff(chosen) > 0).all()
    assert chosen[0] == 0
    assert chosen[-1] < p


@given(st.integers(1, 60), st.integers(1, 7), st.integers(0, 6), st.floats(0, 1))
def test_whole_blocks_are_whole(n_blocks, size, rest, share):
    p, blocks = n_blocks * size + min(rest, size - 1), max(1, round(share * n_blocks))
    chosen = support(p, blocks * size, "whole-blocks", size)
    assert (np.diff(chosen) > 0).all()
    filled = np.bincount(chosen // size)
    assert set(filled.tolist()) <= {0, size}
    assert filled.sum() == blocks * size
    # At equal distances, as far as whole numbers allow.
    starts = np.diff([*chosen[::size], n_blocks * size])
    assert starts.max() - starts.min() <= size


def test_whole_blocks_by_hand():
    starts = support(100, 20, "whole-blocks", 5)[::5]
    np.testing.assert_array_equal(starts, [0, 25, 50, 75])


@pytest.mark.parametrize(("p", "s", "size"), [(10, 3, 5), (10, 15, 5), (3, 5, 5), (10, 0, 5)])
def test_columns_that_make_no_whole_blocks_are_refused(p, s, size):
    with pytest.raises(ValueError, match=f"{s} of {p} columns are not blocks of {size}"):
        support(p, s, "whole-blocks", size)


def planned(**levels):
    grid = {
        "shapes": [[20, 3]],
        "correlations": [{"kind": "ar1", "rho": 0.5}],
        "densities": [0.5],
        "snrs": [1.0],
    }
    study = {"name": "tiny", "seed": 1, "replicates": 3, "population": [grid | levels]}
    return [cell.spec for cell in cells(Study.model_validate(study))]


def test_a_study_whose_blocks_are_longer_than_its_rows_is_refused_or_can_be_drawn():
    # AR(1) counts 5 neighbours as a block; a study may have as few as 2 columns.
    try:
        specs = planned(placements=["whole-blocks"])
    except ValueError:
        return
    for spec in specs:
        assert Scenario(spec).signal_variance > 0


@pytest.mark.parametrize(
    ("p", "density", "placement", "s"),
    [
        (100, 0.05, "spread", 5),
        (100, 0.005, "spread", 1),
        (100, 1.0, "spread", 100),
        (100, 0.005, "whole-blocks", 5),
        (100, 0.5, "whole-blocks", 50),
        (22, 1.0, "whole-blocks", 20),
    ],
)
def test_how_many_columns_a_density_makes_relevant(p, density, placement, s):
    (spec,) = planned(shapes=[[20, p]], densities=[density], placements=[placement])
    assert spec["n_relevant"] == np.count_nonzero(Scenario(spec).beta) == s


def test_unknown_placement_is_named():
    with pytest.raises(ValueError, match="somewhere"):
        support(10, 5, "somewhere", 5)


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


def test_excess_risk_of_the_truth_and_of_the_null_model():
    made = scenario()
    truth, null = made.excess_risk(np.vstack([made.beta, np.zeros(12)]))
    assert truth == 0
    assert null == pytest.approx(made.signal_variance, rel=1e-14)


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


def test_cells_that_differ_have_different_names():
    changes = [{}, {"snr": 6.0}, {"n_relevant": 6}, {"placement": "whole-blocks"}]
    assert len({scenario(**change).cell_id for change in changes}) == len(changes)
