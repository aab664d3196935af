"""Configuration files: the shipped ones load, and bad ones get a line per problem."""

import copy
from pathlib import Path

import pytest
import yaml

from regclaims.config import load_registry, load_study
from regclaims.config.base import place, validate
from regclaims.config.claims import BARS, Group
from regclaims.config.datasets import Dataset
from regclaims.config.loading import read_yaml
from regclaims.config.population import Correlation
from regclaims.config.reference import CLAIMS, DATASET, STUDY
from regclaims.config.study import Study
from regclaims.errors import InputError, Problem

ROOT = Path(__file__).resolve().parents[2]
GOOD = {model: yaml.safe_load(text) for model, text in ((Study, STUDY), (Dataset, DATASET))} | {
    Group: yaml.safe_load(CLAIMS.replace("&has-zero", "").replace("[*has-zero]", "[]"))
}
CLAIM = "claims.l1-has-zeros"
PART = f"{CLAIM}.rule.parts[0]"
GONE = object()


def good(model):
    """Return plain data that `model` takes, with no part of it shared."""
    data = copy.deepcopy(GOOD[model])
    if model is Group:
        claim = data["claims"]["l1-has-zeros"]
        claim["strict_rule"]["parts"] = copy.deepcopy(claim["rule"]["parts"])
    return data


def changed(model, where, value):
    """Return good data in which one value is another one, or is gone."""
    data = good(model)
    *path, last = [int(key) if key.isdigit() else key for key in where.split(".")]
    inner = data
    for key in path:
        inner = inner[key]
    if value is GONE:
        del inner[last]
    else:
        inner[last] = value
    return data


def lines(model, data):
    with pytest.raises(InputError) as caught:
        validate(model, data, "a.yaml")
    return [str(problem) for problem in caught.value.problems]


MAPPING = "a mapping (lines of 'key: value')"
NAME = "must begin with a-z or 0-9 and hold only those, '-' and '_'"
TEXT = "must be text (in quotes, if it looks like something else)"
KINDS = "'independent', 'ar1', 'blocks' or 'three-factor'"
PLACEMENTS = "'spread', 'end-to-end', 'first', 'mixed-blocks' or 'whole-blocks'"
WORDINGS = "'existence', 'tends', 'plain', 'always' or 'rarely'"

