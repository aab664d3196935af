"""Axes: from a value to a place on the page, and where the ticks are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from regclaims.page.svg import line, text
from regclaims.page.texts import exact


@dataclass(frozen=True)
class Axis:
    """A horizontal axis.

    Parameters
    ----------
    low, high : float
        Values at its ends; what lies beyond is drawn at the end.
    left, right : float
        Places of its ends.
    scale : callable
        Bends the values; the identity if they are as they are.
    """

    low: float
    high: float
    left: float
    right: float
    scale: Callable[[float], float] = float

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        low, high = self.scale(self.low), self.scale(self.high)
        share = (self.scale(min(max(value, self.low), self.high)) - low) / (high - low)
        return self.left + share * (self.right - self.left)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Choose round numbers between two values, 0 among them if it lies there."""
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * by for by in (1, 2, 5, 10) if power * by >= raw * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def below(axis: Axis, y: float, title: str) -> Iterator[Markup]:
    """Draw an axis with its ticks, numbers and title below a plot that ends at `y`."""
    yield line(axis.left, y, axis.right, y, "axis")
    for tick in ticks(axis.low, axis.high):
        yield line(axis(tick), y, axis(tick), y + 4, "axis")
        yield text(axis(tick), y + 16, exact(tick))
    yield text((axis.left + axis.right) / 2, y + 32, title)
