"""What scalar penalties are called in figures, and how their curves look."""

from __future__ import annotations

from typing import Any

from regclaims.mechanisms.by_penalty import NONNEGATIVE

KINKED, SMOOTH, NONE = "with a kink", "without one", "no penalty"

PLAIN = {"l1": "L1", "mcp": "MCP", "scad": "SCAD", "elastic-net": "Elastic Net"}
SHAPED = {"huberized-l1": "L1, Huberized", "reverse-huber": "L2, straight below {}"}


def penalty_name(name: str) -> str:
    """Name a penalty as figures do: ``rounded-mcp-3-0.1`` is "MCP, rounded"."""
    if name == NONNEGATIVE:
        return "none, but $b \\geq 0$"
    if name.startswith("rounded-"):
        inner = name.removeprefix("rounded-").rpartition("-")[0]
        return f"{penalty_name(inner)}, rounded"
    family, _, shape = name.rpartition("-")
    if family == "power":
        return "L2" if shape == "2" else f"$|b|^{{{shape}}}$"
    if family in SHAPED:
        return SHAPED[family].format(shape)
    return PLAIN.get(family) or PLAIN.get(name) or name


def kind(name: str) -> str:
    """Tell whether a penalty has a kink, none, or is no penalty at all."""
    if name == NONNEGATIVE:
        return NONE
    family, _, shape = name.rpartition("-")
    if family == "power":
        return KINKED if float(shape) <= 1 else SMOOTH
    kinked = name == "l1" or family in ("elastic-net", "mcp", "scad", "reverse-huber")
    return KINKED if kinked else SMOOTH


CURVES: dict[str, dict[str, Any]] = {
    "l1": {"color": "#d55e00", "linestyle": "-"},
    "power-2": {"color": "#0072b2", "linestyle": "--"},
    "power-1.05": {"color": "#009e73", "linestyle": "-."},
    "rounded-l1": {"color": "#cc79a7", "linestyle": (0, (3, 1))},
    "huberized-l1": {"color": "#56b4e9", "linestyle": (0, (1, 1))},
    "reverse-huber": {"color": "#e69f00", "linestyle": (0, (5, 1, 1, 1))},
}
"""Okabe and Ito's colours, and a line of its own, by name or by family."""


def curve(name: str) -> dict[str, Any]:
    """Return colour, line and label of a penalty's curve; grey where it has no look of its own."""
    grey = {"color": "#6e6e6e", "linestyle": "-"}
    look = CURVES.get(name) or CURVES.get(name.rpartition("-")[0]) or grey
    return look | {"label": penalty_name(name)}
