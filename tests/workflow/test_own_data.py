"""Data of one's own: a file, a command, and the next run has it; without the YAML it is gone."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader
from workspace import Workspace

CLI = "import sys; from regclaims.cli import main; sys.exit(main())"
HOSTILE = ("$(touch owned)", "`touch owned`", r"\write18{touch owned}", "../owned", "_50% & <b>#~^")
ONCE = (
    "real_splits",
    "real_paths",
    "real_data",
    "cells",
    "real_verdicts",
    "record",
    "data_page",
    "figure",
    "numbers",
    "report",
    "page",
    "manifest",
    "all",
)
"""What depends on a data set of three splits; of the figures, the one of all real data."""


def regclaims(workspace: Workspace, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CLI, *arguments],
        cwd=workspace.root,
        env=workspace.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def pdf_text(workspace: Workspace) -> str:
    reader = PdfReader(workspace.root / "results" / "report.pdf")
    return "\n".join(page.extract_text() for page in reader.pages)


def hostile_table() -> pd.DataFrame:
    """Two classes; names and cells that a shell or TeX would take for commands, and a gap."""
    rng = np.random.default_rng(4)
    table = pd.DataFrame(rng.standard_normal((60, 5)), columns=list(HOSTILE))
    table["kind"] = rng.choice(HOSTILE[:3], 60)
    chance = table[HOSTILE[0]] + table[HOSTILE[1]] + rng.standard_normal(60)
    table["class"] = np.where(chance > 0, r"\yes{}", "$no$")
    table.iloc[3, 1] = np.nan
    return table


@pytest.fixture
def joined(copied: Workspace) -> Workspace:
    """The finished tiny study, to which a hostile file of two classes was added."""
    hostile_table().to_csv(copied.root / "my data.csv", index=False)
    options = ("--target", "class", "--missing", "impute", "--title", r"Mine \write18{x} & 50% <b>")
    done = regclaims(copied, "add-dataset", "my data.csv", *options)
    assert done.returncode == 0, done.stderr
    return copied


def test_it_joins_reruns_what_depends_on_it_and_leaves(joined: Workspace) -> None:
    before = (joined.root / "results" / "verdicts.csv").read_bytes()
    assert joined.planned() == dict.fromkeys(ONCE, 1)
    done = joined.run("--cores", "2")
    assert done.returncode == 0, done.stdout[-3000:]
    results = joined.root / "results"
    splits = pd.read_parquet(results / "real-splits.parquet").set_index("dataset").loc["my-data"]
    assert {"null", "ols", "logistic-ridge", "logistic-lasso"} <= set(splits["method"])
    assert (splits.loc[splits["method"] != "ols", "relative_error"] > 0).all()
    assert splits["error_rate"].between(0, 1).all()
    contrasts = pd.read_parquet(results / "real-contrasts.parquet")
    own = contrasts[contrasts["dataset"] == "my-data"]
    assert len(own) > 3
    assert not own["registered"].any()
    drawn = pd.read_csv(results / "figures" / "page-my-data.csv")
    assert set(drawn["panel"]) == {"paths", "relative_error", "zero_share", "sign_agreement"}
    assert (results / "figures" / "page-my-data.png").stat().st_size > 10_000
    text = pdf_text(joined)
    assert "Mine \\write18{x} & 50% <b>" in text.replace("\n", " ")
    assert "Citation unknown" in text
    assert "Licence: unknown" in text
    assert "not registered" in text
    # Nothing synthetic has moved, and nothing in the file was run.
    assert (results / "verdicts.csv").read_bytes() == before
    assert not list(joined.root.rglob("owned"))
    (joined.root / "config" / "datasets" / "my-data.yaml").unlink()
    assert set(joined.planned()) <= set(ONCE)
    assert joined.run("--cores", "2").returncode == 0
    assert "Mine" not in pdf_text(joined)
    assert "my-data" not in set(pd.read_parquet(results / "cells.parquet")["cell_id"])


def test_sparse_text_is_tuned_by_validation(copied: Workspace) -> None:
    rng = np.random.default_rng(5)
    lines = []
    for _ in range(80):
        words = np.flatnonzero(rng.random(30) < 0.2)
        label = int(3 * (5 in words) - 3 * (6 in words) + rng.standard_normal() > 0)
        lines.append(f"{label} " + " ".join(f"{word + 1}:1" for word in words))
    (copied.root / "words.svm").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (copied.root / "config" / "datasets" / "words.yaml").write_text(
        "title: Words\nsource: file\npath: words.svm\ntarget: good\ntask: classification\n"
        "licence: unknown\ncitation: unknown\nabout: Made up.\n"
        "protocol: {splits: 3, tuning: validation, max_terms: 20, l1_ratios: [0.5, 0.9]}\n",
        encoding="utf-8",
    )
    done = copied.run("--cores", "2", "results/real-verdicts.csv")
    assert done.returncode == 0, done.stdout[-3000:]
    splits = pd.read_parquet(copied.root / "results" / "real-splits.parquet")
    own = splits[splits["dataset"] == "words"]
    assert set(own["tuning"]) == {"none", "validation"}
    assert "logistic-elastic-net-0.9" in set(own["method"])
    assert own["n_train"].unique().tolist() == [40]
    assert own.loc[own["method"] == "logistic-ridge", "n_nonzero"].max() <= 20


def test_what_is_wrong_with_it_is_said_before_any_job(joined: Workspace) -> None:
    table = hostile_table()
    table[HOSTILE[1]] = ["many"] * 3 + [1.0] * 57
    table.to_csv(joined.root / "my data.csv", index=False)
    done = joined.run("--cores", "1")
    assert done.returncode == 2
    assert "my data.csv: column `touch owned`, row 1" in done.stdout
    assert "Nothing was run." in done.stdout
    assert not list(joined.root.rglob("owned"))
