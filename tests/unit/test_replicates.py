"""Fits to a shard: their rows, pairing, means and failures, and the ends of their grids."""

import dataclasses
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.voting import at_grid_end
from regclaims.designs import Draw, Scenario
from regclaims.errors import UnfitError
from regclaims.evidence import fitted as fitted_module
from regclaims.evidence.candidates import OnPath, path_fit
from regclaims.evidence.cells import summarize
from regclaims.evidence.families import candidates
from regclaims.evidence.fitted import Fitted
from regclaims.evidence.measures import Measures
from regclaims.evidence.methods import Method, Settings, settings
from regclaims.evidence.names import METRICS, method_names, metrics_of
from regclaims.evidence.packing import settings_of
from regclaims.evidence.replicates import cell_of, fit_again, fit_shard
from regclaims.evidence.shards import Shard
from regclaims.evidence.tables import TABLES, failures, writing
from regclaims.evidence.tuning_rules import rules, with_joint_net
from regclaims.evidence.workbench import PathFits, Workbench
from regclaims.metrics.stability import jackknife_error
from regclaims.metrics.variance import MEASURES
from regclaims.solvers import MAX_RESIDUAL, cv_path, gaussian_path
from regclaims.solvers.certificate import certified

SPEC = {
    "n_samples": 25,
    "n_features": 6,
    "correlation": {"kind": "blocks", "rho": 0.9, "size": 3},
    "n_relevant": 3,
    "placement": "whole-blocks",
    "snr": 6.0,
}
OTHER = SPEC | {"snr": 0.25, "correlation": {"kind": "independent"}, "placement": "spread"}
CLASSES = {
    "n_samples": 40,
    "n_features": 4,
    "correlation": {"kind": "independent"},
    "n_relevant": 2,
    "placement": "spread",
    "snr": 2.0,
    "response": "logistic",
    "class_share": 0.4,
}
RARE = CLASSES | {"n_samples": 12, "class_share": 0.1}
"""Some of its data sets have a single class."""

SETTINGS = Settings(
    l1_ratios=(0.5, 0.9),
    logistic_l1_ratios=(0.5,),
    n_lambdas=12,
    floors=(1e-3, 1e-2, 1e-1),
    deviance_stop=0.999,
    solver="regclaims",
    gammas=(0.0, 0.5, 1.0),
    added=(),
    folds=3,
    matched_df=0.5,
    max_at_end=1.0,
)
CROSS_VALIDATED = ("ridge", "lasso", "elastic-net-0.5", "elastic-net-0.9")
LINEAR = ("least-squares", "lasso", "elastic-net")
NETS = ("elastic-net-0.5", "elastic-net-0.9")
SEED, SCREENING, EVIDENCE = 3, 2, 4
NAMES = method_names(SETTINGS)


def make_shard(family, cells=(SPEC,), replicates=EVIDENCE, cross=None):
    cross = (CROSS_VALIDATED if family != "logistic" else ()) if cross is None else cross
    names = tuple(name for name in cross if name in NAMES[family])
    counts = replicates if isinstance(replicates, tuple) else (replicates,) * len(cells)
    return Shard(family, tuple(cells), counts, (names,) * len(cells), SEED, SCREENING)


def run(folder, shard, chosen=SETTINGS):
    """Fit a shard; returns its tables."""
    paths = {name: folder / f"{name}.parquet" for name in TABLES}
    with writing(paths) as writer:
        fit_shard(shard, chosen, writer)
    return {name: pd.read_parquet(path) for name, path in paths.items()}


