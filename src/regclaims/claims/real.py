"""Claims on real data: what each data set says, and the verdict over all of them.

A data set is one observation of the world, not a sample of data sets: the shares are those of the
data sets at hand. They may share rows (a data set and its expansion), so they are taken together by
a test that holds under any dependence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regclaims.claims.combine import combine
from regclaims.claims.decide import STATES, decide
from regclaims.claims.voting import CORRELATED, ROWS_PER_COLUMN
from regclaims.config.real_rules import STABLE
from regclaims.evidence.contrasts import contrast
from regclaims.evidence.judging import HOLDS, REVERSED
from regclaims.evidence.names import CLASSIFICATION, LOGISTIC, NULL, OLS
from regclaims.evidence.resampled import inflation

ALL, REGISTERED = "all", "registered"
"""Which data sets a verdict is taken over: all that the study has, or those of the registration."""

TUNED = ("cv-min", "validation")

SATURATED, AT_END, UNDEFINED = "saturated", "at the grid's end", "not defined here"

COLUMNS = [
    "claim_id",
    "group",
    "scope",
    "verdict",
    "effect",
    "ci_low",
    "ci_high",
    "bar",
    *(f"share_{state}" for state in STATES),
    "datasets",
    "holds_on",
    "reversed_on",
    "p_supported",
    "p_refuted",
]
"""Columns of `results/real-verdicts.csv`."""


@dataclass(frozen=True)
class DataSet:
    """What is known of one data set.

    Attributes
    ----------
    name : str
    splits : DataFrame
        As `Splits.tested`.
    stability : DataFrame
        As from `stability_of_splits`.
    about : mapping
        As from `describe`.
    saturated : bool
    """

    name: str
    splits: pd.DataFrame
    stability: pd.DataFrame
    about: Mapping[str, Any]
    saturated: bool

    @property
    def conditions(self) -> dict[str, bool]:
        """Whether it meets each filter of a `config.real_rules.RealRule`."""
        n, p = int(self.splits["n_train"].iloc[0]), int(self.about["n_features"])
        classes = self.about["task"] == CLASSIFICATION
        return {
            "correlated": bool(self.about["neighbour_correlation"] >= CORRELATED),
            "high-dimensional": p > n,
            "low-dimensional": p * ROWS_PER_COLUMN <= n,
            "not-by-counting": p < 2 * n,
            "classification": classes,
            "regression": not classes,
        }


def read_data_sets(
    names: Sequence[str],
    splits: Sequence[str],
    stability: Sequence[str],
    about: Sequence[str],
    flags: Sequence[str],
) -> dict[str, DataSet]:
    """Read data sets from the files that the workflow makes of each, in the order of the names."""
    found = {}
    for name, *paths in zip(names, splits, stability, about, flags, strict=True):
        tested, stable, described, flagged = map(pd.read_parquet, paths)
        saturated = bool(flagged["saturated"].iloc[0])
        row = {str(key): value for key, value in described.iloc[0].items()}
        found[name] = DataSet(name, tested, stable, row, saturated)
    return found


def real_contrasts(
    registry: Mapping[str, Mapping[str, Any]],
    data: Mapping[str, DataSet],
    registered: Set[str],
    max_at_end: float,
) -> pd.DataFrame:
    """Contrast every part of every claim's real rule on every data set.

    Parameters
    ----------
    registry : mapping
        By claim id: a `config.claims.Claim` as plain data, with its ``group``.
    data : mapping
        By name.
    registered : set of str
        Names of the data sets that were there when the rules were registered.
    max_at_end : float
        Share of a data set's splits in which an arm may be chosen at the end of its grid.

    Returns
    -------
    DataFrame
        One row per claim, part and data set, voting or not: `CellContrast`, ``why_not`` and
        ``registered``.
    """
    tables = []
    for name, rule in _rules(registry):
        for data_set in data.values():
            found = [on_data_set(part, data_set) for part in rule["parts"]]
            why = _why_not(rule, data_set, max_at_end) or _without_value(found)
            tables += [
                table.assign(
                    claim_id=name, part=i, why_not=why, registered=data_set.name in registered
                )
                for i, table in enumerate(found)
            ]
    return pd.concat(tables).reset_index(names="dataset") if tables else pd.DataFrame()


def _rules(registry: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, claim in registry.items():
        if claim.get("real_rule") is not None:
            yield name, claim["real_rule"]


def _why_not(rule: Mapping[str, Any], data_set: DataSet, max_at_end: float) -> str:
    if data_set.saturated:
        return SATURATED
    missed = [name for name in rule["filters"] if not data_set.conditions[name]]
    if missed:
        return f"not {missed[0]}"
    splits = data_set.splits
    there = set(splits["tuning"])
    ends = splits.groupby(["method", "tuning"])["at_grid_end"].mean()
    for part in rule["parts"]:
        arms = [part, *([part["versus"]] if isinstance(part["versus"], Mapping) else [])]
        names = [tuple(_arm(arm, data_set, there).values()) for arm in arms]
        if any(ends.get(name, 0.0) > max_at_end for name in names):
            return AT_END
    return ""


def _without_value(parts: Sequence[pd.DataFrame]) -> str:
    """Tell where a data set has no value of any part, as least squares of classes no log loss."""
    return "" if any(part["effect"].notna().any() for part in parts) else UNDEFINED


def on_data_set(part: Mapping[str, Any], data_set: DataSet) -> pd.DataFrame:
    """Contrast one part; no row where the data set lacks an arm or the metric."""
    stable = part["metric"] in STABLE
    rows = data_set.stability if stable else data_set.splits
    if part["metric"] not in (set(rows["metric"]) if stable else rows):
        rows = rows.iloc[:0].assign(**{part["metric"]: np.nan})
    named = rows.assign(cell_id=data_set.name).rename(columns={"split": "replicate"})
    there = set(named["tuning"])
    plain = {
        **part,
        **_arm(part, data_set, there),
        "evidence": "stability" if stable else "fits",
    }
    if isinstance(part["versus"], Mapping):
        plain["versus"] = _arm(part["versus"], data_set, there)
    return contrast(named, plain, inflation(data_set.splits))


def _arm(arm: Mapping[str, Any], data_set: DataSet, tunings: Set[str]) -> dict[str, str]:
    """Name an arm as the data set's own fits do."""
    method, tuning = arm["method"], arm["tuning"]
    if data_set.about["task"] == CLASSIFICATION and method not in (OLS, NULL):
        method = LOGISTIC + method
    if tuning == "tuned":
        tuning = next((rule for rule in TUNED if rule in tunings), tuning)
    return {"method": method, "tuning": tuning}


