"""The other tables of the paper: population, real data, provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from scipy import stats

from regclaims.config.loading import Registry
from regclaims.config.study import Study
from regclaims.report.tex import MIDRULE, Column, Tex, escape, interval, number, percent, tabular

NAMES = {"ols": "least squares", "ridge": "ridge", "lasso": "lasso"}


def method_name(method: str) -> str:
    """Name a method in running text."""
    if method in NAMES:
        return NAMES[method]
    return f"Elastic Net ({method.removeprefix('elastic-net-')})"


def population_table(study: Study) -> Tex:
    """The factor levels of each grid of cells."""
    columns = [Column("Factor", "l")] + [
        Column(f"Grid {i}", "p", 0.75 / len(study.population))
        for i in range(1, len(study.population) + 1)
    ]
    grids = study.population
    rows = [
        ["shape (n, p)", *(_listed(f"({n}, {p})" for n, p in grid.shapes) for grid in grids)],
        [
            "correlation",
            *(_listed(_correlation(c.model_dump()) for c in g.correlations) for g in grids),
        ],
        ["density s/p", *(_listed(f"{d:g}" for d in grid.densities) for grid in grids)],
        ["placement", *(_listed(grid.placements) for grid in grids)],
        ["SNR", *(_listed(f"{snr:g}" for snr in grid.snrs) for grid in grids)],
        ["tuned by", *(_tunings(grid.cross_validation) for grid in grids)],
    ]
    return tabular(columns, rows)


def _listed(levels: object) -> str:
    return ", ".join(map(str, levels))  # type: ignore[call-overload]


def _correlation(spec: Mapping[str, object]) -> str:
    match spec["kind"]:
        case "ar1":
            return f"AR(1) {spec['rho']:g}"
        case "blocks":
            size = "pairs" if spec["size"] == 2 else f"blocks of {spec['size']}"
            return f"{size} at {spec['rho']:g}"
    return "independent"


def _tunings(cross_validated: list[str]) -> str:
    rules = "validation, oracle, equal df"
    if not cross_validated:
        return rules
    return f"{rules}; cross-validation for {', '.join(map(method_name, cross_validated))}"


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
        for method in sorted(own.loc["relative_error"].index, key=_order):
            error, zeros = own.loc[("relative_error", method)], own.loc[("zero_share", method)]
            values = [number(error["mean"]), _interval(error), percent(zeros["mean"])]
            rows.append([*first, method_name(method), *values])
            first = [""] * len(first)
    return tabular(columns, rows)


def _order(method: str) -> tuple[bool, ...]:
    return (*(method != name for name in NAMES), True)


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
