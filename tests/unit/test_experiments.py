"""What all mechanism experiments have in common, at tiny sizes."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from regclaims.config import load_registry, load_study
from regclaims.config.mechanisms import Mechanisms
from regclaims.mechanisms.experiments import EXPERIMENTS, TUNING
from regclaims.report.mechanisms import NUMBERS

ROOT = Path(__file__).parents[2]
STUDY = load_study(ROOT / "tests" / "workflow" / "tiny.yaml")
CLAIMS = load_registry((ROOT / "config" / "claims").glob("*.yaml"), []).claims

every = pytest.mark.parametrize("name", EXPERIMENTS)


@cache
def table(name, more=0, seed=STUDY.seed):
    section = getattr(STUDY.mechanisms, EXPERIMENTS[name].section)
    spec = section.model_dump(exclude={"replicates"}, exclude_none=True)
    return EXPERIMENTS[name].run(spec, seed, section.replicates + more)


def rows(name, *options):
    found = table(name, *options)
    return found.set_index(["cell_id", "replicate", "method"]).sort_index()


@every
def test_a_row_for_every_cell_replicate_and_arm(name):
    experiment = EXPERIMENTS[name]
    found = table(name)
    assert set(found["method"]) <= set(experiment.methods)
    assert set(found["tuning"]) == {TUNING}
    assert not found.duplicated(["cell_id", "replicate", "method"]).any()
    arms = found.groupby(["cell_id", "replicate"])["method"].agg(frozenset)
    # All arms of a cell see each of its draws.
    assert (arms.groupby("cell_id").nunique() == 1).all()


@every
def test_metrics_are_numbers_and_events_are_0_or_1(name):
    experiment = EXPERIMENTS[name]
    found = table(name)
    assert set(experiment.events) <= set(experiment.metrics)
    for metric in experiment.metrics:
        assert pd.api.types.is_float_dtype(found[metric]), metric
        assert found[metric].notna().any(), metric
    for event in experiment.events:
        assert set(found[event].dropna()) <= {0.0, 1.0}


@every
def test_more_replicates_change_no_earlier_one(name):
    before, after = rows(name), rows(name, 1)
    assert len(after) > len(before)
    pd.testing.assert_frame_equal(after.loc[before.index], before, check_exact=True)


@every
def test_levels_belong_to_the_cell_and_are_declared(name):
    experiment = EXPERIMENTS[name]
    found = table(name)
    measured = {"cell_id", "replicate", "method", "tuning", *experiment.metrics}
    levels = [column for column in found if column not in measured and "_at_" not in column]
    assert tuple(levels) == experiment.levels
    for level in levels:
        assert (found.groupby("cell_id")[level].nunique(dropna=False) == 1).all(), level


def test_every_section_is_run_and_told():
    sections = set(Mechanisms.model_fields)
    assert {experiment.section for experiment in EXPERIMENTS.values()} == sections
    assert set(NUMBERS) == sections
    for name in NUMBERS:
        assert (ROOT / "paper" / "mechanisms" / f"{name.replace('_', '-')}.tex").is_file()