def real_verdicts(
    registry: Mapping[str, Mapping[str, Any]],
    bars: Mapping[str, float | None],
    contrasts: pd.DataFrame,
) -> pd.DataFrame:
    """Decide every claim that has a real rule, over all data sets and over those registered.

    Parameters
    ----------
    registry : mapping
        As for `real_contrasts`.
    bars : mapping
        Share of data sets by wording.
    contrasts : DataFrame
        As from `real_contrasts`.

    Returns
    -------
    DataFrame
        `COLUMNS`; effects are means over the data sets that vote. A claim whose data sets do not
        vote is ``not testable``.
    """
    rows = []
    for name, rule in _rules(registry):
        own = contrasts[contrasts["claim_id"] == name]
        for scope in (ALL, REGISTERED):
            voting = own[(own["why_not"] == "") & (own["registered"] | (scope == ALL))]
            parts = [
                voting[voting["part"] == i].set_index("dataset") for i in range(len(rule["parts"]))
            ]
            decision = decide(parts, rule, bars[rule["bar"]], dependent=True)
            states = combine(parts, rule["combine"])["state"]
            rows.append(
                {
                    "claim_id": name,
                    "group": registry[name]["group"],
                    "scope": scope,
                    "verdict": decision.verdict,
                    "effect": decision.effect,
                    "ci_low": decision.ci_low,
                    "ci_high": decision.ci_high,
                    "bar": rule["bar"],
                    **{f"share_{state}": share for state, share in decision.shares.items()},
                    "datasets": decision.cells,
                    "holds_on": " ".join(states.index[states == HOLDS]),
                    "reversed_on": " ".join(states.index[states == REVERSED]),
                    "p_supported": decision.p_supported,
                    "p_refuted": decision.p_refuted,
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)
