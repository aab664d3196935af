"""From tables to verdicts: what is written for every claim."""

import copy
import dataclasses

import numpy as np
import pandas as pd
import pytest
import yaml

from regclaims.claims.evidence import BATCH, batches, columns_of
from regclaims.claims.verdicts import (
    COLUMNS,
    Evidence,
    find,
    registry_hash,
    take_verdicts,
)
from regclaims.config.base import validate
from regclaims.config.claims import BARS, Group
from regclaims.config.reference import CLAIMS

CONTRACT = [
    "claim_id",
    "group",
    "statement",
    "sources",
    "origin",
    "verdict",
    "effect",
    "ci_low",
    "ci_high",
    "mcse",
    "bar",
    "share_holds",
    "share_negligible",
    "share_reversed",
    "share_open",
    "cells",
    "replicates",
    "moderator",
    "region",
    "robustness",
    "design_dependent",
    "registered",
    "controls_ok",
    "registry_hash",
]


def claim(**changes):
    group = validate(Group, yaml.safe_load(CLAIMS), "claims.yaml")
    plain = group.model_dump()["claims"]["l1-has-zeros"] | {"group": "zeros"}
    return plain | changes


def rule(bar="plain", filters=(), informative=False, **part):
    plain = copy.deepcopy(claim()["rule"])
    plain |= {"bar": bar, "filters": list(filters), "informative": informative}
    plain["parts"][0] |= part
    return plain


MAX_AT_END = 0.05
NO_CELLS = pd.DataFrame(columns=["cell_id", "method", "tuning", "metric", "mean"])
NO_STABILITY = pd.DataFrame(
    columns=["cell_id", "method", "tuning", "metric", "value", "left_out", "n_undefined"]
)
TABLES = {"stability": [NO_STABILITY]}


def population(n_cells=40):
    number = np.arange(n_cells)
    return pd.DataFrame(
        {"n_samples": 100, "n_features": np.where(number % 2, 10, 400)},
        index=pd.Index([f"c{i:02}" for i in number], name="cell_id"),
    )


def evidence(n_cells=40, share=1.0, replicates=20):
    """Return evidence in which a lasso has zeros in this share of cells and never in others."""
    cells = [f"c{i:02}" for i in range(n_cells)]
    zero = np.arange(n_cells) < round(share * n_cells)
    screening = pd.DataFrame(
        {"cell_id": cells, "replicate": 0, "role": "screening", "tuning": "oracle"}
        | {"method": "lasso", "has_zero": 0.0, "rr": np.where(np.arange(n_cells) < 30, 0.5, 1.0)}
    )
    fits = pd.DataFrame(
        {
            "cell_id": np.repeat(cells, replicates),
            "replicate": np.tile(np.arange(1, replicates + 1), n_cells),
            "role": "evidence",
            "tuning": "validation",
            "method": "lasso",
            "has_zero": np.repeat(zero, replicates).astype(float),
            "rr": 0.5,
        }
    )
    both = pd.concat([screening, fits], ignore_index=True)
    both = both.assign(status="converged", null=False)
    return Evidence(NO_CELLS, [both], TABLES, MAX_AT_END)


def court(reading="charitable", found=None, cells=None, **claims):
    claims = claims or {"l1-has-zeros": claim()}
    registry = {name.replace("_", "-"): value for name, value in claims.items()}
    findings = find(registry, found or evidence())
    cells = population() if cells is None else cells
    return take_verdicts(registry, BARS, cells, findings, reading)


def test_columns_are_those_of_the_contract_in_their_order():
    assert COLUMNS == CONTRACT
    assert list(court().verdicts) == CONTRACT


def test_a_row_says_what_was_decided():
    row = court().verdicts.iloc[0]
    assert row["claim_id"] == "l1-has-zeros"
    assert row["group"] == "zeros"
    assert row["statement"] == "L1 models have zero coefficients."
    assert row["sources"] == "A Mechanics s4"
    assert row["verdict"] == "supported"
    assert (row["bar"], row["cells"], row["replicates"]) == (0.75, 40, 20)
    assert row["effect"] == pytest.approx(0.5)
    assert row["ci_low"] < 0.5 < row["ci_high"]
    assert row["mcse"] > 0
    assert row["registered"] is np.False_ or row["registered"] is False
    assert row["registry_hash"] == registry_hash(claim())


