"""Verdicts taken again under the registered alternatives."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.findings import Evidence
from regclaims.claims.robustness import alternatives, robustness, shares_that_agree
from regclaims.config import load_registry
from regclaims.config.claims import BARS

ROOT = Path(__file__).parents[2]
REGISTRY = {
    name: claim.model_dump() | {"group": "g"}
    for name, claim in load_registry((ROOT / "config" / "claims").glob("*.yaml"), []).claims.items()
}


def part(**changes):
    plain = REGISTRY["l1-most-zero"]["rule"]["parts"][0]
    return copy.deepcopy(plain) | {"non_null": False} | changes


def claim(*parts, bar="plain"):
    found = copy.deepcopy(REGISTRY["l1-most-zero"])
    rule = {"bar": bar, "combine": "and", "parts": list(parts), "filters": [], "informative": False}
    return found | {"rule": rule, "strict_rule": rule}


def test_alternatives_differ_from_the_rule_and_leave_it_alone():
    for name, each in REGISTRY.items():
        before = copy.deepcopy(each)
        made = dict(alternatives(each))
        assert each == before
        assert all(rule != each["rule"] for rule in made.values()), name
        assert bool(made) == (each["kind"] not in ("identity", "real")), name


def test_an_experiment_is_asked_for_what_it_measures():
    experiment = claim(part(evidence="by-penalty")) | {"kind": "experiment"}
    assert "zero-1e-8" not in dict(alternatives(experiment))


def test_what_each_alternative_changes():
    versus = {"method": "ridge", "tuning": "matched-df"}
    made = dict(alternatives(claim(part(tuning="validation", versus=versus))))
    assert "tuning-validation" not in made
    tuned = made["tuning-bic"]["parts"][0]
    # Equal degrees of freedom are another question.
    assert (tuned["tuning"], tuned["versus"]["tuning"]) == ("bic", "matched-df")
    assert made["margin-doubled"]["parts"][0]["margin"] == 0.1
    assert made["bar-tends"]["bar"] == "tends"
    assert "bar-plain" not in made
    assert made["zero-1e-8"]["parts"][0]["metric"] == "near_zero_share"
    always = dict(alternatives(claim(part(), bar="always")))
    assert not any(name.startswith("bar") for name in always)


def test_another_stability_index_asks_the_same_question():
    stable = REGISTRY["l2-stable-coefficients"]
    first = dict(alternatives(stable))["stability-index"]["parts"][0]
    # The lasso varies more: its coefficients of two data sets agree less.
    asked = {name: first[name] for name in ("metric", "scale", "direction")}
    assert asked == {"metric": "cosine", "scale": "difference", "direction": "below"}
    assert first["margin"] == 0.02
    chosen = dict(alternatives(REGISTRY["selection-stability"]))["stability-index"]["parts"][0]
    assert (chosen["metric"], chosen["direction"]) == ("sign_agreement", "below")


def test_an_allowance_is_a_margin_too():
    between = dict(alternatives(REGISTRY["en-between"]))
    plain = [part["allowance"] for part in REGISTRY["en-between"]["rule"]["parts"]]
    doubled = [part["allowance"] for part in between["margin-doubled"]["parts"]]
    assert doubled == [2 * allowance for allowance in plain]
    swapped = between["stability-index"]["parts"][2]
    # A cosine may fall short by a cosine's margin, not by that of a log ratio of variances.
    assert (swapped["metric"], swapped["allowance"], swapped["margin"]) == ("cosine", 0.02, 0.0)


def fits(effects):
    """Zero shares of the lasso in 40 cells; by validation and, smaller, by BIC."""
    rng = np.random.default_rng(1)
    rows = [
        {"cell_id": f"c{i:02d}", "replicate": r, "method": "lasso", "tuning": tuning}
        | {"role": "evidence", "status": "converged", "null": False, "rr": 0.5}
        | {"zero_share": 0.5 + effect * times + 0.01 * rng.standard_normal()}
        | {"near_zero_share": 0.9}
        for i, effect in enumerate(effects)
        for r in range(10)
        for tuning, times in (("validation", 1.0), ("bic", -1.0))
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def evidence():
    cells = pd.DataFrame({"cell_id": [], "metric": [], "mean": [], "method": [], "tuning": []})
    made = fits([0.2] * 40)
    return Evidence(cells, [made], {}, 0.05), pd.DataFrame(
        {"n_samples": 10, "n_features": 10}, index=pd.Index(made["cell_id"].unique())
    )


def test_a_verdict_that_turns_on_the_tuning(evidence):
    table = robustness({"zeros": claim(part())}, BARS, evidence[1], evidence[0])
    found = table.set_index("alternative")
    assert found.loc["registered", "verdict"] == "supported"
    assert found.loc["tuning-bic", ["verdict", "agreement"]].tolist() == ["refuted", "reversed"]
    assert found.loc["margin-doubled", "agreement"] == "agrees"
    assert found.loc["zero-1e-8", "agreement"] == "agrees"
    # Nothing was cross-validated: no cell has that alternative, and it does not count.
    assert pd.isna(found.loc["tuning-cv-min", "agreement"])
    others = found.drop("registered")["agreement"].dropna()
    assert shares_that_agree(table)["zeros"] == pytest.approx((others == "agrees").mean())
    assert 0 < shares_that_agree(table)["zeros"] < 1


def test_a_downgrade_is_no_reversal(evidence):
    found, population = evidence
    weak = fits([0.06] * 40)  # just above the margin of .05, well below twice of it
    table = robustness(
        {"zeros": claim(part())},
        BARS,
        population,
        Evidence(found.cells, [weak], {}, found.max_at_end),
    ).set_index("alternative")
    assert table.loc["margin-doubled", "agreement"] in ("reversed", "downgraded")
    assert table.loc["margin-halved", "agreement"] == "agrees"


def test_without_alternatives_there_is_nothing(evidence):
    only = {"norm-definitions": REGISTRY["norm-definitions"]}
    assert robustness(only, BARS, evidence[1], evidence[0]).empty
