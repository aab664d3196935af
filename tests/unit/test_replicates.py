"""Fits to a shard: their rows, their pairing, their failures and their means."""

import dataclasses
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from regclaims.designs import Scenario
from regclaims.evidence.methods import Method, Settings, family, settings
from regclaims.evidence.paths import PathMeans
from regclaims.evidence.replicates import fit_shard
from regclaims.evidence.shards import Shard, draw_shard
from regclaims.solvers import cv_path
from regclaims.solvers.certificate import certified
from regclaims.solvers.preparation import prepare_like

SPEC = {
    "n_samples": 25,
    "n_features": 6,
    "correlation": {"kind": "blocks", "rho": 0.9, "size": 3},
    "n_relevant": 3,
    "placement": "whole-blocks",
    "snr": 6.0,
}
OTHER = SPEC | {"snr": 0.25, "correlation": {"kind": "independent"}, "placement": "spread"}
SETTINGS = Settings(
    n_lambdas=12,
    floors=(1e-2, 1e-2, 1e-1),
    deviance_stop=0.999,
    solver="regclaims",
    folds=3,
    matched_df=0.5,
)
METHODS = [
    Method("ols", None),
    Method("ridge", 0.0),
    Method("lasso", 1.0),
    Method("elastic-net-0.5", 0.5),
]
RULES = {"validation", "oracle", "matched-df", "cv-min"}
MEASURED = ["n_nonzero", "zero_share", "tpr", "f1", "rr", "rte", "coefficient_error"]


def fit(cells=(SPEC,), methods=METHODS, screening=2, replicates=4, cross=None, chosen=SETTINGS):
    shard = Shard(list(cells), seed=3, screening=screening, replicates=replicates)
    cross = [[method.name for method in methods]] * len(cells) if cross is None else cross
    return fit_shard(shard, draw_shard(shard), cross, methods, chosen).frames()


@pytest.fixture(scope="module")
def tables():
    return fit([SPEC, OTHER])


def part(tables, **values):
    """Rows of the three tables with these values, without columns that are empty there."""
    out = {}
    for name, table in tables.items():
        keep = np.ones(len(table), dtype=bool)
        for column, value in values.items():
            if column in table:
                keep &= (table[column] == value).to_numpy()
        out[name] = table[keep].reset_index(drop=True)
    return out


def assert_same(one, other):
    assert set(one) == set(other) == {"fits", "stability", "paths"}
    for name in one:
        assert len(one[name])
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True)


# Rows


def test_every_fit_has_a_row_and_a_name_of_its_own(tables):
    fits = tables["fits"]
    assert fits["fit_id"].is_unique
    expected = Counter({("ols", "none"): 12})
    expected.update({(m.name, rule): 12 for m in METHODS[1:] for rule in RULES})
    assert Counter(zip(fits["method"], fits["tuning"], strict=True)) == expected
    assert (fits["status"] == "converged").all()
    assert (fits["path_failures"] == 0).all()
    assert set(fits["cell_id"]) == {Scenario(SPEC).cell_id, Scenario(OTHER).cell_id}


def test_a_name_says_what_was_fitted(tables):
    for row in tables["fits"].sample(20, random_state=0).itertuples():
        assert row.fit_id == f"{row.cell_id}-{row.replicate:04d}-{row.method}-{row.tuning}"


def test_only_what_is_to_be_cross_validated_is():
    fits = fit([SPEC, OTHER], METHODS[1:3], cross=[["ridge"], ["lasso"]])["fits"]
    with_cv = fits[fits["tuning"] == "cv-min"]
    assert set(zip(with_cv["cell_id"], with_cv["method"], strict=True)) == {
        (Scenario(SPEC).cell_id, "ridge"),
        (Scenario(OTHER).cell_id, "lasso"),
    }


def test_screening_comes_first_and_evidence_follows(tables):
    roles = tables["fits"].groupby("replicate")["role"].unique().map(list).to_dict()
    assert roles == {r: ["screening" if r < 2 else "evidence"] for r in range(6)}


def test_only_evidence_counts_for_stability_and_paths(tables):
    replicates = tables["stability"].groupby(["cell_id", "method", "tuning", "metric"])
    assert (replicates["left_out"].agg(list).map(lambda v: v == [-1, 0, 1, 2, 3])).all()
    assert tables["paths"].groupby("lambda_index")["replicates"].max()[0] == 4


