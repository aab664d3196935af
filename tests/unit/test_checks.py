"""What concerns a study and its claims together."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from regclaims.claims.checks import check_citations, check_together
from regclaims.config.base import validate
from regclaims.config.claims import Group
from regclaims.config.datasets import Dataset
from regclaims.config.loading import Registry
from regclaims.config.reference import CLAIMS, DATASET, STUDY
from regclaims.config.study import Study
from regclaims.errors import InputError


def told(study=None, part=None, data=None, kind="population"):
    """Check the examples of the reference page with changes, and return the problems."""
    plan = yaml.safe_load(STUDY) | {"path_figure": "mine"} | (study or {})
    claims = yaml.safe_load(CLAIMS)
    for claim in claims["claims"].values():
        claim["kind"] = kind
        claim["rule"]["parts"][0] |= part or {}
    registry = Registry(
        {"zeros": validate(Group, claims, "zeros.yaml")},
        {"mine": validate(Dataset, yaml.safe_load(DATASET) | (data or {}), "mine.yaml")},
    )
    try:
        check_together(validate(Study, plan, "small.yaml"), registry, "small.yaml")
    except InputError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_the_examples_fit_together():
    assert told() == []


def grid(**changes):
    return {"population": [yaml.safe_load(STUDY)["population"][0] | changes]}


def test_a_method_that_cannot_be_cross_validated_is_told_by_its_place():
    (line,) = told(study=grid(cross_validation=["ridge", "ols"]))
    assert line.startswith(
        "small.yaml: population[0].cross_validation[0].methods[1]: must be one of ridge, "
    )
    assert line.endswith("found 'ols'")


@pytest.mark.parametrize(
    "name",
    [
        "ols",
        "relaxed-lasso",
        "elastic-net",
        "elastic-net-rescaled",
        "elastic-net-0.9",
        "logistic-lasso",
        "scad",
        "adaptive-lasso",
    ],
)
def test_what_has_no_cross_validation(name):
    (line,) = told(study=grid(cross_validation=[name]))
    assert line.endswith(f"found {name!r}")


def test_several_lists_of_cross_validation_are_all_checked():
    lines = told(
        study=grid(cross_validation=[{"methods": ["ridge", "x"], "cells": 2}, {"methods": ["y"]}])
    )
    places = [line.split(": ")[1] for line in lines]
    assert places == [
        "population[0].cross_validation[0].methods[1]",
        "population[0].cross_validation[1].methods[0]",
    ]


def test_logistic_cells_are_not_cross_validated():
    lines = told(study=grid(response="logistic", cross_validation=["ridge"]))
    assert lines == [
        "small.yaml: population[0].cross_validation[0]: must be left out: logistic methods are "
        "tuned by validation alone"
    ]


def test_a_data_set_that_is_not_there():
    (line,) = told(study={"path_figure": "iris"})
    assert line == (
        "small.yaml: path_figure: must be a data set that the study takes (mine); found 'iris'"
    )


def test_a_data_set_left_out_is_not_there_for_a_figure_either():
    (line,) = told(study={"real": {"leave_out": ["mine"]}})
    assert line == (
        "small.yaml: path_figure: must be a data set that the study takes (none); found 'mine'"
    )
    (line,) = told(study={"real": {"leave_out": ["iris"]}})
    assert line == (
        "small.yaml: real.leave_out[0]: must be a data set of config/datasets (mine); found 'iris'"
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("metric", "beauty"),
        ("method", "elastic-net-0.9"),
        ("tuning", "guess"),
    ],
)
def test_a_claim_that_asks_for_what_is_not_there(key, value):
    lines = told(part={key: value})
    assert lines  # no more than what is wrong, in either reading
    for line in lines:
        assert line.startswith("config/claims/zeros.yaml: claims.")
        assert f".parts[0].{key}: must be one of " in line
        assert line.endswith(f"found {value!r}")


@pytest.mark.parametrize(
    ("method", "tuning", "good"),
    [
        ("relaxed-lasso", "validation", True),
        ("relaxed-lasso", "bic", False),
        ("adaptive-lasso", "bic", True),
        ("adaptive-lasso", "matched-df", False),
        ("elastic-net", "cv-min", True),
        ("elastic-net", "cv-1se", False),
        ("elastic-net-0.5", "cv-1se", True),
        ("elastic-net-rescaled", "oracle", True),
        ("elastic-net-rescaled", "cv-min", False),
        ("logistic-elastic-net-0.5", "oracle", True),
        ("logistic-lasso", "bic", False),
    ],
)
def test_tunings_by_method(method, tuning, good):
    lines = told(part={"method": method, "tuning": tuning})
    assert bool(lines) != good
    for line in lines:
        assert "tuning: must be one of" in line


@pytest.mark.parametrize(
    ("metric", "evidence", "good"),
    [
        ("squared_bias", "stability", True),
        ("squared_bias", "fits", False),
        ("participation_ratio", "fits", True),
        ("near_zero_share", "fits", True),
        ("participation_ratio", "stability", False),
        ("log_loss", "fits", False),
    ],
)
def test_metrics_by_evidence(metric, evidence, good):
    lines = told(part={"metric": metric, "evidence": evidence, "non_null": False})
    assert bool(lines) != good


@pytest.mark.parametrize(("metric", "good"), [("log_loss", True), ("rte", False), ("rr", True)])
def test_metrics_of_two_classes(metric, good):
    lines = told(part={"metric": metric, "method": "logistic-lasso"})
    assert bool(lines) != good


def test_the_other_arm_is_checked_too():
    versus = {"method": "ridge", "tuning": "guess"}
    lines = told(part={"versus": versus, "versus_metric": "beauty"})
    assert any(".parts[0].versus.tuning: must be one of" in line for line in lines)
    assert any(".parts[0].versus_metric: must be one of" in line for line in lines)


def test_ols_is_not_tuned():
    lines = told(part={"method": "ols"})
    assert lines
    assert all("tuning: must be one of none; found" in line for line in lines)


@pytest.mark.parametrize(("level", "good"), [("dimension", True), ("dimensions", False)])
def test_a_level_that_an_experiment_does_not_have_is_told_with_those_it_has(level, good):
    ball = {"evidence": "geometry", "method": "l1-ball", "tuning": "none", "metric": "any_zero"}
    lines = told(part=ball | {"where": {level: 2}}, kind="experiment")
    assert bool(lines) != good, lines
    for line in lines:
        assert ".parts[0].where: must choose by one of dimension, radius, contours; " in line
        assert line.endswith("found 'dimensions'")


def test_a_citation_that_is_not_in_the_bibliography(tmp_path):
    bibliography = tmp_path / "references.bib"
    bibliography.write_text("@article{longley1967,\n  year = 1967}\n", encoding="utf-8")
    example = yaml.safe_load(DATASET)

    def registry(key):
        return Registry({}, {"mine": validate(Dataset, example | {"citation": key}, "mine.yaml")})

    check_citations(registry("longley1967"), bibliography)
    check_citations(registry("unknown"), bibliography)
    with pytest.raises(InputError, match=r"mine.yaml: citation: must be a key of references.bib"):
        check_citations(registry("foo99"), bibliography)


def test_checks_before_a_run_load_no_solver():
    """What is wrong is told within seconds: compilers and solvers take as long to import."""
    rules = Path(__file__).parents[2] / "workflow" / "rules" / "common.smk"
    statement = r"^from regclaims\S* import (?:\([^)]*\)|[^(\n]*)$"
    imports = re.findall(statement, rules.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(imports) > 10
    heavy = ("numba", "scipy.optimize", "scipy.stats", "sklearn", "matplotlib")
    code = "\n".join([*imports, "import sys", f"print([m for m in {heavy} if m in sys.modules])"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