@pytest.fixture
def fit(tmp_path):
    """Return a function that fits a shard, as `make_shard` makes it, and returns its tables."""
    return lambda *given, chosen=SETTINGS, **more: run(tmp_path, make_shard(*given, **more), chosen)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Tables of two cells by family, and of the logistic one."""
    found = {}
    for family in (*LINEAR, "logistic"):
        cells = (CLASSES,) if family == "logistic" else (SPEC, OTHER)
        found[family] = run(tmp_path_factory.mktemp(family), make_shard(family, cells))
    return found


def rows(table, **values):
    """Rows with these values."""
    keep = np.ones(len(table), dtype=bool)
    for column, value in values.items():
        keep &= (table[column] == value).to_numpy()
    return table[keep].reset_index(drop=True)


def family_of(method):
    return next(family for family, names in NAMES.items() if method in names)


def fits_of(tables, method, spec=SPEC, **values):
    cell = Scenario(spec).cell_id
    return rows(tables[family_of(method)]["fits"], method=method, cell_id=cell, **values)


def assert_same(one, other):
    assert set(one) == set(other) == set(TABLES)
    for name in one:
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True)


def of_cell(tables, spec):
    return {name: rows(table, cell_id=Scenario(spec).cell_id) for name, table in tables.items()}


# Rows


@pytest.mark.parametrize("family", [*LINEAR, "logistic"])
def test_every_replicate_method_and_rule_has_a_row(tables, family):
    fits = tables[family]["fits"]
    cross = with_joint_net(CROSS_VALIDATED, SETTINGS.l1_ratios)
    linear = family != "logistic"
    expected = Counter(
        (cell, replicate, method, rule)
        for cell in fits["cell_id"].unique()
        for replicate in range(SCREENING + EVIDENCE)
        for method in NAMES[family]
        for rule in rules(method, linear, cross if linear else ())
    )
    assert Counter(fits[["cell_id", "replicate", "method", "tuning"]].itertuples(index=False)) == (
        expected
    )
    assert fits["fit_id"].is_unique


def test_rules_by_method():
    cross = with_joint_net(CROSS_VALIDATED, SETTINGS.l1_ratios)
    always = ("validation", "oracle")
    assert rules("ols", True, cross) == ("none",)
    for name in CROSS_VALIDATED:
        assert rules(name, True, cross) == (*always, "bic", "cv-min", "cv-1se", "matched-df")
        assert rules(name, True, ()) == (*always, "bic", "matched-df")
    assert rules("adaptive-lasso", True, cross) == (*always, "bic")
    assert rules("relaxed-lasso", True, cross) == always
    assert rules("elastic-net", True, cross) == (*always, "bic", "cv-min")
    assert rules("elastic-net", True, ("elastic-net-0.5",)) == (*always, "bic")
    assert rules("elastic-net-rescaled", True, cross) == always
    assert rules("logistic-lasso", False, ()) == always


@pytest.mark.parametrize("family", [*LINEAR, "logistic"])
def test_fits_are_certified_and_their_names_say_what_they_are(tables, family):
    fits = tables[family]["fits"]
    assert (fits["status"] == "converged").all()
    assert (fits["reason"] == "").all()
    assert (fits["path_failures"] == 0).all()
    assert (fits["kkt"] <= MAX_RESIDUAL).all()
    assert (fits["gap"] <= MAX_RESIDUAL).all()
    for row in fits.sample(20, random_state=0).itertuples():
        assert row.fit_id == f"{row.cell_id}-{row.replicate:04d}-{row.method}-{row.tuning}"


def test_only_what_is_to_be_cross_validated_is(fit):
    found = fit("elastic-net", cross=("elastic-net-0.9",))["fits"]
    with_cv = found[found["tuning"].isin(["cv-min", "cv-1se"])]
    # The net that chooses its l1_ratio needs folds of all of them.
    assert set(with_cv["method"]) == {"elastic-net-0.9"}


def test_screening_comes_first_and_evidence_follows(tables):
    roles = tables["lasso"]["fits"].groupby("replicate")["role"].unique().map(list).to_dict()
    assert roles == {r: ["screening" if r < 2 else "evidence"] for r in range(6)}


def test_only_evidence_counts_for_stability_paths_and_cells(tables):
    for family in LINEAR:
        for name in ("stability", "cells", "paths"):
            assert (tables[family][name]["replicates"] == EVIDENCE).all()
        assert (tables[family]["stability"]["left_out"].map(len) == EVIDENCE).all()


def test_every_metric_that_is_measured_is_in_the_tables():
    """A column that the tables do not name would be dropped without a word."""
    counted = {"df", "operations", "at_grid_end"}
    for spec, method in ((SPEC, "lasso"), (CLASSES, "logistic-lasso")):
        bench = cell_of(make_shard(family_of(method), (spec,)), 0, SETTINGS).bench(0)
        fits = list(candidates(method, bench, False).choose().values())
        response = bench.scenario.response
        assert set(Measures(bench)(fits)) | counted == set(metrics_of(response)) <= set(METRICS)


@pytest.mark.parametrize("method", ["ols", "ridge", "lasso", "elastic-net-0.5"])
def test_rows_against_the_fits_made_again(tables, method):
    scenario = Scenario(SPEC)
    sigma = scenario.correlation.matrix(6)
    signal = scenario.beta @ sigma @ scenario.beta
    by_name = {"ols": None, "ridge": 0.0, "lasso": 1.0, "elastic-net-0.5": 0.5}
    solver = Method(method, by_name[method])
    for row in fits_of(tables, method).to_dict("records"):
        draw = scenario.draw(SEED, row["replicate"])
        path = solver.fit(draw.X, draw.y, SETTINGS)
        if row["tuning"] == "matched-df" and method == "ridge":
            path = solver.with_df(draw.X, draw.y, 3)
        k = row["lambda_index"]
        coef = path.coefs[k]
        assert (row["lambda"], row["df"]) == (path.lambdas[k], path.df[k])
        step = coef - scenario.beta
        excess = step @ sigma @ step
        # The same numbers by dense algebra: sums of 36 products.
        assert row["rr"] == pytest.approx(excess / signal, rel=1e-9)
        noise = signal / 6.0
        assert row["rte"] == pytest.approx(1 + excess / noise, rel=1e-9)
        train = np.mean((draw.y - path.predict(draw.X)[k]) ** 2)
        gap = (excess + noise - train) / noise
        assert row["training_gap"] == pytest.approx(gap, rel=1e-9, abs=1e-12)
        relative = train / np.var(draw.y)
        assert row["training_error"] == pytest.approx(relative, rel=1e-9, abs=1e-12)
        parts = np.abs(coef * (sigma @ coef))
        dominance = parts.max() / parts.sum() if coef.any() else np.nan
        assert row["dominance"] == pytest.approx(dominance, rel=1e-9, nan_ok=True)
        assert row["n_nonzero"] == np.count_nonzero(coef)
        truth = scenario.beta != 0
        assert row["tpr"] == np.count_nonzero(coef[truth]) / truth.sum()
        blocks = coef.reshape(2, 3)
        spread = blocks.var(axis=1).sum() * 3 / (coef**2).sum() if coef.any() else np.nan
        assert row["block_spread"] == pytest.approx(spread, rel=1e-9, nan_ok=True)


# Tuning


@pytest.mark.parametrize("method", ["ridge", "lasso", "elastic-net-0.5"])
def test_lambdas_are_the_best_by_their_rule(tables, method):
    scenario, ratio = Scenario(SPEC), {"ridge": 0.0, "lasso": 1.0}.get(method, 0.5)
    cell = cell_of(make_shard(family_of(method)), 0, SETTINGS)
    for replicate, found in fits_of(tables, method).groupby("replicate"):
        draw = scenario.draw(SEED, replicate)
        path = Method(method, ratio).fit(draw.X, draw.y, SETTINGS)
        chosen = found.set_index("tuning")["lambda_index"]
        held_out = [
            np.mean((draw.y_validation - draw.X_validation @ b - a) ** 2)
            for b, a in zip(path.coefs, path.intercepts, strict=True)
        ]
        assert chosen["validation"] == np.argmin(held_out)
        assert chosen["oracle"] == np.argmin(scenario.excess_risk(path.coefs))
        assert chosen["bic"] == np.argmin(bic(path, draw))
        folds = cell.bench(replicate).folds
        assert Counter(folds.tolist()) == {0: 9, 1: 8, 2: 8}
        errors = cv_path(draw.X, draw.y, l1_ratio=ratio, lambdas=path.lambdas, folds=folds).errors
        mean = errors.mean(axis=0)
        assert chosen["cv-min"] == np.argmin(mean)
        within = mean.min() + errors[:, np.argmin(mean)].std(ddof=1) / np.sqrt(3)
        assert chosen["cv-1se"] == np.flatnonzero(mean <= within)[0]
        # Half of min(n - 1, p) = 6 degrees of freedom: ridge's exactly, to the root's tolerance.
        matched = found.set_index("tuning").loc["matched-df"]
        if method == "ridge":
            assert matched["df"] == pytest.approx(3, abs=1e-9)
        else:
            assert matched["lambda_index"] == next(k for k, df in enumerate(path.df) if df >= 3)


def bic(path, draw):
    """BIC by lambda; infinite above n/2 degrees of freedom."""
    n = len(draw.y)
    rss = ((path.predict(draw.X) - draw.y) ** 2).sum(axis=1)
    return np.where(path.df <= n / 2, n * np.log(rss / n) + np.log(n) * path.df, np.inf)


def test_a_relaxed_lasso_with_gamma_1_is_the_lasso(fit, tables):
    found = fit("lasso", chosen=dataclasses.replace(SETTINGS, gammas=(1.0,)))["fits"]
    same = ["lambda", "lambda_index", "l1_ratio", "null", "status", "at_grid_end", *METRICS]
    same = [name for name in dict.fromkeys(same) if name not in ("df", "operations")]
    for rule in ("validation", "oracle"):
        relaxed = rows(found, method="relaxed-lasso", tuning=rule)
        assert (relaxed["gamma"] == 1).all()
        lasso = fits_of(tables, "lasso", tuning=rule)
        pd.testing.assert_frame_equal(relaxed[same], lasso[same], check_exact=True)


def test_a_relaxed_lasso_is_the_best_of_its_blends(tables):
    cell = cell_of(make_shard("lasso"), 0, SETTINGS)
    for replicate in range(3):
        bench = cell.bench(replicate)
        relaxed = candidates("relaxed-lasso", bench, False)
        chosen = relaxed.choose()
        blends = relaxed.relaxed.coefs.reshape(-1, 6)
        least = cell.scenario.excess_risk(blends).min()
        assert cell.scenario.excess_risk(chosen["oracle"].coef[None])[0] == pytest.approx(least)
        intercepts = relaxed.relaxed.intercepts.ravel()
        error = bench.validation_error((bench.draw.X_validation @ blends.T).T + intercepts[:, None])
        mine = chosen["validation"]
        prediction = bench.draw.X_validation @ mine.coef + mine.intercept
        assert bench.validation_error(prediction[None])[0] == pytest.approx(error.min())


def test_the_joint_net_is_the_best_of_its_nets(tables):
    joint = fits_of(tables, "elastic-net")
    for replicate, found in joint.groupby("replicate"):
        draw = Scenario(SPEC).draw(SEED, replicate)
        nets = {
            ratio: gaussian_path(draw.X, draw.y, l1_ratio=ratio, **SETTINGS.grid(25, 6, False))
            for ratio in SETTINGS.l1_ratios
        }
        folds = cell_of(make_shard("elastic-net"), 0, SETTINGS).bench(replicate).folds
        by_rule = {
            "validation": lambda path, draw=draw: (
                (path.predict(draw.X_validation) - draw.y_validation) ** 2
            ).mean(axis=1),
            "oracle": lambda path: Scenario(SPEC).excess_risk(path.coefs),
            "bic": lambda path, draw=draw: bic(path, draw),
            "cv-min": lambda path, draw=draw, folds=folds: (
                cv_path(
                    draw.X, draw.y, l1_ratio=path.l1_ratio, lambdas=path.lambdas, folds=folds
                ).mean
            ),
        }
        assert set(found["tuning"]) == set(by_rule)
        for row in found.to_dict("records"):
            errors = {ratio: by_rule[row["tuning"]](path) for ratio, path in nets.items()}
            best = min(errors, key=lambda ratio: errors[ratio].min())
            assert row["l1_ratio"] == best
            assert row["lambda"] == nets[best].lambdas[np.argmin(errors[best])]
            of_net = fits_of(tables, f"elastic-net-{best}", tuning=row["tuning"])
            (same,) = of_net[of_net["replicate"] == replicate].to_dict("records")
            for name in ("rr", "df", "kkt", "zero_share", "training_gap"):
                assert row[name] == same[name]


def test_rescaled_coefficients_are_the_naive_ones_times_1_and_lambda2():
    cell = cell_of(make_shard("elastic-net"), 0, SETTINGS)
    for replicate in range(3):
        bench = cell.bench(replicate)
        draw = bench.draw
        chosen = candidates("elastic-net-rescaled", bench, False).choose()
        grown, intercepts = [], []
        for ratio in SETTINGS.l1_ratios:
            path = gaussian_path(draw.X, draw.y, l1_ratio=ratio, **SETTINGS.grid(25, 6, False))
            grown.append((1 + path.lambdas * (1 - ratio))[:, None] * path.coefs)
            intercepts.append(draw.y.mean() - grown[-1] @ draw.X.mean(axis=0))
        for fit in chosen.values():
            which = SETTINGS.l1_ratios.index(fit.l1_ratio)
            # One product each, of the same numbers in another order.
            np.testing.assert_allclose(fit.coef, grown[which][fit.lambda_index], rtol=1e-14)
            # The mean of the training predictions is still that of y.
            mean = (draw.X @ fit.coef + fit.intercept).mean()
            assert mean == pytest.approx(draw.y.mean(), abs=1e-13)
        coefs = np.vstack(grown)
        risks = cell.scenario.excess_risk(coefs)
        found = cell.scenario.excess_risk(chosen["oracle"].coef[None])[0]
        assert found == pytest.approx(risks.min(), rel=1e-12)
        predictions = (draw.X_validation @ coefs.T).T + np.concatenate(intercepts)[:, None]
        least = ((predictions - draw.y_validation) ** 2).mean(axis=1).min()
        mine = draw.X_validation @ chosen["validation"].coef + chosen["validation"].intercept
        assert ((mine - draw.y_validation) ** 2).mean() == pytest.approx(least, rel=1e-12)


def test_logistic_rows_are_chosen_by_the_log_loss(tables):
    fits = tables["logistic"]["fits"]
    by_rule = fits.pivot(index=["method", "replicate"], columns="tuning", values="log_loss")
    assert (by_rule["oracle"] <= by_rule["validation"]).all()
    assert fits[["rte", "pve"]].isna().all().all()
    metrics = set(tables["logistic"]["cells"]["metric"])
    assert metrics == set(metrics_of("logistic")) | set(MEASURES)
    assert len(tables["logistic"]["paths"]) == 0


# What the numbers depend on


@pytest.mark.parametrize("replicate", [0, 3])
def test_data_and_folds_are_the_same_whatever_the_family(replicate):
    sections = dataclasses.asdict(SETTINGS) | {"lambda_floor": floors(SETTINGS)}
    del sections["floors"]
    seen = []
    for family in LINEAR:
        chosen = settings(settings_of(family, sections))
        bench = cell_of(make_shard(family, cross=()), 0, chosen).bench(replicate)
        seen.append([bench.folds, *bench.draw.__dict__.values()])
    for other in seen[1:]:
        for one, two in zip(seen[0], other, strict=True):
            np.testing.assert_array_equal(one, two)
    draw = Scenario(SPEC).draw(SEED, replicate)
    for values, name in zip(seen[0][1:], ("X", "y", "X_validation", "y_validation"), strict=True):
        np.testing.assert_array_equal(values, getattr(draw, name))


def test_replicates_have_folds_of_their_own():
    cell = cell_of(make_shard("lasso"), 0, SETTINGS)
    assert len({tuple(cell.bench(replicate).folds) for replicate in range(6)}) == 6


@pytest.mark.parametrize("family", ["least-squares", "lasso"])
def test_the_same_bits_without_the_other_cell(tables, fit, family):
    for spec in (SPEC, OTHER):
        assert_same(fit(family, (spec,)), of_cell(tables[family], spec))
    backwards = fit(family, (OTHER, SPEC), (EVIDENCE + 1, EVIDENCE))
    assert_same(of_cell(backwards, SPEC), of_cell(tables[family], SPEC))


def test_the_same_fits_when_replicates_are_added(tables, fit):
    more = fit("lasso", (SPEC, OTHER), EVIDENCE + 2)["fits"]
    again = more[more["replicate"] < SCREENING + EVIDENCE].reset_index(drop=True)
    old = tables["lasso"]["fits"]
    columns = ["cell_id", "method", "replicate", "tuning"]
    pd.testing.assert_frame_equal(
        again.sort_values(columns, ignore_index=True),
        old.sort_values(columns, ignore_index=True),
        check_exact=True,
    )


def test_the_same_bits_without_the_other_net(tables, fit):
    alone = fit(
        "elastic-net",
        cross=("elastic-net-0.5",),
        chosen=dataclasses.replace(SETTINGS, l1_ratios=(0.5,)),
    )
    for name, table in of_cell(tables["elastic-net"], SPEC).items():
        one = rows(alone[name], method="elastic-net-0.5")
        two = rows(table, method="elastic-net-0.5")
        assert len(one)
        pd.testing.assert_frame_equal(one, two, check_exact=True)


@pytest.mark.parametrize("method", [m for family in LINEAR for m in NAMES[family]])
def test_a_method_fitted_alone_gives_the_same_rows(tables, method):
    cell = cell_of(make_shard(family_of(method)), 0, SETTINGS)
    columns = fit_again(cell, method, 4, longer=False)
    recorded = fits_of(tables, method, replicate=4).to_dict("list")
    assert set(columns) == set(recorded)
    for name, values in columns.items():
        for value, there in zip(values, recorded[name], strict=True):
            undefined = value is None or value != value
            assert undefined == bool(pd.isna(there)), name
            assert undefined or value == there, name


def test_standardized_methods_do_not_notice_scales():
    unit = Scenario(SPEC)
    scaled = Scenario(SPEC | {"scales": "log-normal"})
    sd = scaled.sd
    assert sd.max() / sd.min() > 2
    draw = unit.draw(SEED, 0)
    stretched = Draw(draw.X * sd, draw.y, draw.X_validation * sd, draw.y_validation)
    np.testing.assert_allclose(scaled.beta * sd, unit.beta, rtol=1e-15)
    folds = cell_of(make_shard("lasso"), 0, SETTINGS).bench(0).folds
    cross = with_joint_net(CROSS_VALIDATED, SETTINGS.l1_ratios)
    one = Workbench(unit, draw, SETTINGS, folds, cross)
    two = Workbench(scaled, stretched, SETTINGS, folds, cross)
    for method in [name for family in LINEAR for name in NAMES[family]]:
        chosen = [candidates(method, bench, False).choose() for bench in (one, two)]
        measured = [
            Measures(bench)(list(fits.values()))
            for bench, fits in zip((one, two), chosen, strict=True)
        ]
        for name, values in measured[0].items():
            # Fits agree to the certificate's 1e-9 of a gradient, and then by the condition of the
            # design, about 30.
            np.testing.assert_allclose(measured[1][name], values, rtol=1e-6, atol=1e-8)
        for name in ("zero_share", "n_nonzero", "tpr", "exact_support"):
            np.testing.assert_array_equal(measured[1][name], measured[0][name])


# Means


@pytest.mark.parametrize("family", [*LINEAR, "logistic"])
def test_cells_are_means_of_the_fits(tables, family):
    fits, cells = tables[family]["fits"], tables[family]["cells"]
    evidence = fits[fits["role"] == "evidence"]
    compared = 0
    for (cell, method, tuning), group in evidence.groupby(["cell_id", "method", "tuning"]):
        own = rows(cells, cell_id=cell, method=method, tuning=tuning).set_index("metric")
        assert own.index.is_unique
        for metric in set(own.index) - set(MEASURES):
            expected = summarize(group[metric].to_numpy(float), np.zeros(len(group), dtype=bool))
            assert {name: own.loc[metric, name] for name in expected} == pytest.approx(
                expected, rel=1e-14, nan_ok=True
            )
            compared += 1
    assert compared == len(cells[~cells["metric"].isin(list(MEASURES))])
    assert set(cells["source"]) == {"synthetic"}


@pytest.mark.parametrize("family", [*LINEAR, "logistic"])
def test_stability_stands_among_the_cells_with_its_jackknife_error(tables, family):
    stability, cells = tables[family]["stability"], tables[family]["cells"]
    keys = ["cell_id", "method", "tuning", "metric"]
    joined = stability.merge(cells, on=keys, suffixes=("", "_there"), validate="one_to_one")
    assert len(joined) == len(stability)
    for row in joined.to_dict("records"):
        assert row["mean"] == pytest.approx(row["value"], nan_ok=True)
        assert row["mcse"] == pytest.approx(jackknife_error(row["left_out"]), nan_ok=True)
        for name in ("replicates", "n_undefined", "n_failed"):
            assert row[name] == row[f"{name}_there"]


def test_stability_is_that_of_the_coefficients(tables):
    scenario = Scenario(SPEC)
    truth = cell_of(make_shard("lasso"), 0, SETTINGS).truth
    coefs = []
    for row in fits_of(tables, "lasso", tuning="oracle", role="evidence").to_dict("records"):
        draw = scenario.draw(SEED, row["replicate"])
        path = Method("lasso", 1.0).fit(draw.X, draw.y, SETTINGS)
        coefs.append(path.coefs[row["lambda_index"]])
    found = rows(
        tables["lasso"]["stability"], cell_id=scenario.cell_id, method="lasso", tuning="oracle"
    ).set_index("metric")
    for name, measure in MEASURES.items():
        expected = measure(np.array(coefs), truth)
        assert found.loc[name, "value"] == pytest.approx(expected.value, rel=1e-12)
        np.testing.assert_allclose(found.loc[name, "left_out"], expected.left_out, rtol=1e-12)


def test_squared_bias_and_variance_of_a_cell_are_its_risk(tables):
    for family in LINEAR:
        wide = tables[family]["cells"].pivot(
            index=["cell_id", "method", "tuning"], columns="metric", values="mean"
        )
        total = wide["squared_bias"] + wide["prediction_variance"]
        # Two sums of the same squares, of order one.
        np.testing.assert_allclose(total, wide["rr"], rtol=1e-10)


def test_mean_paths_are_means(tables):
    scenario = Scenario(SPEC)
    kept = []
    for replicate in range(SCREENING, SCREENING + EVIDENCE):
        draw = scenario.draw(SEED, replicate)
        kept.append(Method("lasso", 1.0).fit(draw.X, draw.y, SETTINGS))
    reached = min(map(len, kept))
    paths = rows(tables["lasso"]["paths"], cell_id=scenario.cell_id, method="lasso")
    assert Counter(paths["metric"]) == dict.fromkeys(
        ("rr", "zero_share", "variance", "squared_bias"), reached
    )
    for row in paths.to_dict("records"):
        k = row["lambda_index"]
        coefs = np.array([path.coefs[k] for path in kept])
        if row["metric"] == "rr":
            expected = scenario.excess_risk(coefs).mean() / scenario.signal_variance
            assert row["mean"] == pytest.approx(expected, rel=1e-12)
        if row["metric"] == "zero_share":
            assert row["mean"] == pytest.approx((coefs == 0).mean(), rel=1e-12)
        for path in kept:
            assert row["lambda_ratio"] == pytest.approx(path.lambdas[k] / path.lambdas[0])


@pytest.mark.parametrize("metric", ["cosine", "sign_agreement"])
def test_a_null_ridge_fit_has_no_direction_just_as_a_null_lasso_fit(metric):
    cell = cell_of(make_shard("least-squares"), 0, SETTINGS)
    found = {}
    for name, coef, df in (("ridge", 1e-9, 0.001), ("lasso", 0.0, 0.0)):
        one = Fitted(cell, name, False)
        for replicate in range(SCREENING, SCREENING + EVIDENCE):
            bench = cell.bench(replicate)
            fit = candidates(name, bench, False).choose()["oracle"]
            if replicate == SCREENING:
                l1_ratio = fit.l1_ratio
                fit = dataclasses.replace(fit, coef=np.full(6, coef), df=df, l1_ratio=l1_ratio)
                assert fit.null
            else:
                fit = dataclasses.replace(fit, coef=np.arange(1.0, 7.0))
            one.rules = ("oracle",)
            one._sum_up([fit])
            one.blocks.append({"role": ["evidence"], "status": ["converged"]})
        (found[name],) = (row for row in one.stability() if row["metric"] == metric)
    assert found["ridge"]["n_undefined"] == found["lasso"]["n_undefined"] == 1
    assert found["ridge"]["value"] == found["lasso"]["value"]


# Failures


@pytest.fixture(scope="module")
def rare(tmp_path_factory):
    """Return the tables of a cell in which some data sets have one class only, and these."""
    folder = tmp_path_factory.mktemp("rare")
    shard = make_shard("logistic", (RARE,), 12)
    draws = [Scenario(RARE).draw(SEED, replicate) for replicate in range(SCREENING + 12)]
    single = [i for i, draw in enumerate(draws) if len(np.unique(draw.y)) == 1]
    found = run(folder, shard) | {"listed": failures([folder / "fits.parquet"])}
    return found, single


def test_a_replicate_with_a_single_class_fails_and_is_kept(rare):
    tables, single = rare
    assert 0 < len([i for i in single if i >= SCREENING]) < 12
    fits = tables["fits"]
    assert len(fits) == 14 * 3 * 2
    failed = fits[fits["status"] == "failed"]
    assert sorted(failed["replicate"].unique()) == single
    assert len(failed) == len(single) * 3 * 2
    assert failed["reason"].str.contains("there is nothing to tell apart").all()
    measured = [name for name in (*METRICS, "lambda", "kkt") if name in fits]
    assert failed[measured].isna().all().all()
    good = fits[fits["status"] != "failed"]
    assert good[["rr", "log_loss", "zero_share", "kkt"]].notna().all().all()


def test_failed_replicates_are_counted_in_every_metric(rare):
    tables, single = rare
    cells = tables["cells"]
    number = len([i for i in single if i >= SCREENING])
    assert (cells["replicates"] == 12).all()
    assert (cells["n_failed"] == number).all()
    risk = rows(cells, method="logistic-lasso", tuning="oracle", metric="rr")
    values = rows(tables["fits"], method="logistic-lasso", tuning="oracle", role="evidence")["rr"]
    assert risk["mean"].item() == pytest.approx(values.mean())
    assert risk["n_undefined"].item() == 0


def test_stability_is_undefined_with_a_failed_replicate(rare):
    stability = rare[0]["stability"]
    assert len(stability) == 3 * 2 * len(MEASURES)
    assert stability["value"].isna().all()
    assert (stability["replicates"] == 12).all()
    assert (stability["n_failed"] > 0).all()
    assert (stability["n_failed"] + stability["n_undefined"] == 12).all()
    assert stability["left_out"].map(lambda left: len(left) == 12 and np.isnan(left).all()).all()


def test_failures_are_listed(rare):
    tables, _ = rare
    listed = tables["listed"]
    assert list(listed) == ["fit_id", "status", "reason"]
    fits = tables["fits"]
    assert set(listed["fit_id"]) == set(fits.loc[fits["status"] == "failed", "fit_id"])
    assert (listed["reason"] != "").all()


def test_a_failure_while_screening_does_not_touch_the_evidence(tmp_path, rare):
    single = rare[1]
    first = single[0]
    shard = dataclasses.replace(make_shard("logistic", (RARE,), 3), screening=first + 1)
    assert not [i for i in single if first < i <= first + 3], "another seed: evidence fails too"
    found = run(tmp_path, shard)
    assert (rows(found["fits"], role="evidence")["status"] == "converged").all()
    assert (rows(found["fits"], replicate=first)["status"] == "failed").all()
    assert (found["cells"]["n_failed"] == 0).all()


def test_a_certificate_that_nothing_meets_leaves_failures_only(fit, monkeypatch):
    monkeypatch.setattr(certified, "__defaults__", (-1.0,))
    found = fit("least-squares")
    fits = found["fits"]
    assert len(fits) == 6 * (1 + 6)
    assert (fits["status"] == "failed").all()
    assert fits[["rr", "zero_share", "tpr"]].isna().all().all()
    reasons = fits.groupby("method")["reason"].unique().map(list)
    assert all(reason.startswith("certificate: KKT residual ") for reason in reasons["ols"])
    assert reasons["ridge"] == ["none of the fits is certified"]
    assert (found["cells"]["n_failed"] == EVIDENCE).all()
    assert found["stability"]["value"].isna().all()
    # A mean of no paths is none.
    assert len(found["paths"]) == 0


@pytest.mark.parametrize("error", [TypeError, KeyError, RuntimeError, IndexError])
def test_a_fault_of_ours_is_no_failed_replicate(fit, tmp_path, monkeypatch, error):
    def broken(*_):
        raise error("a fault")

    monkeypatch.setattr(fitted_module, "candidates", broken)
    with pytest.raises(error, match="a fault"):
        fit("lasso")
    assert list(tmp_path.iterdir()) == []


def test_shapes_that_do_not_fit_are_a_fault_of_ours(fit, monkeypatch):
    def broken(*_):
        return np.zeros(2) + np.zeros(3)

    monkeypatch.setattr(fitted_module, "candidates", broken)
    with pytest.raises(ValueError, match="broadcast"):
        fit("lasso")


def test_numbers_that_leave_their_range_are_a_failed_replicate(fit, monkeypatch):
    def broken(*_):
        raise np.linalg.LinAlgError("SVD did not converge")

    monkeypatch.setattr(fitted_module, "candidates", broken)
    fits = fit("lasso")["fits"]
    assert (fits["status"] == "failed").all()
    assert (fits["reason"] == "SVD did not converge").all()


@pytest.mark.parametrize(
    ("name", "ratio"), [("ridge", 0.0), ("lasso", 1.0), ("elastic-net-0.5", 0.5)]
)
def test_without_a_fit_of_few_degrees_of_freedom_there_is_no_choice_by_bic(name, ratio):
    fits = fits_on(SPEC | {"n_samples": 10, "n_features": 9}, name, ratio)
    last = len(fits.path) - 1
    assert fits.path.df[last] > 5
    status = np.where(np.arange(last + 1) < last, "failed", "converged")
    path = dataclasses.replace(fits.path, status=status)
    with pytest.raises(UnfitError, match="no certified fit has at most 5 degrees of freedom"):
        OnPath(PathFits(fits.bench, fits.method, path)).choose()


def test_choices_by_other_rules_than_announced_are_a_fault_of_ours(fit, monkeypatch):
    monkeypatch.setattr(Fitted, "__post_init__", with_other_rules(Fitted.__post_init__))
    with pytest.raises(RuntimeError, match="ols chose by"):
        fit("least-squares")


def with_other_rules(init):
    def changed(self):
        init(self)
        self.rules = ("validation",)

    return changed


def twins(cell, replicate):
    """Return a bench whose first two columns are the same: a lasso that uses them is not unique."""
    bench = cell.bench(replicate)
    draw = bench.draw
    X, V = draw.X.copy(), draw.X_validation.copy()
    X[:, 1], V[:, 1] = X[:, 0], V[:, 0]
    y = draw.y + 3 * X[:, 0]
    return dataclasses.replace(bench, draw=Draw(X, y, V, draw.y_validation + 3 * V[:, 0]))


@pytest.fixture
def not_unique():
    """Return a lasso on a cell, one of whose replicates has no unique fit."""
    cell = cell_of(make_shard("lasso"), 0, SETTINGS)
    one = Fitted(cell, "lasso", False)
    for replicate in range(SCREENING, SCREENING + EVIDENCE):
        bench = twins(cell, replicate) if replicate == SCREENING else cell.bench(replicate)
        one.add(replicate, bench, Measures(bench))
    return one


def test_a_fit_that_is_not_unique_is_undefined_and_says_why(not_unique):
    fits = pd.DataFrame(not_unique.fits())
    odd = fits[(fits["replicate"] == SCREENING) & (fits["tuning"] == "validation")]
    assert odd["status"].item() == "not unique"
    assert odd["reason"].item() == "other coefficients are optimal too"
    assert odd[["rr", "zero_share"]].isna().all().all()
    cells = pd.DataFrame(not_unique.cells())
    risk = rows(cells, tuning="validation", metric="rr")
    assert (risk["n_undefined"].item(), risk["n_failed"].item()) == (1, 0)


def test_a_fit_that_is_not_unique_has_not_failed_in_stability_either(not_unique):
    (row,) = (
        row
        for row in not_unique.stability()
        if (row["tuning"], row["metric"]) == ("validation", "cosine")
    )
    assert np.isnan(row["value"])
    assert (row["n_undefined"], row["n_failed"]) == (EVIDENCE, 0)


# Ends of grids

SHORT = dataclasses.replace(SETTINGS, floors=(0.5, 0.5, 0.5), max_at_end=0.05, n_lambdas=5)
STRONG = SPEC | {"snr": 1e4, "correlation": {"kind": "independent"}, "placement": "spread"}


def test_a_method_with_optima_at_the_end_is_fitted_again_on_a_longer_grid(fit):
    first = fit("lasso", (STRONG,), chosen=dataclasses.replace(SHORT, max_at_end=1.0))["fits"]
    assert not first["longer_grid"].any()
    at_end = first[(first["method"] == "lasso") & (first["tuning"] == "oracle")]
    assert (at_end["at_grid_end"] == 1).all()
    assert (at_end["lambda_index"] == 4).all()
    again = fit("lasso", (STRONG,), chosen=SHORT)
    fits = again["fits"]
    assert len(fits) == len(first)
    assert rows(fits, method="lasso")["longer_grid"].all()
    there = rows(fits, method="lasso", tuning="oracle")
    # The strongest signal wants the smallest lambda: a hundredth of the first grid's end.
    np.testing.assert_allclose(there["lambda"], at_end["lambda"] / 100, rtol=1e-12)
    assert (there["rr"] < at_end["rr"].to_numpy()).all()
    # Means, stability and mean paths are of the longer grid too.
    assert rows(again["cells"], method="lasso", tuning="oracle", metric="rr")["mean"].item() == (
        pytest.approx(there.loc[there["role"] == "evidence", "rr"].mean())
    )
    assert again["paths"]["lambda_ratio"].min() == pytest.approx(0.005)
    # It was not long enough: the cell does not vote on the lasso.
    assert at_grid_end(again["cells"], 0.05)["lasso", "oracle"] == {Scenario(STRONG).cell_id}


def test_only_methods_with_optima_at_the_end_are_fitted_again(fit):
    # Ridge's grid reaches where nothing is shrunk; it need not be longer.
    found = fit("least-squares", (OTHER,), chosen=dataclasses.replace(SHORT, n_lambdas=30))["fits"]
    assert not found["longer_grid"].any()
    assert (found["at_grid_end"] == 0).all()


def fits_on(spec, name, ratio, chosen=SETTINGS):
    bench = cell_of(make_shard(family_of(name), (spec,)), 0, chosen).bench(0)
    return bench.fits(Method(name, ratio), False)


@pytest.mark.parametrize(
    ("name", "ratio", "floor", "expected"),
    [("ridge", 0.0, 0.5, False), ("lasso", 1.0, 0.5, True), ("lasso", 1.0, 0.05, True)],
    ids=["ridge has hardly any penalty left", "less than a decade", "more than a decade"],
)
def test_an_end_is_open_while_the_risk_still_changes(name, ratio, floor, expected):
    chosen = dataclasses.replace(SETTINGS, floors=(floor,) * 3, n_lambdas=60)
    fits = fits_on(STRONG, name, ratio, chosen)
    path = fits.path
    risks = Scenario(STRONG).excess_risk(path.coefs)
    decade = np.flatnonzero(path.lambdas >= 10 * path.lambdas[-1])
    changed = not len(decade) or abs(risks[-1] - risks[decade[-1]]) > 0.01 * risks[-1]
    assert fits.open_end == changed == expected


def test_the_end_is_the_last_fit_that_is_certified():
    path = fits_on(STRONG, "lasso", 1.0).path
    last = len(path) - 1
    status = np.where(np.arange(last + 1) < last, "converged", "failed")
    shorter = dataclasses.replace(path, status=status)
    assert [path_fit(path, k, True).at_grid_end for k in (0, last - 1, last)] == [
        False,
        False,
        True,
    ]
    assert [path_fit(shorter, k, True).at_grid_end for k in (0, last - 1)] == [False, True]
    assert not path_fit(path, last, False).at_grid_end


def test_an_optimum_where_a_path_has_come_to_its_limit_is_no_end(fit):
    chosen = dataclasses.replace(SETTINGS, max_at_end=0.0, n_lambdas=60)
    found = rows(fit("least-squares", (STRONG,), chosen=chosen)["fits"], method="ridge")
    oracle = rows(found, tuning="oracle")
    assert (oracle["lambda_index"] == 59).any()
    assert (found["at_grid_end"] == 0).all()
    assert not found["longer_grid"].any()


@pytest.mark.parametrize("first", [59, 30], ids=["the last fit", "the last decade"])
def test_the_end_of_a_path_that_failed_there_is_open(first):
    fits = fits_on(STRONG, "ridge", 0.0, dataclasses.replace(SETTINGS, n_lambdas=60))
    status = np.where(np.arange(60) < first, "converged", "failed")
    path = dataclasses.replace(fits.path, status=status)
    assert PathFits(fits.bench, fits.method, path).open_end


@pytest.mark.parametrize(
    ("n", "p", "decades"), [(100, 10, 4), (100, 200, 3), (10, 100, 2)], ids=["low", "high", "very"]
)
def test_a_longer_grid_goes_on_at_the_same_spacing(n, p, decades):
    chosen = dataclasses.replace(SETTINGS, n_lambdas=100, floors=(1e-4, 1e-3, 1e-2))
    short, long = chosen.grid(n, p, False), chosen.grid(n, p, True)
    assert short["lambda_min_ratio"] == 10.0**-decades
    assert long["lambda_min_ratio"] == pytest.approx(10.0 ** -(decades + 2))
    # Two more decades at 99 steps for those there are, rounded to a whole one.
    assert long["n_lambdas"] - 1 == pytest.approx(99 * (decades + 2) / decades, abs=0.5)
    assert 1 - long["deviance_stop"] == pytest.approx((1 - short["deviance_stop"]) / 100)


def test_ridges_longer_grid_is_longer():
    draw = Scenario(SPEC).draw(SEED, 0)
    short, long = (Method("ridge", 0.0).fit(draw.X, draw.y, SETTINGS, one) for one in (False, True))
    assert long.lambdas[0] == short.lambdas[0]
    assert long.lambdas[-1] == pytest.approx(short.lambdas[-1] / 100)


def test_logistic_ridges_longer_grid_is_longer():
    cell = cell_of(make_shard("logistic", (CLASSES,)), 0, SETTINGS)
    bench = cell.bench(0)
    method = Method("logistic-ridge", 0.0)
    short, long = (bench.fits(method, longer).path for longer in (False, True))
    assert long.lambdas[-1] == pytest.approx(short.lambdas[-1] / 100)


# Settings


def floors(chosen):
    names = ("low_dimensional", "high_dimensional", "very_high_dimensional")
    return dict(zip(names, chosen.floors, strict=True))


def test_settings_are_read_from_their_sections():
    sections = dataclasses.asdict(SETTINGS) | {"lambda_floor": floors(SETTINGS)}
    del sections["floors"]
    assert settings(sections) == SETTINGS


@pytest.mark.parametrize(
    ("n", "p", "floor"), [(100, 99, 1), (100, 100, 2), (100, 499, 2), (100, 500, 3)]
)
def test_grids_end_higher_where_p_is_larger(n, p, floor):
    chosen = dataclasses.replace(SETTINGS, floors=(1, 2, 3))
    assert chosen.grid(n, p, False)["lambda_min_ratio"] == floor


def test_times_are_told_by_cell(tmp_path):
    with writing({name: tmp_path / name for name in TABLES}) as writer:
        times = fit_shard(make_shard("least-squares", (SPEC, OTHER), (3, 4)), SETTINGS, writer)
    assert [one["data_sets"] for one in times] == [5, 6]
    assert all(one["seconds"] > 0 for one in times)
    kind = {"family": "least-squares", "n_samples": 25, "n_features": 6, "n_cross_validated": 1}
    for one in times:
        assert {name: one[name] for name in kind} == kind