def test_what_is_drawn_is_what_the_scenario_draws():
    shard = Shard([SPEC, OTHER], seed=3, screening=1, replicates=2)
    data = draw_shard(shard)
    assert data["X"].shape == data["X_validation"].shape == (2, 3, 25, 6)
    draw = Scenario(OTHER).draw(3, 2)
    for name, values in data.items():
        np.testing.assert_array_equal(values[1, 2], getattr(draw, name))


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_rows_against_the_fits_made_again(tables, method):
    scenario = Scenario(SPEC)
    sigma = scenario.correlation.matrix(6)
    fits = part(tables, cell_id=scenario.cell_id, method=method.name)["fits"]
    for row in fits.to_dict("records"):
        draw = scenario.draw(3, row["replicate"])
        path = method.fit(draw.X, draw.y, SETTINGS)
        if row["tuning"] == "matched-df":
            path = method.match_df(draw.X, draw.y, path, 3)
        k = row["lambda_index"]
        coef = path.coefs[k]
        assert (row["lambda"], row["df"]) == (path.lambdas[k], path.df[k])
        step = coef - scenario.beta
        excess = step @ sigma @ step
        # The same numbers by dense algebra: sums of 36 products.
        assert row["rr"] == pytest.approx(
            excess / (scenario.beta @ sigma @ scenario.beta), rel=1e-9
        )
        noise = scenario.beta @ sigma @ scenario.beta / 6.0
        assert row["rte"] == pytest.approx(1 + excess / noise, rel=1e-9)
        train = np.mean((draw.y - path.predict(draw.X)[k]) ** 2)
        gap = (excess + noise - train) / noise
        assert row["training_gap"] == pytest.approx(gap, rel=1e-9, abs=1e-12)
        assert row["n_nonzero"] == np.count_nonzero(coef)
        truth = scenario.beta != 0
        assert row["tpr"] == np.count_nonzero(coef[truth]) / truth.sum()
        blocks = coef.reshape(2, 3)
        spread = blocks.var(axis=1).sum() * 3 / (coef**2).sum() if coef.any() else np.nan
        assert row["block_spread"] == pytest.approx(spread, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("method", METHODS[1:], ids=lambda m: m.name)
def test_lambdas_are_the_best_by_their_rule(tables, method):
    scenario = Scenario(SPEC)
    fits = part(tables, cell_id=scenario.cell_id, method=method.name)["fits"]
    for replicate, rows in fits.groupby("replicate"):
        draw = scenario.draw(3, replicate)
        path = method.fit(draw.X, draw.y, SETTINGS)
        chosen = rows.set_index("tuning")["lambda_index"]
        held_out = [
            np.mean((draw.y_validation - draw.X_validation @ b - a) ** 2)
            for b, a in zip(path.coefs, path.intercepts, strict=True)
        ]
        assert chosen["validation"] == np.argmin(held_out)
        risks = rows[rows["tuning"] != "matched-df"].set_index("tuning")["rr"]
        assert chosen["oracle"] == np.argmin(scenario.excess_risk(path.coefs))
        assert risks["oracle"] == risks.min()
        # Half of min(n - 1, p) = 6 degrees of freedom: ridge's exactly, to the root's tolerance.
        matched = rows.set_index("tuning").loc["matched-df"]
        if method.name == "ridge":
            assert matched["df"] == pytest.approx(3, abs=1e-9)
        else:
            assert matched["lambda_index"] == next(k for k, df in enumerate(path.df) if df >= 3)


# What the bits depend on


def test_the_same_bits_on_a_second_call(tables):
    assert_same(fit([SPEC, OTHER]), tables)


def test_the_same_bits_without_the_other_cell(tables):
    assert_same(fit([OTHER]), part(tables, cell_id=Scenario(OTHER).cell_id))
    backwards = fit([OTHER, SPEC])
    for cell in (SPEC, OTHER):
        name = Scenario(cell).cell_id
        assert_same(part(backwards, cell_id=name), part(tables, cell_id=name))


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_the_same_bits_without_the_other_methods(tables, method):
    alone = fit([SPEC, OTHER], [method])
    for name in ("fits", "stability", "paths"):
        same = part(tables, method=method.name)[name]
        if name == "paths" and method.l1_ratio is None:
            assert not len(alone[name])
            continue
        pd.testing.assert_frame_equal(alone[name], same[alone[name].columns], check_exact=True)


def test_the_same_fits_when_replicates_are_added(tables):
    more = fit([SPEC, OTHER], replicates=6)["fits"]
    again = more[more["replicate"] < 6].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, tables["fits"], check_exact=True)


