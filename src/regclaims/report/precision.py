"""How precise the deciding contrasts came out, against what the count test asks for."""

from __future__ import annotations

import pandas as pd

from regclaims.config.claims import Part
from regclaims.config.loading import Registry
from regclaims.figures.names import TUNINGS, method_name
from regclaims.plan.precision import AIM
from regclaims.report.tex import Column, Tex, escape, longtable, number, percent

METRICS = {
    "rr": "relative risk",
    "f1": "F-score",
    "has_zero": "presence of a zero",
    "block_spread": "spread within blocks",
    "one_of_block": "one column kept of a block",
    "scale_free_variance": "scale-free variance",
    "scale_free_prediction_variance": "scale-free variance of predictions",
    "f1_screening": "that of screening",
    "rr_at_support": "relative risk with as many non-zeros as relevant columns",
}
"""Metrics whose names in tables are not words."""

ARMS = {"ista": "proximal gradients", "fista": "accelerated gradients", "ols": "least squares"}
"""Arms of experiments, likewise."""

POPULATION = ("fits", "stability")
"""Evidence of the population; all other evidence is an experiment's."""


def contrast_name(part: Part) -> str:
    """Name what a contrast compares: metric, method, tuning, and what it is held against."""
    metric = METRICS.get(part.metric, part.metric.replace("_", " "))
    if part.evidence not in POPULATION:
        return f"{metric}, {_arm(part.method)}{_against(part)}"
    tuning = TUNINGS.get(part.tuning, part.tuning)
    return f"{metric} of {method_name(part.method)}, {tuning}{_against(part)}"


def _arm(name: str) -> str:
    return ARMS.get(name, name.replace("-", " "))


def _against(part: Part) -> str:
    """Name the other arm by what differs: its method, else its tuning, else its metric."""
    versus = part.versus
    if isinstance(versus, float | int):
        return f", against {versus:g}" if versus else ""
    if versus.method != part.method:
        named = method_name if part.evidence in POPULATION else _arm
        other = named(versus.method)
    elif versus.tuning != part.tuning:
        other = f"the same {TUNINGS.get(versus.tuning, versus.tuning)}"
    else:
        metric = part.versus_metric or part.metric
        other = METRICS.get(metric, metric.replace("_", " "))
    return f", against {other}"


def precision(contrasts: pd.DataFrame, registry: Registry) -> pd.DataFrame:
    """Measure the errors of deciding contrasts in units of their margins.

    Parameters
    ----------
    contrasts : DataFrame
        `results/contrasts.parquet`.
    registry : Registry

    Returns
    -------
    DataFrame
        One row per voting cell, claim and part of its charitable rule: ``claim_id, part, name,
        evidence, cell_id, margin, error`` (standard error over margin) and ``reached``, whether it
        is 1/3 at most; without a value it is not. Contrasts with a margin of 0 ask for no precision
        and are left out.
    """
    parts = pd.DataFrame(
        [
            {"claim_id": claim_id, "part": i, "name": contrast_name(part)}
            | part.model_dump(include={"evidence", "margin"})
            for group in sorted(registry.groups.values(), key=lambda group: group.order)
            for claim_id, claim in group.claims.items()
            for i, part in enumerate(claim.rule.parts)
            if part.margin > 0 and claim.rule.bar != "rarely"
        ]
    )
    voting = (contrasts["reading"] == "charitable") & (contrasts["why_not"] == "")
    columns = ["claim_id", "part", "cell_id", "se"]
    found = parts.merge(contrasts.loc[voting, columns], on=["claim_id", "part"])
    found["error"] = found.pop("se") / found["margin"]
    return found.assign(reached=found["error"] <= (1 + 1e-9) / AIM)


def precision_table(errors: pd.DataFrame) -> Tex:
    """Each deciding contrast: margin, cells, median error and the share of cells precise enough."""
    columns = [
        Column("Claim", "l"),
        Column("Contrast", "p", 0.43),
        Column(Tex(r"$\delta$"), "r"),
        Column("Cells", "r"),
        Column("Median error", "r"),
        Column("Reached", "r"),
    ]
    rows = [
        [
            Tex(rf"\hyperref[claim:{claim_id}]{{{escape(claim_id)}}}"),
            name,
            number(group["margin"].iloc[0]),
            number(len(group), 0),
            number(float(group["error"].median())),
            percent(float(group["reached"].mean())),
        ]
        for (claim_id, _, name), group in errors.groupby(["claim_id", "part", "name"], sort=False)
    ]
    caption = Tex(
        r"Precision of the deciding contrasts in the cells that vote: margin $\delta$, median "
        r"standard error in units of $\delta$, and share of cells in which it is "
        rf"$\delta/{AIM}$ at most."
    )
    return longtable(columns, rows, caption=caption, label="tab:precision")


def precision_numbers(errors: pd.DataFrame) -> dict[str, Tex]:
    """Shares of contrasts and cells that are precise enough, by macro name.

    The mechanism experiment has cells of its own, to which no replicates are allotted.
    """
    errors = errors[errors["evidence"].isin(POPULATION)]
    by_cell = errors.groupby("cell_id")["reached"].all()
    by_contrast = errors.groupby(["claim_id", "name"])["reached"].mean().reset_index()
    worst = by_contrast.sort_values("reached", kind="stable").iloc[0]
    return {
        "precision-aim": Tex(rf"\delta/{AIM}"),
        "precision-reached": percent(float(errors["reached"].mean())),
        "precision-cells": number(len(by_cell), 0),
        "precision-cells-reached": percent(float(by_cell.mean())),
        "precision-worst-share": percent(float(worst["reached"])),
        "precision-worst-claim": Tex(rf"\textsf{{{escape(worst['claim_id'])}}}"),
        "precision-worst-contrast": escape(worst["name"]),
    }
