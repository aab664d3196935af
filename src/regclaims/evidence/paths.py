"""Means, bias and variance over replicates at each lambda of a path, kept as running sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regclaims.metrics.variance import Truth
from regclaims.vocabulary import Array

GROUPS = 10
"""Replicates are summed in so many groups, of which the jackknife leaves out one at a time: memory
does not grow with replicates."""


@dataclass
class _Group:
    """Sums over the replicates of one group, by place on the path.

    Attributes
    ----------
    count, risk, zeros, square : (k,)
        Replicates; relative risk; share of zeros; b'Sigma b.
    coefs : (k, p)
    """

    count: Array
    risk: Array
    zeros: Array
    square: Array
    coefs: Array

    @classmethod
    def empty(cls, k: int, p: int) -> _Group:
        return cls(np.zeros(k), np.zeros(k), np.zeros(k), np.zeros(k), np.zeros((k, p)))

    def grown(self, length: int) -> _Group:
        """Return these sums with places up to `length`."""
        added = length - len(self.count)
        if added <= 0:
            return self
        return _Group(
            *(
                np.concatenate([sums, np.zeros((added, *sums.shape[1:]))])
                for sums in self.__dict__.values()
            )
        )


@dataclass
class PathMeans:
    """Sums of what is measured along a path, over replicates.

    Grids are relative to each data set's own largest lambda, so the same place is the same share of
    it. Only places that every replicate reached, by a fit that counts, are reported: an average
    over those that ended later than others would be a selection.

    Attributes
    ----------
    truth : Truth
    """

    truth: Truth
    ratios: Array = field(default_factory=lambda: np.zeros(0))
    groups: dict[int, _Group] = field(default_factory=dict)
    total: int = 0

    def add(
        self,
        replicate: int,
        lambdas: Array,
        good: NDArray[np.bool_],
        coefs: Array,
        risk: Array,
    ) -> None:
        """Add one replicate's path.

        Parameters
        ----------
        replicate : int
        lambdas : (k,)
        good : (k,) of bool
            Fits that count.
        coefs : (k, p)
            Per standard deviation of each column.
        risk : (k,)
            Relative risk.
        """
        self.total += 1
        k = len(lambdas)
        if k > len(self.ratios):
            self.ratios = lambdas / lambdas[0]
        which = replicate % GROUPS
        if which not in self.groups:
            self.groups[which] = _Group.empty(*coefs.shape)
        group = self.groups[which] = self.groups[which].grown(k)
        weight = np.asarray(good, dtype=float)
        group.count[:k] += weight
        group.risk[:k] += np.where(good, risk, 0.0)
        group.zeros[:k] += weight * (coefs == 0.0).mean(axis=1)
        group.square[:k] += weight * self.truth.quadratic(coefs)
        group.coefs[:k] += weight[:, None] * coefs

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row per metric and place: value, its Monte Carlo standard error, replicates.

        ``rr`` and ``zero_share`` are means; ``squared_bias`` and ``variance`` are those of
        `metrics.variance`, in units of the signal's variance, and add up to ``rr``. Standard errors
        are those of a jackknife that leaves out a tenth of the replicates at a time.
        """
        reached = [group.grown(len(self.ratios)) for group in self.groups.values()]
        if not reached:
            return
        whole = _sum(reached)
        places = np.flatnonzero(whole.count == self.total)
        rest = [_less(whole, group) for group in reached]
        for metric, measure in self._measures().items():
            values = measure(whole)
            left_out = np.array([measure(part) for part in rest])
            n = len(rest)
            spread = ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)
            errors = np.sqrt((n - 1) / n * spread)
            for k in places:
                yield {
                    "lambda_index": int(k),
                    "lambda_ratio": float(self.ratios[k]),
                    "metric": metric,
                    "mean": float(values[k]),
                    "mcse": float(errors[k]) if n > 1 else float("nan"),
                    "replicates": self.total,
                }

    def _measures(self) -> dict[str, Callable[[_Group], Array]]:
        return {
            "rr": lambda sums: _mean(sums.risk, sums.count),
            "zero_share": lambda sums: _mean(sums.zeros, sums.count),
            "variance": self._variance,
            "squared_bias": self._squared_bias,
        }

    def _variance(self, sums: _Group) -> Array:
        centre = self.truth.quadratic(_mean(sums.coefs, sums.count[:, None]))
        plain = _mean(sums.square, sums.count) - centre
        return _mean(sums.count, sums.count - 1) * plain / self.truth.signal

    def _squared_bias(self, sums: _Group) -> Array:
        centre = _mean(sums.coefs, sums.count[:, None]) - self.truth.beta
        own = self.truth.quadratic(centre) / self.truth.signal
        # The mean of n replicates is off by the n-th part of the variance.
        return own - _mean(self._variance(sums), sums.count)


def _sum(groups: list[_Group]) -> _Group:
    columns = zip(*(group.__dict__.values() for group in groups), strict=True)
    return _Group(*(np.sum(column, axis=0) for column in columns))


def _less(whole: _Group, part: _Group) -> _Group:
    pairs = zip(whole.__dict__.values(), part.__dict__.values(), strict=True)
    return _Group(*(a - b for a, b in pairs))


def _mean(total: Array, count: Array) -> Array:
    """Divide by counts; undefined (NaN) without any."""
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
