"""Would another reasonable choice have led to another verdict? Every verdict, taken again.

The alternatives are fixed here, before results are seen: how lambda is chosen, how large an effect
must be, how strong the wording is taken to be, what counts as zero, what counts as stable. Whether
columns are standardized is not among them: the columns of the synthetic cells have variance 1 but
for their scales, which standardizing takes out again, so that it would be another study.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pandas as pd

from regclaims.claims.decide import (
    EXISTS,
    INCONCLUSIVE,
    NOT_TESTABLE,
    REFUTED,
    SUPPORTED,
)
from regclaims.claims.findings import Evidence, find
from regclaims.claims.verdicts import take_verdicts
from regclaims.config.claims import REAL

TUNINGS = ("validation", "cv-min", "cv-1se", "bic", "oracle")
"""How lambda may be chosen; equal degrees of freedom are another question, and stay."""

BARS = {"tends": 0.50, "plain": 0.75, "nine-tenths": 0.90}
"""Wordings that take each other's place."""

MARGINS = {"margin-halved": 0.5, "margin-doubled": 2.0}

ZEROS = {"zero_share": "near_zero_share"}
"""What else may count as zero: at most 1e-8 of the response's spread."""

STABILITY: Mapping[str, Mapping[str, Any]] = {
    "scale_free_variance": {"metric": "cosine", "scale": "difference", "margin": 0.02},
    "selection_stability": {"metric": "sign_agreement", "scale": "difference", "margin": 0.05},
}
"""What else may measure stability; for a variance less is more stable, for these more is."""

FLIPPED = {"above": "below", "below": "above"}
REGISTERED = "registered"
COLUMNS = ("claim_id", "alternative", "verdict", "effect", "cells", "agreement")
AGREES, REVERSED, DOWNGRADED, CHANGED = "agrees", "reversed", "downgraded", "changed"


def alternatives(claim: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the alternatives to a claim's charitable rule, by name.

    Parameters
    ----------
    claim : mapping
        A `config.claims.Claim` as plain data.

    Yields
    ------
    str, dict
        Only those that differ from the rule; none for identities, which mathematics settles, and
        for claims on real data, which are tuned as each data set's protocol says.
    """
    rule = claim["rule"]
    if claim["kind"] in ("identity", REAL):
        return
    made = {
        **{f"tuning-{tuning}": _tuned(rule, tuning) for tuning in TUNINGS},
        **{name: _margins(rule, times) for name, times in MARGINS.items()},
        **{f"bar-{name}": _barred(rule, name) for name in BARS},
        "zero-1e-8": _measured(rule, ZEROS),
        "stability-index": _stable(rule),
    }
    for name, other in made.items():
        if other != rule:
            yield name, other


def _each(rule: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    copy = deepcopy(dict(rule))
    return copy, copy["parts"]


def _tuned(rule: Mapping[str, Any], tuning: str) -> dict[str, Any]:
    copy, parts = _each(rule)
    arms = parts + [part["versus"] for part in parts if isinstance(part["versus"], dict)]
    for arm in arms:
        if arm["tuning"] in TUNINGS:
            arm["tuning"] = tuning
    return copy


def _margins(rule: Mapping[str, Any], times: float) -> dict[str, Any]:
    copy, parts = _each(rule)
    for part in parts:
        part["margin"] *= times
        part["allowance"] *= times  # by how much it may fall short is a margin too
    return copy


def _barred(rule: Mapping[str, Any], name: str) -> dict[str, Any]:
    copy, _ = _each(rule)
    if copy["bar"] in BARS:
        copy["bar"] = name
    return copy


def _measured(rule: Mapping[str, Any], metrics: Mapping[str, str]) -> dict[str, Any]:
    copy, parts = _each(rule)
    for part in parts:
        if part["evidence"] == "fits":  # an experiment has metrics of its own
            part["metric"] = metrics.get(part["metric"], part["metric"])
    return copy


def _stable(rule: Mapping[str, Any]) -> dict[str, Any]:
    copy, parts = _each(rule)
    for part in parts:
        other = STABILITY.get(part["metric"])
        if other is None or part["evidence"] != "stability":
            continue
        if part["scale"] == "log-ratio":  # of variances, of which less is better
            part["direction"] = FLIPPED[part["direction"]]
        part.update(other)
        if part["allowance"]:  # the margin of the other index is what it may fall short by
            part["allowance"], part["margin"] = other["margin"], 0.0
    return copy


def multiverse(registry: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Make a registry of every claim under its own rule and every alternative.

    Parameters
    ----------
    registry : mapping
        By claim id: a `config.claims.Claim` as plain data, with its ``group``.

    Returns
    -------
    dict
        By ``"claim alternative"``. No boundary is looked for: what is compared is the verdict over
        all cells that vote.
    """
    every = {}
    for name, claim in registry.items():
        others = dict(alternatives(claim))
        for alternative, rule in {REGISTERED: claim["rule"], **others}.items() if others else ():
            plain = {**claim, "rule": rule, "strict_rule": rule, "moderators": []}
            every[f"{name} {alternative}"] = plain
    return every


def robustness(
    registry: Mapping[str, Mapping[str, Any]],
    bars: Mapping[str, float | None],
    population: pd.DataFrame,
    evidence: Evidence,
) -> pd.DataFrame:
    """Take every verdict again under every alternative.

    Parameters
    ----------
    registry, bars, population
        As for `take_verdicts`.
    evidence : Evidence

    Returns
    -------
    DataFrame
        `COLUMNS`: ``agreement`` is ``agrees``, ``reversed`` (supported against refuted),
        ``downgraded`` (to inconclusive) or ``changed``; missing where no cell has the alternative.
    """
    every = multiverse(registry)
    if not every:
        return pd.DataFrame(columns=list(COLUMNS))
    found = find(every, evidence)
    court = take_verdicts(every, {**bars, **BARS}, population, found, "charitable", standing=False)
    verdicts = court.verdicts
    names = verdicts["claim_id"].str.split(" ", n=1, expand=True)
    table = verdicts.assign(claim_id=names[0], alternative=names[1])
    own = table[table["alternative"] == REGISTERED].set_index("claim_id")["verdict"]
    pairs = zip(table["claim_id"].map(own), table["verdict"], strict=True)
    agreement = pd.Series([_agreement(*pair) for pair in pairs], table.index, dtype=object)
    return table.assign(agreement=agreement)[list(COLUMNS)]


def _agreement(before: str, after: str) -> str | None:
    before, after = (SUPPORTED if verdict == EXISTS else verdict for verdict in (before, after))
    if after == NOT_TESTABLE:
        return None
    if before == after:
        return AGREES
    if {before, after} == {SUPPORTED, REFUTED}:
        return REVERSED
    return DOWNGRADED if after == INCONCLUSIVE else CHANGED


def shares_that_agree(table: pd.DataFrame) -> pd.Series:
    """Return the share of a claim's alternatives that agree with it, by ``claim_id``.

    Alternatives that no cell has are left out; so is a claim that has none.
    """
    others = table[(table["alternative"] != REGISTERED) & table["agreement"].notna()]
    return (others["agreement"] == AGREES).groupby(others["claim_id"]).mean()
