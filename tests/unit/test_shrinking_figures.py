"""Figures and numbers of the experiments on shrinkage: right, drawable, and those of the paper."""

import importlib
import re
from inspect import signature
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regclaims.config.mechanisms.identities import Identities
from regclaims.config.mechanisms.kink import Kink
from regclaims.config.mechanisms.priors import Priors
from regclaims.config.mechanisms.shrinkage import Shrinkage
from regclaims.config.mechanisms.small_weights import SmallWeights
from regclaims.figures import penalty_names
from regclaims.figures.penalty_names import KINKED, NONE, SMOOTH, kind, penalty_name
from regclaims.mechanisms.by_penalty import METHODS, NONNEGATIVE
from regclaims.mechanisms.scalar import make_penalty
from regclaims.report.tex import Tex, macro_name, write_macros

PAPER = Path(__file__).parents[2] / "paper" / "mechanisms"
CONFIGS = {
    "kink": Kink(n_coefs=20, strengths=[0.5, 2], replicates=3),
    "small_weights": SmallWeights(n_coefs=30, pulls=[0.5, 2], replicates=3),
    "priors": Priors(scales=[1], correlations=[], burn_in=5, draws=5, replicates=3),
    "shrinkage": Shrinkage(
        shapes=[(30, 6)], correlations=["independent"], densities=[1], replicates=3
    ),
    "identities": Identities(magnitudes=[-3, 3], dimensions=[2, 4], replicates=2),
}
PANELS = {"kink": 2, "small_weights": 2, "priors": 3, "shrinkage": 3, "identities": 2}


def figure(name):
    return importlib.import_module(f"regclaims.figures.{name}")


@pytest.fixture(scope="module")
def frames():
    """The experiments' tables, by figure; a figure asks for an experiment by its module."""
    found = {}
    for name, config in CONFIGS.items():
        spec = config.model_dump(exclude={"replicates"}, exclude_none=True)
        (experiment,) = signature(figure(name).table).parameters
        module = importlib.import_module(f"regclaims.mechanisms.{experiment}")
        found[name] = module.run(spec, 3, config.replicates)
    return found


@pytest.fixture(scope="module")
def tables(frames):
    return {name: figure(name).table(frame) for name, frame in frames.items()}


@pytest.mark.parametrize("name", CONFIGS)
def test_figures_can_be_drawn(tables, name):
    with figure(name).draw(tables[name]) as drawn:
        drawn.canvas.draw()
        assert len(drawn.axes) == PANELS[name]
        assert drawn.axes[0].has_data()


@pytest.mark.parametrize("name", CONFIGS)
def test_the_paper_uses_the_macros_that_there_are(tables, name):
    module = importlib.import_module(f"regclaims.report.mechanisms.{name}")
    values = module.numbers(CONFIGS[name], tables[name])
    assert all(isinstance(value, Tex) for value in values.values())
    write_macros(values)
    text = (PAPER / f"{name.replace('_', '-')}.tex").read_text(encoding="ascii")
    used = set(re.findall(r"\\(Rc[A-Za-z]+)", text)) - {"RcFigure"}
    assert used == {macro_name(key) for key in values}


@pytest.mark.parametrize("name", ["kink", "small_weights", "priors"])
def test_shares_lie_in_their_intervals(tables, name):
    shares = tables[name][tables[name]["panel"] == "share"]
    assert len(shares) > 0
    assert shares["value"].between(shares["low"], shares["high"]).all()


def test_zero_shares_are_means_over_cells(frames, tables):
    shares = tables["kink"].set_index(["panel", "penalty", "lambda_"])["value"]
    frame = frames["kink"]
    rows = frame[(frame["method"] == "l1") & (frame["lambda_"] == 2)]
    assert shares["share", "l1", 2] == pytest.approx(rows["zero_share"].mean())
    # Curves at strength 1: soft thresholding is zero below 1.
    curve = tables["kink"].query("panel == 'curve' and penalty == 'l1'")
    assert ((curve["value"] == 0) == (curve["z"] <= 1)).all()


def test_l2_is_an_arm_of_all_cells(tables):
    shares = tables["small_weights"].query("panel == 'share' and metric == 'kept_share'")
    cells = shares.set_index("penalty")["cells"]
    assert cells["power-2"] == 5 * 2 * 3
    assert (cells.drop("power-2") == 2 * 3).all()


