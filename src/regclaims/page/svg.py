"""Drawings as text: elements whose attributes and contents are escaped, and numbers kept short."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape


def coordinate(value: float) -> str:
    """Write a coordinate to a tenth of a pixel."""
    return f"{round(float(value), 1) + 0.0:.1f}".removesuffix(".0")


def element(tag: str, *children: object, **attributes: object) -> Markup:
    """Make an element; what is not `Markup` is escaped.

    Parameters
    ----------
    tag : str
        Its name.
    *children : object
        Elements or text.
    **attributes : object
        Numbers are coordinates; an underscore stands for a hyphen, one at the end for nothing
        (``class_``). None leaves the attribute out.
    """
    given = Markup("").join(
        Markup(' {}="{}"').format(
            name.rstrip("_").replace("_", "-"),
            coordinate(value) if isinstance(value, int | float) else str(value),
        )
        for name, value in attributes.items()
        if value is not None
    )
    inside = joined(children)
    return Markup(f"<{tag}{given}>{inside}</{tag}>") if inside else Markup(f"<{tag}{given}/>")


def joined(parts: Iterable[object]) -> Markup:
    """Put elements and texts behind each other."""
    return Markup("").join(escape(part) for part in parts)


def picture(
    width: float, height: float, label: str, kind: str, *children: object, **attributes: object
) -> Markup:
    """Make a drawing that is read out as `label`, and scales with the room that it has."""
    return element(
        "svg",
        *children,
        class_=kind,
        viewBox=f"0 0 {coordinate(width)} {coordinate(height)}",
        role="img",
        aria_label=label,
        **attributes,
    )


def text(x: float, y: float, words: object, anchor: str = "middle", **attributes: object) -> Markup:
    """Set a line of text."""
    return element("text", words, x=x, y=y, text_anchor=anchor, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """Draw a line whose look the style sheet gives by `kind`."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def box(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    """Draw a rectangle whose look the style sheet gives by `kind`."""
    return element("rect", x=x, y=y, width=width, height=height, class_=kind)