BAD_STUDIES = [
    ("name", GONE, "name: is missing"),
    ("name", "My Study", f"name: {NAME}; found 'My Study'"),
    ("name", "../x", f"name: {NAME}; found '../x'"),
    ("name", "x" * 61, "name: must have 60 characters at most; found 'xxx"),
    ("name", 5, f"name: {TEXT}; found 5"),
    ("replicate", 5, "replicate: is not a known key; did you mean replicates?"),
    (
        "zzz",
        5,
        "zzz: is not a known key; the keys here are allotment, calibration, known_beta,",
    ),
    ("seed", -1, "seed: must be 0 or more; found -1"),
    ("seed", 2**63, f"seed: must be below {2**63}; found {2**63}"),
    ("seed", 1.5, "seed: must be a whole number; found 1.5"),
    ("seed", "lucky", "seed: must be a whole number; found 'lucky'"),
    ("seed", None, "seed: must be a whole number; found nothing"),
    ("replicates", 2, "replicates: must be 3 or more; found 2"),
    ("replicates", True, "replicates: must be 3 or more; found true"),
    ("smoke", "perhaps", "smoke: must be true or false; found 'perhaps'"),
    ("population", [], "population: must have 1 or more entries; found []"),
    ("population", {"snrs": 1}, "population: must be a list; found {'snrs': 1}"),
    ("population.0", None, f"population[0]: must be {MAPPING}; found nothing"),
    ("population.0.shapes", [[100]], "population[0].shapes[0][1]: is missing"),
    (
        "population.0.shapes",
        [[100, 5, 3]],
        "population[0].shapes[0]: must have 2 entries at most; found [100, 5, 3]",
    ),
    (
        "population.0.shapes",
        [[9, 5]],
        "population[0].shapes[0][0]: must be 10 or more; found 9",
    ),
    (
        "population.0.shapes",
        ["100x5"],
        "population[0].shapes[0]: must be a list; found '100x5'",
    ),
    ("population.0.densities", [0], "population[0].densities[0]: must be above 0; found 0"),
    ("population.0.densities", [2], "population[0].densities[0]: must be 1 or less; found 2"),
    (
        "population.0.snrs",
        [float("inf")],
        "population[0].snrs[0]: must be a finite number; found inf",
    ),
    (
        "population.0.placements",
        ["apart"],
        f"population[0].placements[0]: must be {PLACEMENTS}; found 'apart'",
    ),
    (
        "population.0.correlations.0",
        "toeplitz",
        f"population[0].correlations[0]: must be {KINDS}; found 'toeplitz'",
    ),
    (
        "population.0.correlations.0",
        {"kind": "ar1"},
        "population[0].correlations[0]: kind ar1 needs rho",
    ),
    (
        "population.0.correlations.0",
        {"kind": "ar1", "rho": 1},
        "population[0].correlations[0].rho: must be below 1; found 1",
    ),
    ("methods", {"l1_ratios": [1]}, "methods.l1_ratios[0]: must be below 1; found 1"),
    (
        "mechanisms",
        {"kink": {"others": [{"penalty": "power"}]}},
        "mechanisms.kink.others[0]: penalty power takes q, and nothing else",
    ),
]
BAD_DATASETS = [
    ("source", "url", "source: must be 'scikit-learn' or 'file'; found 'url'"),
    ("path", GONE, "source file needs path"),
    ("name", "wheat", "source file takes no name"),
    ("license", "MIT", "license: is not a known key; did you mean licence?"),
    ("title", "  ", "title: must be text that is not empty; found '  '"),
    ("drop", "plot", "drop: must be a list; found 'plot'"),
    ("protocol", {"test_share": 1}, "protocol.test_share: must be below 1; found 1"),
    ("protocol", {"fold": 5}, "protocol.fold: is not a known key; did you mean folds?"),
]
CLAIM = "claims.l1-has-zeros"
RULE = f"{CLAIM}.rule"
BAD_CLAIMS = [
    ("claims", {}, "claims: must have 1 or more entries; found {}"),
    ("claims.other", None, f"claims.other: must be {MAPPING}; found nothing"),
    (
        f"{CLAIM}.sources",
        [],
        f"{CLAIM}: origin article needs sources, origin ours has none",
    ),
    (f"{CLAIM}.moderators", ["rho"], f"{CLAIM}.moderators[0]: must be 'n/p', 'within_rho',"),
    (f"{RULE}.bar", "sometimes", f"{RULE}.bar: must be {WORDINGS}; found 'sometimes'"),
    (f"{RULE}.filters", ["wide"], f"{RULE}.filters[0]: must be 'correlated', "),
    (f"{RULE}.parts.0.margin", -0.1, f"{RULE}.parts[0].margin: must be 0 or more; found -0.1"),
    (
        f"{RULE}.parts.0.versus",
        "ridge",
        f"{RULE}.parts[0].versus: must be a number, or {MAPPING}; found 'ridge'",
    ),
    (
        f"{RULE}.parts.0.versus",
        {"method": "ridge"},
        f"{RULE}.parts[0].versus.tuning: is missing",
    ),
    (
        f"{RULE}.parts.0.versus",
        {"methods": "ridge", "method": "ridge", "tuning": "none"},
        f"{RULE}.parts[0].versus.methods: is not a known key; did you mean method?",
    ),
    (
        f"{RULE}.parts.0.scale",
        "log-ratio",
        f"{RULE}.parts[0]: scale log-ratio needs another arm in versus, not a number",
    ),
    (
        f"{RULE}.parts.0.scale",
        "digits",
        f"{RULE}.parts[0]: scale digits needs a tolerance in versus, and direction below",
    ),
    (
        f"{RULE}.parts.0.where",
        {"dimension": 2},
        f"{RULE}.parts[0]: where is for experiments; cells of the population have filters",
    ),
    (
        f"{RULE.removesuffix('.rule')}.kind",
        "identity",
        f"{RULE.removesuffix('.rule')}: kind identity needs theorem true, bar always and scale "
        "digits",
    ),
    (
        f"{RULE.removesuffix('.rule')}.kind",
        "ablation",
        f"{RULE.removesuffix('.rule')}: kind ablation names its cause, and no other kind has one",
    ),
    (
        f"{RULE.removesuffix('.rule')}.cause",
        "the kink",
        f"{RULE.removesuffix('.rule')}: kind ablation names its cause, and no other kind has one",
    ),
    (
        f"{RULE.removesuffix('.rule')}.kind",
        "cost",
        f"{RULE.removesuffix('.rule')}: kind cost compares costs by scale log-ratio",
    ),
    (
        f"{RULE.removesuffix('.rule')}.kind",
        "probability",
        f"{RULE.removesuffix('.rule')}: kind probability is for an experiment's evidence; "
        "fits and stability are of kind population",
    ),
]
BAD = [
    (model, *case)
    for model, cases in ((Study, BAD_STUDIES), (Dataset, BAD_DATASETS), (Group, BAD_CLAIMS))
    for case in cases
]


