"""Numbers and tables of the paper: they are those of the results, and every macro exists."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.second_seed import nothing_compared
from regclaims.config import Registry, load_registry, load_study
from regclaims.config.study import Study
from regclaims.evidence.tables import FITS
from regclaims.figures.of_claims import MAPS
from regclaims.io import write_parquet
from regclaims.mechanisms.experiments import EXPERIMENTS
from regclaims.report.certificates import (
    COLUMNS,
    Certificates,
    certificate_numbers,
    read_certificates,
)
from regclaims.report.claims import claim_sections
from regclaims.report.coding import coding_numbers
from regclaims.report.mechanisms import NUMBERS
from regclaims.report.numbers import Results, numbers
from regclaims.report.population import population_numbers, population_table
from regclaims.report.precision import precision, precision_numbers, precision_table
from regclaims.report.second_seed import second_seed_numbers
from regclaims.report.sentences import verdict_sentence
from regclaims.report.tex import macro_name

ROOT = Path(__file__).parents[2]
TINY = load_study(ROOT / "tests" / "workflow" / "tiny.yaml")
GRID = {
    "shapes": [[100, 10], [50, 1000]],
    "correlations": ["independent", {"kind": "ar1", "rho": -0.7}],
    "densities": [0.05, 0.5],
    "snrs": [1, 6],
    "noises": ["gaussian", "t3"],
    "fraction": 8,
    "cross_validation": [{"methods": ["ridge", "elastic-net-0.5"], "cells": 4}],
}
LOGISTIC = {
    "response": "logistic",
    "shapes": [[100, 10]],
    "correlations": [{"kind": "three-factor", "rho": 0.8}],
    "densities": [0.5],
    "snrs": [1],
    "class_shares": [0.5, 0.2],
}
GIVEN = {
    "shapes": [[20, 4]],
    "correlations": [{"kind": "blocks", "size": 4, "rho": 0.5}],
    "coefficients": [[2, 0, 0, 0]],
    "sigmas": [3],
}


def study(*grids: dict[str, object]) -> Study:
    return Study.model_validate(
        {"name": "x", "seed": 1, "replicates": 10, "population": list(grids)}
    )


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry((ROOT / "config" / "claims").glob("*.yaml"), [])


def fits(cell: str, method: str, **columns: object) -> pd.DataFrame:
    """Two tuning rules of a method on one replicate of a cell."""
    row = {"cell_id": cell, "method": method, "status": "converged", "kkt": 1e-12, "gap": 1e-13}
    row |= {"longer_grid": False, "path_failures": 0, "at_grid_end": 0.0} | columns
    return pd.DataFrame([row | {"tuning": rule} for rule in ("validation", "oracle")])


def test_certificates_are_summed_over_files(tmp_path: Path) -> None:
    assert set(COLUMNS) <= set(FITS)
    lasso = fits("a", "lasso", path_failures=3, at_grid_end=1.0, longer_grid=True)
    failed = fits("b", "lasso", status="failed", kkt=np.nan, gap=np.nan, at_grid_end=np.nan)
    net = fits("a", "elastic-net-0.5", path_failures=2, kkt=1e-10)
    joint = fits("a", "elastic-net", path_failures=2)
    write_parquet(tmp_path / "fits" / "one.parquet", pd.concat([lasso, failed]))
    write_parquet(tmp_path / "fits" / "two.parquet", pd.concat([net, joint]))
    found = read_certificates(tmp_path / "fits")
    assert found == Certificates(
        fits=8,
        at_end=2,
        worst_kkt=1e-10,
        worst_gap=1e-13,
        path_failures=5,  # a path's once, however many rules choose from it
        pairs=4,
        longer=1,
    )


def test_failures_and_grid_ends() -> None:
    found = Certificates(1000, 10, 1e-10, 1e-11, 4, pairs=20, longer=5)
    ends = pd.DataFrame({"cell_id": ["a", "a", "b"], "method": "lasso", "mean": [0.5, 0.06, 0.05]})
    failures = pd.DataFrame(
        {
            "status": ["failed", "failed", "not unique", "failed"],
            "reason": [
                "certificate: KKT 1e-3",
                "certificate: KKT 2",
                "others are too",
                "no class_0",
            ],
        }
    )
    values = certificate_numbers(found, ends, failures, 0.05)
    assert values["n-failed"] == "3"
    assert values["not-unique"].startswith("one chosen fit has a rival")
    assert values["failure-reasons"] == r" (certificate: 2; no class\_0: 1)"
    assert values["longer-grid"] == r"25.0\,\%"
    assert values["still-at-end"] == r"5.0\,\%"
    none = certificate_numbers(found, ends, failures.head(0), 0.05)
    assert none["failure-reasons"] == ""
    assert none["not-unique"].startswith("no chosen fit has a rival")


def test_population_table_says_what_is_taken() -> None:
    table = population_table(study(GRID, LOGISTIC, GIVEN))
    assert r"combinations & 8 of 32 & all 2 & all 1" in table
    assert r"ridge, Elastic Net (0.5): first 4 cells" in table
    assert r"AR(1) \ensuremath{-}0.7" in table
    assert "2, 0 (3 times)" in table
    assert r"class shares & --- & 0.5, 0.2 & ---" in table
    assert "coefficients" not in population_table(study(GRID))


def test_many_grids_stand_below_each_other() -> None:
    table = population_table(study(*[GIVEN] * 6))
    assert table.count(r"\begin{tabular}") == 2
    assert "Grid 6" in table


def test_population_numbers_count_replicates_that_were_allotted() -> None:
    population = pd.DataFrame(
        {"replicates": [10, 40, 10], "response": ["linear", "linear", "logistic"], "twins": False}
    )
    values = population_numbers(study(GRID), population)
    assert values["allotted"] == "1"
    assert values["replicates-most"] == "40"
    assert values["data-sets"] == "75"  # 60, and 5 for screening in each cell
    assert values["logistic-cells"] == "1"
    assert values["replicates"] == "at least 10"
    alike = population_numbers(study(GRID), population.assign(replicates=10))
    assert (alike["allotted"], alike["replicates"]) == ("", "10")


def contrasts(registry: Registry, error: float) -> pd.DataFrame:
    """Two cells for each part of each claim; the error is in units of the margin."""
    rows = [
        {"claim_id": name, "part": i, "reading": reading, "why_not": why, "cell_id": cell}
        | {"se": error * part.margin, "replicates": 10, "undefined": 0}
        for group in registry.groups.values()
        for name, claim in group.claims.items()
        for i, part in enumerate(claim.rule.parts)
        for reading in ("charitable", "strict")
        for cell, why in (("a", ""), ("b", "not correlated"))
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(("error", "share"), [(1 / 3, r"100\,\%"), (0.34, r"0\,\%")])
def test_precision_is_held_against_a_third_of_the_margin(
    registry: Registry, error: float, share: str
) -> None:
    errors = precision(contrasts(registry, error), registry)
    assert set(errors["cell_id"]) == {"a"}, "cells that do not vote are left out"
    np.testing.assert_allclose(errors["error"], error)
    values = precision_numbers(errors)
    assert values["precision-reached"] == values["precision-cells-reached"] == share
    table = precision_table(errors)
    for claim in errors["claim_id"].unique():
        assert f"claim:{claim}" in table


def test_a_contrast_without_a_value_is_not_precise(registry: Registry) -> None:
    errors = precision(contrasts(registry, 0.1).assign(se=np.nan), registry)
    assert not errors["reached"].any()


def test_a_rate_is_of_all_fits_however_they_are_allotted() -> None:
    verdict = {"verdict": "supported", "bar": 0.05, "effect": 0.04, "ci_low": 0.03, "ci_high": 0.05}
    decision = {"p_supported": 0.01, "p_refuted": 1.0}
    sentence = verdict_sentence(verdict, decision, None, 12345)
    assert r"1.00\,\% $[0.00,\ 2.00]$ of 12\,345 fits" in sentence


def figures() -> dict[str, pd.DataFrame]:
    by_factor = pd.DataFrame(
        [
            {"factor": "density", "level": level, "method": method, "effect": 0.1, "se": 0.02}
            | {"mcse": 0.01, "cells": 9, "ratio": 1.1, "f1": 0.5}
            for level in ("0.05", "1")
            for method in ("lasso", "relaxed-lasso")
        ]
    )
    return {
        "paths": pd.DataFrame(),
        "zero-share": pd.DataFrame({"method": ["ridge", "lasso"], "zero_share": [0.0, 0.3]}),
        "stability": pd.DataFrame(
            {"method": "lasso", "tuning": ["validation", "matched-df"], "state": "holds"}
        ),
        "risk-by-factor": by_factor,
        "support-by-factor": by_factor,
        "calibration": pd.DataFrame(
            [
                {"kind": kind, "bar": bar, "cells": 480, "precision": 1 / 3, "rate": 0.9}
                | {"low": 0.8, "high": 0.95}
                for kind in ("false support", "false refutation", "false boundary", "power")
                for bar in (0.5, 0.75)
            ]
        ),
        "bias-variance": pd.DataFrame({"n_samples": [9], "n_features": [5], "cell_id": ["a"]}),
        "verdict-overview": pd.DataFrame(
            {"claim_id": ["a"], "effect": 2.0, "margin": 0.05, "clipped": False}
            | {"verdict": "refuted", "strict_verdict": "refuted"}
            | {"scale": "difference", "origin": "article"}
        ),
        **dict.fromkeys(MAPS, tiles()),
    }


def tiles() -> pd.DataFrame:
    """A map of one claim, which holds wherever the row is 6, and in half of the other cells."""
    return pd.DataFrame(
        [
            {"claim_id": "l1-most-zero", "row": row, "column": column, "cells": cells}
            | {"share_holds_row": share, "share_holds_column": 0.75}
            for row, share in ((0.05, 0.5), (6.0, 1.0))
            for column, cells in (("a", 12), ("b", 2), ("c", 0))
        ]
    )


def decided(registry: Registry, **columns: object) -> pd.DataFrame:
    """One and the same verdict on every claim."""
    rows = [
        {"claim_id": name, "statement": claim.statement, "origin": claim.origin}
        for group in registry.groups.values()
        for name, claim in group.claims.items()
    ]
    rest = {
        "bar": 0.75,
        "cells": 2,
        "share_holds": 0.9,
        "robustness": 1.0,
        "design_dependent": False,
    }
    return pd.DataFrame(rows).assign(**{**rest, "registered": "not registered"} | columns)


def results(registry: Registry) -> Results:
    return Results(
        verdicts=decided(registry, verdict="supported"),
        population=pd.DataFrame({"replicates": [10], "response": "linear", "twins": False}),
        certificates=Certificates(1, 0, 0.0, 0.0, 0, 1, 0),
        ends=pd.DataFrame({"cell_id": ["a"], "method": "lasso", "mean": [0.0]}),
        failures=pd.DataFrame({"status": [], "reason": []}),
        errors=precision(contrasts(registry, 0.2), registry),
        figures=figures() | figures_of_experiments(),
    )


def figures_of_experiments() -> dict[str, pd.DataFrame]:
    """The real ones at tiny sizes: a macro may hang on any of their rows."""
    found = {}
    for section in NUMBERS:
        name = "by-penalty" if section == "kink" else section.replace("_", "-")
        settings = getattr(TINY.mechanisms, section)
        spec = settings.model_dump(exclude={"replicates"}, exclude_none=True)
        table = EXPERIMENTS[name].run(spec, TINY.seed, settings.replicates)
        figure = importlib.import_module(f"regclaims.figures.{section}")
        found[section.replace("_", "-")] = figure.table(table)
    return found


def test_every_macro_of_the_paper_exists(registry: Registry) -> None:
    tiny = study(GRID).model_copy(update={"mechanisms": TINY.mechanisms})
    sentence = {"article": "A", "claims": (), "reason": "layout"}
    macros = numbers(tiny, results(registry)) | coding_numbers([sentence])
    macros |= second_seed_numbers(nothing_compared())
    macros |= dict.fromkeys(["path-data", "refuted-elsewhere"])  # of the real data
    made = {macro_name(name) for name in macros}
    sources = {path: path.read_text(encoding="ascii") for path in (ROOT / "paper").rglob("*.tex")}
    text = "\n".join(sources.values())
    defined = set(re.findall(r"\\(?:newcommand|DeclareMathOperator\*?)\{\\(Rc\w+)\}", text))
    defined |= set(re.findall(r"\\(?:DeclareRobustCommand|newif)\{\\(Rc\w+)\}", text))
    used = set(re.findall(r"\\(Rc[A-Za-z]+)", text))
    assert used - defined - made == set()


def test_a_claim_says_why_cells_do_not_vote(registry: Registry) -> None:
    found = contrasts(registry, 0.2)
    ids = list(dict.fromkeys(found["claim_id"]))
    verdicts = pd.DataFrame(
        {"claim_id": ids, "verdict": "inconclusive", "sources": "A s1", "bar": 0.5, "effect": 0.1}
        | {"ci_low": 0.0, "ci_high": 0.2, "cells": 1, "mcse": 0.1}
        | {"robustness": 0.5, "design_dependent": True, "registered": "not registered"}
        | {f"share_{state}": 0.25 for state in ("holds", "negligible", "reversed", "open")}
    )
    decisions = pd.DataFrame(
        {"claim_id": ids, "reading": "charitable", "part": 0, "p_supported": 0.5}
        | {"p_refuted": 0.5, "cells_not_voting": 1, "share_holds_all_cells": 0.5}
    )
    text = claim_sections(registry, verdicts, verdicts, decisions, found, figures())
    assert text.count("1 further cell was tried the same way but does not vote") == len(ids)
    assert text.count("(not correlated: 1)") == len(ids)
    assert text.count(r"50\,\% of the registered alternatives agree.") == len(ids)
    assert text.count("To count one level of the design twice changes the verdict.") == len(ids)
    assert "registered one" not in text  # none departs from its registered rule
    assert text.count(r"\emph{Evidence:}") == len(ids)
    assert text.count(r"Figure~\ref{fig:map-density-snr}") == 1
    assert text.count("with them") == len(ids) - 1  # a claim that counts fits has no share of cells
    assert "of 10 fits" in text  # of the one claim that counts fits: one cell of ten replicates
