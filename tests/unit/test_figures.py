"""Figures: their tables are right, and they can be drawn."""

from __future__ import annotations

import importlib
from inspect import signature
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regclaims.config.study import Study
from regclaims.designs import Scenario
from regclaims.designs.cells import cells
from regclaims.figures import bias_variance, by_factor, risk_by_factor, stability, zero_share
from regclaims.figures.names import in_order, method_name, shown_nets
from regclaims.figures.style import save
from regclaims.io import write_parquet

PANELS = {
    "bias_variance": 6,
    "risk_by_factor": 4,
    "stability": 2,
    "support_by_factor": 4,
    "zero_share": 4,
}
"""Of each module, for the population below."""

MODULES = list(PANELS)
LINEAR = [
    *("ridge", "lasso", "relaxed-lasso", "adaptive-lasso", "elastic-net"),
    *("elastic-net-0.1", "elastic-net-0.5", "elastic-net-0.9"),
]
POPULATION = [
    {
        "shapes": [[20, 10], [10, 20]],
        "correlations": ["independent", {"kind": "ar1", "rho": -0.7}],
        "densities": [0.1, 0.5],
        "snrs": [0.25, 1, 6],
    },
    {
        "shapes": [[20, 10]],
        "correlations": [{"kind": "blocks", "size": 2, "rho": 0.9}],
        "densities": [0.5],
        "snrs": [2],
    },
    {
        "response": "logistic",
        "shapes": [[20, 10]],
        "correlations": ["independent"],
        "densities": [0.5],
        "snrs": [3],
    },
]
REPLICATES = 8


