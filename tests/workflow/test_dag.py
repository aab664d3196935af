"""The whole workflow on a tiny study: what it writes, what it re-runs, how it fails and resumes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml
from pypdf import PdfReader
from workspace import Workspace

from regclaims.claims.decide import VERDICTS
from regclaims.claims.verdicts import COLUMNS
from regclaims.config import load_registry

ROOT = Path(__file__).parents[2]
CLAIMS = set(load_registry((ROOT / "config" / "claims").glob("*.yaml"), []).claims)
LINEAR = {
    "ols",
    "ridge",
    "lasso",
    "relaxed-lasso",
    "adaptive-lasso",
    "elastic-net-0.1",
    "elastic-net-0.5",
    "elastic-net-0.9",
    "elastic-net",
    "elastic-net-rescaled",
}
METHODS = {"n_lambdas": 12, "l1_ratios": [0.1, 0.5, 0.9]}
"""The section of the tiny study."""

OF_VERDICTS = ("verdict-overview", "map-correlation-shape", "map-density-snr")
"""Figures that are drawn from verdicts."""

LOGISTIC = {"logistic-ridge", "logistic-lasso", "logistic-elastic-net-0.5"}


def hashes(workspace: Workspace) -> dict[str, str]:
    return json.loads(workspace.read("results/manifest.json"))["files"]


def pdf_text(workspace: Workspace) -> str:
    reader = PdfReader(workspace.root / "results" / "report.pdf")
    return "\n".join(page.extract_text() for page in reader.pages)


def test_verdicts_have_the_columns_of_the_contract_and_invent_nothing(finished: Workspace) -> None:
    verdicts = pd.read_csv(finished.root / "results" / "verdicts.csv")
    assert list(verdicts.columns) == COLUMNS
    assert set(verdicts["claim_id"]) == CLAIMS
    assert set(verdicts["verdict"]) <= set(VERDICTS)
    assert set(verdicts["registered"]) == {"not registered"}
    # A boundary has its region, and nothing else has one.
    bounded = verdicts["verdict"] == "boundary"
    assert (verdicts["region"].notna() == bounded).all()
    assert (verdicts["moderator"].notna() == bounded).all()
    assert verdicts["robustness"].dropna().between(0, 1).all()
    assert verdicts["robustness"].notna().sum() > 30
    assert set(verdicts["design_dependent"].dropna()) <= {True, False}
    testable = verdicts["verdict"] != "not testable"
    assert (verdicts["effect"].notna() == testable).all()


def test_every_fit_has_a_certificate_and_an_id(finished: Workspace) -> None:
    fits = pd.read_parquet(finished.root / "results" / "fits.parquet")
    assert fits["fit_id"].is_unique
    # Least squares beyond n are made unique by their norm; nothing else here has a choice.
    assert set(fits["status"]) <= {"converged", "not unique"}
    assert set(fits.loc[fits["status"] == "not unique", "method"]) == {"ols"}
    assert fits[["kkt", "gap"]].max().max() <= 1e-9
    assert pd.read_csv(finished.root / "results" / "failures.csv").empty
    assert set(fits["method"]) == LINEAR | LOGISTIC
    # Paired on common random numbers: every method has every replicate of every cell.
    counts = fits[fits["tuning"].isin(["none", "validation"])].groupby("method").size()
    for methods in (LINEAR, LOGISTIC):
        assert counts[list(methods)].nunique() == 1


def test_cells_have_errors_and_count_what_is_undefined(finished: Workspace) -> None:
    cells = pd.read_parquet(finished.root / "results" / "cells.parquet")
    assert set(cells["source"]) == {"synthetic", "semi", "real"}
    assert {"diabetes", "longley", "khan"} <= set(cells["cell_id"])
    assert (cells["n_undefined"] + cells["n_failed"] <= cells["replicates"]).all()
    defined = (cells["n_undefined"] == 0) & (cells["n_failed"] == 0)
    assert cells.loc[defined, "mcse"].notna().all()
    assert not cells.duplicated(["cell_id", "method", "tuning", "metric"]).any()


def test_page_is_marked_and_tells_every_claim(finished: Workspace) -> None:
    html = finished.read("results/index.html")
    assert "Smoke run" in html
    assert all(f'id="{claim}"' in html for claim in CLAIMS)
    assert len(html) < 3_000_000
    # What it points to was made by this run, or is the folder of it.
    links = set(re.findall(r'href="([a-z][^":#]*)"', html))
    assert {"report.pdf", "verdicts.json", "figures/kink.pdf"} <= links
    assert not [link for link in links if not (finished.root / "results" / link).exists()]


def test_snakemakes_own_report_has_captions(copied: Workspace) -> None:
    done = copied.run("--report", "results/report.html")
    assert done.returncode == 0, done.stdout[-3000:]
    html = copied.read("results/report.html")
    for words in ("Real data", "Smoke run: numbers illustrate", "Thresholds with a kink"):
        assert words in html


def test_an_edited_gist_reruns_page_and_paper_only(copied: Workspace) -> None:
    copied.edit("config/coding.csv", "the L1 norm is the sum of magnitudes", "L1 adds magnitudes")
    # The paper has all gists in its appendix.
    assert set(copied.planned()) == {"numbers", "report", "page", "manifest", "all"}


def test_report_is_marked_and_tells_every_claim(finished: Workspace) -> None:
    text = pdf_text(finished)
    assert "Smoke run" in text
    assert all(claim in text for claim in CLAIMS)
    assert "??" not in text


@pytest.mark.parametrize(
    "figure",
    [
        "verdict-overview",
        "paths",
        "zero-share",
        "stability",
        "risk-by-factor",
        "support-by-factor",
        "bias-variance",
    ],
)
def test_figures_come_with_picture_and_data(finished: Workspace, figure: str) -> None:
    folder = finished.root / "results" / "figures"
    assert (folder / f"{figure}.pdf").read_bytes().startswith(b"%PDF")
    assert (folder / f"{figure}.png").read_bytes().startswith(b"\x89PNG")
    data = pd.read_csv(folder / f"{figure}.csv")
    assert len(data)
    assert {"mcse", "ci_low", "low"} & set(data.columns)  # every point with its interval


def test_manifest_names_every_result_but_the_volatile_ones(finished: Workspace) -> None:
    results = finished.root / "results"
    left_out = ("volatile", "work", "published", "manifest.json")
    written = {
        path.relative_to(finished.root).as_posix()
        for path in results.rglob("*")
        if path.is_file()
        and path.relative_to(results).parts[0] not in left_out
        and path.name != ".snakemake_timestamp"
    }
    assert set(hashes(finished)) == written


def test_nothing_hashed_knows_where_it_was_made(finished: Workspace) -> None:
    for name in hashes(finished):
        assert str(finished.root).encode() not in (finished.root / name).read_bytes()


def test_a_second_run_does_nothing(finished: Workspace) -> None:
    done = finished.run()
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout


def test_one_core_in_another_folder_gives_the_same_bits(
    finished: Workspace, tmp_path: Path
) -> None:
    other = Workspace.make(tmp_path / "a longer name" / "elsewhere")
    done = other.run("--cores", "1")
    assert done.returncode == 0, done.stdout[-4000:]
    assert hashes(other) == hashes(finished)


def test_a_python_in_a_folder_with_blanks_runs_scripts(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "my own study")
    venv = workspace.root / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    packages = [sysconfig.get_path("purelib"), os.environ.get("PYTHONPATH", "")]
    result = "results/mechanisms/kink.parquet"
    done = subprocess.run(
        [venv / "bin" / "python", *workspace.command("--cores", "1", result)[1:]],
        cwd=workspace.root,
        env=workspace.environment() | {"PYTHONPATH": os.pathsep.join(reversed(packages))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert (workspace.root / result).stat().st_size


def test_killed_and_started_again_gives_the_same_bits(finished: Workspace, tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "killed")
    process = subprocess.Popen(
        workspace.command("--cores", "2"),
        cwd=workspace.root,
        env=workspace.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not list(workspace.root.glob("results/work/*/*/fits.parquet")):
        assert process.poll() is None, "ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (workspace.root / "results" / "manifest.json").exists()
    assert workspace.run("--unlock").returncode == 0
    done = workspace.run("--cores", "2")
    assert done.returncode == 0, done.stdout[-4000:]
    assert hashes(workspace) == hashes(finished)


def test_an_edited_caption_reruns_the_report_only(copied: Workspace) -> None:
    copied.edit("paper/results.tex", "Share of zero coefficients", "The share of zeros")
    assert copied.planned() == {"report": 1, "manifest": 1, "all": 1}


def test_a_claims_wording_reruns_no_fit(copied: Workspace) -> None:
    copied.edit("config/claims/zeros.yaml", "Under L1 most", "With L1 most")
    planned = copied.planned()
    assert {"fit", "evidence", "robustness"}.isdisjoint(planned)
    assert planned["figure"] == len(OF_VERDICTS)


def test_a_claims_margin_reruns_verdicts_and_report(copied: Workspace) -> None:
    copied.edit("config/claims/weights.yaml", "margin: 0.10", "margin: 0.20")
    decided = {"verdicts", "robustness", "known_beta_verdicts", "record", "second_seed"}
    # Of the figures those of verdicts alone, and that of robustness.
    assert copied.planned()["figure"] == len(OF_VERDICTS) + 1
    written = {"figure", "numbers", "report", "page", "manifest", "all"}
    assert set(copied.planned()) == decided | written


def test_a_registered_rule_cannot_change_unnoticed(copied: Workspace) -> None:
    command = [sys.executable, "-c", "import sys; from regclaims.cli import main; sys.exit(main())"]
    options = {"cwd": copied.root, "env": copied.environment(), "text": True, "check": False}
    done = subprocess.run(
        [*command, "register", "config/tiny.yaml"], capture_output=True, **options
    )
    assert done.returncode == 0, done.stderr
    decided = {"verdicts", "record", "second_seed"}
    written = {"figure", "numbers", "report", "page", "manifest", "all"}
    assert set(copied.planned()) == decided | written
    copied.edit("config/claims/weights.yaml", "margin: 0.10", "margin: 0.20")
    refused = copied.run("--cores", "1")
    assert refused.returncode == 2
    assert "l2-groups-twins: was registered with another rule" in refused.stdout
    assert "Nothing was run." in refused.stdout
    (copied.root / "config" / "deviations.yaml").write_text(
        "deviations:\n- claim: l2-groups-twins\n  reason: a slip\n  when: 2026-11-26\n",
        encoding="utf-8",
    )
    done = copied.run("--cores", "2", "results/verdicts.json")
    assert done.returncode == 0, done.stdout[-3000:]
    verdicts = pd.read_csv(copied.root / "results" / "verdicts.csv").set_index("claim_id")
    assert verdicts.loc["l2-groups-twins", "registered"] == "deviation"
    assert set(verdicts.drop("l2-groups-twins")["registered"]) == {"registered"}
    listed = pd.read_csv(copied.root / "results" / "deviations.csv")
    assert listed["claim_id"].tolist() == ["l2-groups-twins"]
    assert listed["registered_verdict"].notna().all()
    record = json.loads(copied.read("results/verdicts.json"))
    assert len(record["verdicts"]) == len(CLAIMS)


def test_a_new_cell_reruns_its_shard_and_what_follows(copied: Workspace) -> None:
    study = yaml.safe_load(copied.read("config/tiny.yaml"))
    extra = study["population"][0] | {"shapes": [[24, 6]], "correlations": ["independent"]}
    copied.edit_study(population=[*study["population"], extra])
    planned = copied.planned()
    assert planned["fit"] == 3
    assert not {"real_splits", "known_beta", "mechanism"} & set(planned)


def test_scikit_learn_as_a_second_opinion_finds_the_same_fits(copied: Workspace) -> None:
    table = copied.root / "results" / "fits.parquet"
    own = pd.read_parquet(table).set_index("fit_id").sort_index()
    copied.edit_study(methods={**METHODS, "solver": "sklearn"})
    done = copied.run("--cores", "2", "results/fits.parquet")
    assert done.returncode == 0, done.stdout
    theirs = pd.read_parquet(table).set_index("fit_id").sort_index()
    assert list(own.index) == list(theirs.index)
    assert (theirs["status"] != "failed").all()
    # Certified zeros are the same zeros, and the same lambda wins. Both are within 1e-9 of optimal,
    # and predictions differ by the root of that at most.
    for column in ("n_nonzero", "lambda_index"):
        pd.testing.assert_series_equal(own[column], theirs[column])
    for column in ("lambda", "rr"):
        pd.testing.assert_series_equal(own[column], theirs[column], rtol=1e-4)


def test_another_l1_ratio_reruns_elastic_nets_only(copied: Workspace) -> None:
    fits = len(list(copied.root.glob("results/work/elastic-net-*/*/fits.parquet")))
    copied.edit_study(methods={**METHODS, "l1_ratios": [0.1, 0.5, 0.75, 0.9]})
    assert copied.planned()["fit"] == fits


def test_more_replicates_for_a_cell_rerun_its_shards_only(copied: Workspace) -> None:
    population = pd.read_parquet(copied.root / "results" / "population.parquet")
    cell = population["cell_id"].iloc[0]
    table = f"cell_id,replicates\n{cell},5\n"
    (copied.root / "config" / "more.csv").write_text(table, encoding="utf-8")
    copied.edit_study(allotment="config/more.csv")
    # One cell a shard: its three families.
    assert copied.planned()["fit"] == 3
    done = copied.run("results/cells.parquet", "results/population.parquet")
    assert done.returncode == 0, done.stdout
    cells = pd.read_parquet(copied.root / "results" / "cells.parquet")
    replicates = cells[cells["source"] == "synthetic"].groupby("cell_id")["replicates"]
    assert (replicates.min() == replicates.max()).all()
    assert replicates.min()[cell] == 5
    assert (replicates.min().drop(cell) == 3).all()


def test_a_fit_is_replayed_bit_for_bit(finished: Workspace) -> None:
    fits = pd.read_parquet(finished.root / "results" / "fits.parquet")
    for fit_id in fits.groupby("method")["fit_id"].last():
        command = [sys.executable, "-m", "regclaims.cli", "replay", fit_id]
        done = subprocess.run(
            [*command, "--config", "config/tiny.yaml"],
            cwd=finished.root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "the same, bit for bit" in done.stdout


def test_published_results_are_compared(copied: Workspace) -> None:
    """As `snakemake literature`, on fewer replicates, lambdas and signal-to-noise ratios."""
    for name in ("htt", "zou-hastie"):
        path = copied.root / "config" / f"{name}.yaml"
        study = yaml.safe_load(path.read_text(encoding="utf-8"))
        for grid in study["population"]:
            if "snrs" in grid:
                grid["snrs"] = [0.05, 1.22, 6]
                grid["correlations"] = ["independent"]
        study["methods"] |= {"n_lambdas": 20, "l1_ratios": [0.5]}
        study["replicates"] = 5
        path.write_text(yaml.safe_dump(study), encoding="utf-8")
    copied.edit("config/literature.yaml", "replicates: 50 ", "replicates: 4 ")
    done = copied.run("literature", "--cores", "2")
    assert done.returncode == 0, done.stdout[-4000:]
    folder = copied.root / "results" / "literature"
    medians = pd.read_csv(folder / "medians.csv")
    assert len(medians) == 16
    assert (medians["our_se"] > 0).all()
    assert pd.read_csv(folder / "findings.csv")["snr"].nunique() == 3
    assert (folder / "report.md").read_text(encoding="utf-8") in done.stdout + "\n"


def test_everything_wrong_is_said_at_once_before_any_job(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "bad")
    workspace.edit_study(replicates="many", colour="red", seed=-1)
    begun = time.monotonic()
    done = workspace.run()
    assert done.returncode == 2
    assert time.monotonic() - begun < 5
    for place in ("replicates", "colour", "seed"):
        assert f"config/tiny.yaml: {place}: " in done.stdout
    assert "Traceback" not in done.stdout
    assert not (workspace.root / "results").exists()


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "bad")
    workspace.edit("config/tiny.yaml", "seed: 7", "seed: 7\nseed: 8")
    done = workspace.run()
    assert done.returncode == 2
    assert "key 'seed' is given twice" in done.stdout


def test_bad_claims_and_data_sets_are_said_together(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "bad")
    workspace.edit("config/claims/zeros.yaml", "bar: existence", "bar: sometimes")
    workspace.edit("config/datasets/longley.yaml", "path:", "file:")
    done = workspace.run()
    assert done.returncode == 2
    assert "zeros.yaml: claims.l1-exact-zeros.rule.bar: " in done.stdout
    assert "longley.yaml: file: " in done.stdout
    assert "Traceback" not in done.stdout


def test_a_bad_data_file_is_named_with_column_and_row(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "bad")
    workspace.edit("data/longley.csv", "61122,88.5", "61122,n/a")
    done = workspace.run()
    assert done.returncode == 2
    assert "longley.csv: column GNPDEFL, row 2: " in done.stdout
    assert not (workspace.root / "results").exists()


def test_a_stale_installed_package_is_not_trusted(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "stale")
    source = workspace.root / "src" / "regclaims"
    source.mkdir(parents=True)
    (source / "keys.py").write_text("SEED = 1\n", encoding="utf-8")
    done = workspace.run()
    assert done.returncode == 2
    assert "src/regclaims/keys.py: differs from the installed package: run make env" in done.stdout


def test_without_a_config_file_it_is_the_study(finished: Workspace) -> None:
    done = finished.run("-n", "--quiet", "rules", study=None)
    assert done.returncode == 0, done.stdout
    study = yaml.safe_load(finished.read("config/study.yaml"))
    assert study["name"] == "study"


def test_verify_says_that_nothing_is_published(finished: Workspace) -> None:
    done = finished.run("verify")
    assert done.returncode != 0
    assert "no run has been published yet" in done.stdout
