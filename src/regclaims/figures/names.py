"""What methods are called in figures and in the paper, and which of many a figure shows."""

from __future__ import annotations

from collections.abc import Iterable

from regclaims.evidence.names import ADAPTIVE, LASSO, LOGISTIC, NET, OLS, RELAXED, RESCALED, RIDGE

NULL_MODEL = "null"

NAMES = {
    NULL_MODEL: "null model",
    OLS: "least squares",
    RIDGE: "ridge",
    LASSO: "lasso",
    RELAXED: "relaxed lasso",
    ADAPTIVE: "adaptive lasso",
    NET: "Elastic Net",
    RESCALED: "Elastic Net (rescaled)",
}
"""Names in running text, in the order in which methods are listed; `elastic-net` chooses its
l1_ratio, an Elastic Net with a number has that one."""

TUNINGS = {
    "none": "not tuned",
    "validation": "tuned by validation",
    "oracle": "tuned by the oracle",
    "bic": "tuned by BIC",
    "cv-min": "tuned by cross-validation",
    "cv-1se": "tuned by the one-standard-error rule",
    "matched-df": "at like degrees of freedom",
}
"""How lambda is chosen, in running text."""

HALF = 0.5


def method_name(method: str) -> str:
    """Name a method in running text; what is no method of the study keeps its name."""
    if method.startswith(LOGISTIC):
        return f"logistic {method_name(method.removeprefix(LOGISTIC))}"
    ratio = method.removeprefix(f"{NET}-")
    return NAMES.get(method, method if ratio == method else f"Elastic Net ({ratio})")


def plain(name: str) -> str:
    """Name a method without its loss, where that is clear from the data."""
    return name.removeprefix(LOGISTIC)


MOST_LETTERS = 22


def column_label(name: str) -> str:
    """Name a column of somebody's data in a figure, so that nothing in it is taken for a command.

    A dollar begins no formula, what the font may lack is a question mark, and the name is cut
    where it would push the drawing aside.
    """
    known = "".join(c if " " <= c <= "~" or "\u00a1" <= c <= "\u00ff" else "?" for c in name)
    short = known if len(known) <= MOST_LETTERS else known[: MOST_LETTERS - 3] + "..."
    # Matplotlib leaves labels with a leading underscore out of legends.
    return short.replace("\\", "/").replace("$", r"\$").rjust(len(short) + short.startswith("_"))


def in_order(methods: Iterable[str]) -> list[str]:
    """List methods once each: as in `NAMES`, then Elastic Nets by l1_ratio, then the others."""
    known = list(NAMES)
    return sorted(
        set(methods),
        key=lambda method: (
            method.startswith(LOGISTIC),
            known.index(method) if method in known else len(known),
            method,
        ),
    )


def shown_nets(methods: Iterable[str], count: int) -> list[str]:
    """Choose Elastic Nets of one l1_ratio to show, in ascending order.

    Parameters
    ----------
    methods : iterable of str
        Of all kinds.
    count : {1, 2}
        The one nearest to equal shares of both penalties; and the one nearest to ridge.

    Returns
    -------
    list of str
        Fewer, if there are no more.
    """
    ratios = sorted(ratio for method in set(methods) if (ratio := _l1_ratio(method)) is not None)
    if not ratios:
        return []
    middle = min(ratios, key=lambda ratio: abs(ratio - HALF))
    chosen = {middle, ratios[0]} if count > 1 else {middle}
    return [f"{NET}-{ratio:g}" for ratio in sorted(chosen)]


def _l1_ratio(method: str) -> float | None:
    ratio = method.removeprefix(f"{NET}-")
    return None if method in NAMES or ratio == method else float(ratio)
