"""The factor that follows a support: against numpy's own, whatever comes and goes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclaims.solvers.kernels.factor import BLOCK, append, delete, factorize, solve, update

EPS = np.finfo(float).eps
moves = st.lists(st.integers(0, 29), min_size=1, max_size=60)


def products(seed=0, n=60, p=30):
    Z = np.random.default_rng(seed).standard_normal((n, p))
    return Z.T @ Z / n


def off(R, chosen, H, ridge):
    """How far R'R is from what it factors."""
    m = len(chosen)
    upper = np.triu(R[:m, :m])
    return np.abs(upper.T @ upper - H[np.ix_(chosen, chosen)] - ridge * np.eye(m)).max(initial=0)


@given(moves, st.sampled_from([0.0, 0.5]))
def test_columns_that_come_and_go(moves, ridge):
    H, R, room = products(), np.full((30, 30), np.nan), np.empty(30)
    chosen = []
    for j in moves:
        if j in chosen:
            delete(R, len(chosen), chosen.index(j), room)
            chosen.remove(j)
        else:
            column = np.zeros(30)
            column[: len(chosen)] = H[j, chosen]
            assert append(R, len(chosen), column, H[j, j] + ridge)
            chosen.append(j)
        # A backward stable update adds a few units of rounding of the largest entry, about 2.
        assert off(R, chosen, H, ridge) <= 100 * (len(moves) + 1) * EPS
    z = np.arange(30.0)
    solve(R, len(chosen), z)
    matrix = H[np.ix_(chosen, chosen)] + ridge * np.eye(len(chosen))
    expected = np.linalg.solve(matrix, np.arange(len(chosen))) if chosen else []
    condition = np.linalg.cond(matrix) if chosen else 1
    np.testing.assert_allclose(z[: len(chosen)], expected, rtol=0, atol=1e4 * EPS * condition * 30)


@given(st.integers(1, 200), st.integers(0, 3))
def test_a_factor_from_the_start_in_blocks(m, seed):
    H = products(seed, 300, 200)
    chosen = np.random.default_rng(seed).permutation(200)[:m]
    R = np.full((200, 200), np.nan)
    assert factorize(H, chosen, m, 0.1, R) == m
    assert off(R, chosen, H, 0.1) <= 10 * m * EPS


def test_a_dependent_column_is_refused_and_told_at_its_place():
    Z = np.random.default_rng(1).standard_normal((50, 90))
    Z[:, 70] = Z[:, 3] - 2 * Z[:, 40]
    H = Z.T @ Z / 50
    R = np.empty((90, 90))
    assert factorize(H, np.arange(90), 90, 0.0, R) == 50  # rank
    late = np.array([3, 40, *range(4, 30), 70, 31])
    assert factorize(H, late, len(late), 0.0, R) == 28
    column = H[70, late[:28]].copy()
    assert not append(R, 28, column, H[70, 70])
    assert off(R, late[:28], H, 0.0) <= 1e-13


# Around the fours of rows and the blocks that a factor is made in.
@pytest.mark.parametrize(
    "m",
    [*range(1, 10), *(k * BLOCK + d for k in (1, 2, 4) for d in (-2, -1, 0, 1, 2, 3, 4, 5)), 200],
)
def test_the_blocked_factor_is_the_factor(m):
    H = products(m, 400, 220)
    chosen = np.random.default_rng(m).permutation(220)[:m]
    R = np.full((m + 3, m + 3), np.nan)  # with room, as a working set has it
    assert factorize(H, chosen, m, 0.01, R) == m
    matrix = H[np.ix_(chosen, chosen)] + 0.01 * np.eye(m)
    # Two backward stable factors differ by rounding times the condition number.
    tolerance = 10 * m * EPS * np.linalg.cond(matrix)
    expected = np.linalg.cholesky(matrix).T
    np.testing.assert_allclose(np.triu(R[:m, :m]), expected, rtol=0, atol=tolerance)
    assert np.isnan(R[m:]).all()
    assert np.isnan(R[:, m:]).all()


@pytest.mark.parametrize("at", [1, 3, 4, 5, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 110])
@pytest.mark.parametrize(("apart", "refused"), [(0.0, True), (1e-9, True), (1e-5, False)])
def test_a_near_copy_is_refused_wherever_it_stands(at, apart, refused):
    # Its pivot is the square of its distance from the columns before it, about 1e-18 or 1e-10 of
    # its diagonal; the bar is at 1e-13.
    rng = np.random.default_rng(at)
    Z = rng.standard_normal((300, 120))
    Z[:, at] = Z[:, 0] + apart * rng.standard_normal(300)
    H = Z.T @ Z / 300
    R = np.empty((120, 120))
    assert factorize(H, np.arange(120), 120, 0.0, R) == (at if refused else 120)
    done = np.arange(at if refused else 120)
    assert off(R, done, H, 0.0) <= 10 * 120 * EPS


@given(st.integers(1, 70), st.lists(st.integers(0, 99), max_size=12), st.integers(0, 3))
def test_a_factor_follows_vectors_that_come_and_go(m, moves, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((100, m))
    M = 0.5 * np.eye(m)
    R = np.linalg.cholesky(M).T.copy()
    inside = set()
    for j in moves:
        sign = -1.0 if j in inside else 1.0
        inside ^= {j}
        M += sign * np.outer(vectors[j], vectors[j])
        assert update(R, m, vectors[j].copy(), sign)
        # Taking out magnifies rounding by at most the condition number.
        worst = 1 + 2 * np.sum(vectors[list(inside | {j})] ** 2)
        upper = np.triu(R)
        assert np.abs(upper.T @ upper - M).max() <= 100 * len(moves) * EPS * worst**2


def test_what_is_not_in_a_factor_cannot_be_taken_out():
    R = np.linalg.cholesky(products()).T.copy()
    assert not update(R, 30, np.full(30, 10.0), -1.0)
