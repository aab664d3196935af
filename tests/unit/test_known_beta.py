"""Known coefficients on the columns of a real table."""

from __future__ import annotations

import numpy as np
import pytest

from regclaims.datasets import Loaded
from regclaims.designs import Scenario
from regclaims.designs.known_beta import KnownBeta, Rows, known_beta_spec
from regclaims.evidence.known_beta import scenarios

N, P = 40, 5


@pytest.fixture
def table():
    rng = np.random.default_rng(2)
    X = rng.standard_normal((N, P)) * [1, 10, 0.1, 3, 1] + [0, 50, 1, 2, 0]
    X[:, 4] = X[:, 3] + 0.1 * rng.standard_normal(N)
    return X


def cell(table, density=0.4, snr=2.0):
    return KnownBeta(known_beta_spec("made", *table.shape, density, snr), Rows.of(table))


def test_the_population_is_the_table(table):
    rows, d = Rows.of(table), np.random.default_rng(3).standard_normal((3, P))
    R = np.corrcoef(table, rowvar=False)
    # Sums in another order: some units of rounding.
    np.testing.assert_allclose(rows.matrix(P), R, atol=1e-12)
    np.testing.assert_allclose(rows.quadratic(d), [row @ R @ row for row in d], rtol=1e-12)
    drawn = rows.sample(np.random.default_rng(4), 200, P)
    assert {tuple(row) for row in drawn} <= {tuple(row) for row in rows.Z}
    assert len({tuple(row) for row in drawn}) > N / 2


def test_risk_is_exact_and_noise_fits_the_ratio(table):
    made = cell(table)
    assert made.relevant.sum() == 2
    assert made.signal_variance / made.noise_variance == pytest.approx(2.0)
    b = np.random.default_rng(5).standard_normal((2, P))
    Z = made.rows.Z
    expected = ((Z @ (b - made.beta).T) ** 2).mean(axis=0)
    np.testing.assert_allclose(made.excess_risk(b), expected, rtol=1e-12)


def test_draws_are_repeatable_and_differ_by_replicate_and_cell(table):
    one, again = cell(table).draw(1, 0), cell(table).draw(1, 0)
    np.testing.assert_array_equal(one.y, again.y)
    assert one.X.shape == one.X_validation.shape == (N, P)
    for other in (cell(table).draw(1, 1), cell(table).draw(2, 0), cell(table, snr=3.0).draw(1, 0)):
        assert not np.array_equal(one.y, other.y)


def test_moderators_are_those_of_the_table(table):
    about = cell(table).describe()
    R = np.corrcoef(table, rowvar=False)
    assert about["condition_number"] == pytest.approx(np.linalg.cond(R), rel=1e-9)
    R = np.abs(R)
    np.fill_diagonal(R, 0)
    assert about["within_rho"] == pytest.approx(R.max(axis=0).mean())
    wide = KnownBeta(known_beta_spec("made", 5, 40, 0.1, 1.0), Rows.of(table.T))
    assert wide.describe()["condition_number"] == np.inf


def test_cells_cross_densities_and_ratios(table):
    data = Loaded(table, np.zeros(N), tuple("abcde"))
    made = scenarios(data, "made", {"densities": [0.2, 1.0], "snrs": [1.0, 2.0, 4.0]})
    assert [(c.relevant.sum(), c.spec["snr"]) for c in made] == [
        (k, snr) for k in (1, 5) for snr in (1.0, 2.0, 4.0)
    ]
    assert len({c.cell_id for c in made}) == 6
    assert all(isinstance(c, Scenario) for c in made)
    holed = table.copy()
    holed[0, 0] = np.nan
    (filled, *_) = scenarios(
        Loaded(holed, np.zeros(N), tuple("abcde")), "made", {"densities": [1], "snrs": [1]}
    )
    assert np.isfinite(filled.rows.Z).all()
