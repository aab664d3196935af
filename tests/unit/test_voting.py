"""Which cells vote: a closed list of filters, and whether there is anything to win."""

from typing import get_args

import pandas as pd
import pytest

from regclaims.claims.voting import (
    FILTERS,
    at_grid_end,
    informative_cells,
    reasons,
)
from regclaims.config.claims import Filter

POPULATION = pd.DataFrame(
    {
        "n_samples": [100, 100, 100, 100, 99],
        "n_features": [21, 20, 99, 101, 198],
        "n_relevant": [21, 1, 99, 5, 10],
        "within_rho": [0.0, 0.7, 0.69, 0.9, 0.5],
        "twins": [False, True, False, True, False],
        "profile": ["equal", "equal", "linear", "equal", "equal"],
    },
    index=pd.Index(list("abcde"), name="cell_id"),
)


def test_every_filter_of_the_configuration_exists():
    assert set(FILTERS) == set(get_args(Filter))


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("correlated", "bd"),
        ("high-dimensional", "de"),
        ("low-dimensional", "b"),  # p <= n/5
        ("twins", "bd"),
        ("without-twins", "ace"),
        ("some-irrelevant", "bde"),
        ("not-all-alike", "bcde"),
        ("not-by-counting", "abcd"),  # p < 2n
        ("off-peak", "abe"),  # |p - (n - 1)| > 5
    ],
)
def test_which_cells_a_filter_lets_vote(name, cells):
    why = reasons(POPULATION, [name], None)
    assert "".join(why.index[why == ""]) == cells
    assert set(why[why != ""]) <= {f"not {name}"}


def test_known_coefficients_on_real_columns_are_equal_ones():
    why = reasons(POPULATION.drop(columns="profile"), ["not-all-alike"], None)
    assert "".join(why.index[why == ""]) == "bde"


def test_without_filters_all_cells_vote():
    assert (reasons(POPULATION, [], None) == "").all()


def test_filters_join_and_the_first_that_fails_is_named():
    why = reasons(POPULATION, ["correlated", "high-dimensional"], None)
    assert list(why) == [
        "not correlated", "not high-dimensional", "not correlated", "", "not correlated"
    ]  # fmt: skip


def test_cells_where_nothing_can_be_won_do_not_vote():
    informative = pd.Series({"a": True, "b": False})
    why = reasons(POPULATION, [], informative)
    assert list(why) == ["", *["nothing to win"] * 4]  # a cell nothing is known of is none
    assert reasons(POPULATION, ["low-dimensional"], informative)["b"] == "nothing to win"
    assert reasons(POPULATION, ["twins"], informative)["a"] == "not twins"


def fits(*rows):
    columns = ["cell_id", "method", "role", "tuning", "rr"]
    return pd.DataFrame(rows, columns=columns)


def test_a_cell_is_informative_if_the_best_method_wins_enough():
    found = informative_cells(
        fits(
            ("a", "ridge", "screening", "oracle", 0.95),
            ("a", "lasso", "screening", "oracle", 0.85),
            ("a", "lasso", "screening", "oracle", 0.93),  # .89 on average
            ("b", "ridge", "screening", "oracle", 0.90),
            ("b", "lasso", "screening", "oracle", 0.99),
        )
    )
    assert found.to_dict() == {"a": True, "b": False}


def test_only_oracle_fits_to_screening_replicates_decide_what_is_informative():
    screening = ("a", "ridge", "screening", "oracle", 0.95)
    alone = informative_cells(fits(screening))
    mixed = informative_cells(
        fits(
            screening,
            ("a", "ridge", "evidence", "oracle", 0.1),
            ("a", "ridge", "screening", "validation", 0.1),
            ("a", "ols", "screening", "none", 0.1),
        )
    )
    pd.testing.assert_series_equal(alone, mixed)


def test_a_failed_screening_fit_is_left_out_of_the_mean():
    found = informative_cells(
        fits(
            ("a", "ridge", "screening", "oracle", 0.5),
            ("a", "ridge", "screening", "oracle", float("nan")),
            ("b", "ridge", "screening", "oracle", float("nan")),
        )
    )
    assert found.to_dict() == {"a": True, "b": False}


def shares(*rows):
    return pd.DataFrame(rows, columns=["cell_id", "method", "tuning", "metric", "mean"])


def test_cells_with_too_many_optima_at_the_end_are_told_by_arm():
    found = at_grid_end(
        shares(
            ("a", "lasso", "oracle", "at_grid_end", 0.06),
            ("b", "lasso", "oracle", "at_grid_end", 0.05),
            ("c", "lasso", "oracle", "at_grid_end", 1.0),
            ("a", "lasso", "validation", "at_grid_end", 0.0),
            ("b", "ridge", "validation", "at_grid_end", 0.2),
            ("b", "ridge", "oracle", "at_grid_end", float("nan")),
            ("b", "lasso", "oracle", "rr", 0.9),
        ),
        0.05,
    )
    assert found == {("lasso", "oracle"): {"a", "c"}, ("ridge", "validation"): {"b"}}


def test_no_cell_is_at_the_end():
    assert at_grid_end(shares(), 0.05) == {}


def test_the_share_that_stops_a_vote_is_given():
    table = shares(("a", "lasso", "oracle", "at_grid_end", 0.3))
    assert at_grid_end(table, 0.3) == {}
    assert at_grid_end(table, 0.29) == {("lasso", "oracle"): {"a"}}
