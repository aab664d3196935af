"""What a data set of yours costs, and the protocol that is written for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclaims.config.datasets import Protocol
from regclaims.datasets.affordable import BUDGET, STEPS, affordable, core_seconds

DEFAULT = Protocol().model_dump()
tasks = st.sampled_from(["regression", "classification"])
sizes = st.tuples(st.integers(10, 10**6), st.integers(2, 10**5))


@pytest.mark.parametrize(
    ("shape", "task", "tuning", "splits"),
    [
        ((100, 10), "regression", "cross-validation", 20),
        ((10_000, 500), "regression", "cross-validation", 20),
        ((100, 20_000), "regression", "cross-validation", 20),
        ((10_000, 500), "classification", "validation", 10),
        ((2_000, 2_000), "regression", "validation", 20),
    ],
)
def test_cross_validation_is_given_up_first(shape, task, tuning, splits):
    found = affordable(DEFAULT, *shape, task)
    assert (found["tuning"], found["splits"]) == (tuning, splits)
    Protocol.model_validate(found)


@given(sizes, tasks)
def test_within_the_budget_or_the_cheapest_there_is(shape, task):
    found = affordable(DEFAULT, *shape, task)
    if core_seconds(found, *shape, task) > BUDGET:
        assert found == {**DEFAULT, **STEPS[-1]}
    more = (shape[0], shape[1] + 1)
    assert core_seconds(DEFAULT, *more, task) >= core_seconds(DEFAULT, *shape, task)


def test_each_step_is_cheaper():
    costs = [core_seconds({**DEFAULT, **step}, 5000, 500, "regression") for step in STEPS]
    assert costs == sorted(costs, reverse=True)
    assert len(set(costs)) == len(costs)
