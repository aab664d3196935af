"""Problems that solvers are tried on: their draws, their solutions, and the layout of tables."""

from types import SimpleNamespace

import numpy as np
import pytest

from regclaims.keys import cell_id
from regclaims.mechanisms import regressions
from regclaims.mechanisms.regressions import (
    cells,
    draw,
    equally_fitting,
    lasso,
    marked,
    ridge,
    rows,
)

SPEC = {
    "shapes": [(40, 8), (20, 30)],
    "correlations": [
        {"kind": "independent"},
        {"kind": "ar1", "rho": -0.7},
        {"kind": "blocks", "size": 5, "rho": 0.9},
    ],
    "density": 0.1,
    "snr": 1.0,
}
CELLS = list(cells(SPEC, "lambda_share", [0.5, 0.1]))


def test_cells_are_crossed_and_named():
    assert len(CELLS) == 12
    assert len({cell_id(cell) for cell, _ in CELLS}) == 12
    assert [levels["correlation"] for _, levels in CELLS[:6:2]] == [
        "independent",
        "AR(1), -0.7",
        "blocks of 5, 0.9",
    ]
    assert CELLS[-1][1] == {
        "n_samples": 20,
        "n_features": 30,
        "correlation": "blocks of 5, 0.9",
        "lambda_share": 0.1,
    }


def test_a_shape_may_be_a_list():
    as_lists = SPEC | {"shapes": [list(shape) for shape in SPEC["shapes"]]}
    assert list(cells(as_lists, "lambda_share", [0.5, 0.1])) == CELLS


@pytest.mark.parametrize("place", range(0, 12, 3))
def test_draws_are_standardized(place):
    data = draw(CELLS[place][0], "test", 5, 3)
    n = data.X.shape[1]
    # Rounding of sums of n numbers of size 1.
    for values in (data.X, data.y):
        np.testing.assert_allclose(values.mean(axis=1), 0, atol=n * 1e-16)
        np.testing.assert_allclose((values**2).mean(axis=1), 1, atol=n * 1e-16)
    np.testing.assert_allclose(np.diagonal(data.gram, axis1=1, axis2=2), 1, atol=n * 1e-16)


def test_draws_hang_on_seed_stage_cell_and_replicate_alone():
    cell = CELLS[0][0]
    three = draw(cell, "test", 5, 3)
    assert np.array_equal(draw(cell, "test", 5, 2).X, three.X[:2])
    assert not np.array_equal(three.X[0], three.X[1])
    for other in (
        draw(cell, "else", 5, 3),
        draw(cell, "test", 6, 3),
        draw(CELLS[1][0], "test", 5, 3),
    ):
        assert not np.array_equal(other.X, three.X)


def test_correlation_and_signal_are_as_asked():
    spec = {
        "shape": [20_000, 10],
        "correlation": SPEC["correlations"][2],
        "density": 0.2,
        "snr": 3.0,
    }
    data = draw(spec, "test", 5, 1)
    # Five standard errors of a correlation from 20,000 rows.
    assert data.gram[0, 0, 1] == pytest.approx(0.9, abs=0.04)
    assert data.gram[0, 0, 5] == pytest.approx(0.0, abs=0.04)
    explained = 1 - 2 * data.least_loss[0]
    assert explained == pytest.approx(0.75, abs=0.02)  # snr/(1 + snr)


def test_eigenvalues_without_rounding_below_zero():
    data = draw(CELLS[6][0], "test", 5, 2)  # more columns than rows
    assert (data.eigenvalues >= 0).all()
    assert np.count_nonzero(data.eigenvalues[0]) == 19  # centred rows


def test_lasso_meets_its_optimality_conditions():
    data = draw(CELLS[7][0], "test", 5, 3)
    lambdas = 0.1 * data.lambda_max
    coefs = lasso(data, lambdas)
    gradient = data.penalized().gradient(coefs)
    support = coefs != 0
    signed = np.broadcast_to(-lambdas[:, None], coefs.shape)[support] * np.sign(coefs[support])
    # 1e-9 of the largest gradient is what a certificate asks.
    assert gradient[support] == pytest.approx(signed, abs=1e-9)
    assert (np.abs(gradient) <= lambdas[:, None] + 1e-9).all()
    assert not lasso(data, 1.001 * data.lambda_max).any()


def test_ridge_is_its_closed_form():
    data = draw(CELLS[0][0], "test", 5, 3)
    coefs = ridge(data, np.full(3, 0.3))
    expected = np.linalg.solve(data.gram + 0.3 * np.eye(8), data.linear[:, :, None])[:, :, 0]
    np.testing.assert_allclose(coefs, expected, rtol=1e-10)


def test_a_solution_without_a_certificate_is_refused(monkeypatch):
    data = draw(CELLS[0][0], "test", 5, 2)
    uncertain = SimpleNamespace(determined=np.array([False]), coefs=np.zeros((1, 8)))
    monkeypatch.setattr(regressions, "gaussian_path", lambda *_, **__: uncertain)
    with pytest.raises(ArithmeticError, match="certified"):
        lasso(data, data.lambda_max / 2)


@pytest.mark.parametrize("place", [0, 5, 6, 11])
def test_equally_fitting_ridge_leaves_the_same_residuals(place):
    cell, levels = CELLS[place]
    data = draw(cell, "test", 5, 4)
    coefs = lasso(data, levels["lambda_share"] * data.lambda_max)
    found = ridge(data, equally_fitting(data, coefs))
    np.testing.assert_allclose(data.loss(found), data.loss(coefs), rtol=1e-9)


def test_a_fit_as_bad_as_the_null_model_has_no_equal():
    data = draw(CELLS[0][0], "test", 5, 1)
    with pytest.raises(ValueError, match="sign"):
        equally_fitting(data, -data.linear)


def test_rows_have_all_that_any_method_has():
    cell, levels = CELLS[0]
    found = {"a": {"gap": np.array([1.0, 2.0])}, "b": {"zeros": np.array([3.0, 4.0])}}
    table = rows(cell, levels, found)
    assert list(table) == ["cell_id", "replicate", "method", *levels, "gap", "zeros"]
    assert table["replicate"].tolist() == [0, 1, 0, 1]
    assert table["method"].tolist() == ["a", "a", "b", "b"]
    assert table["gap"].isna().tolist() == [False, False, True, True]
    assert (table["cell_id"] == cell_id(cell)).all()


@pytest.mark.parametrize(
    ("steps", "expected"), [(1, [1]), (7, [1, 2, 5, 7]), (100, [1, 2, 5, 10, 20, 50, 100])]
)
def test_marks_are_round_and_end_with_the_last(steps, expected):
    assert marked(steps) == expected