def test_the_good_data_are_good():
    for model in GOOD:
        validate(model, good(model), "a.yaml")


@pytest.mark.parametrize(("model", "where", "value", "expected"), BAD)
def test_a_bad_value_gets_one_line_that_names_its_place(model, where, value, expected):
    (line,) = lines(model, changed(model, where, value))
    assert line.startswith(f"a.yaml: {expected}")
    assert len(line) < 250


def test_a_bad_name_of_a_claim_is_told_as_a_key():
    data = good(Group)
    data["claims"]["Bad Id"] = data["claims"].pop("l1-has-zeros")
    assert lines(Group, data) == [f"a.yaml: claims: key 'Bad Id' {NAME}"]


def test_a_claim_that_is_wrong_as_key_and_as_value_gets_both_lines():
    assert len(lines(Group, changed(Group, "claims.Bad Id", None))) == 2


@pytest.mark.parametrize("data", [None, [], "text", 3, [{"name": "x"}]])
def test_a_file_that_is_no_mapping_gets_one_line(data):
    (line,) = lines(Study, data)
    assert line.startswith(f"a.yaml: must be {MAPPING}; ")


def test_all_problems_are_listed_at_once():
    data = good(Study) | {"seed": -1, "replicates": 0, "typo": 1}
    del data["name"]
    assert len(lines(Study, data)) == 4


def test_long_values_are_shortened():
    nested = {"key": "v" * 500}
    for _ in range(200):
        nested = {"key": nested}
    (line,) = lines(Study, good(Study) | {"seed": nested})
    assert len(line) < 120


def test_places_are_written_as_paths():
    assert place(("population", 0, "shapes", 2, 1)) == "population[0].shapes[2][1]"
    assert place(()) == ""


