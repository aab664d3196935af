"""Verdicts on cells whose truth was planted."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regclaims.claims.decide import (
    EXISTS,
    INCONCLUSIVE,
    NOT_TESTABLE,
    REFUTED,
    SUPPORTED,
    decide,
)
from regclaims.config.claims import BARS
from regclaims.evidence.contrasts import contrast

MARGIN = 0.05


def rule(bar="plain", combine="and", parts=1, **part):
    base = {"margin": MARGIN, "versus": 0.05, "metric": "rr"}
    return {"bar": bar, "combine": combine, "parts": [base | part] * parts}


def planted(share, n_cells=120, effect=0.15, spread=0.05, replicates=25, seed=1):
    """Contrast cells of which a share has this effect and the others none."""
    rng = np.random.default_rng(seed)
    true = np.where(np.arange(n_cells) < round(share * n_cells), effect, 0.0)
    fits = pd.DataFrame(
        {
            "cell_id": np.repeat([f"c{i:03}" for i in range(n_cells)], replicates),
            "replicate": np.tile(np.arange(replicates), n_cells),
            "method": "lasso",
            "tuning": "validation",
            "rr": np.repeat(true, replicates) + spread * rng.standard_normal(n_cells * replicates),
        }
    )
    part = {"evidence": "fits", "metric": "rr", "method": "lasso", "tuning": "validation"}
    versus = {"versus": 0.0, "scale": "difference", "direction": "above", "margin": MARGIN}
    return contrast(fits, part | versus)


def verdict(share, bar="plain", **changes):
    return decide([planted(share, **changes)], rule(bar), BARS[bar])


@pytest.mark.parametrize(
    ("bar", "share", "expected"),
    [
        ("plain", 0.95, SUPPORTED),
        ("plain", 0.40, REFUTED),
        ("plain", 0.75, INCONCLUSIVE),
        ("tends", 0.75, SUPPORTED),
        ("tends", 0.20, REFUTED),
        ("always", 1.00, SUPPORTED),
        ("always", 0.95, REFUTED),
        ("existence", 0.05, EXISTS),
        ("existence", 0.00, REFUTED),
    ],
)
def test_a_planted_share_gets_its_verdict(bar, share, expected):
    assert verdict(share, bar).verdict == expected


def test_without_precision_nothing_is_decided():
    for share in (0.4, 0.75, 1.0):
        assert verdict(share, spread=5.0, replicates=5).verdict == INCONCLUSIVE


def test_an_effect_at_the_margin_does_not_hold():
    assert verdict(1.0, "existence", effect=MARGIN).verdict == INCONCLUSIVE


def test_a_reversed_effect_refutes():
    assert verdict(1.0, effect=-0.15).verdict == REFUTED
    assert verdict(1.0, effect=-0.15).shares["reversed"] > 0.9


def test_numbers_of_a_decision_by_hand():
    cells = pd.DataFrame(
        {
            "effect": [0.2, 0.4, np.nan],
            "se": [0.03, 0.04, np.nan],
            "p_above": [0.001, 0.001, 1.0],
            "p_below": [0.999, 0.999, 1.0],
            "state": ["holds", "holds", "open"],
            "replicates": [20, 18, 20],
            "undefined": [0, 0, 20],
        },
        index=["a", "b", "c"],
    )
    found = decide([cells], rule("existence"), None)
    assert found.verdict == EXISTS
    assert found.effect == pytest.approx(0.3)
    assert found.mcse == pytest.approx(0.025)  # sqrt(.03^2 + .04^2) / 2
    assert found.ci_low == pytest.approx(0.3 - stats.norm.ppf(0.975) * 0.025)
    assert found.ci_high == pytest.approx(0.3 + stats.norm.ppf(0.975) * 0.025)
    assert found.shares == pytest.approx(
        {"holds": 2 / 3, "open": 1 / 3, "negligible": 0, "reversed": 0}
    )
    assert (found.cells, found.replicates) == (3, 18)
    assert found.p_supported == pytest.approx(0.003)  # Bonferroni over three cells
    assert found.p_refuted == 1.0


def test_shares_add_up_to_one():
    found = verdict(0.6, spread=0.3)
    assert sum(found.shares.values()) == pytest.approx(1)


def test_if_no_cell_votes_the_claim_is_not_testable():
    found = decide([planted(1.0).iloc[:0]], rule(), 0.75)
    assert found.verdict == NOT_TESTABLE
    assert found.cells == 0
    assert np.isnan(found.effect)


def test_if_no_cell_votes_in_one_of_the_parts_the_claim_is_not_testable():
    cells = planted(1.0)
    assert decide([cells, cells.iloc[:0]], rule(parts=2), 0.75).verdict == NOT_TESTABLE


def test_cells_without_any_value_leave_a_claim_open():
    cells = planted(1.0).assign(
        effect=np.nan, se=np.nan, p_above=1.0, p_below=1.0, state="open", undefined=25
    )
    found = decide([cells], rule(), 0.75)
    assert found.verdict == INCONCLUSIVE
    assert np.isnan(found.effect)


@pytest.mark.parametrize(
    ("combine", "shares", "expected", "deciding"),
    [
        ("and", (1.0, 1.0), SUPPORTED, None),
        ("and", (1.0, 0.3), REFUTED, 1),
        ("or", (1.0, 0.0), SUPPORTED, 0),
        ("or", (0.0, 0.0), REFUTED, None),
    ],
)
def test_joined_parts(combine, shares, expected, deciding):
    parts = [planted(share, seed=i) for i, share in enumerate(shares)]
    found = decide(parts, rule(combine=combine, parts=2), 0.75)
    assert found.verdict == expected
    if deciding is not None:
        assert found.part == deciding
        assert found.effect == pytest.approx(parts[deciding]["effect"].mean())


def rare(events, trials=20, undefined=0):
    """Return cells in which something happened this often, against a rate of .05."""
    events = np.asarray(events, dtype=float)
    return pd.DataFrame(
        {
            "effect": 0.05 - events / (trials - undefined),
            "se": 0.01,
            "p_above": 1.0,
            "p_below": 1.0,
            "state": "open",
            "replicates": trials,
            "undefined": undefined,
        },
        index=[f"c{i}" for i in range(len(events))],
    )


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([0] * 30, SUPPORTED),
        ([1] * 30, INCONCLUSIVE),  # exactly one in twenty
        ([4] * 30, REFUTED),
        ([20] + [0] * 59, SUPPORTED),  # pooled over all fits, not cell by cell
    ],
)
def test_rarely_counts_fits_not_cells(events, expected):
    found = decide([rare(events)], rule("rarely"), BARS["rarely"])
    assert found.verdict == expected
    share = sum(events) / (20 * len(events))
    assert found.effect == pytest.approx(0.05 - share)
    interval = stats.binomtest(sum(events), 20 * len(events)).proportion_ci(method="exact")
    assert found.ci_low == pytest.approx(0.05 - interval.high)
    assert found.ci_high == pytest.approx(0.05 - interval.low)


def test_rarely_is_the_exact_binomial_test():
    found = decide([rare([0, 1, 2] * 8)], rule("rarely"), 0.05)
    assert found.p_supported == 1.0  # 24 events where 24 are expected
    found = decide([rare([0, 0, 1] * 8)], rule("rarely"), 0.05)
    exact = stats.binomtest(8, 480, 0.05, alternative="less")
    assert found.p_supported == pytest.approx(exact.pvalue)
    found = decide([rare([3] * 24)], rule("rarely"), 0.05)
    exact = stats.binomtest(72, 480, 0.05, alternative="greater")
    assert found.p_refuted == pytest.approx(exact.pvalue)


def test_missing_fits_make_rarely_harder_in_both_directions():
    complete = decide([rare([0] * 30)], rule("rarely"), 0.05)
    partly = decide([rare([0] * 30, undefined=1)], rule("rarely"), 0.05)
    assert partly.p_supported > complete.p_supported
    assert decide([rare([0] * 30, undefined=2)], rule("rarely"), 0.05).verdict == INCONCLUSIVE
