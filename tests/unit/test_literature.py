"""Comparisons with published simulations: the file of their numbers, and what is made of it."""

import copy
import hashlib
import re
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regclaims.config.base import validate
from regclaims.config.literature import Literature
from regclaims.config.loading import load, read_yaml
from regclaims.designs import Draw
from regclaims.errors import InputError
from regclaims.literature import hastie, zou_hastie
from regclaims.literature.best_subset import best_subset
from regclaims.literature.cells import recognize
from regclaims.literature.study import run
from regclaims.literature.table import WIDTH

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "config" / "literature.yaml"
GONE = object()
PUBLISHED = load(Literature, FILE).model_dump(mode="json")
ZOU_HASTIE = PUBLISHED["zou_hastie"]
METHODS = list(ZOU_HASTIE["methods"])
BOOTSTRAP = {"resamples": 2000, "seed": 1, "level": 0.95}


@dataclass(frozen=True)
class Model:
    """A linear model with independent columns of variance 1."""

    n_samples: int
    beta: np.ndarray
    sigma: float

    @property
    def cell_id(self):
        told = f"{self.n_samples} {self.beta.tolist()} {self.sigma!r}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def signal_variance(self):
        return float(self.beta @ self.beta)

    @property
    def noise_variance(self):
        return self.sigma**2

    def excess_risk(self, coefs):
        return ((coefs - self.beta) ** 2).sum(axis=1)

    def draw(self, seed, replicate):
        rng = np.random.default_rng([seed, replicate])
        sets = []
        for _ in range(2):
            X = rng.standard_normal((self.n_samples, len(self.beta)))
            noise = self.sigma * rng.standard_normal(self.n_samples)
            sets += [X, X @ self.beta + noise]
        return Draw(*sets)


def example(name):
    """A cell with the published numbers of an example, the correlations aside."""
    known = ZOU_HASTIE["examples"][name]
    beta = np.zeros(known["n_features"])
    share = known["signal_variance"] / known["n_relevant"]
    beta[: known["n_relevant"]] = np.sqrt(share)
    return Model(known["n_samples"], beta, known["sigma"])


def low(snr=1.0, shift=0.0):
    """A cell of the lowest-dimensional setting of 2020."""
    beta = np.repeat([1.0 + shift, 0.0], 5)
    return Model(100, beta, float(np.sqrt(beta @ beta / snr)))


def fits(cell, **columns):
    """Rows of a table of fits: by method, its relative risks; non-zeros are these rounded up."""
    tables = [
        pd.DataFrame(
            {
                "cell_id": cell.cell_id,
                "replicate": np.arange(len(values)) + 5,
                "method": method.replace("_", "-"),
                "tuning": "validation",
                "role": "evidence",
                "status": "converged",
                "rr": values,
                "n_nonzero": np.ceil(values),
            }
        )
        for method, values in columns.items()
    ]
    return pd.concat(tables, ignore_index=True)


def spread(centre, n=40, seed=0):
    return centre * np.exp(0.3 * np.random.default_rng(seed).standard_normal(n))


def published_fits(name, factor=1.0, n=40):
    """Fits whose medians are the published ones times `factor`."""
    cell, medians = example(name), ZOU_HASTIE["examples"][name]["medians"]
    noise = spread(1, n) / np.median(spread(1, n))
    scale = factor / cell.signal_variance
    return fits(cell, **{method: scale * medians[method]["median"] * noise for method in METHODS})


def compared(table, names=("example-1",), **options):
    cells = {name: example(name) for name in names}
    settings = {"published": ZOU_HASTIE, "bootstrap": BOOTSTRAP} | options
    return zou_hastie.compare(table, cells, limit=2, **settings)


# The file


def test_sources_stand_in_the_bibliography():
    bibliography = (ROOT / "paper" / "references.bib").read_text(encoding="utf-8")
    for part in ("zou_hastie", "hastie"):
        assert f"{{{PUBLISHED[part]['source']}," in bibliography


