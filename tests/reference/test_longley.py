"""Least squares on Longley against values certified by NIST (Statistical Reference Datasets).

https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml; certified to 15 digits, computed there
with 500-digit arithmetic.
"""

from pathlib import Path

import numpy as np
import pytest

from regclaims.datasets import load_dataset
from regclaims.solvers import least_squares, ridge_path

FILE = Path(__file__).resolve().parents[2] / "data" / "longley.csv"
CERTIFIED = {
    "GNPDEFL": 15.0618722713733,
    "GNP": -0.358191792925910e-01,
    "UNEMP": -2.02022980381683,
    "ARMED": -1.03322686717359,
    "POP": -0.511041056535807e-01,
    "YEAR": 1829.15146461355,
}
INTERCEPT = -3482258.63459582
RESIDUAL_SD = 304.854073561965
R_SQUARED = 0.995479004577296


@pytest.fixture(scope="module")
def longley():
    return load_dataset({"source": "file", "target": "TOTEMP", "drop": []}, FILE, "longley")


def correct_digits(found, certified):
    """Count digits as NIST does: minus log10 of the relative error."""
    with np.errstate(divide="ignore"):
        return -np.log10(np.abs(np.asarray(found) - certified) / np.abs(certified))


def attainable(data):
    """Digits that survive: 15.95 of double precision, less the condition number's.

    Centred and scaled, the columns have condition number 110; forming and solving the system costs
    a few units of rounding for each of 16 rows and 6 columns, and the smallest coefficient (POP) is
    a thirtieth of the largest in standard units.
    """
    Z = (data.X - data.X.mean(axis=0)) / data.X.std(axis=0)
    lost = np.linalg.cond(Z) * 16 * 6 * 30
    return -np.log10(np.finfo(float).eps * lost)


def test_the_file_holds_nists_data(longley):
    assert longley.features == tuple(CERTIFIED)
    assert longley.X.shape == (16, 6)
    np.testing.assert_array_equal(longley.X[0], [83.0, 234289, 2356, 1590, 107608, 1947])
    np.testing.assert_array_equal(longley.X[-1], [116.9, 554894, 4007, 2827, 130081, 1962])
    assert (longley.y[0], longley.y[-1], longley.y.sum()) == (60323, 70551, 1045072)


@pytest.mark.parametrize("standardize", [True, False])
def test_coefficients_to_the_digits_attainable(longley, standardize):
    fit = least_squares(longley.X, longley.y, standardize=standardize)
    # Unstandardized columns differ in size by 10^4, which the condition number adds.
    digits = attainable(longley) - (0 if standardize else 3)
    assert digits > (10 if standardize else 7)
    found = correct_digits(fit.coefs[0], list(CERTIFIED.values()))
    assert found.min() >= digits, dict(zip(CERTIFIED, found, strict=True))
    # The intercept is a difference of numbers of its own size.
    assert correct_digits(fit.intercepts[0], INTERCEPT) >= digits
    assert fit.status.tolist() == ["converged"]
    assert fit.df[0] == 6


def test_residuals(longley):
    fit = least_squares(longley.X, longley.y)
    squares = ((longley.y - fit.predict(longley.X)[0]) ** 2).sum()
    # Predictions of 65,000 from terms of 3.5 million lose log10(3.5e6/300), about 4 digits, beside
    # the coefficients' own.
    digits = attainable(longley) - 1
    assert correct_digits(np.sqrt(squares / (16 - 7)), RESIDUAL_SD) >= digits
    total = ((longley.y - longley.y.mean()) ** 2).sum()
    assert correct_digits(1 - squares / total, R_SQUARED) >= digits


def test_the_data_are_as_collinear_as_they_are_famous_for(longley):
    row = longley.describe()
    assert row["max_correlation"] == pytest.approx(0.9953, abs=5e-4)  # GNP with YEAR
    # Square of the condition number of the standardized columns, 110.5.
    assert row["condition_number"] == pytest.approx(12220, rel=0.01)


def test_ridge_tends_to_the_certified_values(longley):
    path = ridge_path(longley.X, longley.y, lambdas=np.array([1e-10]))
    smallest = 1 / 12220 * 4.6  # eigenvalue of the correlation matrix
    # Off by lambda/eigenvalue in each direction; POP is a difference of larger parts.
    off = np.abs(path.coefs[0] / list(CERTIFIED.values()) - 1)
    assert off.max() < 100 * 1e-10 / smallest
