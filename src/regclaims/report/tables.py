"""The table of the paper on provenance."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from regclaims.report.tex import Column, Tex, tabular


def provenance_table(provenance: Mapping[str, object]) -> Tex:
    """Commit, configuration, seed and versions, in two pairs of columns."""
    columns = [Column("What", "l"), Column("Value", "p", 0.22)] * 2
    pairs = [[name, str(value)] for name, value in provenance.items()]
    half = (len(pairs) + 1) // 2
    rows = zip_longest(pairs[:half], pairs[half:], fillvalue=["", ""])
    return tabular(columns, [left + right for left, right in rows])