def test_details_say_what_an_effect_is_held_against():
    row = court().details.iloc[0]
    part = claim()["rule"]["parts"][0]
    assert (row["margin"], row["scale"], row["combine"]) == (part["margin"], part["scale"], "and")


def test_the_strict_reading_has_its_own_rule():
    found = evidence(share=0.9)
    assert court("charitable", found).verdicts["verdict"].item() == "supported"
    assert court("strict", found).verdicts["verdict"].item() == "refuted"
    assert court("strict", found).verdicts["bar"].item() == 1.0


def test_existence_is_named_as_such():
    found = court(found=evidence(share=0.1), x=claim(rule=rule("existence")))
    assert found.verdicts["verdict"].item() == "supported (existence)"
    assert found.verdicts["bar"].item() == "existence"
    assert found.details["existence"].item()


def test_only_a_claim_without_votes_has_no_effect():
    found = court(
        voted=claim(), unheard=claim(rule=rule(filters=["high-dimensional", "low-dimensional"]))
    )
    verdicts = found.verdicts.set_index("claim_id")
    assert verdicts["effect"].isna().to_dict() == {"voted": False, "unheard": True}
    assert verdicts.loc["unheard", "verdict"] == "not testable"
    assert verdicts.loc["unheard", "cells"] == 0


def test_cells_that_do_not_vote_are_kept_with_their_reason():
    found = court(x=claim(rule=rule(filters=["high-dimensional"], informative=True)))
    why = found.contrasts["why_not"].value_counts().to_dict()
    # Every second cell has p > n; of those 15 are among the first 30, where something can be won.
    assert why == {"not high-dimensional": 20, "": 15, "nothing to win": 5}
    assert found.verdicts["cells"].item() == 15
    assert found.details["cells_not_voting"].item() == 25
    assert found.details["share_holds_all_cells"].item() == 1.0


def test_claims_keep_the_order_of_the_registry():
    found = court(b=claim(), a=claim(), c=claim())
    assert list(found.verdicts["claim_id"]) == ["b", "a", "c"]
    assert list(found.details["claim_id"]) == ["b", "a", "c"]


def test_a_claim_does_not_depend_on_the_others():
    alone = court(a=claim()).verdicts.iloc[0]
    among = court(b=claim(rule=rule("always")), a=claim()).verdicts.iloc[1]
    pd.testing.assert_series_equal(alone, among, check_names=False)


def test_verdicts_do_not_depend_on_the_order_of_rows():
    found = evidence(share=0.8)
    (fits,) = found.fits
    shuffled = dataclasses.replace(found, fits=[fits.sample(frac=1, random_state=2)])
    cells = population().sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        court(found=found).verdicts, court(found=shuffled, cells=cells).verdicts
    )


# Batches


def both_arms(share=0.7):
    """Return fits of two methods to cells of different sizes, of which some lack an arm."""
    rng = np.random.default_rng(4)
    tables = []
    for i, cell in enumerate(population(12).index):
        for method in ("lasso", "ridge"):
            if method == "ridge" and i % 3 == 0:
                continue
            n = 8 + i
            rows = {"cell_id": cell, "method": method, "replicate": np.arange(n)}
            rows |= {"role": np.where(np.arange(n) < 2, "screening", "evidence")}
            for tuning in ("oracle", "validation"):
                values = {"rr": rng.random(n) + 0.3, "has_zero": (rng.random(n) < share) * 1.0}
                tables.append(pd.DataFrame(rows | {"tuning": tuning} | values))
    fits = pd.concat(tables, ignore_index=True)
    odd = fits.index % 17 == 0
    fits["null"] = np.where(odd, None, False)
    fits.loc[odd, ["rr", "has_zero"]] = np.nan
    return fits.assign(status=np.where(odd, "failed", "converged"), reason="")


VERSUS = {"metric": "rr", "versus": {"method": "ridge", "tuning": "validation"}}
CLAIMS_ = {
    "zeros": claim(),
    "risk": claim(rule=rule("tends", **VERSUS, scale="log-ratio", direction="below")),
    "difference": claim(rule=rule("tends", **VERSUS, informative=True)),
    "nobody": claim(rule=rule("tends", method="ols", tuning="none")),
}


def in_batches(fits, size):
    cells = population(12).index
    return [fits[fits["cell_id"].isin(cells[i : i + size])] for i in range(0, 12, size)]


