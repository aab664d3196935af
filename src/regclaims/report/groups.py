"""Results by group: which claims are supported, bounded, refuted, open."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from regclaims.claims.decide import BOUNDARY, VERDICTS
from regclaims.config.loading import Registry
from regclaims.report.sentences import region_text
from regclaims.report.tex import Tex, escape, number


def group_summaries(registry: Registry, verdicts: pd.DataFrame) -> Tex:
    """A paragraph per group: its claims by verdict, each a link to what is said of it.

    Parameters
    ----------
    registry : Registry
    verdicts : DataFrame
        As the verdict stage writes it.
    """
    rows = {str(row["claim_id"]): row for row in verdicts.to_dict("records")}
    groups = sorted(registry.groups.values(), key=lambda group: group.order)
    paragraphs = (
        rf"\paragraph{{{escape(group.title)}}} "
        + _by_verdict([rows[name] for name in group.claims])
        for group in groups
    )
    return Tex("\n\n".join(paragraphs) + "\n")


def _by_verdict(rows: list[Mapping[Hashable, Any]]) -> str:
    sentences = []
    for verdict in VERDICTS:
        own = [row for row in rows if row["verdict"] == verdict]
        if own:
            names = ", ".join(_named(row) for row in own)
            sentences.append(f"{escape(verdict.capitalize())} ({number(len(own), 0)}): {names}.")
    return " ".join(sentences)


def _named(row: Mapping[Hashable, Any]) -> str:
    name = row["claim_id"]
    link = rf"\hyperref[claim:{name}]{{\textsf{{{escape(name)}}}}}"
    return f"{link} ({region_text(row['region'])})" if row["verdict"] == BOUNDARY else link
