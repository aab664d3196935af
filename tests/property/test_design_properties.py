"""Signals with one name are equal in law, and others are not."""

from collections import defaultdict
from functools import cache
from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regclaims.designs.correlation import correlation
from regclaims.designs.law import signal
from regclaims.designs.placement import PLACEMENTS, in_order, support
from regclaims.designs.profile import PROFILES
from regclaims.designs.signs import SIGNS

RNG = np.random.default_rng(0)
TOLERANCE = 1e-12
"""Entries of Sigma and beta are products of a few numbers below 1; others differ by far more."""


@cache
def signed_permutations(sigma_bytes, other_bytes, p):
    """All (columns, signs) that turn one correlation matrix into the other."""
    sigma = np.frombuffer(sigma_bytes).reshape(p, p)
    other = np.frombuffer(other_bytes).reshape(p, p)
    orders = np.array(list(permutations(range(p))))
    moved = sigma[orders[:, :, None], orders[:, None, :]]
    alike = (np.abs(np.abs(moved) - np.abs(other)) < TOLERANCE).all(axis=(1, 2))
    flips = np.array(list(product([1.0, -1.0], repeat=p)))
    found = []
    for order, matrix in zip(orders[alike], moved[alike], strict=True):
        signed = matrix * flips[:, :, None] * flips[:, None, :]
        right = (np.abs(signed - other) < TOLERANCE).all(axis=(1, 2))
        found.append((np.broadcast_to(order, (right.sum(), p)), flips[right]))
    if not found:
        return np.empty((0, p), dtype=int), np.empty((0, p))
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))


def truth(p, structure, s, placement, profile, signs):
    """The law of beta, as a pattern and what about it is random."""
    chosen = support(p, s, placement, structure.block_size, structure.n_blocks(p))
    # Independent draws from one law are marked by ones: they may change places.
    magnitudes = PROFILES["equal" if profile == "gaussian" else profile](s, p, RNG)
    pattern = SIGNS["plus" if signs == "random" else signs](len(magnitudes), RNG)
    beta = np.zeros(p)
    beta[in_order(p, chosen)[: len(magnitudes)]] = magnitudes * pattern
    one = len(magnitudes) == 1  # its size is fixed by the signal-to-noise ratio, its sign is free
    return beta / np.abs(beta).max(), profile == "gaussian" and not one, signs == "random"


def equal_in_law(p, one, other):
    """Whether a signed permutation of the columns turns one signal into the other."""
    structures, truths = zip(
        *[(levels[0], truth(p, *levels)) for levels in (one, other)], strict=True
    )
    (beta, *random), (other_beta, *other_random) = truths
    sigma, other_sigma = (structure.matrix(p).tobytes() for structure in structures)
    order, signs = signed_permutations(sigma, other_sigma, p)
    moved = beta[order] * signs
    unsigned = np.abs(np.abs(moved) - np.abs(other_beta)).max(axis=1, initial=0) < TOLERANCE
    signed = np.abs(moved - other_beta).max(axis=1, initial=0) < TOLERANCE
    if random[0] != other_random[0]:
        return False
    if random[1] and other_random[1]:
        return bool(unsigned.any())
    if random[1] or other_random[1]:
        # Fair signs are like fixed ones only where all signs lead to the same law.
        return reaches_all_signs(beta, other_beta, order, signs)
    return bool(signed.any())


def reaches_all_signs(beta, other_beta, order, signs):
    moved = beta[order] * signs
    alike = np.abs(np.abs(moved) - np.abs(other_beta)).max(axis=1, initial=0) < TOLERANCE
    relevant = other_beta != 0
    reached = {tuple(np.sign(row)) for row in moved[alike][:, relevant]}
    return len(reached) == 2 ** relevant.sum()


STRUCTURES = st.one_of(
    st.just({"kind": "independent"}),
    st.builds(lambda rho: {"kind": "ar1", "rho": rho}, st.sampled_from([-0.7, -0.2, 0.0, 0.7])),
    st.builds(
        lambda rho, size, count: {"kind": "blocks", "rho": rho, "size": size, "count": count},
        st.sampled_from([0.0, 0.5]),
        st.integers(2, 7),
        st.none() | st.integers(1, 4),
    ),
    st.builds(lambda rho: {"kind": "three-factor", "rho": rho}, st.sampled_from([0.0, 0.8])),
)


@settings(max_examples=400, deadline=None)
@given(
    st.integers(2, 6),
    STRUCTURES,
    st.floats(0.01, 1),
    st.sampled_from(list(PLACEMENTS)),
    st.sampled_from(list(PROFILES)),
    st.sampled_from(list(SIGNS)),
)
def test_a_signal_is_equal_in_law_to_the_one_it_is_named_after(
    p, structure, density, placement, profile, signs
):
    made = correlation(structure)
    s = relevant(p, made, density, placement)
    if s is None:
        return
    name = signal(p, made, density, placement, profile, signs)
    assert name.n_relevant == s
    # Where all columns are relevant, or none has a neighbour, blocks need not hold them.
    placement = "spread" if s == p or getattr(made, "rho", 0) == 0 else placement
    assert equal_in_law(p, (made, s, placement, profile, signs), name)


def relevant(p, made, density, placement):
    """How many columns the levels make relevant; None if the blocks do not hold them."""
    s, size, blocks = max(1, round(density * p)), made.block_size, made.n_blocks(p)
    if getattr(made, "rho", 0) == 0:
        return s
    if placement == "whole-blocks":
        return size * min(blocks, max(1, round(s / size))) if blocks else None
    if placement == "mixed-blocks" and blocks * -(-size // 2) < s < p:
        return None
    return s


SMALL = [
    {"kind": "independent"},
    {"kind": "ar1", "rho": 0.7},
    {"kind": "ar1", "rho": -0.7},
    {"kind": "blocks", "rho": 0.5, "size": 2},
    {"kind": "blocks", "rho": 0.5, "size": 2, "count": 1},
    {"kind": "blocks", "rho": 0.5, "size": 3},
    {"kind": "three-factor", "rho": 0.8},
]


@pytest.mark.parametrize("p", [4, 5, 6])
def test_signals_with_different_names_are_not_equal_in_law(p):
    groups = defaultdict(set)
    for structure in map(correlation, SMALL):
        for density, *levels in product(np.arange(1, p + 1) / p, PLACEMENTS, PROFILES, SIGNS):
            if relevant(p, structure, density, levels[0]) is not None:
                name = signal(p, structure, density, *levels)
                groups[invariant(p, name)].add(name)
    assert sum(map(len, groups.values())) > 100
    pairs = (pair for names in groups.values() for pair in combinations(names, 2))
    assert [pair for pair in pairs if equal_in_law(p, *pair)] == []


def invariant(p, name):
    """What no signed permutation changes: only signals that share it need to be compared."""
    beta, random, _ = truth(p, *name)
    sizes = (np.sort(np.abs(array), axis=None) for array in (beta, name.correlation.matrix(p)))
    return (random, *(tuple(np.round(array, 9)) for array in sizes))
