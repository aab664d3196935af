"""Parts of a rule in one cell: AND and OR."""

import itertools

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.combine import combine, deciding_part
from regclaims.evidence.judging import HOLDS, NEGLIGIBLE, OPEN, REVERSED

STATES = (HOLDS, NEGLIGIBLE, REVERSED, OPEN)
MIRRORED = {HOLDS: REVERSED, REVERSED: HOLDS, OPEN: OPEN, NEGLIGIBLE: NEGLIGIBLE}


def part(p_above, p_below=None, state=OPEN, cells=None, **columns):
    p_above = np.atleast_1d(p_above)
    table = {
        "effect": 0.0,
        "p_above": p_above,
        "p_below": 1 - p_above if p_below is None else np.atleast_1d(p_below),
        "state": state,
        "replicates": 10,
        "undefined": 0,
    }
    index = cells or [f"c{i}" for i in range(len(p_above))]
    return pd.DataFrame(table | columns, index=pd.Index(index, name="cell_id"))


def test_one_part_is_left_as_it_is():
    alone = part([0.1, 0.9], state=[HOLDS, OPEN], undefined=[1, 0])
    for how in ("and", "or"):
        found = combine([alone], how)
        pd.testing.assert_frame_equal(found, alone[found.columns], check_dtype=False)


def test_p_values_of_three_parts_by_hand():
    parts = [part(0.01, 0.9), part(0.2, 0.3), part(0.4, 0.5)]
    both = combine(parts, "and").iloc[0]
    assert (both["p_above"], both["p_below"]) == (0.4, pytest.approx(0.9))
    either = combine(parts, "or").iloc[0]
    assert (either["p_above"], either["p_below"]) == (pytest.approx(0.03), 0.9)


def test_a_p_value_never_exceeds_one():
    parts = [part(0.6, 0.6), part(0.7, 0.7)]
    assert combine(parts, "and")["p_below"].item() == 1
    assert combine(parts, "or")["p_above"].item() == 1


@pytest.mark.parametrize("states", list(itertools.combinations_with_replacement(STATES, 2)))
def test_or_is_the_mirror_of_and_where_nothing_is_negligible(states):
    """NOT (A or B) = (NOT A) and (NOT B): p-values change places, holds and reversed too."""
    rng = np.random.default_rng(4)
    parts = [part(rng.random(), rng.random(), state) for state in states]
    mirrored = [
        part(p["p_below"], p["p_above"], [MIRRORED[state] for state in p["state"]]) for p in parts
    ]
    either, both = combine(parts, "or").iloc[0], combine(mirrored, "and").iloc[0]
    assert (either["p_above"], either["p_below"]) == (both["p_below"], both["p_above"])
    if NEGLIGIBLE not in states:
        assert either["state"] == MIRRORED[both["state"]]


@pytest.mark.parametrize("how", ["and", "or"])
def test_the_order_of_parts_does_not_matter(how):
    rng = np.random.default_rng(5)
    parts = [part(rng.random(20), rng.random(20), rng.choice(STATES, 20)) for _ in range(3)]
    found = combine(parts, how)
    for order in itertools.permutations(parts):
        pd.testing.assert_frame_equal(combine(order, how), found)


def test_cells_are_matched_by_name_and_must_be_in_all_parts():
    first = part([0.1, 0.2, 0.3], cells=["a", "b", "c"])
    second = part([0.9, 0.05], cells=["c", "b"])
    found = combine([first, second], "and")
    assert found["p_above"].to_dict() == {"b": 0.2, "c": 0.9}


def test_replicates_are_the_fewest_and_undefined_the_most():
    parts = [part(0.1, replicates=10, undefined=1), part(0.1, replicates=8, undefined=0)]
    found = combine(parts, "and").iloc[0]
    assert (found["replicates"], found["undefined"]) == (8, 1)


def test_no_common_cell_gives_an_empty_table():
    assert combine([part(0.1, cells=["a"]), part(0.1, cells=["b"])], "or").empty


def test_margins_of_zero_compare_plain_effects():
    small, large = part(0.5, effect=0.1), part(0.5, effect=0.2)
    assert deciding_part([small, large], [0, 0], "and") == 0
    assert deciding_part([small, large], [0, 0], "or") == 1


def test_a_part_without_effects_decides_nothing():
    undefined, defined = part(0.5, effect=np.nan), part(0.5, effect=0.2)
    assert deciding_part([undefined, defined], [0.1, 0.1], "and") == 1
    assert deciding_part([undefined, defined], [0.1, 0.1], "or") == 1


@pytest.mark.parametrize("how", ["and", "or"])
def test_parts_without_any_effect_are_decided_by_the_first(how):
    undefined = part(1.0, 1.0, effect=np.nan)
    assert deciding_part([undefined, undefined], [0.1, 0.1], how) == 0
