"""The court on trial, in the paper: controls, and what became of the registered rules."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from regclaims.claims.controls import CONTROLS, PLANTED
from regclaims.report.tex import UNDEFINED, Column, Tex, escape, longtable, number, tabular

PLANTED_STATEMENT = "Effects planted exactly at their margin: nothing may be decided."


def controls_table(controls: pd.DataFrame) -> Tex:
    """List what is known beforehand, and what the court made of it.

    Parameters
    ----------
    controls : DataFrame
        `results/controls.csv`.
    """
    columns = [
        Column("What is known", "p", 0.55),
        Column("Must be", "l"),
        Column("Is", "l"),
        Column("Cells", "r"),
    ]
    statements = {name: control.statement for name, control in CONTROLS.items()}
    statements[PLANTED] = PLANTED_STATEMENT
    rows = [
        [statements[row["control"]], row["expected"], row["verdict"], number(row["cells"], 0)]
        for _, row in controls.iterrows()
    ]
    return tabular(columns, rows)


def deviations_text(deviations: pd.DataFrame, verdicts: pd.DataFrame) -> Tex:
    """Say what became of the registered rules: a sentence, and a table where some were changed.

    Parameters
    ----------
    deviations : DataFrame
        `results/deviations.csv`.
    verdicts : DataFrame
        `results/verdicts.csv`.
    """
    registered = int((verdicts["registered"] != "not registered").sum())
    if registered == 0:
        return Tex(
            "No rule was registered before these results were computed: they are those of a pilot "
            "run, and there is nothing to deviate from.\n"
        )
    late = verdicts.loc[verdicts["registered"] == "not registered", "claim_id"]
    among = f"{number(registered, 0)} of {number(len(verdicts), 0)} rules were registered"
    if len(late):
        among += f" (not {escape(', '.join(late))})"
    if deviations.empty:
        return Tex(f"{among}, and each stands as it was registered: there is no deviation.\n")
    columns = [
        Column("Claim", "p", 0.2),
        Column("When", "l"),
        Column("Why", "p", 0.34),
        Column("As registered", "l"),
        Column("As it stands", "l"),
    ]
    rows: list[Sequence[object]] = [
        [
            row["claim_id"],
            row["when"],
            row["reason"],
            _known(row["registered_verdict"]),
            _known(row["verdict"]),
        ]
        for _, row in deviations.iterrows()
    ]
    caption = "Deviations from the registry, with the verdicts by both rules."
    table = longtable(columns, rows, caption=caption, label="tab:deviations")
    text = rf"{among}; Table~\ref{{tab:deviations}} has every departure from the registry and why."
    return Tex(f"{text}\n\n{{\\footnotesize\n{table}}}\n")


def _known(verdict: object) -> Tex:
    """A verdict, or a dash where the claim is gone or the study deviates."""
    return escape(verdict) if isinstance(verdict, str) else Tex(UNDEFINED)
