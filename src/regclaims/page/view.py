"""What stands on the page: the record, the registry and the tables, joined by claim."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from markupsafe import Markup

from regclaims.claims.combine import combine
from regclaims.claims.in_words import rule_in_words
from regclaims.claims.wording import sentence
from regclaims.config.claims import Claim, Group, Part
from regclaims.config.coding import Coded
from regclaims.figures.of_claims import figures_of
from regclaims.page.effects import in_margins, of_cells, shares
from regclaims.page.maps import maps
from regclaims.page.texts import SCALES
from regclaims.page.words import arm_in_words, contrast_in_words, table_of

CHARITABLE = "charitable"


@dataclass(frozen=True)
class Tables:
    """Tables as the stages write them.

    Attributes
    ----------
    strict, decisions, contrasts, real : DataFrame
        `results/{strict,decisions}.csv`, `results/{contrasts,real-contrasts}.parquet`.
    population : DataFrame
        `results/population.parquet`.
    """

    strict: pd.DataFrame
    decisions: pd.DataFrame
    contrasts: pd.DataFrame
    real: pd.DataFrame
    population: pd.DataFrame


@dataclass(frozen=True)
class ClaimView:
    """A claim with all that was found about it.

    Attributes
    ----------
    name : str
    claim : Claim
    row : mapping
        Its verdict in `results/verdicts.json`.
    strict, decision : mapping
        Its rows of `results/strict.csv` and, of the charitable reading, `results/decisions.csv`.
    places : sequence of Coded
        Sentences of the articles that make it.
    contrasts : DataFrame
        What each cell says on each part of its rule.
    real : DataFrame
        What each data set says on each part of its real rule.
    population : DataFrame
        Indexed by ``cell_id``.
    figures : sequence of str
    """

    name: str
    claim: Claim
    row: Mapping[str, Any]
    strict: Mapping[str, Any]
    decision: Mapping[str, Any]
    places: Sequence[Coded]
    contrasts: pd.DataFrame
    real: pd.DataFrame
    population: pd.DataFrame
    figures: Sequence[str]

    @property
    def rarely(self) -> bool:
        """Whether fits with an event are counted, and not cells."""
        return self.claim.rule.bar == "rarely"

    @property
    def deciding(self) -> int:
        """The part of the rule whose effect is reported."""
        return int(self.decision["part"])

    @property
    def part(self) -> Part:
        """The contrast whose effect is reported."""
        return self.claim.rule.parts[self.deciding]

    @property
    def margin(self) -> float:
        """What the effect has to exceed."""
        return 0.0 if self.rarely else self.part.margin

    @property
    def unit(self) -> float:
        """What effects are drawn in units of: as contrasts are compared with each other."""
        return float(self.row["bar"]) if self.rarely else self.margin or 1.0

    @property
    def scale(self) -> str:
        """The scale of the effect, in words."""
        return "bar less share of fits" if self.rarely else SCALES[self.part.scale]

    @property
    def shown(self) -> str:
        """Which contrast the effect is of, where the rule has several."""
        if len(self.claim.rule.parts) == 1:
            return ""
        joined = self.claim.rule.combine == "and"
        which = "weakest, as all must hold" if joined else "strongest, as one will do"
        what = arm_in_words(self.part, self.part.metric)
        return f"It is that of the contrast that is {which}: {what}."

    @property
    def ratio(self) -> float:
        """The effect as a ratio, where it is the log of one."""
        return math.exp(self.row["effect"])

    @property
    def strict_sentence(self) -> str:
        """What was decided of the strict reading."""
        return sentence(self.strict, rarely=self.claim.strict_rule.bar == "rarely")

    @property
    def rules(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Both rules, line by line."""
        yield (
            "Charitable reading, which decides",
            list(rule_in_words(self.claim.rule, arm_in_words)),
        )
        yield "Strict reading", list(rule_in_words(self.claim.strict_rule, arm_in_words))

    @cached_property
    def voting(self) -> list[pd.DataFrame]:
        """The cells that vote, by part."""
        rows = self.contrasts[self.contrasts["why_not"] == ""]
        numbers = range(len(self.claim.rule.parts))
        return [rows[rows["part"] == i].set_index("cell_id") for i in numbers]

    @property
    def states(self) -> pd.Series:
        """State of each cell that votes, all parts taken together."""
        return combine(self.voting, self.claim.rule.combine)["state"]

    @property
    def not_voting(self) -> dict[str, int]:
        """Why cells do not vote, the most frequent reason first."""
        rows = self.contrasts[self.contrasts["why_not"] != ""]
        reasons = rows.drop_duplicates("cell_id")["why_not"].value_counts()
        return {str(why): int(count) for why, count in sorted(reasons.items(), key=_by_count)}

    @property
    def real_parts(self) -> list[dict[str, Any]]:
        """What each data set says, as plain rows."""
        return [
            {str(key): value for key, value in row.items()}
            for row in self.real.sort_values(["dataset", "part"]).to_dict("records")
        ]

    def real_contrast(self, part: int) -> str:
        """Say what is compared on real data."""
        rule = self.claim.real_rule
        return contrast_in_words(rule.parts[part]) if rule else ""

    @property
    def evidence_files(self) -> list[str]:
        """Tables of fits and draws that the rule looks at, seen from the page."""
        return list(dict.fromkeys(table_of(part.evidence) for part in self.claim.rule.parts))

    @property
    def in_margins(self) -> Markup:
        """The drawing in the table."""
        return in_margins(self.row, self.unit)

    @property
    def bar_of_shares(self) -> Markup:
        """Shares of cells by state, as a bar."""
        return shares(self.row)

    @property
    def drawn_cells(self) -> Markup:
        """Effect and cells, with an axis."""
        cells = self.voting[self.deciding]
        title = f"{self.scale} (above 0: the claim is right)"
        return of_cells(self.row, cells, self.margin, title, counted=self.rarely)

    @property
    def maps(self) -> list[Markup]:
        """Where it holds."""
        if self.rarely:
            return []
        return maps(self.row, self.claim.moderators, self.states, self.population)


