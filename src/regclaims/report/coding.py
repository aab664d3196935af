"""The coding of the articles in the paper: every sentence, with its claims or why it has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from regclaims.config.coding import REASONS
from regclaims.report.tex import MIDRULE, Column, Tex, escape, longtable, number, tabular

Sentence = Mapping[str, Any]
"""A `config.coding.Coded` as plain data."""


def coding_numbers(sentences: Sequence[Sentence]) -> dict[str, Tex]:
    """Count sentences, those with claims, and articles."""
    counts = {
        "sentences": len(sentences),
        "with-claims": sum(bool(row["claims"]) for row in sentences),
        "articles": len({row["article"] for row in sentences}),
    }
    return {f"coding-{name}": number(count, 0) for name, count in counts.items()}


def coding_totals(sentences: Sequence[Sentence]) -> Tex:
    """Count the sentences of each article: those that make claims, the others by their reason."""
    articles = sorted({row["article"] for row in sentences})
    counts = Counter((row["article"], row["reason"] or "claims") for row in sentences)
    reasons = [reason for reason in REASONS if any(counts[a, reason] for a in articles)]
    columns = [
        Column("Article"),
        *(Column(name.capitalize(), "r") for name in ("claims", *reasons)),
    ]
    columns.append(Column("All", "r"))
    rows: list[Sequence[object]] = []
    for name, own in [*((a, [a]) for a in articles), ("All", articles)]:
        found = [sum(counts[a, kind] for a in own) for kind in ("claims", *reasons)]
        if len(own) > 1:
            rows.append(MIDRULE)
        rows.append([name, *(number(n, 0) for n in [*found, sum(found)])])
    return tabular(columns, rows)


def coding_table(sentences: Sequence[Sentence]) -> Tex:
    """List every sentence of the articles; claims are links to their paragraphs."""
    columns = [
        Column("", "l"),
        Column("Section", "p", 0.155),
        Column("No.", "r"),
        Column("What it says, in our words", "p", 0.40),
        Column("Claims, or why none", "p", 0.315),
    ]
    rows = [
        [
            row["article"],
            row["section"],
            number(row["sentence"], 0),
            row["gist"],
            _claims(row["claims"]) if row["claims"] else Tex(rf"\emph{{{escape(row['reason'])}}}"),
        ]
        for row in sentences
    ]
    caption = Tex(
        "Every sentence of the articles in its order. No.: its number within the section, 0 for "
        "the section's heading. In italics why a sentence has nothing to try: "
        r"\emph{scope} says what is spoken of, \emph{layout} are headings, captions and heads of "
        r"tables, \emph{cut off} breaks off, \emph{repeats} says again what is coded before."
    )
    return longtable(columns, rows, caption=caption, label="tab:coding")


def _claims(names: Sequence[str]) -> Tex:
    links = (rf"\hyperref[claim:{name}]{{{escape(name)}}}" for name in names)
    return Tex(", ".join(links))