class Watching(Method):
    """A method that keeps the folds it is given."""

    folds: list

    def cross_validate(self, X, y, path, folds):
        if folds is not None:
            type(self).folds.append((self.name, X.tobytes(), folds.tolist()))
        return super().cross_validate(X, y, path, folds)


def test_methods_share_their_folds_and_replicates_do_not():
    Watching.folds = []
    fit(methods=[Watching(m.name, m.l1_ratio) for m in METHODS[1:]])
    by_data = {}
    for name, data, folds in Watching.folds:
        by_data.setdefault(data, {})[name] = folds
    assert len(by_data) == 6
    for seen in by_data.values():
        assert len(seen) == 3
        assert len({tuple(folds) for folds in seen.values()}) == 1
        assert Counter(seen["lasso"]) == {0: 9, 1: 8, 2: 8}
    assert len({tuple(seen["lasso"]) for seen in by_data.values()}) == 6


def test_cross_validation_chooses_by_the_mean_over_folds(tables):
    Watching.folds = []
    lasso = Watching("lasso", 1.0)
    fits = fit(methods=[lasso])["fits"]
    chosen = fits[fits["tuning"] == "cv-min"].set_index("replicate")["lambda_index"]
    for replicate, (_, _, folds) in enumerate(Watching.folds):
        draw = Scenario(SPEC).draw(3, replicate)
        path = Method("lasso", 1.0).fit(draw.X, draw.y, SETTINGS)
        rows = np.array(folds)
        errors = cv_path(draw.X, draw.y, l1_ratio=1.0, lambdas=path.lambdas, folds=rows).errors
        assert chosen[replicate] == np.argmin(errors.mean(axis=0))


# Failures


class Failing(Method):
    """A method whose fits to one data set in six miss their certificate."""

    count: int
    bad: int

    def fit(self, X, y, settings):
        path = super().fit(X, y, settings)
        cls = type(self)
        cls.count += 1
        limit = -1.0 if cls.count - 1 == cls.bad else 1.0
        return certified(prepare_like(X, y, path), path, limit)


def with_a_failure(replicate):
    Failing.count, Failing.bad = 0, replicate
    return fit(methods=[Failing("lasso", 1.0)], cross=[[]])


def test_a_failed_fit_is_kept_as_failed_and_measured_by_nothing():
    fits = with_a_failure(3)["fits"]
    failed = fits[fits["status"] == "failed"]
    assert failed["replicate"].tolist() == [3, 3, 3]
    assert set(failed["tuning"]) == RULES - {"cv-min"}
    assert failed[MEASURED].isna().all().all()
    assert (failed["path_failures"] == 12).all()
    assert failed[["lambda", "kkt", "gap", "df"]].notna().all().all()
    good = fits[fits["status"] == "converged"]
    assert good[MEASURED].notna().all().all()
    assert (good["path_failures"] == 0).all()


def test_stability_is_undefined_with_a_failed_replicate():
    stability = with_a_failure(3)["stability"]
    assert set(stability["metric"]) >= {"cosine", "selection_stability"}
    assert (stability["left_out"] == -1).all()
    assert stability["value"].isna().all()
    assert set(stability["tuning"]) == RULES - {"cv-min"}


def test_a_failure_while_screening_does_not_touch_the_evidence():
    tables = with_a_failure(1)
    assert (tables["fits"].query("role == 'evidence'")["status"] == "converged").all()
    values = tables["stability"].query("metric == 'cosine' and left_out == -1")["value"]
    assert len(values)
    assert values.notna().all()


def test_failed_fits_stay_out_of_the_mean_paths():
    paths = with_a_failure(3)["paths"]
    assert paths["replicates"].max() == 3


