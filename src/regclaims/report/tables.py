"""The table of the paper on provenance."""

from __future__ import annotations

from collections.abc import Mapping

from regclaims.report.tex import Column, Tex, tabular


def provenance_table(provenance: Mapping[str, object]) -> Tex:
    """Commit, configuration, seed and versions."""
    columns = [Column("What", "l"), Column("Value", "p", 0.5)]
    return tabular(columns, [[name, str(value)] for name, value in provenance.items()])
