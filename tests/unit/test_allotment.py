"""Replicates by cell: the file, and what is said when it is wrong."""

import pytest
import yaml

from regclaims.config.allotment import load_allotment
from regclaims.config.reference import STUDY
from regclaims.config.study import Study
from regclaims.errors import InputError

CELLS = ["a1", "b2", "c3"]
FILE = "config/more.csv"


def study(**changes):
    return Study.model_validate(yaml.safe_load(STUDY) | {"allotment": FILE} | changes)


@pytest.fixture
def load(tmp_path):
    """Return a function that loads an allotment with this content; None is no file at all."""

    def loaded(content, **changes):
        file = tmp_path / FILE
        file.parent.mkdir()
        if isinstance(content, str):
            content = content.encode()
        if content is not None:
            file.write_bytes(content)
        return load_allotment(study(**changes), tmp_path, CELLS)

    return loaded


def told(load, content):
    with pytest.raises(InputError) as caught:
        load(content)
    problems = [str(problem) for problem in caught.value.problems]
    for problem in problems:
        assert FILE in problem
    return [problem.partition(FILE)[2] for problem in problems]


def test_a_study_without_an_allotment_has_none(tmp_path):
    assert load_allotment(study(allotment=None), tmp_path, CELLS) == {}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_replicates_by_cell(load, ending):
    text = "cell_id,replicates\nc3,40\na1,12\n".replace("\n", ending)
    assert load(text) == {"c3": 40, "a1": 12}


def test_a_file_without_rows_allots_nothing(load):
    assert load("cell_id,replicates\n") == {}


def test_a_file_that_is_not_there(load):
    assert told(load, None) == [": cannot be read: no such file or directory"]


def test_a_folder_is_no_file(load, tmp_path):
    (tmp_path / FILE).mkdir(parents=True)
    with pytest.raises(InputError, match="cannot be read: is a directory"):
        load_allotment(study(), tmp_path, CELLS)


@pytest.mark.parametrize("content", [b"cell_id,replicates\n\xff\xfe,3\n", b"\xff\xfea\0b\0"])
def test_a_file_that_is_no_text(load, content):
    (line,) = told(load, content)
    assert line.startswith(": is not CSV in UTF-8: ")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("cell,replicates", "['cell', 'replicates']"),
        ("cell_id", "['cell_id']"),
        ("replicates,cell_id", "['replicates', 'cell_id']"),
    ],
)
def test_other_columns(load, header, found):
    (line,) = told(load, f"{header}\n")
    assert line == f": line 1: must have the columns cell_id, replicates; found {found}"


def test_every_wrong_line_is_told(load):
    text = "cell_id,replicates\na1,40\nzz,40\na1,50\nb2,11\nc3,ten\n"
    assert told(load, text) == [
        ": line 3: cell 'zz' is not in the study; was its population changed since `plan`?",
        ": line 4: cell a1 stands here twice",
        ": line 5: replicates must be a whole number from 12 to 10000; found '11'",
        ": line 6: replicates must be a whole number from 12 to 10000; found 'ten'",
    ]


@pytest.mark.parametrize(
    "number", ["", "-12", "12.0", "1e2", "10001", " 40", "4O", "²", "nan", "0x20"]
)
def test_what_is_no_number_of_replicates(load, number):
    (line,) = told(load, f"cell_id,replicates\na1,{number}\n")
    assert line.startswith(": line 2: replicates must be a whole number from 12 to 10000; found")


def test_a_line_with_more_values(load):
    (line,) = told(load, "cell_id,replicates\na1,40,50\n")
    assert line == ": line 2: must have 2 values; found 3"


def test_a_line_that_ends_early(load):
    (line,) = told(load, "cell_id,replicates\na1\n")
    assert line.endswith("found None")


@pytest.mark.parametrize("number", ["12", "10000"])
def test_the_ends_are_allowed(load, number):
    assert load(f"cell_id,replicates\na1,{number}\n") == {"a1": int(number)}


def test_an_empty_file(load):
    with pytest.raises(InputError, match="must have the columns"):
        load("")


def test_lines_are_counted_as_an_editor_does(load):
    (line,) = told(load, "cell_id,replicates\na1,40\n\nzz,40\n")
    assert line.startswith(": line 4: ")


def test_a_number_of_thousands_of_digits(load):
    (line,) = told(load, f"cell_id,replicates\na1,{'9' * 5000}\n")
    assert line.startswith(": line 2: replicates must be")
    assert len(line) < 200
