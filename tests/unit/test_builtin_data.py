"""The data sets that come with the study: what the files hold, and whether all is said of them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from regclaims.config.datasets import Dataset
from regclaims.config.loading import load
from regclaims.datasets import load_files

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "config" / "datasets").glob("*.yaml"))

SHAPES = {
    "annual-messages": (237, 7606),
    "breast-cancer": (569, 30),
    "diabetes": (442, 10),
    "diabetes-quadratic": (442, 64),
    "khan": (54, 2308),
    "longley": (16, 6),
    "nci60": (63, 6830),
    "product-reviews": (3708, 1969),
    "seatpos": (38, 8),
    "tecator": (215, 100),
}
"""Rows and columns, as in data/README.md."""

CLASSES = {"breast-cancer": 212, "khan": 29, "nci60": 42, "product-reviews": 2128}
"""Rows of class 1: malignant (Street et al. 1993), Ewing sarcoma (Khan et al. 2001), carcinoma
(counted from the labels), positive (counted from the ratings)."""


def config(name):
    return load(Dataset, ROOT / "config" / "datasets" / f"{name}.yaml")


@pytest.fixture(scope="module")
def data():
    found = {}
    for name in NAMES:
        dataset = config(name)
        files = [ROOT / path for path in (dataset.path, dataset.features) if path]
        found[name] = load_files(dataset.model_dump(), files, name)
    return found


def test_all_are_here(data):
    assert set(data) == set(SHAPES)
    assert {name: each.X.shape for name, each in data.items()} == SHAPES
    counts = {name: int(each.y.sum()) for name, each in data.items() if each.classes}
    assert counts == CLASSES
    assert all(each.n_missing == 0 for each in data.values())


def test_each_says_where_it_is_from():
    known = set(re.findall(r"^@\w+\{(\w+),", (ROOT / "paper" / "references.bib").read_text(), re.M))
    readme = (ROOT / "data" / "README.md").read_text()
    for name in NAMES:
        dataset = config(name)
        assert dataset.citation in known, name
        assert "unknown" not in dataset.licence, name
        assert dataset.path is None or Path(dataset.path).name in readme, name


def test_the_files_are_those_that_the_readme_names():
    readme = (ROOT / "data" / "README.md").read_text()
    sums = dict(re.findall(r"`([\w.-]+)` *\|.*\| `([0-9a-f]{64})`", readme))
    shipped = [p for p in (ROOT / "data").iterdir() if p.is_file() and p.name != "README.md"]
    assert sorted(sums) == sorted(path.name for path in shipped)
    for path in shipped:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sums[path.name], path.name


def test_against_published_values(data):
    # Faraway (2014), section 7.3: inflation of 307.4 for height in shoes, 333.1 for height.
    seatpos = data["seatpos"]
    inverse = np.linalg.inv(np.corrcoef(seatpos.X, rowvar=False))
    factors = dict(zip(seatpos.features, np.diag(inverse), strict=True))
    assert factors["HtShoes"] == pytest.approx(307.43, abs=0.01)
    assert factors["Ht"] == pytest.approx(333.14, abs=0.01)
    # Borggaard and Thodberg (1992): fat from 0.9 to 49.1 per cent.
    tecator = data["tecator"]
    assert (tecator.y.min(), tecator.y.max()) == (0.9, 49.1)
    # Neighbouring channels are all but equal: that is why it is here.
    near = [np.corrcoef(tecator.X[:, j], tecator.X[:, j + 1])[0, 1] for j in range(99)]
    assert min(near) > 0.999
    # One message a year, but for some years with two, spoken and written, or none.
    years = data["annual-messages"].y
    assert (years.min(), years.max()) == (1790, 2026)
    assert len(set(years)) == len(years) - 8


def test_words_are_rates_and_counts(data):
    reviews, messages = data["product-reviews"].X, data["annual-messages"].X
    assert (reviews.data == np.round(reviews.data)).all()
    assert reviews.data.min() == 1
    assert ((reviews != 0).sum(axis=0) >= 3).all()
    assert ((messages != 0).sum(axis=0) >= 10).all()
    # Rates per thousand words, of the terms kept: most of the text.
    assert 700 < np.median(messages.sum(axis=1)) < 1000