def found_in(fits):
    return find(CLAIMS_, Evidence(NO_CELLS, fits, TABLES, MAX_AT_END))


@pytest.mark.parametrize("size", [1, 5])
def test_some_cells_at_a_time_say_what_all_do_at_once(size):
    fits = both_arms()
    whole = found_in([fits])
    # A generator: the fits are gone through once.
    streamed = found_in(iter(in_batches(fits, size)))
    assert streamed.at_end == whole.at_end
    assert set(streamed.contrasts) == set(whole.contrasts)
    pd.testing.assert_series_equal(streamed.informative, whole.informative)
    for key, table in whole.contrasts.items():
        pd.testing.assert_frame_equal(streamed.contrasts[key], table, check_dtype=False)
    courts = [
        take_verdicts(CLAIMS_, BARS, population(12), found, "charitable")
        for found in (whole, streamed)
    ]
    pd.testing.assert_frame_equal(courts[0].verdicts, courts[1].verdicts)
    # All cells, those with both arms, of these the informative ones, and none.
    assert list(courts[0].verdicts["cells"]) == [12, 8, 6, 0]


def test_numbers_stay_numbers_where_a_batch_lacks_the_arms():
    for table in found_in(in_batches(both_arms(), 1)).contrasts.values():
        if len(table):
            assert table["effect"].dtype == table["p_above"].dtype == float


@pytest.mark.parametrize("files", [3, 1])
def test_batches_hold_all_rows_of_their_cells(tmp_path, files):
    fits = both_arms()
    path = tmp_path / "fits.parquet"
    if files == 1:  # a file with cells in several row groups, and row groups of several cells
        fits.sample(frac=1, random_state=1).to_parquet(path, row_group_size=7)
    else:
        path.mkdir()
        for i, shard in enumerate(np.array_split(fits.sample(frac=1, random_state=1), files)):
            pd.DataFrame(shard, columns=fits.columns).to_parquet(path / f"{i}.parquet")
    # So many cells that there are several batches, most of which are not in the table.
    cells = [f"x{i}" for i in range(3 * BATCH)]
    for i, cell in enumerate(population(12).index):
        cells.insert(10 * i, cell)
    columns = columns_of(CLAIMS_)
    found = list(batches(path, cells, columns))
    assert len(found) > 1
    seen = [set(table["cell_id"]) for table in found]
    assert sum(map(len, seen)) == len(set().union(*seen)) == 12
    order = ["cell_id", "method", "tuning", "replicate"]
    again = pd.concat(found).sort_values(order, ignore_index=True)
    wanted = fits[columns].sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(again, wanted, check_dtype=False)


def test_columns_that_claims_ask_for():
    asked = columns_of({"a": claim(rule=rule(metric="fdr", versus_metric="tpr"))})
    assert len(set(asked)) == len(asked)
    assert {"fdr", "tpr", "has_zero", "cell_id", "replicate", "role", "status", "null"} <= set(
        asked
    )
    kink = claim(rule=rule(evidence="kink", metric="beauty"))
    assert "beauty" not in columns_of({"a": kink})


# Ends of grids


def at_end(*cells, method="lasso", tuning="validation"):
    rows = {"cell_id": list(cells), "method": method, "tuning": tuning}
    return pd.DataFrame(rows | {"metric": "at_grid_end", "mean": 0.2})


def test_a_cell_at_the_end_of_its_grid_does_not_vote():
    found = dataclasses.replace(evidence(), cells=at_end("c01", "c02", "c05"))
    told = court(found=found)
    why = told.contrasts.set_index("cell_id")["why_not"]
    assert why[why != ""].to_dict() == dict.fromkeys(("c01", "c02", "c05"), "at the grid's end")
    assert told.verdicts["cells"].item() == 37
    assert told.details["cells_not_voting"].item() == 3


def test_how_many_optima_may_be_at_the_end_is_the_study_s_choice():
    found = dataclasses.replace(evidence(), cells=at_end("c01", "c02"), max_at_end=0.2)
    assert court(found=found).verdicts["cells"].item() == 40


@pytest.mark.parametrize("other", [{"method": "ridge"}, {"tuning": "oracle"}])
def test_the_end_of_another_arm_s_grid_does_not_matter(other):
    found = dataclasses.replace(evidence(), cells=at_end("c01", "c02", **other))
    assert court(found=found).verdicts["cells"].item() == 40


