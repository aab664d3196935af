"""The factor that follows a support: against numpy's own, whatever comes and goes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regclaims.solvers.kernels.factor import append, delete, factorize, solve

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