def test_signal_variances_follow_from_the_printed_designs():
    lags = np.abs(np.subtract.outer(np.arange(8), np.arange(8)))
    one, two = np.array([3, 1.5, 0, 0, 2, 0, 0, 0]), np.full(8, 0.85)
    three = np.tile(np.repeat([0.0, 2.0], 10), 2)
    # Z + e with variance .01 of e: groups of five, covariance 1, variance 1.01.
    four = 3 * 9 * (25 + 5 * 0.01)
    expected = [
        one @ 0.5**lags @ one,
        two @ 0.5**lags @ two,
        0.5 * three.sum() ** 2 + 0.5 * (three**2).sum(),
        four,
    ]
    found = [known["signal_variance"] for known in ZOU_HASTIE["examples"].values()]
    np.testing.assert_allclose(found, expected, rtol=1e-6)  # the file has six digits


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        ("zou_hastie.examples.example-1.medians.ols", {"median": 1, "se": 1}, "must have the me"),
        ("zou_hastie.examples.example-1.medians.ridge", GONE, "must have the methods ridge, la"),
        ("zou_hastie.examples.example-1.medians.ridge.se", 0, "must be above 0; found 0"),
        ("hastie.findings.lasso-low-snr.margin", 0.1, "margin is for"),
        ("hastie.findings.relaxed-low-snr.margin", GONE, "need one above 0"),
        ("hastie.findings.lasso-low-snr.snr", [6, 2], "snr must be [lowest, highest]"),
        ("hastie.findings.lasso-low-snr.metric", "pve", "must be 'rr' or 'n_nonzero'"),
        ("hastie.findings.lasso-low-snr.margins", 1, "did you mean margin?"),
    ],
)
def test_bad_numbers_are_refused(where, value, message):
    data = copy.deepcopy(read_yaml(FILE))
    inner, *path = data, *where.split(".")
    for key in path[:-1]:
        inner = inner[key]
    if value is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    with pytest.raises(InputError, match=re.escape(message)):
        validate(Literature, data, "a.yaml")


# Which cell is which example


def test_cells_are_recognized_by_their_design():
    cells = [example(name) for name in reversed(ZOU_HASTIE["examples"])]
    found = recognize(cells, ZOU_HASTIE["examples"], ZOU_HASTIE["tolerance"])
    assert list(found) == list(ZOU_HASTIE["examples"])
    assert all(found[name] is cell for name, cell in zip(found, reversed(cells), strict=True))


@pytest.mark.parametrize(
    "change",
    [
        {"n_samples": 21},
        {"sigma": 3.2},
        {"beta": np.array([2.66, 2.66, 2.66, 1e-9, 0, 0, 0, 0])},
        {"beta": 1.02 * example("example-1").beta},
        {"beta": np.append(example("example-1").beta, 0.0)},
    ],
)
def test_another_design_is_no_example(change):
    cell = replace(example("example-1"), **change)
    with pytest.raises(ValueError, match="no published example"):
        recognize([cell], ZOU_HASTIE["examples"], ZOU_HASTIE["tolerance"])


def test_one_example_is_one_cell():
    cell = example("example-2")
    with pytest.raises(ValueError, match="both example-2"):
        recognize([cell, replace(cell, sigma=3.001)], ZOU_HASTIE["examples"], 0.02)


# Medians


def test_equal_medians_do_not_differ():
    table = compared(published_fits("example-1"))
    np.testing.assert_allclose(table["ours"], table["theirs"], rtol=1e-12)
    np.testing.assert_allclose(table["difference"], 0, atol=1e-9)
    assert not table["differs"].any()


def test_a_difference_is_in_standard_errors_of_both():
    table = compared(published_fits("example-1", factor=3))
    combined = np.sqrt(table["our_se"] ** 2 + table["their_se"] ** 2)
    np.testing.assert_allclose(table["difference"], 2 * table["theirs"] / combined, rtol=1e-9)
    assert table["differs"].all()


