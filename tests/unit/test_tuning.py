"""Rules that choose a lambda."""

import numpy as np
import pytest

from regclaims.solvers import FoldErrors
from regclaims.tuning import Choice, at_df, choose, smallest


@pytest.mark.parametrize(
    ("errors", "planned", "expected"),
    [
        ([3.0, 1.0, 2.0], 3, Choice(1, False)),
        ([3.0, 2.0, 1.0], 3, Choice(2, True)),
        # The path ended early because the deviance is explained: its end is not the grid's.
        ([3.0, 2.0, 1.0], 5, Choice(2, False)),
        # The null model is the best: no longer grid would find a larger lambda that differs.
        ([1.0, 2.0, 3.0], 3, Choice(0, False)),
        # Equal errors go to the larger lambda.
        ([2.0, 1.0, 1.0], 3, Choice(1, False)),
        ([1.0, 1.0], 2, Choice(0, False)),
    ],
)
def test_smallest_error(errors, planned, expected):
    assert smallest(np.array(errors), planned) == expected


@pytest.mark.parametrize(
    ("df", "target", "expected"),
    [
        ([0.0, 1.0, 3.0, 5.0], 2, 2),
        ([0.0, 1.0, 3.0, 5.0], 3, 2),
        ([0.0, 1.0, 3.0, 5.0], 5, 3),
        # Not monotone, as a lasso's support: the first that has enough.
        ([0.0, 3.0, 2.0, 4.0], 2.5, 1),
        # None has enough: the one with the most.
        ([0.0, 3.0, 2.0], 9, 1),
        # Solved for the target, and off by rounding.
        ([3.0 - 1e-12], 3, 0),
    ],
)
def test_matched_degrees_of_freedom(df, target, expected):
    assert at_df(np.array(df), target) == Choice(expected, False)


def test_every_rule_uses_its_own_ingredient():
    folds = FoldErrors(
        lambdas=np.array([4.0, 3.0, 2.0, 1.0]),
        errors=np.array([[9.0, 1.0, 5.0, 5.0], [1.0, 8.0, 2.0, 9.0]]),
        converged=np.ones((2, 4), dtype=bool),
    )
    chosen = choose(
        n_lambdas=4,
        validation_error=np.array([4.0, 3.0, 2.0, 1.0]),
        oracle_risk=np.array([1.0, 2.0, 3.0, 4.0]),
        folds=folds,
    )
    assert dict(chosen) == {
        "validation": Choice(3, True),
        "oracle": Choice(0, False),
        # Means over folds: 5, 4.5, 3.5, 7; neither fold's own smallest.
        "cv-min": Choice(2, False),
    }


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"validation_error": np.arange(4.0)}, "validation"),
        ({"oracle_risk": np.arange(4.0)}, "oracle"),
    ],
)
def test_rules_without_ingredients_are_left_out(given, rule):
    assert list(choose(n_lambdas=4, **given)) == [rule]
    assert not choose(n_lambdas=4)