@dataclass(frozen=True)
class Section:
    """A group of claims."""

    name: str
    title: str
    claims: Sequence[ClaimView]


def sections(
    record: Mapping[str, Any],
    groups: Mapping[str, Group],
    tables: Tables,
    coding: Sequence[Coded],
) -> list[Section]:
    """Join everything by claim, in the order of the report.

    Parameters
    ----------
    record : mapping
        `results/verdicts.json`.
    groups : mapping
        Of claims, by name.
    tables : Tables
    coding : sequence of Coded
        All sentences of the articles.
    """
    rows = {row["claim_id"]: row for row in record["verdicts"]}
    strict = _by_claim(tables.strict)
    decisions = _by_claim(tables.decisions[tables.decisions["reading"] == CHARITABLE])
    own = tables.contrasts[tables.contrasts["reading"] == CHARITABLE]
    contrasts = dict(list(own.groupby("claim_id", observed=True)))
    real = dict(list(tables.real.groupby("claim_id", observed=True)))
    population = tables.population.set_index("cell_id")
    return [
        Section(
            name,
            group.title,
            [
                ClaimView(
                    name=claim_id,
                    claim=claim,
                    row=rows[claim_id],
                    strict=strict[claim_id],
                    decision=decisions[claim_id],
                    places=[coded for coded in coding if claim_id in coded.claims],
                    contrasts=contrasts.get(claim_id, own.head(0)),
                    real=real.get(claim_id, tables.real.head(0)),
                    population=population,
                    figures=figures_of(claim),
                )
                for claim_id, claim in group.claims.items()
            ],
        )
        for name, group in sorted(groups.items(), key=lambda item: item[1].order)
    ]


def _by_claim(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {
        str(row["claim_id"]): {str(key): value for key, value in row.items()}
        for row in table.to_dict("records")
    }


def _by_count(item: tuple[Any, Any]) -> tuple[int, str]:
    return -int(item[1]), str(item[0])
