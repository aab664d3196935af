"""From tables to verdicts: what is written for every claim."""

import copy

import numpy as np
import pandas as pd
import pytest
import yaml

from regclaims.claims.verdicts import (
    COLUMNS,
    Evidence,
    kink_evidence,
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


def evidence(n_cells=40, share=1.0, replicates=20):
    """Return evidence in which a lasso has zeros in this share of cells and never in others."""
    cells = [f"c{i:02}" for i in range(n_cells)]
    zero = np.arange(n_cells) < round(share * n_cells)
    population = pd.DataFrame(
        {"n_samples": 100, "n_features": np.where(np.arange(n_cells) % 2, 10, 400)},
        index=pd.Index(cells, name="cell_id"),
    )
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
    nothing = pd.DataFrame({"cell_id": [], "method": [], "tuning": [], "metric": []})
    return Evidence(population, both, nothing, nothing)


def court(reading="charitable", found=None, **claims):
    claims = claims or {"l1-has-zeros": claim()}
    registry = {name.replace("_", "-"): value for name, value in claims.items()}
    return take_verdicts(registry, BARS, found or evidence(), reading)


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
    shuffled = Evidence(
        found.population.sample(frac=1, random_state=1),
        found.fits.sample(frac=1, random_state=2),
        found.stability,
        found.kink,
    )
    pd.testing.assert_frame_equal(court(found=found).verdicts, court(found=shuffled).verdicts)


WORDING = (
    "statement", "sources", "estimand", "comparator", "reading", "strict_reading", "conventions",
    "data_budget", "margin_reason", "group",
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
    decide = {"unit", "theorem", "origin", "rule", "strict_rule", "moderators"}
    assert set(claim()) == set(WORDING) | decide


def test_another_part_is_in_the_hash():
    changed = claim()
    changed["rule"]["parts"].append(copy.deepcopy(changed["rule"]["parts"][0]))
    assert registry_hash(changed) != registry_hash(claim())


def test_the_ablation_is_laid_out_like_fits():
    pairs = pd.DataFrame(
        {
            "cell_id": ["a", "a"],
            "replicate": [0, 1],
            "zero_share_kinked": [0.5, 0.6],
            "zero_share_smooth": [0.0, 0.1],
        }
    )
    found = kink_evidence(pairs)
    wide = found.pivot(index="replicate", columns="method", values="zero_share")
    assert wide["kinked"].to_list() == [0.5, 0.6]
    assert wide["smooth"].to_list() == [0.0, 0.1]
    assert set(found["tuning"]) == {"none"}


def test_cells_of_the_ablation_all_vote():
    pairs = pd.DataFrame(
        {
            "cell_id": np.repeat(["k1", "k2", "k3"], 10),
            "replicate": np.tile(np.arange(10), 3),
            "zero_share_kinked": 0.5,
            "zero_share_smooth": 0.0,
        }
    )
    part = {"evidence": "kink", "metric": "zero_share", "method": "kinked", "tuning": "none"}
    other = {"method": "smooth", "tuning": "none"}
    found = evidence()
    found = Evidence(found.population, found.fits, found.stability, kink_evidence(pairs))
    kink = claim(rule=rule("always", **part, versus=other, non_null=False))
    row = court(found=found, kink=kink).verdicts.iloc[0]
    assert (row["verdict"], row["cells"], row["effect"]) == ("supported", 3, 0.5)