@pytest.fixture(scope="module")
def population() -> pd.DataFrame:
    study = Study.model_validate(
        {"name": "x", "seed": 1, "replicates": 3, "population": POPULATION}
    )
    rows = [
        Scenario(cell.spec).describe() | {"levels": list(cell.levels), "replicates": REPLICATES}
        for cell in cells(study)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def tables(population: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Tables like a study's, with a relative risk of 0.1 by place in `LINEAR` plus one."""
    rng = np.random.default_rng(0)
    metrics = ("rr", "f1", "f1_screening", "zero_share")
    found = [
        {"cell_id": cell, "source": "synthetic", "method": method, "tuning": "validation"}
        | {"metric": metric, "mean": (i + 1) / 10, "mcse": 0.01 * (i + 1) / 10}
        | {"replicates": REPLICATES, "n_undefined": 0, "n_failed": 0}
        for cell in population["cell_id"]
        for i, method in enumerate(LINEAR)
        for metric in metrics
    ]
    paths = [
        {"cell_id": cell, "method": method, "lambda_index": k, "lambda_ratio": 10.0**-k}
        | {"metric": metric, "mean": 0.2 * k, "mcse": 0.01, "replicates": REPLICATES}
        for cell, response in zip(population["cell_id"], population["response"], strict=True)
        if response == "linear"
        for method in LINEAR
        for metric in ("rr", "variance", "squared_bias", "zero_share")
        for k in range(5)
    ]
    jackknifed = [
        {"cell_id": cell, "method": method, "tuning": tuning, "metric": "scale_free_variance"}
        | {"value": value, "left_out": list(value * np.exp(0.01 * rng.normal(size=REPLICATES)))}
        | {"replicates": REPLICATES, "n_undefined": 0, "n_failed": 0}
        for cell in population["cell_id"]
        for tuning in ("validation", "matched-df")
        for method, value in (("ridge", 1.0), ("lasso", 2.0), ("elastic-net-0.5", 0.5))
    ]
    folder = tmp_path_factory.mktemp("tables")
    written = {"cells": found, "paths": paths, "stability": jackknifed}
    for name, rows in written.items():
        write_parquet(folder / f"{name}.parquet", pd.DataFrame(rows))
    write_parquet(folder / "population.parquet", population)
    return {name: folder / f"{name}.parquet" for name in (*written, "population")}


def table(module: str, tables: dict[str, Path]) -> pd.DataFrame:
    """Make a figure's table as the workflow does: from what the module says it reads."""
    figure = importlib.import_module(f"regclaims.figures.{module}")
    reads = getattr(figure, "READS", {})
    names = signature(figure.table).parameters
    return figure.table(
        **{name: pd.read_parquet(tables[name], **reads.get(name, {})) for name in names}
    )


@pytest.mark.parametrize("module", MODULES)
def test_a_figure_is_drawn_from_what_it_reads(module: str, tables: dict[str, Path]) -> None:
    figure = importlib.import_module(f"regclaims.figures.{module}")
    data = table(module, tables)
    with figure.draw(data) as drawn:
        shown = [axes for axes in drawn.axes if axes.has_data()]
    assert len(shown) == PANELS[module]


def test_a_figure_has_the_same_bytes_whenever_it_is_saved(
    tables: dict[str, Path], tmp_path: Path
) -> None:
    data = table("zero_share", tables)
    for turn in ("one", "two"):
        with zero_share.draw(data) as drawn:
            save(drawn, data, *(tmp_path / f"{turn}.{kind}" for kind in ("pdf", "png", "csv")))
    for kind in ("pdf", "png", "csv"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()


def test_risks_are_averaged_as_ratios_to_ridge(tables: dict[str, Path]) -> None:
    data = table("risk_by_factor", tables)
    assert set(data["factor"]) == {"shape", "correlation", "density", "snr"}, (
        "one level says nothing"
    )
    lasso = data[data["method"] == "lasso"]
    np.testing.assert_allclose(lasso["ratio"], 2.0)
    # Ratios of 24 cells with a relative error of 1 % in both risks; 12 or 8 cells a level.
    expected = 0.01 * np.sqrt(2 / lasso["cells"])
    np.testing.assert_allclose(lasso["mcse"], expected)
    assert lasso.groupby("factor")["cells"].sum().unique().tolist() == [24]


def test_levels_stand_in_their_order(tables: dict[str, Path]) -> None:
    data = table("risk_by_factor", tables)
    order = data.groupby("factor", sort=False)["level"].agg(
        lambda levels: list(dict.fromkeys(levels))
    )
    assert order["snr"] == ["0.25", "1", "6"]
    assert order["shape"] == ["20 × 10", "10 × 20"]
    assert order["correlation"] == ["independent", "AR(1), \N{MINUS SIGN}0.7"]


def test_cells_that_lack_a_method_are_left_out(
    tables: dict[str, Path], population: pd.DataFrame
) -> None:
    found = pd.read_parquet(tables["cells"])
    gone = population["cell_id"][0]
    here = (found["cell_id"] == gone) & (found["method"] == "relaxed-lasso")
    found.loc[here, "n_undefined"] = 2  # of 8: more than a tenth
    assert gone not in by_factor.wide(found, "rr", ["ridge", "relaxed-lasso"]).index
    assert gone in by_factor.wide(found, "rr", ["ridge", "lasso"]).index


def test_a_study_with_one_level_of_everything_can_be_drawn(
    tables: dict[str, Path], population: pd.DataFrame
) -> None:
    data = risk_by_factor.table(pd.read_parquet(tables["cells"]), population.head(1))
    assert data.empty
    with risk_by_factor.draw(data) as drawn:
        assert drawn.texts


def test_stability_is_of_linear_cells_without_twins(
    tables: dict[str, Path], population: pd.DataFrame
) -> None:
    data = table("stability", tables)
    crossed = population[(population["response"] == "linear") & ~population["twins"]]
    assert set(data["cell_id"]) == set(crossed["cell_id"])
    by_method = data.groupby("method")["effect"].agg(["min", "max"])
    np.testing.assert_allclose(by_method.loc["lasso"], np.log(2))
    np.testing.assert_allclose(by_method.loc["elastic-net-0.5"], -np.log(2))
    assert set(data["state"]) == {"holds", "reversed"}
    assert np.log(2) > stability.MARGIN


def test_zero_shares_of_four_methods_at_places_that_all_cells_have(
    tables: dict[str, Path], population: pd.DataFrame
) -> None:
    paths = pd.read_parquet(tables["paths"]).query("metric == 'zero_share'")
    short = paths["cell_id"] == population["cell_id"][0]
    data = zero_share.table(paths[~short | (paths["lambda_index"] < 3)], population)
    assert list(dict.fromkeys(data["method"])) == [
        *("ridge", "elastic-net-0.1", "elastic-net-0.5", "lasso")
    ]
    ends = data.groupby(["n_samples", "n_features"])["lambda_index"].max()
    assert ends.to_dict() == {(20, 10): 2, (10, 20): 4}


def test_cells_of_the_bias_variance_figure_are_chosen_by_their_place(
    tables: dict[str, Path], population: pd.DataFrame
) -> None:
    data = table("bias_variance", tables)
    assert data["snr"].unique().tolist() == [0.25, 1, 6]
    half = population[(population["n_features"] == 10) & ~population["twins"]]
    first = half[half["response"] == "linear"].groupby("snr")["cell_id"].first()
    shown = data.groupby("snr")["cell_id"].unique()
    assert {snr: list(ids) for snr, ids in shown.items()} == {s: [c] for s, c in first.items()}
    assert set(data["method"]) == set(bias_variance.METHODS)


def test_names_of_methods() -> None:
    assert method_name("elastic-net") == "Elastic Net"
    assert method_name("elastic-net-rescaled") == "Elastic Net (rescaled)"
    assert method_name("elastic-net-0.25") == "Elastic Net (0.25)"
    assert method_name("logistic-elastic-net-0.5") == "logistic Elastic Net (0.5)"
    assert method_name("kinked") == "kinked"
    assert in_order(["logistic-lasso", "elastic-net-0.5", "lasso", "ols", "elastic-net"]) == [
        *("ols", "lasso", "elastic-net", "elastic-net-0.5", "logistic-lasso")
    ]


@pytest.mark.parametrize(
    ("ratios", "one", "two"),
    [
        ([0.1, 0.25, 0.5, 0.75, 0.9], ["0.5"], ["0.1", "0.5"]),
        ([0.5], ["0.5"], ["0.5"]),
        ([0.9, 0.75], ["0.75"], ["0.75"]),
        ([], [], []),
    ],
)
def test_elastic_nets_that_are_shown(ratios: list[float], one: list[str], two: list[str]) -> None:
    methods = [
        "lasso",
        "elastic-net",
        "elastic-net-rescaled",
        *(f"elastic-net-{r}" for r in ratios),
    ]
    assert shown_nets(methods, 1) == [f"elastic-net-{ratio}" for ratio in one]
    assert shown_nets(methods, 2) == [f"elastic-net-{ratio}" for ratio in two]
