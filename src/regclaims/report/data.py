"""Real data in the paper: what they are, what methods make of them, what they say of claims."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from regclaims.claims.decide import REFUTED
from regclaims.config.datasets import Dataset
from regclaims.figures.names import in_order, method_name, plain
from regclaims.figures.real_means import TUNED, with_intervals
from regclaims.report.tex import (
    MIDRULE,
    Column,
    Tex,
    escape,
    interval,
    longtable,
    number,
    percent,
    signed,
)

UNREGISTERED = Tex(r"\textsuperscript{n}")
SATURATED = Tex(r"\textsuperscript{s}")


def data_table(
    datasets: Mapping[str, Dataset],
    about: pd.DataFrame,
    flags: pd.DataFrame,
    registered: Collection[str],
) -> Tex:
    """Describe every data set: size, kind, collinearity, balance, noise.

    Parameters
    ----------
    datasets : mapping
        Those that the study takes, by name.
    about : DataFrame
        One row each, as from `describe`.
    flags : DataFrame
        ``dataset, saturated``.
    registered : collection of str
        Names of those that were there when the rules were registered.
    """
    columns = [
        Column("Data", "p", 0.17),
        Column("n", "r"),
        Column("p", "r"),
        Column("Kind", "p", 0.12),
        Column("Condition", "r"),
        Column(Tex("mean $|r|$"), "r"),
        Column("max VIF", "r"),
        Column("Class 1", "r"),
        Column("Noise", "r"),
    ]
    full = flags.set_index("dataset")["saturated"]
    rows = []
    for _, row in about.sort_values("dataset").iterrows():
        name = row["dataset"]
        marks = UNREGISTERED if name not in registered else Tex("")
        marks = Tex(marks + SATURATED) if full[name] else marks
        rows.append(
            [
                Tex(rf"\hyperref[data:{name}]{{{escape(datasets[name].title)}}}{marks}"),
                number(row["n_samples"], 0),
                number(row["n_features"], 0),
                row["kind"],
                _magnitude(row["condition_number"]),
                number(row["mean_correlation"]),
                _magnitude(row["max_vif"]),
                percent(row["class_balance"]),
                percent(row["noise"]),
            ]
        )
    unregistered, saturated = set(about["dataset"]) - set(registered), full.any()
    caption = Tex(
        r"Real data. Condition: condition number of the correlation matrix; mean $|r|$: of pairs "
        "of columns; VIF: variance inflation factor; Class 1: its share, where there are classes; "
        "Noise: share of the variance of the response that the columns leave."
        + (
            f" {UNREGISTERED}: not registered, added after the rules were fixed or not fixed yet."
            if unregistered
            else ""
        )
        + (
            f" {SATURATED}: saturated, no method leaves an error to tell apart; does not vote."
            if saturated
            else ""
        )
    )
    return longtable(columns, rows, caption=caption, label="tab:data")


def _magnitude(value: float) -> Tex:
    """A number that may be of any size: with a power of ten from ten thousand on."""
    if not np.isfinite(value) or value < 1e4:
        return number(value, 0 if np.isfinite(value) and value >= 100 else 1)
    mantissa, exponent = f"{value:.1e}".split("e")
    return Tex(rf"${mantissa}\times10^{{{int(exponent)}}}$")


def error_table(datasets: Mapping[str, Dataset], cells: pd.DataFrame) -> Tex:
    """Give error with its interval, zeros and stability of every method on every data set.

    Parameters
    ----------
    datasets : mapping
    cells : DataFrame
        Rows of real data sets.
    """
    columns = [
        Column("Data", "p", 0.17),
        Column("Method", "l"),
        Column("Error", "r"),
        Column(Tex(r"95\,\% interval"), "r"),
        Column("Wrong class", "r"),
        Column("Zeros", "r"),
        Column("Same signs", "r"),
    ]
    tuned = with_intervals(cells[cells["tuning"].isin(TUNED)])
    tuned = tuned.assign(method=tuned["method"].map(plain))
    means = tuned.set_index(["cell_id", "method", "metric"])
    rows: list[Sequence[object]] = []
    for name in sorted(set(tuned["cell_id"])):
        first: object = escape(datasets[name].title)
        rows += [MIDRULE] if rows else []
        for method in in_order(tuned.loc[tuned["cell_id"] == name, "method"]):
            if method == "null":
                continue
            own = means.loc[(name, method)]
            rows.append([first, method_name(method), *_errors(own)])
            first = ""
    caption = Tex(
        "Methods on real data, each tuned for least error: mean over random splits. Error: "
        "squared error of the test rows, or log loss of classes, over the null model's, which is "
        "1; least squares of classes have none. The interval is that of the corrected resampled "
        "$t$, cut off at zero. Same "
        "signs: share of equal signs among the columns that either of two splits uses."
    )
    return longtable(columns, rows, caption=caption, label="tab:errors")


def _errors(own: pd.DataFrame) -> list[Tex]:
    error = own.loc["relative_error", ["mean", "low", "high"]].astype(float).to_dict()
    mean = {metric: own["mean"].get(metric, np.nan) for metric in _SHARES}
    shares = [percent(mean[metric]) for metric in _SHARES]
    if not error["mean"] < MOST:
        return [_magnitude(error["mean"]), Tex("---"), *shares]
    return [number(error["mean"]), interval(max(0.0, error["low"]), error["high"]), *shares]


MOST = 1e4
_SHARES = ("error_rate", "zero_share", "sign_agreement")


def data_pages(datasets: Mapping[str, Dataset]) -> Tex:
    """A paragraph and a figure per data set: what it is, its licence, its protocol."""
    return Tex("\n\n".join(_page(name, datasets[name]) for name in sorted(datasets)) + "\n")


def _page(name: str, dataset: Dataset) -> str:
    title = escape(dataset.title)
    return (
        rf"\phantomsection\label{{data:{name}}}\paragraph{{{title}}} "
        rf"{escape(dataset.about)} {_cited(dataset.citation)}. "
        rf"Licence: {escape(dataset.licence)}. {_protocol(dataset)}"
        "\n\n"
        rf"\RcFigureHere{{page-{name}.pdf}}{{fig:data-{name}}}{{{title}.}}"
    )


def _cited(key: str) -> Tex:
    return Tex("Citation unknown") if key == "unknown" else Tex(rf"Source: \citet{{{key}}}")


def _protocol(dataset: Dataset) -> str:
    protocol = dataset.protocol
    held_out = rf"{number(protocol.splits, 0)} random splits, {percent(protocol.test_share)} of "
    if protocol.tuning == "validation":
        chosen = rf"{percent(protocol.validation_share)} choose $\lambda$"
        return rf"{held_out} the rows held out, {chosen}."
    return rf"{held_out} the rows held out; {number(protocol.folds, 0)} folds choose $\lambda$."


def real_verdict_table(real: pd.DataFrame, known_beta: pd.DataFrame, verdicts: pd.DataFrame) -> Tex:
    """What real data say of claims, beside the verdict of the synthetic study.

    Parameters
    ----------
    real : DataFrame
        `results/real-verdicts.csv`.
    known_beta : DataFrame
        `results/known-beta-verdicts.csv`.
    verdicts : DataFrame
        `results/verdicts.csv`.
    """
    columns = [
        Column("Claim", "p", 0.185),
        Column("Synthetic", "l"),
        Column(Tex(r"Known $\beta$"), "l"),
        Column("Real", "l"),
        Column("Holds on", "r"),
        Column("Effect", "r"),
        Column(Tex(r"95\,\% interval"), "r"),
    ]
    synthetic = verdicts.set_index("claim_id")["verdict"]
    semi = known_beta.set_index("claim_id")["verdict"]
    rows = [
        [
            Tex(rf"\hyperref[claim:{row['claim_id']}]{{{escape(row['claim_id'])}}}"),
            _short(synthetic.get(row["claim_id"])),
            _short(semi.get(row["claim_id"])),
            Tex(_short(row["verdict"]) + ("" if row["scope"] == "all" else "*")),
            _of(row),
            signed(row["effect"]),
            interval(row["ci_low"], row["ci_high"]),
        ]
        for _, row in _shown(real).iterrows()
    ]
    shown = _shown(real)
    caption = Tex(
        r"Claims on real data. Known $\beta$: on cells with known coefficients on real columns, by "
        "the rule of the synthetic study. Real: by a rule that needs no truth, on the data sets "
        "that meet the condition of the sentence, have the methods and are not saturated. A claim "
        "must hold on as large a share of them as of cells, by a test that allows them to depend "
        r"on each other (Bonferroni's partial conjunction)."
        + (
            " *: over the registered data sets alone, where yours make a difference."
            if (shown["scope"] != "all").any()
            else ""
        )
    )
    return longtable(columns, rows, caption=caption, label="tab:real-verdicts")


def _short(verdict: Any) -> Tex:
    """A verdict without what kind it is; an em dash where there is none."""
    return Tex("---") if pd.isna(verdict) else escape(str(verdict).removesuffix(" (existence)"))


def _of(row: pd.Series) -> Tex:
    held = str(row["holds_on"]).split() if pd.notna(row["holds_on"]) else []
    return Tex(rf"{number(len(held), 0)} of {number(row['datasets'], 0)}")


def _shown(real: pd.DataFrame) -> pd.DataFrame:
    """Keep verdicts over all data, and those over the registered ones that differ from them."""
    every = real[real["scope"] == "all"].set_index("claim_id")["verdict"]
    differs = (real["scope"] != "all") & (real["datasets"] > 0)
    differs &= real["verdict"] != real["claim_id"].map(every)
    return real[(real["scope"] == "all") | differs]


def real_numbers(
    real: pd.DataFrame, known_beta: pd.DataFrame, verdicts: pd.DataFrame
) -> dict[str, Tex]:
    """Say which claims real data refute though the population does not.

    Parameters
    ----------
    real, known_beta, verdicts : DataFrame
        As for `real_verdict_table`.

    Returns
    -------
    dict
        ``refuted-elsewhere``: a sentence.
    """
    kept = set(verdicts.loc[verdicts["verdict"] != REFUTED, "claim_id"])
    places = {
        "on real data": real[real["scope"] == "all"],
        r"with known $\beta$ on real columns": known_beta,
    }
    found = []
    for where, table in places.items():
        names = [n for n in table.loc[table["verdict"] == REFUTED, "claim_id"] if n in kept]
        listed = ", ".join(rf"\textsf{{{escape(name)}}}" for name in names)
        found.append(f"{where} {listed or 'none'}")
    return {
        "refuted-elsewhere": Tex(
            f"Claims that are refuted there and not on the population are {'; '.join(found)}."
        )
    }
