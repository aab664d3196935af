"""The printed table: a block a case, and geometric means of the ratios in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

import numpy as np

from benchmarks.measure import STOPPED, Measurement, best_at_equal_gap
from benchmarks.peers import OURS

HEAD = (
    f"  {'solver':<13}{'setting':<33}{'CPU ms':>10}{'ratio':>9}{'gap':>9}{'kkt':>9}"
    f"{'wrong':>7}  equal gap"
)

Summary = Callable[[Sequence[Measurement]], Measurement | None]


def block(rows: Sequence[Measurement]) -> str:
    """Return the table of one case, which all rows share."""
    return "\n".join([rows[0].case.title, HEAD, *map(_line, rows)])


def _line(row: Measurement) -> str:
    start = f"  {row.solver:<13}{row.setting:<33}"
    status = f"{row.status}: {row.note}" if row.note else row.status
    if np.isnan(row.seconds):
        return f"{start}{status}"
    bound = ">" if row.status == STOPPED else ""
    milliseconds = bound + _significant(1e3 * row.seconds)
    ratio = "-" if np.isnan(row.ratio) else bound + _significant(row.ratio)
    if row.status == STOPPED:
        return f"{start}{milliseconds:>10}{ratio:>9}  {status}"
    wrong = "" if row.wrong_supports is None else str(row.wrong_supports)
    reached = "yes" if row.reached_gap else "no"
    return f"{start}{milliseconds:>10}{ratio:>9}{row.gap:>9.0e}{row.kkt:>9.0e}{wrong:>7}  {reached}"


def _significant(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def means(rows: Iterable[Measurement]) -> str:
    """Return geometric means of the ratios, over the problems of each kind of case."""
    by_kind: dict[str, list[list[Measurement]]] = {}
    for case, group in groupby(rows, key=lambda row: row.case):
        kind = f"{case.loss}, {case.penalty}, {case.task}"
        by_kind.setdefault(kind, []).append(list(group))
    width = max(map(len, by_kind), default=0)
    lines = [
        "Geometric means of ratios (number of problems; > where some peer was stopped):",
        "  " + " " * width + "".join(f"{name:>30}" for name in SUMMARIES),
    ]
    for kind, groups in by_kind.items():
        cells = (_mean([pick(group) for group in groups]) for pick in SUMMARIES.values())
        lines.append(f"  {kind:<{width}}" + "".join(f"{cell:>30}" for cell in cells))
    every = [group for groups in by_kind.values() for group in groups]
    cells = (_mean([pick(group) for group in every]) for pick in SUMMARIES.values())
    lines.append(f"  {'all':<{width}}" + "".join(f"{cell:>30}" for cell in cells))
    return "\n".join(lines)


def _mean(picked: Sequence[Measurement | None]) -> str:
    rows = [row for row in picked if row is not None and not np.isnan(row.ratio)]
    if not rows:
        return "-"
    mean = float(np.exp(np.mean([np.log(row.ratio) for row in rows])))
    bound = ">" if any(row.status == STOPPED for row in rows) else ""
    return f"{bound}{_significant(mean)} ({len(rows)})"


def _default_of(solver: str) -> Summary:
    def pick(rows: Sequence[Measurement]) -> Measurement | None:
        return next((r for r in rows if r.solver == solver and r.tolerance is None), None)

    return pick


def _at_equal_gap(rows: Sequence[Measurement]) -> Measurement | None:
    # Nobody's time is comparable where ours has not reached the gap.
    ours = any(row.reached_gap for row in rows if row.solver == OURS.name)
    return best_at_equal_gap(rows) if ours else None


SUMMARIES: dict[str, Summary] = {
    "glmnet, default": _default_of("glmnet"),
    "best peer at equal gap": _at_equal_gap,
    "scikit-learn, default": _default_of("scikit-learn"),
}
