"""Every number of the paper's text, by the name of its macro."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regclaims.claims.boundary import LEAST_CELLS
from regclaims.claims.calibration import BOUNDARY as BOUNDARY_RATE
from regclaims.claims.calibration import (
    LEAST_POWER,
    MOST_FALSE,
    POWER,
    REFUTATION,
    SUPPORT,
    expected_false,
)
from regclaims.claims.count_test import LEVEL, THRESHOLDS
from regclaims.claims.voting import CORRELATED, INFORMATIVE_RISK, PEAK
from regclaims.config.claims import BARS
from regclaims.config.study import Study
from regclaims.designs.fraction import CANDIDATES
from regclaims.evidence.judging import MAX_OUTSIDE, MAX_UNDEFINED
from regclaims.evidence.methods import LONGER
from regclaims.evidence.workbench import FLAT
from regclaims.report.certificates import Certificates, certificate_numbers
from regclaims.report.maps import map_numbers
from regclaims.report.mechanisms import mechanism_numbers
from regclaims.report.population import population_numbers
from regclaims.report.precision import precision_numbers
from regclaims.report.tex import Tex, escape, interval, number, percent, scientific
from regclaims.report.verdicts import overview_numbers, verdict_numbers


@dataclass(frozen=True)
class Results:
    """The tables that numbers are taken from.

    Attributes
    ----------
    verdicts : DataFrame
        From the verdict stage.
    population : DataFrame
        One row a cell.
    certificates : Certificates
        Sums over all fits.
    ends : DataFrame
        Shares of optima at the end of their grid, by synthetic cell, method and tuning.
    failures : DataFrame
        Fits without metrics.
    errors : DataFrame
        From `precision.precision`.
    figures : dict
        The data of each figure, by its name.
    """

    verdicts: pd.DataFrame
    population: pd.DataFrame
    certificates: Certificates
    ends: pd.DataFrame
    failures: pd.DataFrame
    errors: pd.DataFrame
    figures: Mapping[str, pd.DataFrame]


def numbers(study: Study, results: Results) -> dict[str, Tex]:
    """Collect all macros.

    Parameters
    ----------
    study : Study
    results : Results

    Returns
    -------
    dict
        TeX by macro name; see `tex.macro_name` for how they are spelt.
    """
    return (
        _design(study)
        | population_numbers(study, results.population)
        | _rules()
        | verdict_numbers(results.verdicts)
        | overview_numbers(results.figures["verdict-overview"])
        | map_numbers(results.figures)
        | certificate_numbers(
            results.certificates, results.ends, results.failures, study.tuning.max_at_end
        )
        | precision_numbers(results.errors)
        | _calibration(results.figures["calibration"], results.verdicts)
        | _figures(results.figures)
        | mechanism_numbers(study.mechanisms, results.figures)
    )


def _design(study: Study) -> dict[str, Tex]:
    methods, floor = study.methods, study.methods.lambda_floor
    return {
        "own-solvers": Tex("yes") if methods.solver == "regclaims" else Tex(""),
        "study": escape(study.name),
        "smoke": Tex("yes") if study.smoke else Tex(""),
        "seed": number(study.seed, 0),
        "lambdas": number(methods.n_lambdas, 0),
        "l1-ratios": _and(f"{ratio:g}" for ratio in methods.l1_ratios),
        "logistic-l1-ratios": _and(f"{ratio:g}" for ratio in methods.logistic_l1_ratios),
        "gammas": _and(f"{gamma:g}" for gamma in methods.gammas),
        "floor-low": scientific(floor.low_dimensional, 0),
        "floor-high": scientific(floor.high_dimensional, 0),
        "floor-very-high": scientific(floor.very_high_dimensional, 0),
        "deviance-stop": percent(methods.deviance_stop, 1),
        "longer": percent(LONGER),
        "flat": percent(FLAT),
        "rerun-at-end": percent(study.tuning.max_at_end),
        "folds": number(study.tuning.folds, 0),
        "matched-df": percent(study.tuning.matched_df),
        "fraction-candidates": number(CANDIDATES, 0),
    }


def _and(items: Iterable[str]) -> Tex:
    """Join items by commas and a last "and"."""
    *first, last = items
    return escape(f"{', '.join(first)} and {last}" if first else last)


def _rules() -> dict[str, Tex]:
    return {
        "level": number(LEVEL, 3),
        "thresholds": escape(", ".join(f"{t:g}" for t in THRESHOLDS)),
        "n-thresholds": number(len(THRESHOLDS), 0),
        "informative-risk": number(INFORMATIVE_RISK, 1),
        "correlated": number(CORRELATED, 1),
        "peak": number(PEAK, 0),
        "max-undefined": percent(MAX_UNDEFINED),
        "max-outside": percent(MAX_OUTSIDE),
        "boundary-cells": number(LEAST_CELLS, 0),
        "most-false": percent(MOST_FALSE),
        "least-power": percent(LEAST_POWER),
        **{f"bar-{name}": percent(bar) for name, bar in BARS.items() if bar is not None},
    }


def _calibration(table: pd.DataFrame, verdicts: pd.DataFrame) -> dict[str, Tex]:
    def worst(kind: str) -> Tex:
        row = table[table["kind"] == kind].sort_values("rate").iloc[-1]
        return Tex(f"{percent(row['rate'], 1)} {interval(100 * row['low'], 100 * row['high'], 1)}")

    near = (table["kind"] == POWER) & (table["precision"].sub(1 / 3).abs() < 0.01)
    # Of the numbers of cells tried the one nearest to what the widest claim has.
    tried = table.loc[near, "cells"].unique()
    cells = tried[np.abs(tried - verdicts["cells"].max()).argmin()]
    most = table[near & (table["cells"] == cells)].set_index("bar")
    powers = {
        f"power-{name}": percent(most["rate"].get(bar))
        for name, bar in BARS.items()
        if name in ("tends", "plain")
    }
    return powers | {
        "worst-support": worst(SUPPORT),
        "worst-refutation": worst(REFUTATION),
        "worst-boundary": worst(BOUNDARY_RATE),
        "power-cells": number(cells, 0),
        "most-cells": number(verdicts["cells"].max(), 0),
        "expected-false": number(expected_false(table, len(verdicts)), 1),
    }


def _figures(figures: Mapping[str, pd.DataFrame]) -> dict[str, Tex]:
    return (
        _zero_share(figures["zero-share"])
        | _stability(figures["stability"])
        | _risk(figures["risk-by-factor"])
        | _support(figures["support-by-factor"])
        | _bias_variance(figures["bias-variance"])
    )


def _zero_share(data: pd.DataFrame) -> dict[str, Tex]:
    smallest = data.groupby("method")["zero_share"].min()
    return {
        "ridge-largest-zero-share": percent(
            float(data.loc[data["method"] == "ridge", "zero_share"].max()), 1
        ),
        "lasso-smallest-zero-share": percent(float(smallest["lasso"])),
    }


def _stability(data: pd.DataFrame) -> dict[str, Tex]:
    values = {}
    lasso = data[data["method"] == "lasso"]
    for tuning, group in lasso.groupby("tuning"):
        values[f"stability-{tuning}-cells"] = number(len(group), 0)
        values[f"stability-{tuning}-holds"] = number(int((group["state"] == "holds").sum()), 0)
        values[f"stability-{tuning}-reversed"] = number(
            int((group["state"] == "reversed").sum()), 0
        )
    return values


def _risk(data: pd.DataFrame) -> dict[str, Tex]:
    """Compare the lasso with ridge where the truth is sparsest, and where it is densest."""
    values = {}
    for name, place in (("sparse", 0), ("dense", -1)):
        level, row = _at_density(data, place, "lasso")
        half = np.exp(1.96 * row["se"])
        ends = interval(row["ratio"] / half, row["ratio"] * half)
        values[f"risk-{name}-density"] = level
        values[f"risk-{name}-lasso"] = Tex(f"{number(row['ratio'])} {ends}")
    return values


def _support(data: pd.DataFrame) -> dict[str, Tex]:
    """Compare the lasso, and the relaxed lasso, with screening where the truth is sparsest."""
    values = {}
    for method in ("lasso", "relaxed-lasso"):
        level, row = _at_density(data, 0, method)
        ends = interval(row["effect"] - 1.96 * row["se"], row["effect"] + 1.96 * row["se"])
        values["support-density"] = level
        values[f"support-{method}"] = Tex(f"{number(row['effect'])} {ends}")
        values[f"support-{method}-score"] = number(row["f1"])
    return values


def _at_density(data: pd.DataFrame, place: int, method: str) -> tuple[Tex, pd.Series]:
    """Take a method's row at the lowest (0) or highest (-1) density; undefined if there is none."""
    rows = data[(data["factor"] == "density") & (data["method"] == method)]
    if rows.empty:
        return Tex("---"), pd.Series(np.nan, index=data.columns)
    row = rows.iloc[place]
    return escape(row["level"]), row


def _bias_variance(data: pd.DataFrame) -> dict[str, Tex]:
    n, p = data[["n_samples", "n_features"]].iloc[0]
    return {
        "bias-variance-shape": Tex(f"$n={n:.0f}$, $p={p:.0f}$"),
        "bias-variance-cells": number(data["cell_id"].nunique(), 0),
    }
