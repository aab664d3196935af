"""The reference page says what the models say, and its examples work."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from regclaims.config.base import models_in, validate
from regclaims.config.claims import Group
from regclaims.config.datasets import Dataset
from regclaims.config.literature import Literature
from regclaims.config.reference import CLAIMS, DATASET, LITERATURE, STUDY, page
from regclaims.config.study import Study
from regclaims.designs.cells import cells

ROOT = Path(__file__).resolve().parents[2]


def models():
    found = [Study, Dataset, Group, Literature]
    for model in found:
        for field in model.model_fields.values():
            found += [inner for inner in models_in(field.annotation) if inner not in found]
    return found


def test_the_shipped_page_is_that_of_the_models():
    shipped = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert shipped == page(), "run `python -m regclaims.config.reference > docs/configuration.md`"


@pytest.mark.parametrize(
    ("model", "text"),
    [(Study, STUDY), (Dataset, DATASET), (Group, CLAIMS), (Literature, LITERATURE)],
)
def test_examples_are_valid_and_on_the_page(model, text):
    validate(model, yaml.safe_load(text), "example.yaml")
    assert f"```yaml\n{text}```" in page()


def test_the_example_of_a_study_has_cells():
    assert len(cells(validate(Study, yaml.safe_load(STUDY), "example.yaml"))) == 8


def test_every_key_has_a_row_and_a_description():
    rows = set(re.findall(r"^\| `(\w+)` \| (?! *\|)", page(), re.MULTILINE))
    for model in models():
        for name, field in model.model_fields.items():
            assert name in rows
            assert field.description


def test_every_link_leads_somewhere():
    anchors = {
        heading.lower().replace(" ", "-")
        for heading in re.findall(r"^##+ (.*)$", page(), re.MULTILINE)
    }
    links = set(re.findall(r"\]\(#([^)]*)\)", page()))
    assert links <= anchors
    # The contents link the four kinds of files, and a key that holds a model links that model.
    assert len(links) == len(models())


def test_headings_are_unique():
    headings = re.findall(r"^##+ (.*)$", page(), re.MULTILINE)
    assert len(set(headings)) == len(headings)


def test_every_row_has_four_cells():
    for line in page().splitlines():
        if line.startswith("|"):
            assert len(re.split(r"(?<!\\)\|", line)) == 6, line


def parsed(field, values):
    """Read values as the model that the field has a list of."""
    (entry,) = set(models_in(field.annotation))
    try:
        return [entry.model_validate(value) for value in values]
    except ValidationError:
        return None


def test_defaults_that_are_written_out_are_the_defaults():
    blocks = re.findall(r"Default of `(\w+)`:\n\n```yaml\n(.*?)```", page(), re.DOTALL)
    assert blocks
    for name, text in blocks:
        # Sections may have settings of one name, with defaults of their own.
        fields = [m.model_fields[name] for m in models() if name in m.model_fields]
        written = yaml.safe_load(text)
        assert any(parsed(field, written) == field.default for field in fields)


def test_no_python_leaks_into_the_page():
    for word in ("typing", "Annotated", "PydanticUndefined", "Optional", "NoneType", "<class"):
        assert word not in page()
