"""The tables of the paper on real data and provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from scipy import stats

from regclaims.config.loading import Registry
from regclaims.figures.names import in_order, method_name
from regclaims.report.tex import MIDRULE, Column, Tex, escape, interval, number, percent, tabular


def data_table(registry: Registry, cells: pd.DataFrame, about: pd.DataFrame) -> Tex:
    """Real data: size and collinearity, then test error and zeros of every method."""
    real = cells[cells["source"] == "real"].set_index(["cell_id", "metric", "method"])
    columns = [
        Column("Data", "p", 0.16),
        Column("n", "r"),
        Column("p", "r"),
        Column(Tex(r"max $|r|$"), "r"),
        Column("Method", "l"),
        Column("Test error", "r"),
        Column(Tex(r"95\,\% interval"), "r"),
        Column("Zero share", "r"),
    ]
    rows: list[Sequence[object]] = []
    for _, row in about.sort_values("dataset").iterrows():
        dataset = registry.datasets[row["dataset"]]
        own = real.loc[row["dataset"]]
        first: list[object] = [
            dataset.title,
            number(row["n_samples"], 0),
            number(row["n_features"], 0),
            number(row["max_correlation"]),
        ]
        rows += [MIDRULE] if rows else []
        for method in in_order(own.loc["relative_error"].index):
            error, zeros = own.loc[("relative_error", method)], own.loc[("zero_share", method)]
            values = [number(error["mean"]), _interval(error), percent(zeros["mean"])]
            rows.append([*first, method_name(method), *values])
            first = [""] * len(first)
    return tabular(columns, rows)


def _cited(key: str) -> Tex:
    return Tex("Citation unknown") if key == "unknown" else Tex(rf"Source: \citet{{{key}}}")


def _interval(cell: pd.Series) -> Tex:
    values = cell["replicates"] - cell["n_failed"] - cell["n_undefined"]
    half = stats.t.ppf(0.975, values - 1) * cell["mcse"]
    return interval(cell["mean"] - half, cell["mean"] + half)


def data_notes(registry: Registry) -> Tex:
    """A paragraph per data set: what it is, its licence, its protocol."""
    paragraphs = []
    for dataset in (registry.datasets[name] for name in sorted(registry.datasets)):
        protocol = dataset.protocol
        paragraphs.append(
            rf"\paragraph{{{escape(dataset.title)}}} {escape(dataset.about)} "
            rf"{_cited(dataset.citation)}. "
            rf"Licence: {escape(dataset.licence)}. "
            rf"{number(protocol.splits, 0)} random splits with {percent(protocol.test_share)} of "
            rf"the rows held out; cross-validation with {number(protocol.folds, 0)} folds."
        )
    return Tex("\n\n".join(paragraphs) + "\n")


def provenance_table(provenance: Mapping[str, object]) -> Tex:
    """Commit, configuration, seed and versions."""
    columns = [Column("What", "l"), Column("Value", "p", 0.5)]
    return tabular(columns, [[name, str(value)] for name, value in provenance.items()])
