"""A new claim is a YAML alone: what is wrong in it is told by file, claim and field."""

import pytest
import yaml

from regclaims.claims.checks import check_together
from regclaims.config.base import validate
from regclaims.config.claims import BARS, Claim, Conventions, Group, Part, Rule
from regclaims.config.datasets import Dataset
from regclaims.config.loading import Registry
from regclaims.config.reference import CLAIMS, DATASET, STUDY
from regclaims.config.study import Study
from regclaims.errors import InputError

NAME = "l1-has-zeros"
FILE = "config/claims/zeros.yaml"
PART = f"{FILE}: claims.{NAME}.rule.parts[0]"
REAL = {"kind": "real"}
ON_DATA = {
    "evidence": "real",
    "metric": "relative_error",
    "tuning": "tuned",
    "versus": {"method": "null", "tuning": "none"},
    "non_null": False,
}
EXPERIMENT = {"kind": "experiment"}
TWINS = {"evidence": "twins", "metric": "one_kept", "tuning": "none", "non_null": False}
LOGISTIC = {"method": "logistic-lasso"}


def told(claim=None, rule=None, part=None, left_out=None):
    """Change the reference page's claim, load it with a study, and return the problems."""
    data = yaml.safe_load(CLAIMS)
    own = data["claims"][NAME]
    own |= claim or {}
    own["rule"] |= rule or {}
    # Both readings share their part in the YAML; here each has its own.
    own["rule"]["parts"] = [own["rule"]["parts"][0] | (part or {})]
    if left_out:
        *path, last = left_out.split(".")
        inside = own
        for key in path:
            inside = inside[int(key) if key.isdigit() else key]
        del inside[last]
    try:
        registry = Registry(
            {"zeros": validate(Group, data, FILE)},
            {"mine": validate(Dataset, yaml.safe_load(DATASET), "mine.yaml")},
        )
        study = validate(Study, yaml.safe_load(STUDY) | {"path_figure": "mine"}, "small.yaml")
        check_together(study, registry, "small.yaml")
    except InputError as error:
        return [str(problem) for problem in error.problems]
    return []


def required(model, prefix=""):
    return [prefix + name for name, field in model.model_fields.items() if field.is_required()]


@pytest.mark.parametrize(
    "field",
    [
        *required(Claim),
        *required(Conventions, "conventions."),
        *required(Rule, "rule."),
        *required(Part, "rule.parts.0."),
    ],
)
def test_a_claim_that_lacks_a_required_field_does_not_load(field):
    place = field.replace(".0", "[0]")
    assert told(left_out=field) == [f"{FILE}: claims.{NAME}.{place}: is missing"]


def test_a_new_claim_needs_its_file_alone():
    assert told() == []
    assert (
        told(claim={"note": "Zeros could be near zeros; then near_zero_share is looked at."}) == []
    )


@pytest.mark.parametrize(
    ("changes", "place", "allowed", "found"),
    [
        ({"part": {"metric": "beauty"}}, ".metric", ("has_zero", "f1", "rr"), "'beauty'"),
        ({"part": {"versus_metric": "x"}}, ".versus_metric", ("has_zero", "rr"), "'x'"),
        ({"part": {"method": "scad"}}, ".method", ("ols", "lasso", "elastic-net-0.5"), "'scad'"),
        (
            {"part": {"versus": {"method": "rigde", "tuning": "oracle"}}},
            ".versus.method",
            ("ridge",),
            "'rigde'",
        ),
        ({"part": {"tuning": "guess"}}, ".tuning", ("validation", "cv-min"), "'guess'"),
        ({"part": {"margin": -0.1}}, ".margin", ("0 or more",), "-0.1"),
        ({"part": {"margin": "wide"}}, ".margin", ("a number",), "'wide'"),
        ({"part": {"margin": float("inf")}}, ".margin", ("a finite number",), "inf"),
        ({"part": {"margin": None}}, ".margin", ("a number",), "nothing"),
        ({"part": {"allowance": -1}}, ".allowance", ("0 or more",), "-1"),
        ({"part": {"scale": "ratio"}}, ".scale", ("difference", "log-ratio", "digits"), "'ratio'"),
        ({"part": {"direction": "up"}}, ".direction", ("above", "below"), "'up'"),
        ({"part": {"less_mean_of": "wet"}}, ".less_mean_of", ("high-dimensional",), "'wet'"),
        (
            {"claim": EXPERIMENT, "part": TWINS | {"metric": "rr"}},
            ".metric",
            ("one_kept", "flips"),
            "'rr'",
        ),
        (
            {"claim": EXPERIMENT, "part": TWINS | {"method": "ols"}},
            ".method",
            ("lasso", "ridge"),
            "'ols'",
        ),
        (
            {"claim": EXPERIMENT, "part": TWINS | {"tuning": "oracle"}},
            ".tuning",
            ("none",),
            "'oracle'",
        ),
        (
            {"claim": EXPERIMENT, "part": TWINS | {"evidence": "hearsay"}},
            ".evidence",
            ("fits", "stability", "real", "twins"),
            "'hearsay'",
        ),
        ({"part": LOGISTIC | {"metric": "pve"}}, ".metric", ("log_loss", "error_rate"), "'pve'"),
        ({"part": {"metric": "log_loss"}}, ".metric", ("pve", "rte"), "'log_loss'"),
        (
            {"claim": REAL, "part": ON_DATA | {"metric": "rr"}},
            ".metric",
            ("relative_error", "error_rate"),
            "'rr'",
        ),
        (
            {"claim": REAL, "part": ON_DATA | {"tuning": "oracle"}},
            ".tuning",
            ("none", "tuned", "cv-1se"),
            "'oracle'",
        ),
        (
            {"claim": REAL, "part": ON_DATA | {"method": "elastic-net-0.7"}},
            ".method",
            ("null", "ols", "ridge", "lasso", "elastic-net-0.5"),
            "'elastic-net-0.7'",
        ),
    ],
)
def test_a_part_that_asks_for_what_there_is_not(changes, place, allowed, found):
    (line,) = told(**changes)
    assert line.startswith(f"{PART}{place}: must be ")
    expected, _, was = line.removeprefix(f"{PART}{place}: must be ").rpartition("; found ")
    assert was == found
    for value in allowed:
        assert value in expected


