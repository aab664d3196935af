"""`results/verdicts.json`: everything that was decided, under a published schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from regclaims.claims.wording import sentence

VERSION = 1


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Alternative(_Closed):
    """A verdict under one registered alternative."""

    alternative: str = Field(description="Its name, `registered` for the rule itself.")
    verdict: str
    agreement: Literal["agrees", "reversed", "downgraded", "changed"] | None = Field(
        description="With the rule's own verdict; null where no cell has the alternative."
    )


class OnRealData(_Closed):
    """What real data say of a claim."""

    scope: Literal["all", "registered"]
    verdict: str
    effect: float | None
    ci_low: float | None
    ci_high: float | None
    datasets: int
    holds_on: list[str]


class Verdict(_Closed):
    """All that was decided of one claim."""

    claim_id: str
    group: str
    statement: str = Field(description="In our words.")
    sources: str = Field(description="Article, section and sentence.")
    origin: Literal["article", "ours"] = Field(description="`ours` counts in no total.")
    verdict: Literal[
        "supported",
        "supported (existence)",
        "boundary",
        "refuted",
        "inconclusive",
        "not testable",
    ]
    strict_verdict: str = Field(description="In the strict reading.")
    sentence: str = Field(description="The verdict in words.")
    effect: float | None = Field(description="Mean over voting cells, positive where it is right.")
    ci_low: float | None
    ci_high: float | None
    mcse: float | None = Field(description="Monte Carlo standard error of the effect.")
    bar: str = Field(description="Share of cells in which it must hold, or `existence`.")
    shares: dict[str, float | None] = Field(description="Of cells, by state.")
    cells: int
    replicates: int
    p_supported: float
    p_refuted: float
    moderator: str | None = Field(description="Of a boundary.")
    region: str | None = Field(description="Where it holds, by the bracketing levels.")
    robustness: float | None = Field(description="Share of alternatives that agree.")
    alternatives: list[Alternative]
    design_dependent: bool | None
    registered: Literal["registered", "not registered", "deviation"]
    controls_ok: bool | None
    registry_hash: str = Field(description="Of all that decides it.")
    real_data: list[OnRealData]
    known_beta: str | None = Field(description="Verdict on known coefficients on real columns.")


class Record(_Closed):
    """`results/verdicts.json`."""

    version: Literal[1]
    study: str
    seed: int
    verdicts: list[Verdict]


def schema() -> dict[str, Any]:
    """Return the JSON schema of `results/verdicts.json`."""
    return Record.model_json_schema()


def record(
    study: str,
    seed: int,
    rarely: Sequence[str],
    tables: Mapping[str, pd.DataFrame],
) -> dict[str, Any]:
    """Put everything that was decided in one value.

    Parameters
    ----------
    study : str
    seed : int
    rarely : sequence of str
        Claims that count fits.
    tables : mapping
        ``verdicts``, ``strict``, ``decisions``, ``robustness``, ``real`` and ``known_beta``, as the
        verdict stage writes them.

    Returns
    -------
    dict
        Plain data that `Record` has validated.
    """
    strict = tables["strict"].set_index("claim_id")["verdict"]
    decisions = tables["decisions"]
    decided = decisions[decisions["reading"] == "charitable"].set_index("claim_id")
    semi = tables["known_beta"].set_index("claim_id")["verdict"]
    verdicts = []
    for row in tables["verdicts"].to_dict("records"):
        plain = {str(key): _plain(value) for key, value in row.items()}
        name = str(plain["claim_id"])
        states = [key for key in plain if key.startswith("share_")]
        verdicts.append(
            {
                **{key: value for key, value in plain.items() if key not in states},
                "bar": str(plain["bar"]),
                "sources": plain["sources"] or "",  # ours have none
                "shares": {key.removeprefix("share_"): plain[key] for key in states},
                "strict_verdict": strict[name],
                "sentence": sentence(plain, rarely=name in rarely),
                "p_supported": float(decided["p_supported"][name]),
                "p_refuted": float(decided["p_refuted"][name]),
                "alternatives": _rows(tables["robustness"], name, Alternative),
                "real_data": _rows(tables["real"], name, OnRealData),
                "known_beta": _plain(semi.get(name)),
            }
        )
    found = Record.model_validate(
        {"version": VERSION, "study": study, "seed": seed, "verdicts": verdicts}
    )
    return found.model_dump(mode="json")


def _rows(table: pd.DataFrame, claim: str, model: type[BaseModel]) -> list[dict[str, Any]]:
    rows = []
    for row in table[table["claim_id"] == claim].to_dict("records"):
        plain = {name: _plain(row[name]) for name in model.model_fields}
        if "holds_on" in plain:
            plain["holds_on"] = str(plain["holds_on"] or "").split()
        rows.append(plain)
    return rows


def _plain(value: Any) -> Any:
    """Return a value of a table as JSON has it: null where it is missing."""
    if value is None or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
