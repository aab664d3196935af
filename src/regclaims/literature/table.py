"""The comparisons as a page for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import scipy

from regclaims.literature.hastie import DISAGREES
from regclaims.literature.zou_hastie import REVERSED

WIDTH = 100
"""Columns of text; tables are as wide as they are."""


def report(tables: Mapping[str, pd.DataFrame], published: Mapping[str, Any]) -> str:
    """Write the page.

    Parameters
    ----------
    tables : mapping
        As from `run`.
    published : mapping
        `config.literature.Literature` as plain data.

    Returns
    -------
    str
        Markdown that reads as well unrendered.
    """
    lines = [
        "# Published simulations, run again",
        "",
        *_wrapped(
            "Ours are new draws of the published designs, solved and tuned by this study. Nothing "
            "was adjusted to come closer. Candidate explanations are conjectures; none was tested."
        ),
        *_medians(tables, published["zou_hastie"], published["limit"]),
        *_findings(tables, published["hastie"], published["limit"]),
    ]
    return "\n".join(lines) + "\n"


def _medians(
    tables: Mapping[str, pd.DataFrame], published: Mapping[str, Any], limit: float
) -> Iterator[str]:
    medians, orders = tables["medians"], tables["orders"]
    yield from _opening("Zou and Hastie (2005)", published)
    yield from _wrapped(f"What: {published['quantity']}.")
    yield from _wrapped(f"Checked: {published['checked']}.")
    yield ""
    yield from _table(
        ["example", "method", "ours", "SE", "theirs", "SE", "difference in SE", "replicates"],
        [_median_cells(row) for row in medians.to_dict("records")],
    )
    chance = len(medians) * 2 * scipy.stats.norm.sf(limit)
    yield ""
    yield from _wrapped(
        f"{int(medians['differs'].sum())} of {len(medians)} medians differ by more than {limit:g} "
        f"standard errors; by chance alone {chance:.1f} would."
    )
    for name, own in medians.groupby("example", sort=False):
        yield from _order(str(name), own, orders[orders["example"] == name], published)
    yield from _mismatches(medians, orders, published)


def _opening(title: str, published: Mapping[str, Any]) -> list[str]:
    place = f", {published['place']}" if "place" in published else ""
    return ["", f"## {title}{place}", ""]


def _median_cells(row: Mapping[Any, Any]) -> list[str]:
    numbers = [f"{row[name]:.3g}" for name in ("ours", "our_se", "theirs", "their_se")]
    mark = " *" if row["differs"] else ""
    dropped = f" ({row['left_out']} left out)" if row["left_out"] else ""
    beside = [f"{row['difference']:+.1f}{mark}", f"{row['replicates']}{dropped}"]
    return [row["example"], row["label"], *numbers, *beside]


def _order(
    name: str, medians: pd.DataFrame, orders: pd.DataFrame, published: Mapping[str, Any]
) -> Iterator[str]:
    yield from ("", f"### Order in {name}", "")
    yield from _wrapped(f"Design: {published['examples'][name]['about']}.")
    for whose in ("theirs", "ours"):
        ranked = medians.sort_values(whose, kind="stable")["label"]
        yield f"{whose.capitalize() + ':':8}{' < '.join(ranked)}"
    yield ""
    labels = dict(zip(medians["method"], medians["label"], strict=True))
    yield from _table(
        ["better, by them", "worse, by them", "theirs", "SE", "ours", "interval", "order"],
        [
            [
                labels[row["better"]],
                labels[row["worse"]],
                f"{row['theirs']:.3g}",
                f"{row['their_se']:.2g}",
                f"{row['ours']:+.3g}",
                f"{row['ci_low']:+.3g} to {row['ci_high']:+.3g}",
                row["outcome"],
            ]
            for row in orders.to_dict("records")
        ],
    )


def _mismatches(
    medians: pd.DataFrame, orders: pd.DataFrame, published: Mapping[str, Any]
) -> Iterator[str]:
    """Give a line for each mismatch, then the candidate explanations of the methods in them."""
    off = medians[medians["differs"]]
    turned = orders[orders["outcome"] == REVERSED]
    yield from ("", "### Mismatches", "")
    if off.empty and turned.empty:
        yield "None."
        return
    labels = {name: column["label"] for name, column in published["methods"].items()}
    for row in off.to_dict("records"):
        yield (
            f"- {row['example']}, {row['label']}: ours {row['ours']:.3g}, theirs "
            f"{row['theirs']:.3g} ({row['difference']:+.1f} standard errors)"
        )
    for row in turned.to_dict("records"):
        pair = f"{labels[row['worse']]} is better than {labels[row['better']]}"
        yield f"- {row['example']}: with us {pair}, with them the reverse"
    involved = {*off["method"], *turned["better"], *turned["worse"]}
    yield from ("", "What could explain them:", "")
    for method, column in published["methods"].items():
        if method in involved:
            yield from _bullets(f"{column['label']}: {text}" for text in column["candidates"])
    for example in dict.fromkeys([*off["example"], *turned["example"]]):
        candidates = published["examples"][example]["candidates"]
        yield from _bullets(f"{example}: {text}" for text in candidates)
    yield from _bullets(f"any: {text}" for text in published["candidates"])


def _findings(
    tables: Mapping[str, pd.DataFrame], published: Mapping[str, Any], limit: float
) -> Iterator[str]:
    overall, found = tables["summary"], tables["findings"]
    yield from _opening("Hastie, Tibshirani and Tibshirani (2020)", published)
    yield from _wrapped(
        "Effects are logarithms of ratios of mean relative risks, or differences in non-zeros; "
        "below 0 the first method has less. A finding is decided beyond "
        f"{limit:g} standard errors, else it is open."
    )
    for row in overall.to_dict("records"):
        yield from _finding(row, found[found["finding"] == row["finding"]], published)
    against = overall[overall["outcome"] == DISAGREES]
    yield from ("", "### Disagreements", "")
    if against.empty:
        yield "None."
        return
    told = zip(against["finding"], against["statement"], strict=True)
    yield from _bullets(f"{name}: {statement}" for name, statement in told)
    yield from ("", "What could explain them:", "")
    yield from _bullets(published["candidates"])


def _finding(
    row: Mapping[Any, Any], ratios: pd.DataFrame, published: Mapping[str, Any]
) -> Iterator[str]:
    finding = published["findings"][row["finding"]]
    yield from ("", f"### {row['finding']}: {row['outcome']}", "")
    yield from _wrapped(row["statement"])
    yield from _wrapped(f"Where: {finding['place']}. Checked: {finding['checked']}.")
    margin = f" (margin {row['margin']:g})" if row["margin"] else ""
    yield from _wrapped(
        f"Expected: {finding['a']} {finding['expected']} {finding['b']}{margin}. Over all ratios: "
        f"{row['effect']:+.3f}, SE {row['se']:.3f}."
        if len(ratios)
        else "No cell of this setting was run."
    )
    if ratios.empty:
        return
    yield ""
    yield from _table(
        ["SNR", "against", "effect", "SE", "cells", "replicates", "outcome"],
        [
            [
                f"{part['snr']:.3g}",
                part["b"],
                f"{part['effect']:+.3f}",
                f"{part['se']:.3f}",
                str(part["cells"]),
                str(part["replicates"]),
                part["outcome"],
            ]
            for part in ratios.to_dict("records")
        ],
    )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False)


def _bullets(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        wrapped = textwrap.wrap(f"- {text}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
        yield from wrapped


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Write a table whose columns are aligned: words to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    numeric = [bool(rows) and all(_is_number(row[i]) for row in rows) for i in range(len(heads))]

    def line(cells: Iterable[str]) -> str:
        placed = zip(cells, widths, numeric, strict=True)
        return "| " + " | ".join(c.rjust(w) if n else c.ljust(w) for c, w, n in placed) + " |"

    yield line(heads)
    marks = zip(widths, numeric, strict=True)
    yield "|" + "|".join("-" * (w + 1) + (":" if n else "-") for w, n in marks) + "|"
    yield from map(line, rows)


def _is_number(text: str) -> bool:
    return text.lstrip("+-")[:1].isdigit()