@pytest.mark.parametrize(
    ("changes", "place", "allowed", "found"),
    [
        ({"rule": {"filters": ["wet"]}}, "rule.filters[0]", ("correlated", "off-peak"), "'wet'"),
        ({"rule": {"bar": "sure"}}, "rule.bar", tuple(BARS), "'sure'"),
        ({"rule": {"combine": "xor"}}, "rule.combine", ("and", "or"), "'xor'"),
        ({"claim": {"moderators": ["age"]}}, "moderators[0]", ("n/p", "snr"), "'age'"),
        ({"claim": {"unit": "dog"}}, "unit", ("coefficient", "fit", "cell"), "'dog'"),
        ({"claim": {"origin": "yours"}}, "origin", ("article", "ours"), "'yours'"),
    ],
)
def test_a_claim_with_a_value_that_is_not_allowed(changes, place, allowed, found):
    (line,) = told(**changes)
    assert line.startswith(f"{FILE}: claims.{NAME}.{place}: must be ")
    assert line.endswith(f"; found {found}")
    assert all(f"'{value}'" in line for value in allowed)


def test_an_arm_of_a_real_rule_that_is_fitted_to_no_data():
    part = {name: value for name, value in ON_DATA.items() if name not in ("evidence", "non_null")}
    part |= {"method": "scad", "scale": "log-ratio", "direction": "below", "margin": 0.05}
    (line,) = told(claim={"real_rule": {"bar": "plain", "parts": [part]}})
    assert line == (
        f"{FILE}: claims.{NAME}.real_rule.parts[0].method: must be one of null, ols, ridge, lasso, "
        "elastic-net-0.5; found 'scad'"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"part": {"evidence": "hearsay"}}, "fits and stability; found hearsay"),
        ({"claim": EXPERIMENT}, "kind experiment is for an experiment's evidence"),
        (
            {"claim": {"moderators": ["snr"]}, "rule": {"bar": "existence"}},
            "moderators are for kind population and a bar that is a share of cells",
        ),
        (
            {"part": {"evidence": "stability", "metric": "cosine", "conditional": True}},
            "non_null and conditional are for replicates",
        ),
        (
            {"claim": EXPERIMENT, "part": TWINS, "rule": {"filters": ["twins"]}},
            "cells of the population: evidence fits or stability; found twins",
        ),
        (
            {"claim": EXPERIMENT, "part": TWINS, "rule": {"informative": True}},
            "cells of the population: evidence fits or stability; found twins",
        ),
        (
            {"claim": EXPERIMENT, "part": TWINS | {"less_mean_of": "correlated"}},
            "less_mean_of takes cells of the population",
        ),
        ({"part": {"allowance": 0.1}}, "allowance needs another arm"),
        ({"part": {"scale": "log-ratio"}}, "scale log-ratio needs another arm"),
    ],
)
def test_what_would_be_looked_over_is_refused(changes, message):
    """A filter that no cell is held to, or an allowance that is added to nothing, is a mistake."""
    (line,) = told(**changes)
    assert line.startswith(f"{FILE}: claims.{NAME}")
    assert message in line


def test_all_problems_of_a_claim_are_told_at_once():
    lines = told(part={"metric": "beauty", "method": "scad"})
    assert len(lines) == 2
    lines = told(claim={"unit": "dog"}, rule={"bar": "sure"}, part={"margin": -1})
    assert len(lines) == 3
