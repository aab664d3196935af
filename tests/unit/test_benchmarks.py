"""The benchmark's machinery, on a tiny problem; nothing here depends on how fast anything is."""

import csv
import importlib
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    "certify",
    "exchange",
    "measure",
    "peers",
    "plot",
    "population",
    "problems",
    "record",
    "servers",
    "solver",
    "table",
    "worker",
)

TINY = """\
name: tiny
seed: 1
replicates: 3
population:
  - shapes: [[40, 30]]
    correlations: [{kind: blocks, size: 5, rho: 0.99}]
    densities: [0.5]
    snrs: [6]
    cross_validation: [lasso]
methods: {l1_ratios: [0.5], n_lambdas: 40}
"""


@pytest.fixture(scope="module")
def bench():
    """Return the modules of benchmarks/, which is no part of the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        yield SimpleNamespace(**{m: importlib.import_module(f"benchmarks.{m}") for m in MODULES})


@pytest.fixture(scope="module")
def solvers(bench):
    return (bench.peers.OURS, bench.peers.ScikitLearn(), bench.peers.Lars(), bench.peers.Celer())


@pytest.fixture(scope="module")
def measured(bench, solvers):
    """Return the measurements of three cases of a tiny problem."""
    tiny = bench.problems.Problem("tiny", 60, 8, 0.5, 1e-2)
    servers = {solver.name: bench.servers.Here(solver) for solver in solvers}
    run = bench.measure.Bench(solvers, servers, bench.measure.Options(seconds=0.0, budget=1e6))
    cases = [
        bench.problems.Case(tiny, "gaussian", l1_ratio, task)
        for l1_ratio, task in [(1.0, "path"), (1.0, "cv"), (0.5, "path"), (0.0, "path")]
    ]
    return [row for case in cases for row in run.measure(case)]


def of(rows, penalty, task, solver):
    return [
        row
        for row in rows
        if (row.case.penalty, row.case.task, row.solver) == (penalty, task, solver)
    ]


def test_every_solver_is_measured_and_certified(measured):
    assert all(row.measured and row.seconds > 0 for row in measured)
    assert all(np.isfinite([row.gap, row.kkt]).all() for row in measured)
    for solver in ("regclaims", "scikit-learn", "lars_path", "celer"):
        assert of(measured, "lasso", "path", solver)[-1].reached_gap
    assert of(measured, "ridge", "path", "scikit-learn")[-1].reached_gap
    assert of(measured, "elastic net 0.5", "path", "celer")[-1].reached_gap
    assert not of(measured, "ridge", "path", "celer")


def test_default_tolerances_do_not_pass_for_equal_accuracy(measured):
    default, tight = of(measured, "lasso", "path", "scikit-learn")
    assert default.tolerance is None and not default.reached_gap
    assert tight.tolerance < 1e-9 and tight.wrong_supports == 0
    # Without a tolerance to set there is one row.
    assert len(of(measured, "lasso", "path", "regclaims")) == 1


def test_ratios_are_to_ours(measured):
    (ours,) = of(measured, "lasso", "path", "regclaims")
    assert ours.ratio == 1
    for row in of(measured, "lasso", "path", "scikit-learn"):
        assert row.ratio == row.seconds / ours.seconds


def test_a_wrong_fit_gets_no_certificate(bench):
    tiny = bench.problems.Problem("tiny", 60, 8, 0.5, 1e-2)
    asked = bench.exchange.request(
        bench.problems.Case(tiny, "gaussian", 1.0, "path"), None, 0.0, 1.0
    )
    fits = bench.peers.Lars().answer(asked).fits
    kkt, gap = bench.certify.certify(asked, bench.certify.without_rounding(asked, fits))
    assert max(kkt.max(), gap.max()) < 1e-12
    fits[0, -1, 1] += 0.1
    kkt, gap = bench.certify.certify(asked, fits)
    assert gap.argmax() == gap.size - 1
    assert min(kkt.max(), gap.max()) > 1e-4

    truth = bench.certify.Truth()
    support = fits[0, :, 1:] != 0
    truth.learn(np.zeros(len(support)), support)
    # A fit that is surer than what is known replaces it; one that is not, does not.
    truth.learn(np.ones(len(support)), ~support)
    assert truth.wrong(support) == 0
    other = support.copy()
    other[[3, 5], 0] ^= True
    assert truth.wrong(other) == 2


def test_table_and_record_say_what_was_measured(bench, solvers, measured, tmp_path):
    case = measured[0].case
    rows = [row for row in measured if row.case == case]
    stopped = replace(
        rows[-1], setting="stopped", status=bench.measure.STOPPED, seconds=7.0, ratio=70.0
    )
    lines = bench.table.block([*rows, stopped]).splitlines()
    assert lines[0] == "tiny, gaussian, lasso, path"
    assert len(lines) == 2 + len(rows) + 1
    assert ">7000" in lines[-1] and ">70" in lines[-1]
    assert "scikit-learn, default" in bench.table.means([*measured])

    path = tmp_path / "recorded.csv"
    bench.record.write(path, [*measured, stopped], solvers)
    with path.open(newline="", encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    assert len(records) == len(measured) + 1
    assert set(records[0]) == set(bench.record.COLUMNS)
    for row, record in zip(measured, records, strict=False):
        assert (record["solver"], record["setting"]) == (row.solver, row.setting)
        assert float(record["seconds"]) == pytest.approx(row.seconds, rel=1e-3)
        assert float(record["gap"]) == pytest.approx(row.gap, rel=1e-3, abs=1e-300)
        assert record["reached_gap"] == str(row.reached_gap).lower()
        assert record["cpu"] and record["date"] and "numpy" in record["versions"]
    assert records[-1]["status"] == "over budget"

    bench.plot.draw(tmp_path / "speed.png", measured)
    assert (tmp_path / "speed.png").stat().st_size > 0


def test_a_request_survives_the_files(bench, tmp_path):
    tiny = bench.problems.Problem("tiny", 30, 5, 0.5, 1e-2)
    case = bench.problems.Case(tiny, "logistic", 0.5, "cv")
    asked = bench.exchange.request(case, 1e-9, 0.5, 2.0)
    folder, read = bench.exchange.read_request(bench.exchange.write_request(tmp_path, asked))
    assert folder == tmp_path
    for name in ("X", "y", "folds", "lambdas"):
        np.testing.assert_array_equal(getattr(read, name), getattr(asked, name))
    same = {"X": None, "y": None, "folds": None, "lambdas": None}
    assert replace(read, **same) == replace(asked, **same)


def test_a_solver_over_its_budget_is_stopped(bench):
    class Stuck(bench.solver.Solver):
        name = package = "stuck"

        def command(self):
            return (sys.executable, "-c", "input()\nwhile True: pass")

    tiny = bench.problems.Problem("tiny", 30, 5, 0.5, 1e-2)
    asked = bench.exchange.request(
        bench.problems.Case(tiny, "gaussian", 1.0, "path"), None, 0.0, 1.0
    )
    process = bench.servers.Process(Stuck())
    process.warm.add((asked.task, asked.loss, asked.l1_ratio))
    with pytest.raises(bench.servers.OverBudgetError):
        process.ask(asked, 0.1)
    assert process.running is None


def test_fits_that_have_not_converged_are_counted(bench):
    def call(*categories):
        for category in categories:
            warnings.warn("too far", category, stacklevel=1)

    assert bench.population.unconverged(lambda: call()) == 0
    # The same line each time: none is left out as a repetition.
    assert bench.population.unconverged(lambda: call(*3 * [ConvergenceWarning])) == 3
    with pytest.warns(RuntimeWarning, match="too far") as passed_on:
        warned = bench.population.unconverged(lambda: call(RuntimeWarning, ConvergenceWarning))
    assert (warned, len(passed_on)) == (1, 1)


def test_the_population_sample_says_how_often_scikit_learn_warned(bench, tmp_path, capsys):
    study = tmp_path / "tiny.yaml"
    study.write_text(TINY, encoding="utf-8")
    assert bench.population.main(["--config", str(study), "--cells", "1"]) == 0
    head, row, total, warned = capsys.readouterr().out.splitlines()
    assert head.split()[-1] == "warned"
    count = int(row.split()[-1])
    # Columns almost equal and a grid down to 1e-4: at its defaults it cannot converge everywhere.
    assert count > 0
    assert warned.startswith(f"scikit-learn warned {count:,} times")
    assert total.startswith("tiny, 8 data sets a cell: ours ")
