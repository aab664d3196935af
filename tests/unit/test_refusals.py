"""Everything that is refused, in one table: configuration, claims, data, command lines.

Each case changes one thing of a good project, as a user's slip would, and runs a command as a user
would. It ends with status 2, names file and place, changes nothing and shows no traceback. What is
wrong with single values of a study, a claim or a data set is walked in `test_config.py`.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from regclaims.cli import main
from regclaims.config.reference import CLAIMS, DATASET, STUDY

STUDY_FILE, CLAIM_FILE = "config/small.yaml", "config/claims/zeros.yaml"
DATA_YAML, DATA_FILE = "config/datasets/wheat.yaml", "data/wheat.csv"
CSV = "x1,x2,plot,yield\n" + "".join(f"{i},{i * i % 7},p{i},{i * i * i % 11}\n" for i in range(40))
GOOD = {
    STUDY_FILE: STUDY + "path_figure: wheat\n",
    CLAIM_FILE: CLAIMS,
    DATA_YAML: DATASET,
    DATA_FILE: CSV,
    "paper/references.bib": "@misc{somebody1900, title = {Wheat}, year = {1900}}\n",
}
CHECK = ("check-config",)
PLAN = ("plan", "--config", STUDY_FILE)

# name: (file, text that is replaced or None, what replaces it or the whole file, command, told)
CONFIGURATION = {
    "no YAML": (STUDY_FILE, None, "name: [small", CHECK, f"{STUDY_FILE}: line 1"),
    "tabs": (STUDY_FILE, "replicates: 12", "replicates:\n\t- 12", CHECK, f"{STUDY_FILE}: line 4"),
    "no mapping": (STUDY_FILE, None, "- population\n", CHECK, f"{STUDY_FILE}: "),
    "not UTF-8": (STUDY_FILE, None, b"name: caf\xe9\npopulation: []\n", CHECK, f"{STUDY_FILE}: "),
    "a tag": (STUDY_FILE, "seed: 1729", "seed: !!python/object:os.system 1", CHECK, STUDY_FILE),
    "an anchor that is not there": (STUDY_FILE, "seed: 1729", "seed: *other", CHECK, STUDY_FILE),
    "a key twice": (STUDY_FILE, "seed: 1729", "seed: 1\nseed: 2", CHECK, f"{STUDY_FILE}: "),
    "two documents": (STUDY_FILE, "name: small", "name: small\n---\nname: b", CHECK, STUDY_FILE),
    "a slip in a key": (STUDY_FILE, "seed:", "sed:", CHECK, "did you mean seed?"),
    "no seed": (STUDY_FILE, "seed: 1729\n", "", CHECK, f"{STUDY_FILE}: seed: is missing"),
    "a negative seed": (STUDY_FILE, "1729", "-1", CHECK, f"{STUDY_FILE}: seed: must be 0"),
    "a fraction of a replicate": (STUDY_FILE, ": 12", ": 12.5", CHECK, "replicates: must be a wh"),
    "no replicates": (STUDY_FILE, ": 12", ": 0", CHECK, f"{STUDY_FILE}: replicates: "),
    "no population": (STUDY_FILE, "population:", "people:", CHECK, "population: is missing"),
    "a shape of one number": (STUDY_FILE, "[100, 10]", "[100]", CHECK, "shapes[0][1]: is missing"),
    "a shape in words": (STUDY_FILE, "[100, 10]", "100x10", CHECK, "shapes[0]: must be a list"),
    "too few rows": (STUDY_FILE, "[100, 10]", "[2, 10]", CHECK, "shapes[0][0]: "),
    "a correlation of one": (STUDY_FILE, "rho: 0.9", "rho: 1.0", CHECK, "rho: must be below 1"),
    "a correlation in words": (STUDY_FILE, "independent", "none", CHECK, "correlations[0]: "),
    "blocks without a size": (STUDY_FILE, "size: 5, ", "", CHECK, "correlations[1]"),
    "a density above one": (STUDY_FILE, "0.05, 0.5", "0.05, 1.5", CHECK, "densities[1]: "),
    "no signal": (STUDY_FILE, "[1.22]", "[0]", CHECK, "snrs[0]: "),
    "infinite signal": (STUDY_FILE, "[1.22]", "[.inf]", CHECK, "snrs[0]: must be a finite"),
    "a method nobody knows": (STUDY_FILE, "[ridge, lasso]", "[rigde]", CHECK, STUDY_FILE),
    "a figure of no data set": (STUDY_FILE, "wheat", "oats", CHECK, "path_figure: "),
    "an allotment that is not there": (
        *(STUDY_FILE, "name: small", "name: small\nallotment: config/more.csv"),
        *(CHECK, "config/more.csv"),
    ),
    "no claim": (CLAIM_FILE, None, "title: Zeros\norder: 9\nclaims: {}\n", CHECK, CLAIM_FILE),
    "a claim without a margin": (CLAIM_FILE, "margin: 0.05", "", CHECK, "parts[0].margin: is mis"),
    "a bar nobody knows": (CLAIM_FILE, "bar: plain", "bar: maybe", CHECK, "rule.bar: must be"),
    "a metric nobody knows": (CLAIM_FILE, "has_zero\n", "has_zeros\n", CHECK, "has_zeros"),
    "a method without a fit": (CLAIM_FILE, "method: lasso", "method: laso", CHECK, "laso"),
    "a claim of no article": (CLAIM_FILE, "article: A", "article: Z", CHECK, CLAIM_FILE),
    "a claim without sources": (
        *(CLAIM_FILE, "    sources:\n      - {article: A, section: Mechanics, sentence: 4}\n", ""),
        *(CHECK, f"{CLAIM_FILE}: claims.l1-has-zeros"),
    ),
    "a name with a slash": (CLAIM_FILE, "l1-has-zeros:", "../l1:", CHECK, CLAIM_FILE),
    "a wrong ending": ("config/claims/more.yml", None, CLAIMS, CHECK, "config/claims/more.yml"),
    "a file that is gone": (DATA_FILE, None, None, CHECK, DATA_FILE),
    "a column that is not there": (DATA_YAML, "[plot]", "[field]", CHECK, "column field"),
    "a target that is not there": (DATA_YAML, ": yield", ": weight", CHECK, "column weight"),
    "no licence": (DATA_YAML, "licence: CC0-1.0\n", "", CHECK, "licence: is missing"),
    "a citation nobody knows": (DATA_YAML, ": unknown", ": nobody1900", CHECK, "nobody1900"),
}
DATA = {
    "a word among numbers": (DATA_FILE, "3,2,p3,5", "3,two,p3,5", CHECK, "column x2, row 4: "),
    "an infinite number": (DATA_FILE, "3,2,p3,5", "3,inf,p3,5", CHECK, "column x2, row 4: "),
    "a missing number": (DATA_FILE, "3,2,p3,5", "3,,p3,5", CHECK, "column x2, row 4: "),
    "a missing response": (DATA_FILE, "3,2,p3,5", "3,2,p3,", CHECK, "column yield, row 4: "),
    "a row too long": (DATA_FILE, "3,2,p3,5", "3,2,p3,5,6", CHECK, DATA_FILE),
    "no rows": (DATA_FILE, None, "x1,x2,plot,yield\n", CHECK, DATA_FILE),
    "no bytes": (DATA_FILE, None, "", CHECK, DATA_FILE),
    "a column twice": (DATA_FILE, "x1,x2", "x1,x1", CHECK, DATA_FILE),
    "a column without a name": (DATA_FILE, "x1,x2", ",x2", CHECK, DATA_FILE),
    "a constant response": (
        *(DATA_FILE, None, "x1,x2,plot,yield\n" + "".join(f"{i},{i % 7},p,1\n" for i in range(40))),
        *(CHECK, "yield"),
    ),
    "bytes of something else": (DATA_FILE, None, b"\x89PNG\r\n\x1a\n\0\0", CHECK, DATA_FILE),
    "an unclosed quote": (DATA_FILE, "3,2,p3,5", '3,2,"p3,5', CHECK, DATA_FILE),
    "a Parquet file that is none": (
        *("mine.parquet", None, b"PAR1 not"),
        *(("check-dataset", "mine.parquet"), "mine.parquet: "),
    ),
    "a gzip file that is none": (
        *("mine.csv.gz", None, b"not gzip"),
        *(("check-dataset", "mine.csv.gz"), "mine.csv.gz: "),
    ),
    "an ending nobody knows": (
        *("mine.xlsx", None, b"PK"),
        *(("check-dataset", "mine.xlsx"), "mine.xlsx: "),
    ),
    "sparse text that is none": (
        *("mine.svm", None, "1 2:x\n"),
        *(("check-dataset", "mine.svm"), "mine.svm: "),
    ),
}
COMMANDS = {
    "no such file": (None, None, None, ("check-config", "no.yaml"), "no.yaml: "),
    "a folder for a file": (None, None, None, ("check-config", "config"), "config: "),
    "no such data": (None, None, None, ("check-dataset", "no.csv"), "no.csv: "),
    "no such target": (
        *(None, None, None),
        *(("check-dataset", DATA_FILE, "--target", "z"), "z"),
    ),
    "data that are there already": (
        *(None, None, None),
        *(("add-dataset", DATA_FILE, "--target", "yield", "--name", "wheat"), "wheat"),
    ),
    "a name that is none": (
        *(None, None, None),
        *(("add-dataset", DATA_FILE, "--target", "yield", "--name", "../x"), "../x"),
    ),
    "nothing to describe": (None, None, None, ("describe", "oats"), "oats"),
    "a claim nobody knows": (None, None, None, ("explain", "l1-has-zero"), "l1-has-zeros"),
    "verdicts before a run": (None, None, None, ("verdicts",), "results/verdicts.csv: "),
    "verdicts of something else": (
        *("results/verdicts.csv", None, "a,b\n1,2\n"),
        *(("verdicts",), "results/verdicts.csv: "),
    ),
    "a plan of no study": (None, None, None, ("plan", "--config", "no.yaml"), "no.yaml: "),
    "a plan without a pilot": (None, None, None, PLAN, "data/pilot/costs.csv: "),
    "a registration of no study": (None, None, None, ("register", "no.yaml"), "no.yaml: "),
    "a fit before a run": (None, None, None, ("replay", "0123456789abcdef"), ""),
    "a second seed of no run": (None, None, None, ("second-seed", "--record", "no"), "no"),
    "a publication before a run": (None, None, None, ("publish",), "results"),
}
CASES = CONFIGURATION | DATA | COMMANDS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in GOOD.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def slip(name: str | None, old: str | None, new: str | bytes | None) -> None:
    if name is None:
        return
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if old is not None:
        assert isinstance(new, str)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    elif new is None:
        path.unlink()
    else:
        path.write_bytes(new.encode() if isinstance(new, str) else new)


def files() -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def test_there_are_sixty_and_more() -> None:
    assert len(CASES) >= 60
    assert len(CASES) == len(CONFIGURATION) + len(DATA) + len(COMMANDS)


def test_the_project_is_good(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused(project: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    *change, command, told = CASES[case]
    slip(*change)
    before, begun = files(), time.monotonic()
    assert main(list(command)) == 2
    said = capsys.readouterr()
    assert time.monotonic() - begun < 5
    assert said.out == ""
    assert told in said.err
    assert "Traceback" not in said.err
    assert str(project) not in said.err  # files are named as the user knows them
    assert files() == before


def test_all_slips_are_told_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for case in ("a slip in a key", "a bar nobody knows", "no licence"):
        slip(*CASES[case][:3])
    assert main(["check-config"]) == 2
    said = capsys.readouterr().err
    for case in ("a slip in a key", "a bar nobody knows", "no licence"):
        assert CASES[case][4] in said


@pytest.mark.skipif(os.name == "nt", reason="symlinks and modes are those of Unix")
def test_a_link_that_leads_nowhere_or_round(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("config/datasets/a.yaml").symlink_to("nowhere.yaml")
    Path("config/datasets/b.yaml").symlink_to("b.yaml")
    assert main(["check-config"]) == 2
    said = capsys.readouterr().err
    assert "config/datasets/a.yaml: " in said
    assert "config/datasets/b.yaml: " in said
    assert "Traceback" not in said