def test_the_standard_error_is_that_of_a_median():
    n = 400
    cell = example("example-1")
    rng = np.random.default_rng(0)
    values = {method: 10 + rng.standard_normal(n) for method in METHODS}
    table = compared(fits(cell, **values))
    # sqrt(pi/2) sigma/sqrt(n) for normal values; the bootstrap's density at the median is off by
    # n^(-1/5) or so, 30 % here.
    expected = np.sqrt(np.pi / 2 / n) * cell.signal_variance
    np.testing.assert_allclose(table["our_se"], expected, rtol=0.3)


def test_other_examples_do_not_move_an_example():
    both = pd.concat([published_fits(name) for name in ("example-2", "example-1")])
    alone = compared(published_fits("example-1"))
    beside = compared(both, ("example-2", "example-1"))
    beside = beside[beside["example"] == "example-1"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, beside)


def test_only_good_evidence_under_their_tuning_counts():
    table = published_fits("example-1")
    expected = compared(table)
    odd = table.assign(rr=1e6)
    others = [
        odd.assign(tuning="oracle"),
        odd.assign(role="screening", replicate=odd["replicate"] - 100),
        odd.assign(cell_id="0" * 16),
    ]
    pd.testing.assert_frame_equal(compared(pd.concat([table, *others])), expected)


def test_a_replicate_with_a_failure_is_left_out_for_all():
    table = published_fits("example-1")
    failed = (table["method"] == "lasso") & (table["replicate"] == 9)
    table.loc[failed, ["status", "rr"]] = ["failed", 1e6]
    found = compared(table)
    assert found["replicates"].tolist() == [39] * 4
    assert found["left_out"].tolist() == [1] * 4
    without = compared(table[table["replicate"] != 9])
    np.testing.assert_array_equal(found["ours"], without["ours"])


@pytest.mark.parametrize("missing", ["lasso", "all"])
def test_a_method_without_fits_is_named(missing):
    table = published_fits("example-1")
    left = table[table["method"] != "lasso"] if missing == "lasso" else table.iloc[:0]
    with pytest.raises(ValueError, match=r"no good fits of .*lasso"):
        compared(left)


# Order


def ordered(**values):
    cell = example("example-1")
    found = zou_hastie.order(fits(cell, **values), {"example-1": cell}, ZOU_HASTIE, BOOTSTRAP)
    return found.set_index("better")


def test_the_order_is_told_pair_by_pair():
    base = spread(1.0)
    found = ordered(
        elastic_net_rescaled=base + 1,  # published: the best, then the lasso
        lasso=base,
        ridge=base + 0.1,
        elastic_net=base[::-1] + 0.1,
    )
    assert found["worse"].tolist() == ["lasso", "ridge", "elastic-net"]
    assert found["outcome"].tolist() == ["reversed", "same", "open"]


def test_pairs_are_resampled_together():
    base = spread(1.0)
    found = ordered(elastic_net_rescaled=base, lasso=base + 0.2, ridge=base, elastic_net=base)
    shift = 0.2 * example("example-1").signal_variance
    pair = found.loc["elastic-net-rescaled"]
    # Every resample moves both medians alike.
    np.testing.assert_allclose(pair[["ours", "ci_low", "ci_high"]].astype(float), shift)
    assert pair["theirs"] == pytest.approx(3.06 - 2.51)
    assert pair["their_se"] == pytest.approx(np.hypot(0.31, 0.29))


# Findings


def finding(**changes):
    base = PUBLISHED["hastie"]["findings"]["lasso-low-snr"] | {"snr": [0.5, 2]}
    return {"tuning": "validation", "candidates": [], "findings": {"it": base | changes}}


def found_in(table, cells, **changes):
    return hastie.findings(table, cells, finding(**changes), limit=2)