def test_the_end_of_the_other_arm_s_grid_stops_the_vote_too():
    found = Evidence(at_end("c01", method="ridge"), [both_arms()], TABLES, MAX_AT_END)
    told = court(found=found, cells=population(12), risk=CLAIMS_["risk"])
    assert told.verdicts["cells"].item() == 7


WORDING = (
    "statement", "sources", "estimand", "comparator", "reading", "strict_reading", "conventions",
    "note", "data_budget", "margin_reason", "group",
)  # fmt: skip


@pytest.mark.parametrize("name", WORDING)
def test_wording_is_not_in_the_hash_of_a_rule(name):
    assert registry_hash(claim(**{name: "other words"})) == registry_hash(claim())


@pytest.mark.parametrize("field", [*claim()["rule"]["parts"][0], "bar", "combine", "filters"])
@pytest.mark.parametrize("key", ["rule", "strict_rule"])
def test_every_field_of_a_rule_is_in_its_hash(key, field):
    changed = claim()
    where = changed[key] if field in changed[key] else changed[key]["parts"][0]
    where[field] = ["another value"]
    assert registry_hash(changed) != registry_hash(claim())


@pytest.mark.parametrize(
    "changes",
    [{"unit": "cell"}, {"theorem": True}, {"origin": "ours"}, {"moderators": ["snr"]}],
)
def test_what_else_decides_is_in_the_hash(changes):
    assert registry_hash(claim(**changes)) != registry_hash(claim())


def test_all_fields_of_a_claim_are_wording_or_decide():
    decide = {"unit", "kind", "cause", "theorem", "origin", "moderators"}
    decide |= {"rule", "strict_rule", "real_rule"}
    assert set(claim()) == set(WORDING) | decide


def test_another_part_is_in_the_hash():
    changed = claim()
    changed["rule"]["parts"].append(copy.deepcopy(changed["rule"]["parts"][0]))
    assert registry_hash(changed) != registry_hash(claim())


EXPERIMENT = {"evidence": "kink", "metric": "zero_share", "method": "kinked", "tuning": "none"}
ABLATED = {"versus": {"method": "smooth", "tuning": "none"}, "non_null": False}


def experiment(levels=(0.5, 0.5, 0.5)):
    """Return evidence with an ablation, whose effect in each cell is given."""
    cells = [f"k{i}" for i in range(len(levels))]
    arms = [
        pd.DataFrame(
            {
                "cell_id": np.repeat(cells, 10),
                "replicate": np.tile(np.arange(10), len(cells)),
                "method": method,
                "tuning": "none",
                "strength": np.repeat(range(len(cells)), 10),
                "zero_share": np.repeat(levels, 10) if method == "kinked" else 0.0,
            }
        )
        for method in ("kinked", "smooth")
    ]
    return dataclasses.replace(evidence(), tables=TABLES | {"kink": [pd.concat(arms)]})


def test_cells_of_an_experiment_all_vote():
    kink = claim(rule=rule("always", **EXPERIMENT, **ABLATED))
    row = court(found=experiment(), kink=kink).verdicts.iloc[0]
    assert (row["verdict"], row["cells"], row["effect"]) == ("supported", 3, 0.5)


@pytest.mark.parametrize(("where", "cells"), [({"strength": 1}, 1), ({"strength": [0, 2]}, 2)])
def test_a_part_may_look_at_some_cells_of_an_experiment(where, cells):
    kink = claim(rule=rule("always", **EXPERIMENT, **ABLATED, where=where))
    row = court(found=experiment(levels=(0.1, 0.5, 0.1)), kink=kink).verdicts.iloc[0]
    assert (row["cells"], row["effect"]) == (cells, 0.5 if cells == 1 else pytest.approx(0.1))


def test_pieces_of_another_table_say_what_the_whole_says():
    kink = {"kink": claim(rule=rule("always", **EXPERIMENT, **ABLATED))}
    whole = experiment(levels=(0.1, 0.5, 0.3))
    (table,) = whole.tables["kink"]
    pieces = [table[table["cell_id"] == cell] for cell in ("k2", "k0", "k1")]
    in_pieces = dataclasses.replace(whole, tables=TABLES | {"kink": iter(pieces)})
    one, other = (find(kink, some).contrasts for some in (whole, in_pieces))
    assert set(one) == set(other)
    for key, contrasts in one.items():
        pd.testing.assert_frame_equal(contrasts, other[key])