def test_densities_are_densities(tables):
    data = tables["priors"]
    for prior, own in data[data["panel"] == "prior"].groupby("prior"):
        mass = np.trapezoid(own["value"], own["at"])
        # Beyond three standard deviations a Laplace density has 1.4 %, and its grid has a tip.
        assert 0.98 < mass < 1.001, prior
    tip = data.loc[data["panel"] == "tip", "value"].iloc[0]
    assert 0 < tip < 0.02
    marks = data[(data["panel"] == "posterior") & data["summary"].notna()].set_index("summary")
    assert marks.loc["mode", "at"] == 0 < marks.loc["mean", "at"]


def test_deviations_are_the_largest(frames, tables):
    data = tables["priors"]
    off = data[data["panel"] == "deviation"].set_index("prior")["value"]
    rows = frames["priors"][frames["priors"]["method"] == "normal-mode"]
    assert off["normal"] == rows["penalized_deviation"].max()


def test_worst_digits(frames, tables):
    data = tables["identities"]
    row = data[(data["metric"] == "penalty_deviation") & (data["method"] == "l1")].iloc[0]
    frame = frames["identities"]
    rows = frame[(frame["method"] == "l1") & (frame["magnitude"] == row["magnitude"])]
    rows = rows[rows["dimension"] == row["dimension"]]
    assert row["digits"] == pytest.approx(-np.log10(rows["penalty_deviation"].max()))
    assert row["replicates"] == 2


def test_examples_are_the_same_whatever_the_results(tables, frames):
    data = tables["shrinkage"]
    again = figure("shrinkage").table(frames["shrinkage"].query("replicate < 2"))
    for title in figure("shrinkage").EXAMPLES:
        one, other = (table[table["panel"] == title]["value"] for table in (data, again))
        assert len(one) == 3 * figure("shrinkage").EXAMPLE["shape"][1]
        assert one.tolist() == other.tolist()


@pytest.mark.parametrize("name", [name for name in METHODS if name != NONNEGATIVE])
def test_kinds_are_those_of_the_penalties(name):
    made = {
        penalty.name: penalty.kinked
        for spec in (
            *(item for pair in Kink().pairs for item in (pair.kinked, pair.smooth)),
            *Kink().others,
            *SmallWeights().ablations,
        )
        for penalty in [make_penalty(spec.model_dump(exclude_none=True), 1.0)]
    }
    assert kind(name) == (KINKED if made[name] else SMOOTH)


def test_names_of_penalties():
    assert kind(NONNEGATIVE) == NONE
    assert kind("reverse-huber-1") == KINKED
    assert penalty_name("rounded-mcp-3-0.1") == "MCP, rounded"
    assert penalty_name("elastic-net-0.5") == "Elastic Net"
    assert penalty_name("power-2") == "L2"
    assert penalty_name("power-1.05") == "$|b|^{1.05}$"
    assert penalty_name("reverse-huber-1") == "L2, straight below 1"
    assert penalty_name("unheard-of") == "unheard-of"
    assert penalty_names.curve("rounded-l1-0.1")["color"] != penalty_names.curve("l1")["color"]
    assert penalty_names.curve("unheard-of")["label"] == "unheard-of"


def test_designs_are_named_as_in_other_figures():
    label = figure("shrinkage")._design_label
    assert label("blocks 5 0.9") == "blocks of 5, 0.9"
    assert label("ar1 -0.7") == "AR(1), \N{MINUS SIGN}0.7"
    assert label("orthonormal") == "orthonormal"
    assert label("three-factor 0.8") == "3-factor, 0.8"


def test_the_pull_is_of_correlated_designs_alone():
    rows = pd.DataFrame(
        {
            "method": "lasso",
            "cell_id": ["a", "b", "b", "c", "c"],
            "correlation": ["orthonormal", *["independent"] * 4],
            "kept_deviation": [0.0, 0.5, 1.5, 2.0, 4.0],
        }
    )
    found = figure("shrinkage")._pull(rows).iloc[0]
    assert (found["value"], found["cells"]) == (2.0, 2)