@pytest.mark.parametrize(
    ("expected", "margin", "outcomes"),
    [
        # By the effect: -.3, -.02, 0, .02, .3, each with a standard error of .02 or less
        ("below", 0, ["agrees", "open", "open", "open", "disagrees"]),
        ("above", 0, ["disagrees", "open", "open", "open", "agrees"]),
        ("not above", 0.1, ["agrees", "agrees", "agrees", "agrees", "disagrees"]),
        ("same", 0.1, ["disagrees", "agrees", "agrees", "agrees", "disagrees"]),
    ],
)
def test_a_finding_is_decided_beyond_two_standard_errors(expected, margin, outcomes):
    cell, base = low(), spread(0.5)
    wiggle = 1 + 0.1 * np.random.default_rng(1).standard_normal(40)
    seen = []
    for effect in (-0.3, -0.02, 0, 0.02, 0.3):
        lasso = base * wiggle
        lasso *= np.exp(effect) * base.mean() / lasso.mean()
        table = fits(cell, lasso=lasso, best_subset=base)
        (row,) = found_in(table, [cell], expected=expected, margin=margin).to_dict("records")
        assert row["effect"] == pytest.approx(effect, abs=1e-12)
        assert 0.01 < row["se"] < 0.025
        seen.append(row["outcome"])
    assert seen == outcomes


def test_the_error_of_a_log_ratio_is_that_of_its_spread():
    # One cell per ratio, 300 times: the standard deviation of effects is their standard error.
    cells = [low(0.5 + 0.005 * i) for i in range(300)]
    tables = []
    for seed, cell in enumerate(cells):
        base = spread(0.5, seed=seed)
        tables.append(fits(cell, lasso=base * spread(1, seed=seed + 1000), best_subset=base))
    found = found_in(pd.concat(tables), cells)
    assert len(found) == 300
    # 300 draws give a standard deviation to 4 %; first order and n = 40 cost a few more.
    assert found["effect"].std() == pytest.approx(found["se"].mean(), rel=0.15)


def test_cells_of_one_ratio_are_averaged():
    cells = [low(), low(shift=1.0)]
    tables = [
        fits(cell, lasso=spread(f, seed=1), best_subset=spread(1, seed=2))
        for cell, f in zip(cells, (0.5, 2.0), strict=True)
    ]
    each = [found_in(t, [c]).iloc[0] for t, c in zip(tables, cells, strict=True)]
    (both,) = found_in(pd.concat(tables), cells).to_dict("records")
    assert both["effect"] == pytest.approx(np.mean([row["effect"] for row in each]))
    assert both["se"] == pytest.approx(np.hypot(each[0]["se"], each[1]["se"]) / 2)
    assert (both["cells"], both["replicates"]) == (2, 80)


def test_only_cells_of_its_setting_and_range_count():
    cells = [low(0.5), low(1.0), low(2.0), low(2.1), Model(50, low().beta, low().sigma)]
    table = pd.concat([fits(c, lasso=spread(0.5), best_subset=spread(0.6)) for c in cells])
    assert found_in(table, cells)["snr"].tolist() == [0.5, 1.0, 2.0]


def test_the_better_of_two_is_the_rival_at_each_ratio():
    cells = [low(0.5), low(2.0)]
    tables = [
        fits(cells[0], relaxed_lasso=spread(1.0), lasso=spread(0.5), best_subset=spread(2.0)),
        fits(cells[1], relaxed_lasso=spread(1.0), lasso=spread(2.0), best_subset=spread(0.5)),
    ]
    both = found_in(pd.concat(tables), cells, a="relaxed-lasso", b="lasso or best-subset")
    assert both["b"].tolist() == ["lasso", "best-subset"]
    np.testing.assert_allclose(both["effect"], np.log(2), rtol=1e-12)


def test_numbers_of_non_zeros_are_compared_by_their_difference():
    cell = low()
    table = fits(cell, lasso=np.array([6.0, 8, 7, 9]), best_subset=np.array([5.0, 5, 4, 4]))
    (row,) = found_in(table, [cell], metric="n_nonzero", expected="above").to_dict("records")
    assert row["effect"] == 3
    assert row["se"] == pytest.approx(np.std([1, 3, 3, 5], ddof=1) / 2)
    assert row["outcome"] == "agrees"


