"""Choices by few degrees of freedom are those by all of them."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from regclaims.solvers import gaussian_path
from regclaims.tuning import FreedomBounds, first_with_df, least_bic


def at_df(df, target):
    """Find the first of at least so many degrees of freedom, or the most, among all of them."""
    enough = np.flatnonzero(df >= target - 1e-6)  # solved for the target, and off by rounding
    return int(enough[0]) if len(enough) else int(np.argmax(df))


def fitted(seed, n, p, mixing, l1_ratio, standardize, weighted, n_lambdas):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + mixing * rng.standard_normal((n, 1))
    X = X * rng.uniform(0.5, 2, p)
    y = X[:, :3] @ rng.standard_normal(3) + rng.uniform(0.1, 3) * rng.standard_normal(n)
    path = gaussian_path(
        X,
        y,
        l1_ratio=l1_ratio,
        n_lambdas=n_lambdas,
        lambda_min_ratio=10 ** rng.uniform(-4, -0.5),
        standardize=standardize,
        sample_weight=rng.uniform(0.2, 2, n) if weighted else None,
    )
    return path, ((y - path.predict(X)) ** 2).sum(axis=1), n


paths = st.builds(
    fitted,
    st.integers(0, 10**6),
    st.integers(5, 30),
    st.integers(3, 40),
    st.floats(0, 10),
    st.sampled_from([0.01, 0.1, 0.5, 0.9, 0.999, 1.0]),
    st.booleans(),
    st.booleans(),
    st.integers(1, 40),
)


@given(paths, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_bounds_hold_whatever_is_known(found, random):
    path, _, n = found
    df = path.df
    bounds = FreedomBounds(path, rank=random.choice([n, np.inf]))
    places = list(range(len(path)))
    random.shuffle(places)
    for k in places:
        # Slack for rounding is within the bounds.
        assert (bounds.lower <= df).all()
        assert (bounds.upper >= df).all()
        assert bounds.at(k) == df[k]
    assert bounds.evaluations <= len(path)
    np.testing.assert_array_equal(bounds.lower, df)
    np.testing.assert_array_equal(bounds.upper, df)


@given(paths)
@settings(max_examples=100, deadline=None)
def test_df_falls_by_no_more_than_the_columns_that_go(found):
    path, _, _ = found
    supports = path.coefs != 0.0
    for k in range(len(path)):
        gone = (supports[k] & ~supports[k:]).sum(axis=1)
        # Rounding times the condition number of K + l2, below 1e6 * p.
        assert (path.df[k:] >= path.df[k] - gone - 1e-8).all()


@given(paths, st.floats(0.05, 1))
@settings(max_examples=150, deadline=None)
def test_least_bic_is_that_of_all_fits(found, share):
    path, rss, n = found
    values = n * np.log(rss / n) + np.log(n) * path.df
    values[path.df > share * n] = np.inf
    assert least_bic(path, rss, n, share * n) == (values.argmin(), values.min())


@given(paths, st.floats(0, 1.2), st.data())
@settings(max_examples=150, deadline=None)
def test_first_with_df_is_that_of_all_fits(found, share, data):
    path, _, _ = found
    target = share * path.df.max()
    assert first_with_df(path, target) == at_df(path.df, target)
    status = path.status.copy()
    status[data.draw(st.integers(0, len(path) - 1))] = "failed"
    some = replace(path, status=status)
    if some.certified.any():
        left = np.where(some.certified, path.df, -np.inf)
        assert first_with_df(some, target) == at_df(left, target)
