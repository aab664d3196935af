"""The registry: all files of claims and data sets, and what is wrong between them."""

import pytest

from regclaims.claims.voting import FILTERS
from regclaims.config import load_registry
from regclaims.config.claims import Part, Rule
from regclaims.config.reference import CLAIMS, DATASET
from regclaims.errors import InputError
from regclaims.evidence.names import METRICS
from regclaims.metrics.variance import MEASURES


def write(folder, **texts):
    files = []
    for name, text in texts.items():
        files.append(folder / f"{name}.yaml")
        files[-1].write_text(text, encoding="utf-8")
    return files


def problems(claims=(), datasets=()):
    with pytest.raises(InputError) as caught:
        load_registry(claims, datasets)
    return [str(problem) for problem in caught.value.problems]


def test_names_are_the_stems_of_files(tmp_path):
    registry = load_registry(write(tmp_path, zeros=CLAIMS), write(tmp_path, wheat=DATASET))
    assert list(registry.groups) == ["zeros"]
    assert list(registry.datasets) == ["wheat"]
    assert list(registry.claims) == ["l1-has-zeros"]


def test_claims_come_in_the_order_of_their_groups(tmp_path):
    texts = {
        "a": CLAIMS.replace("order: 9", "order: 2"),
        "b": CLAIMS.replace("order: 9", "order: 1").replace("l1-has-zeros", "other"),
    }
    registry = load_registry(write(tmp_path, **texts), [])
    assert list(registry.claims) == ["other", "l1-has-zeros"]


def test_the_order_of_files_does_not_matter(tmp_path):
    files = write(tmp_path, a=CLAIMS, b=CLAIMS.replace("l1-has-zeros", "other"))
    assert load_registry(files, []) == load_registry(files[::-1], [])


def test_a_claim_that_stands_twice_is_refused(tmp_path):
    first, second = write(tmp_path, a=CLAIMS, b=CLAIMS)
    assert problems([first, second]) == [f"{second}: claims.l1-has-zeros: also stands in {first}"]


def test_problems_of_all_files_are_listed(tmp_path):
    claims = write(tmp_path, a=CLAIMS.replace("order: 9", "order: 0"), b="title: [")
    datasets = write(tmp_path, wheat=DATASET.replace("source: file", "source: url"))
    found = problems(claims, [*datasets, tmp_path / "gone.yaml"])
    assert len(found) == 4
    for name in ("a", "b", "wheat", "gone"):
        assert any(line.startswith(f"{tmp_path / name}.yaml: ") for line in found)


@pytest.mark.parametrize("name", ["My Data", "wheat.2", "-wheat", "w" * 61, "Weizen"])
def test_a_name_that_could_not_be_part_of_a_path_is_refused(tmp_path, name):
    (line,) = problems([], write(tmp_path, **{name: DATASET}))
    assert "its name must be of a-z" in line


def test_nothing_is_a_registry_too():
    registry = load_registry([], [])
    assert (registry.claims, registry.datasets) == ({}, {})


def test_the_reference_names_every_metric_and_filter():
    metrics = Part.model_fields["metric"].description or ""
    filters = Rule.model_fields["filters"].description or ""
    assert all(name in metrics for name in (*METRICS, *MEASURES))
    assert all(f"`{name}`" in filters for name in FILTERS)
