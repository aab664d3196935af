"""Every number of the paper's text, by the name of its macro."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regclaims.claims.count_test import LEVEL, THRESHOLDS
from regclaims.claims.voting import CORRELATED, INFORMATIVE_RISK, PEAK
from regclaims.config.claims import BARS
from regclaims.config.study import Study
from regclaims.evidence.contrasts import MAX_UNDEFINED
from regclaims.report.tex import Tex, escape, interval, number, percent, scientific
from regclaims.solvers.certificate import MAX_RESIDUAL
from regclaims.vocabulary import FAILED, NOT_UNIQUE


@dataclass(frozen=True)
class Results:
    """The tables that numbers are taken from.

    Attributes
    ----------
    verdicts : DataFrame
        From the verdict stage.
    fits : DataFrame
        One row a fit: ``status, l1_ratio, kkt, gap, at_grid_end``.
    figures : dict
        The data of each figure, by its name.
    kink_penalties : DataFrame
        Zero share by penalty.
    """

    verdicts: pd.DataFrame
    fits: pd.DataFrame
    figures: Mapping[str, pd.DataFrame]
    kink_penalties: pd.DataFrame


def numbers(study: Study, n_cells: int, results: Results) -> dict[str, Tex]:
    """Collect all macros.

    Parameters
    ----------
    study : Study
    n_cells : int
        Cells of the population.
    results : Results

    Returns
    -------
    dict
        TeX by macro name; see `tex.macro_name` for how they are spelt.
    """
    return (
        _design(study, n_cells)
        | _rules()
        | _counts(results.verdicts)
        | _certificates(results.fits)
        | _figures(results.figures)
        | _kink(results.kink_penalties)
    )


def _design(study: Study, n_cells: int) -> dict[str, Tex]:
    floor = study.methods.lambda_floor
    return {
        "own-solvers": Tex("yes") if study.methods.solver == "regclaims" else Tex(""),
        "study": escape(study.name),
        "smoke": Tex("yes") if study.smoke else Tex(""),
        "seed": number(study.seed, 0),
        "replicates": number(study.replicates, 0),
        "screening": number(study.screening_replicates, 0),
        "cells": number(n_cells, 0),
        "data-sets": number(n_cells * (study.replicates + study.screening_replicates), 0),
        "lambdas": number(study.methods.n_lambdas, 0),
        "l1-ratios": escape(", ".join(f"{ratio:g}" for ratio in study.methods.l1_ratios)),
        "floor-low": scientific(floor.low_dimensional, 0),
        "floor-high": scientific(floor.high_dimensional, 0),
        "floor-very-high": scientific(floor.very_high_dimensional, 0),
        "deviance-stop": percent(study.methods.deviance_stop, 1),
        "folds": number(study.tuning.folds, 0),
        "matched-df": percent(study.tuning.matched_df),
        "kink-replicates": number(study.mechanisms.kink.replicates, 0),
        "kink-coefs": number(study.mechanisms.kink.n_coefs, 0),
        "kink-pairs": number(len(study.mechanisms.kink.pairs), 0),
    }


def _rules() -> dict[str, Tex]:
    return {
        "level": number(LEVEL, 3),
        "thresholds": escape(", ".join(f"{t:g}" for t in THRESHOLDS)),
        "n-thresholds": number(len(THRESHOLDS), 0),
        "informative-risk": number(INFORMATIVE_RISK, 1),
        "correlated": number(CORRELATED, 1),
        "peak": number(PEAK, 0),
        "max-undefined": percent(MAX_UNDEFINED),
        **{f"bar-{name}": percent(bar) for name, bar in BARS.items() if bar is not None},
    }


def _counts(verdicts: pd.DataFrame) -> dict[str, Tex]:
    ours = verdicts["origin"] == "ours"
    counts = verdicts.loc[~ours, "verdict"].value_counts()
    named = {
        "n-supported": "supported",
        "n-exists": "supported (existence)",
        "n-refuted": "refuted",
        "n-inconclusive": "inconclusive",
        "n-not-testable": "not testable",
    }
    values = {macro: number(int(counts.get(word, 0)), 0) for macro, word in named.items()}
    for word, macro in {word: macro for macro, word in named.items()}.items():
        ids = verdicts.loc[~ours & (verdicts["verdict"] == word), "claim_id"]
        values[f"list-{macro.removeprefix('n-')}"] = _list(list(ids))
    return values | {"n-claims": number(int((~ours).sum()), 0)}


def _list(ids: list[str]) -> Tex:
    names = [rf"\textsf{{{escape(name)}}}" for name in ids]
    return Tex(", ".join(names)) if names else Tex("none")


def _certificates(fits: pd.DataFrame) -> dict[str, Tex]:
    good = fits[fits["status"] != FAILED]
    open_zeros = (fits["status"] == NOT_UNIQUE) & (fits["l1_ratio"] > 0)
    return {
        "max-residual": scientific(MAX_RESIDUAL),
        "n-fits": number(len(fits), 0),
        "n-failed": number(len(fits) - len(good), 0),
        "n-not-unique": number(int(open_zeros.sum()), 0),
        "path-failures": number(int(fits["path_failures"].sum()), 0),
        "worst-kkt": scientific(float(good["kkt"].max())),
        "worst-gap": scientific(float(good["gap"].max())),
        "grid-end": percent(float(fits["at_grid_end"].mean()), 1),
    }


def _figures(figures: Mapping[str, pd.DataFrame]) -> dict[str, Tex]:
    return (
        _zero_share(figures["zero-share"])
        | _stability(figures["stability"])
        | _risk(figures["risk"])
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
    """Compare lasso and ridge where rows are fewest, by density."""
    scarce = data[data["n/p"] == data["n/p"].min()]
    values = {"risk-scarce": number(float(data["n/p"].min()))}
    densities = sorted(scarce["density"].unique())
    for name, density in {"sparse": densities[0], "dense": densities[-1]}.items():
        rows = scarce[scarce["density"] == density].set_index("method")
        values[f"risk-{name}-density"] = Tex(f"{density:g}")
        for method in ("ridge", "lasso"):
            mean, error = float(rows.loc[method, "rr"]), float(rows.loc[method, "mcse"])
            factor = float(np.exp(1.96 * error))
            ends = interval(mean / factor, mean * factor)
            values[f"risk-{name}-{method}"] = Tex(f"{number(mean)} {ends}")
    return values


def _kink(penalties: pd.DataFrame) -> dict[str, Tex]:
    """The counter-example: zeros without a kink."""
    shares = penalties[penalties["penalty"] == "nonnegative-ls"].groupby("truth")["zero_share"]
    # The truths are fixed; only replicates within them are Monte Carlo.
    half = 1.96 * float(np.sqrt((shares.sem() ** 2).sum())) / shares.ngroups
    mean = float(shares.mean().mean())
    ends = interval(100 * (mean - half), 100 * (mean + half), 1)
    return {"nonnegative-zero-share": Tex(f"{percent(mean, 1)} {ends}")}