def test_a_problem_without_a_place_has_no_empty_part():
    assert str(Problem("a.yaml", "", "is empty")) == "a.yaml: is empty"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1, 2", "line 1, column 9: is not YAML: expected ',' or ']'"),
        ("a: 1\na: 2", "line 2, column 1: is not YAML: key 'a' is given twice"),
        ("x:\n  - {b: 1, c: 2, b: 3}", "line 2, column 18: is not YAML: key 'b' is given twice"),
        ("a:\n\t- 1", "line 2, column 1: is not YAML: a tab; indent with spaces"),
        (
            "a: !!python/object/apply:os.system ['true']",
            "line 1, column 4: is not YAML: tag 'tag:yaml.org,2002:python/object/apply:os.system' "
            "is not allowed; only plain values are",
        ),
        ("a: 1\n---\nb: 2", "line 2, column 1: is not YAML: a second document begins here"),
        ("a: *b", "line 1, column 4: is not YAML: found undefined alias 'b'"),
        ("? [1]\n: 2", "line 1, column 3: is not YAML: found unhashable key"),
        ("? {a: 1}\n: 2\n? {a: 1}\n: 3", "line 1, column 3: is not YAML: found unhashable key"),
        ("a: 2020-13-45", "is not YAML: month must be in 1..12"),
        ("a: !!bool perhaps", "is not YAML: 'perhaps'"),
        ("a: !!int ten", "is not YAML: invalid literal for int()"),
        ("a: !!timestamp now", "is not YAML: "),
        ("a: \0", "is not YAML: unacceptable character #x0000"),
        ("[" * 5000, "is nested too deeply"),
    ],
)
def test_what_is_not_yaml_gets_one_line(tmp_path, text, expected):
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_yaml(file)
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{file}: {expected}")
    assert "\n" not in str(problem)


def test_a_file_that_cannot_be_read_gets_one_line(tmp_path):
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"title: caf\xe9")
    for file, expected in (
        (tmp_path / "none.yaml", "cannot be read: no such file or directory"),
        (tmp_path, "cannot be read: is a directory"),
        (latin, "must be text in UTF-8; byte 11 is not"),
    ):
        with pytest.raises(InputError) as caught:
            read_yaml(file)
        assert str(caught.value) == f"{file}: {expected}"


def test_a_merged_key_may_be_overridden(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("base: &base {x: 1, y: 2}\nmine:\n  <<: *base\n  x: 3\n", encoding="utf-8")
    assert read_yaml(file)["mine"] == {"x": 3, "y": 2}


def test_a_structure_that_holds_itself_is_refused(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("name: &a [*a]\n", encoding="utf-8")
    assert "name: must be text" in lines(Study, read_yaml(file))[0]


def test_numbers_as_yaml_spells_them(tmp_path):
    # YAML 1.1 takes 1e-3, without a dot, for text.
    study = validate(Study, good(Study) | {"methods": {"deviance_stop": "1e-3"}}, "a.yaml")
    assert study.methods.deviance_stop == 0.001


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"kind": "independent", "rho": 0.5}, "kind independent takes no rho"),
        ({"kind": "ar1", "rho": 0.5, "size": 2}, "kind ar1 takes no size"),
        ({"kind": "blocks", "rho": 0.5}, "kind blocks needs size"),
        ({"kind": "blocks", "rho": -0.5, "size": 2}, "kind blocks needs rho >= 0"),
    ],
)
def test_a_correlation_is_given_whole(given, problem):
    with pytest.raises(InputError, match=problem):
        validate(Correlation, given, "a.yaml")


def test_the_word_independent_will_do():
    assert Correlation.model_validate("independent") == Correlation(kind="independent")


def test_the_bars_of_the_wordings():
    assert BARS == {
        "existence": None, "tends": 0.5, "plain": 0.75, "always": 1.0, "rarely": 0.05
    }  # fmt: skip


def test_shipped_studies_load():
    studies = {file for file in (ROOT / "config").glob("*.yaml") if file.stem != "literature"}
    assert ROOT / "config" / "study.yaml" in studies
    for file in studies:
        study = load_study(file)
        assert study.smoke == (file.stem == "smoke")


def test_shipped_claims_and_data_sets_load():
    registry = load_registry(
        (ROOT / "config" / "claims").glob("*.yaml"), (ROOT / "config" / "datasets").glob("*.yaml")
    )
    assert registry.claims
    assert registry.datasets
    orders = [group.order for group in registry.groups.values()]
    assert len(set(orders)) == len(orders)