def test_a_certificate_that_nothing_meets_leaves_failures_only(monkeypatch):
    monkeypatch.setattr(certified, "__defaults__", (-1.0,))
    few = dataclasses.replace(SETTINGS, n_lambdas=5)
    methods = [Method("ols", None), Method("ridge", 0.0)]
    tables = fit(methods=methods, cross=[[]], chosen=few)
    fits = tables["fits"]
    assert len(fits) == 6 * (1 + 3)
    assert (fits["status"] == "failed").all()
    assert not set(MEASURED) & set(fits.columns)
    # Stability is there and undefined, not absent.
    stability = tables["stability"]
    assert len(stability), "no row says that stability is undefined"
    assert stability["value"].isna().all()
    assert set(zip(stability["method"], stability["tuning"], strict=True)) == {
        ("ols", "none"),
        *(("ridge", rule) for rule in RULES - {"cv-min"}),
    }


# Means of paths


def test_mean_paths_are_means(tables):
    scenario, method = Scenario(SPEC), METHODS[2]
    columns = {}
    for replicate in range(2, 6):
        draw = scenario.draw(3, replicate)
        path = method.fit(draw.X, draw.y, SETTINGS)
        for k, coef in enumerate(path.coefs):
            columns.setdefault(("zero_share", k), []).append(np.mean(coef == 0))
            relative = scenario.excess_risk(coef[None])[0] / scenario.signal_variance
            columns.setdefault(("rr", k), []).append(relative)
    rows = part(tables, cell_id=scenario.cell_id, method="lasso")["paths"]
    assert len(rows) == len(columns)
    for row in rows.itertuples():
        values = np.array(columns[row.metric, row.lambda_index])
        assert row.replicates == len(values)
        # Running sums of squares lose half of the digits at most.
        assert row.mean == pytest.approx(values.mean(), rel=1e-12, abs=1e-15)
        if len(values) > 1:
            mcse = values.std(ddof=1) / np.sqrt(len(values))
            assert row.mcse == pytest.approx(mcse, rel=1e-6, abs=1e-8)


@dataclasses.dataclass
class Grid:
    """As much of a path as its means look at."""

    lambdas: np.ndarray
    determined: np.ndarray

    def __len__(self):
        return len(self.lambdas)


def grid(largest, k):
    return Grid(largest * 0.5 ** np.arange(k), np.ones(k, dtype=bool))


@pytest.mark.parametrize("lengths", [(3, 3), (2, 4), (4, 2), (1, 4, 2), (3,)])
def test_paths_of_different_lengths(lengths):
    rng = np.random.default_rng(0)
    means, kept = PathMeans(), []
    for i, length in enumerate(lengths):
        kept.append(rng.standard_normal(length) + 100)
        means.add(grid(2.0 + i, length), {"rr": kept[-1]})
    rows = {row["lambda_index"]: row for row in means.rows()}
    assert list(rows) == list(range(max(lengths)))
    for k, row in rows.items():
        values = np.array([v[k] for v in kept if len(v) > k])
        assert row["metric"] == "rr"
        assert row["lambda_ratio"] == 0.5**k
        assert row["replicates"] == len(values)
        assert row["mean"] == pytest.approx(values.mean(), rel=1e-13)
        if len(values) == 1:
            assert np.isnan(row["mcse"])
        else:
            # Squares of 100 with rounding 1e-16 each: variance to 1e-11.
            assert row["mcse"] ** 2 == pytest.approx(values.var(ddof=1) / len(values), abs=1e-11)


def test_no_path_has_no_means():
    assert list(PathMeans().rows()) == []


# Methods


def test_families():
    assert family("least-squares") == METHODS[:2]
    assert family("lasso") == [METHODS[2]]
    assert family("elastic-net-0.5") == [METHODS[3]]
    with pytest.raises(ValueError, match="scad"):
        family("scad")


def test_settings_are_read_from_their_sections():
    floors = {"low_dimensional": 1e-4, "high_dimensional": 1e-3, "very_high_dimensional": 1e-2}
    found = settings(
        {
            "lambda_floor": floors,
            "n_lambdas": 7,
            "deviance_stop": 0.99,
            "solver": "sklearn",
            "folds": 4,
            "matched_df": 0.2,
            "l1_ratios": [0.5],
        }
    )
    assert found == Settings(7, (1e-4, 1e-3, 1e-2), 0.99, "sklearn", 4, 0.2)


@pytest.mark.parametrize(
    ("n", "p", "floor"), [(100, 99, 1), (100, 100, 2), (100, 499, 2), (100, 500, 3)]
)
def test_grids_end_higher_where_p_is_larger(n, p, floor):
    assert dataclasses.replace(SETTINGS, floors=(1, 2, 3)).floor(n, p) == floor
