"""Controls: what is known goes through the same machinery first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.controls import (
    CONTROLS,
    PLANTED,
    all_right,
    check_controls,
    decide_controls,
    measure_controls,
)
from regclaims.errors import InputError


@pytest.fixture(scope="module")
def evidence():
    return measure_controls(3, 6)


def test_all_come_out_as_they_must(evidence):
    table = decide_controls(evidence)
    assert set(table["control"]) == {*CONTROLS, PLANTED}
    assert table["ok"].eq(True).all()
    assert all_right(table) is True
    check_controls(table)


@pytest.mark.parametrize(
    ("metric", "value", "control", "found"),
    [
        # A solver that is off by a millionth, scaling that has no effect, ridge with zeros.
        ("soft_threshold", 1e-6, "orthonormal-lasso", "refuted"),
        ("standardized_rescaling", 1e-3, "standardized-rescaling", "refuted"),
        ("raw_rescaling", 1e-12, "raw-rescaling", "supported"),
        ("has_zero", 1.0, "ridge-selects", "supported"),
    ],
)
def test_a_fault_stops_the_run_and_is_named(evidence, metric, value, control, found):
    faulty = evidence.assign(**{metric: evidence[metric].where(evidence[metric].isna(), value)})
    table = decide_controls(faulty)
    with pytest.raises(InputError) as stopped:
        check_controls(table)
    (problem,) = stopped.value.problems
    assert problem.place == control
    assert f"is {found}" in problem.message


def test_one_that_is_left_open_stops_nothing():
    table = decide_controls(measure_controls(3, 6))
    table["ok"] = table["ok"].astype(object)
    table.loc[0, "ok"] = None
    check_controls(table)
    assert all_right(table) is None


def test_controls_are_repeatable():
    one, again = measure_controls(3, 2), measure_controls(3, 2)
    pd.testing.assert_frame_equal(one, again, check_exact=True)
    assert np.isfinite(one["soft_threshold"].dropna()).all()