def test_findings_are_summed_up():
    cells = [low(0.5), low(1.0), low(2.0)]
    tables = [
        fits(cell, lasso=spread(0.5 * f, seed=1), best_subset=spread(0.5, seed=2))
        for cell, f in zip(cells, (0.5, 0.5, 1.8), strict=True)
    ]
    rows = found_in(pd.concat(tables), cells)
    (one,) = hastie.summary(rows, finding(), limit=2).to_dict("records")
    assert (one["agrees"], one["disagrees"], one["open"]) == (2, 1, 0)
    assert one["effect"] == pytest.approx(rows["effect"].mean())
    assert one["se"] == pytest.approx(np.sqrt((rows["se"] ** 2).sum()) / 3)
    assert one["outcome"] == "agrees"
    (none,) = hastie.summary(rows.iloc[:0], finding(), limit=2).to_dict("records")
    assert none["outcome"] == "not run"


# Best subset selection on the same data


def test_subsets_are_chosen_by_validation_on_the_given_replicates():
    cell = low(snr=0.5)
    table = hastie.subset_fits([cell], 3, {cell.cell_id: [7, 11]})
    assert table["replicate"].tolist() == [7, 7, 11, 11]
    draw = cell.draw(3, 11)
    coefs, intercepts = best_subset(draw.X, draw.y)
    errors = [
        ((draw.y_validation - draw.X_validation @ b - b0) ** 2).sum()
        for b, b0 in zip(coefs, intercepts, strict=True)
    ]
    chosen = coefs[np.argmin(errors)]
    row = table[(table["replicate"] == 11) & (table["method"] == "best-subset")].iloc[0]
    assert row["rr"] == pytest.approx(((chosen - cell.beta) ** 2).sum() / cell.signal_variance)
    assert row["n_nonzero"] == np.count_nonzero(chosen)


def test_without_noise_to_speak_of_both_searches_find_the_truth():
    cell = low(snr=1e8)
    table = hastie.subset_fits([cell], 0, {cell.cell_id: range(5)})
    assert (table["n_nonzero"] >= 5).all()
    assert (table["rr"] < 1e-6).all()


# All of it


def both_studies(factor=1.0):
    names = ["example-1", "example-3"]
    cells = [low(0.1), low(0.5), low(6.0)]
    tables = [
        fits(cell, lasso=spread(lasso, 3, 1), relaxed_lasso=spread(0.3, 3, 2))
        for cell, lasso in zip(cells, (0.01, 0.4, 0.4), strict=True)
    ]
    return run(
        PUBLISHED,
        zou_hastie_fits=pd.concat([published_fits(name, factor) for name in names]),
        zou_hastie_cells=[example(name) for name in names],
        hastie_fits=pd.concat(tables),
        hastie_cells=[*cells, Model(500, np.ones(100), 1.0)],
        hastie_seed=4,
    )


def test_one_call_gives_every_table_and_the_same_again():
    tables, page = both_studies()
    assert {name: len(table) for name, table in tables.items()} == {
        "medians": 8,
        "orders": 6,
        "subset_fits": 18,
        "findings": 11,
        "summary": 7,
    }
    assert set(tables["subset_fits"]["replicate"]) == {5, 6, 7}
    again, same = both_studies()
    assert page == same
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, again[name])


def test_the_page_tells_mismatches_with_their_candidates():
    _, page = both_studies(factor=2)
    told = page.split("### Mismatches")[1].split("## Hastie")[0]
    assert "- example-3, naive elastic net: ours 82, theirs 41 (+" in told
    for column in ZOU_HASTIE["methods"].values():
        assert all(f"{column['label']}: {c}"[:60] in told for c in column["candidates"])
    _, page = both_studies()
    assert page.split("### Mismatches")[1].strip().startswith("None.")


def test_the_page_is_aligned_and_fits_a_terminal():
    tables, page = both_studies()
    lines = page.splitlines()
    for line, following in pairwise(lines):
        if line.startswith("|") and following.startswith("|"):
            assert len(line) == len(following)
        assert line.startswith("|") or len(line) <= WIDTH
    for name in tables["summary"]["finding"]:
        assert f"### {name}: " in page
