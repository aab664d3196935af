"""Figures and numbers of the experiments on solvers: right, drawable, and those of the paper."""

import importlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regclaims.config.mechanisms.cost import Cost
from regclaims.config.mechanisms.optimizers import Optimizers
from regclaims.config.mechanisms.weight_decay import WeightDecay
from regclaims.figures import cost as cost_figure
from regclaims.figures.over_cells import over_cells, unpivoted
from regclaims.report.mechanisms.estimates import estimate, one_row, share_estimate
from regclaims.report.tex import Tex, macro_name, write_macros

PAPER = Path(__file__).parents[2] / "paper" / "mechanisms"
BLOCKS = {"kind": "blocks", "size": 5, "rho": 0.9}
DESIGN = {"shapes": [(30, 6), (20, 30)], "correlations": [BLOCKS], "replicates": 3}
BOTH = DESIGN | {"correlations": ["independent", BLOCKS]}
CONFIGS = {
    "optimizers": Optimizers(**DESIGN, lambda_shares=[0.5, 0.1], passes=30, patience=300),
    "weight_decay": WeightDecay(**DESIGN, strengths=[0.1, 1], steps=100),
    "cost": Cost(**BOTH, lambda_shares=[0.5, 0.1], patience=3000),
}
PANELS = {"optimizers": 4, "weight_decay": 2, "cost": 2}


@pytest.fixture(scope="module")
def tables():
    found = {}
    for name, config in CONFIGS.items():
        experiment = importlib.import_module(f"regclaims.mechanisms.{name}")
        spec = config.model_dump(exclude={"replicates"}, exclude_none=True)
        found[name] = figure(name).table(experiment.run(spec, 3, config.replicates))
    return found


def figure(name):
    return importlib.import_module(f"regclaims.figures.{name}")


@pytest.mark.parametrize("name", CONFIGS)
def test_figures_can_be_drawn(tables, name):
    with figure(name).draw(tables[name]) as drawn:
        drawn.canvas.draw()
        assert len(drawn.axes) == PANELS[name]
        for axes in drawn.axes:
            low, high = axes.get_ylim()
            drawn_values = np.concatenate([line.get_ydata() for line in axes.lines])
            assert len(drawn_values)
            assert ((low <= drawn_values) & (drawn_values <= high)).all()


@pytest.mark.parametrize("name", CONFIGS)
def test_estimates_lie_in_their_intervals(tables, name):
    data = tables[name]
    # Rounding of exp and log, where a value has no spread.
    slack = 1e-12 * data["value"].abs()
    assert (data["low"] <= data["value"] + slack).all()
    assert (data["value"] <= data["high"] + slack).all()


@pytest.mark.parametrize("name", CONFIGS)
def test_the_paper_uses_the_macros_that_there_are(tables, name):
    module = importlib.import_module(f"regclaims.report.mechanisms.{name}")
    values = module.numbers(CONFIGS[name], tables[name])
    assert all(isinstance(value, Tex) for value in values.values())
    write_macros(values)
    text = (PAPER / f"{name.replace('_', '-')}.tex").read_text(encoding="utf-8")
    used = set(re.findall(r"\\(Rc[A-Za-z]+)", text)) - {"RcFigure", "RcFigureHere"}
    assert used == {macro_name(key) for key in values}


def test_means_over_cells_by_hand():
    rows = [("a", 1.0), ("a", 3.0), ("b", 10.0), ("b", 14.0)]
    data = pd.DataFrame(rows, columns=["cell_id", "gap"]).assign(method="m")
    found = over_cells(data, ["method"], "gap").iloc[0]
    # Means 2 and 12 with standard errors 1 and 2.
    half = 1.959963984540054 * np.sqrt(1 + 4) / 2
    assert (found["value"], found["cells"]) == (7.0, 2)
    assert found["low"] == pytest.approx(7 - half)
    assert found["high"] == pytest.approx(7 + half)


def test_geometric_means_and_what_is_left_out():
    rows = [("a", 1.0), ("a", 4.0), ("b", 16.0), ("b", 16.0), ("b", np.nan)]
    data = pd.DataFrame(rows, columns=["cell_id", "gap"]).assign(method="m")
    found = over_cells(data, ["method"], "gap", log=True).iloc[0]
    assert found["value"] == pytest.approx(np.sqrt(2 * 16))
    half = 1.959963984540054 * np.log(2) / 2
    assert found["high"] / found["value"] == pytest.approx(np.exp(half))


def test_unpivoted_keeps_cells_and_methods():
    data = pd.DataFrame({"cell_id": ["a", "b"], "method": "m", "at_1": [1, 2], "at_5": [3, 4]})
    found = unpivoted(data, ["at_1", "at_5"], [1, 5])
    assert found["x"].tolist() == [1, 1, 5, 5]
    assert found["value"].tolist() == [1, 2, 3, 4]


def test_ratios_are_paired_by_data_set():
    rows = []
    for replicate, (lasso, ridge) in enumerate([(8.0, 2.0), (2.0, 2.0)]):
        for machinery in cost_figure.MACHINERY:
            rows.append((replicate, f"lasso-{machinery}", lasso))
            rows.append((replicate, f"ridge-{machinery}", ridge))
    data = pd.DataFrame(rows, columns=["replicate", "method", "operations"])
    levels = {"n_samples": 3, "n_features": 2, "correlation": "independent", "lambda_share": 0.5}
    found = cost_figure.table(data.assign(cell_id="a", **levels))
    assert found["value"].tolist() == pytest.approx([2.0, 2.0, 2.0])


def test_shapes_stand_in_order_of_columns_per_row(tables):
    shapes = tables["cost"].drop_duplicates(["correlation", "n_features"])
    assert (shapes.groupby("correlation")["n_features"].agg(list).map(tuple) == (6, 30)).all()


def test_estimates_in_words():
    row = pd.Series({"value": 0.25, "low": -0.1, "high": 0.5})
    assert estimate(row, 2) == r"0.25 $[-0.10,\ 0.50]$"
    assert share_estimate(row) == r"25.0\,\% $[0.0,\ 50.0]$"


def test_one_row_means_one():
    data = pd.DataFrame({"method": ["a", "a", "b"], "x": [1, 2, 1]})
    assert one_row(data, method="a", x=2)["x"] == 2
    with pytest.raises(ValueError, match="2 rows"):
        one_row(data, method="a")
    with pytest.raises(ValueError, match="0 rows"):
        one_row(data, method="c")
