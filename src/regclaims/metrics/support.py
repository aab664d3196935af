"""Whether the right coefficients are non-zero."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from regclaims.vocabulary import Array


def recovery(chosen: NDArray[np.bool_], truth: NDArray[np.bool_]) -> dict[str, Array]:
    """Compare chosen sets of columns with the true support.

    Parameters
    ----------
    chosen : (k, p) of bool
    truth : (p,) of bool
        At least one true column.

    Returns
    -------
    dict
        Each (k,). ``tpr`` = TP/s; ``fdr`` = FP/(TP+FP), undefined (NaN) if nothing is chosen;
        ``f1`` = 2TP/(2TP+FP+FN), 0 if nothing is chosen; ``exact_support``: 1 if the sets are
        equal, else 0; ``relevant_zeroed`` = FN/s; ``irrelevant_zeroed`` = TN/(p-s), undefined if
        all columns are relevant.
    """
    hits = np.count_nonzero(chosen & truth, axis=1)
    size, relevant = np.count_nonzero(chosen, axis=1), np.count_nonzero(truth)
    irrelevant = len(truth) - relevant
    left_out = irrelevant - (size - hits)
    return {
        "relevant_zeroed": 1 - hits / relevant,
        "irrelevant_zeroed": np.where(irrelevant > 0, left_out / max(irrelevant, 1), np.nan),
        "tpr": hits / relevant,
        "fdr": np.where(size > 0, 1 - hits / np.maximum(size, 1), np.nan),
        "f1": 2 * hits / (size + relevant),
        "exact_support": ((hits == size) & (size == relevant)).astype(float),
    }


def most_important(chosen: NDArray[np.bool_], importance: Array) -> dict[str, Array]:
    """Hold each set of k columns against the k that are truly most important.

    Parameters
    ----------
    chosen : (m, p) of bool
    importance : (p,)
        |beta| per standard deviation of each column. Where equal values tie for the last of the k
        places, those that are chosen share the places left in proportion to their number, as if
        ties were broken at random.

    Returns
    -------
    dict
        Each (m,). ``top_share``: share of the chosen that are among the top k; ``top_chance`` =
        k/p, its expectation for k columns chosen at random; ``top_exact``: 1 if the chosen are a
        top k, ties broken in their favour, else 0. Undefined (NaN) if nothing is chosen.
    """
    p = len(importance)
    size = np.count_nonzero(chosen, axis=1)
    ordered = np.sort(importance)[::-1]
    last = ordered[np.maximum(size, 1) - 1][:, None]
    above, tied = importance > last, importance == last
    places = size - np.count_nonzero(above, axis=1)
    hits, in_tie = (np.count_nonzero(chosen & which, axis=1) for which in (above, tied))
    shared = hits + in_tie * places / np.count_nonzero(tied, axis=1)
    some = size > 0
    return {
        "top_share": np.where(some, shared / np.maximum(size, 1), np.nan),
        "top_chance": np.where(some, size / p, np.nan),
        "top_exact": np.where(some, hits + np.minimum(in_tie, places) == size, np.nan),
    }


@dataclass(frozen=True)
class Screening:
    """Columns ranked by absolute marginal correlation with y: selection by the plainest means.

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    truth : (p,) of bool
    """

    X: Array
    y: Array
    truth: NDArray[np.bool_]

    @cached_property
    def _hits(self) -> NDArray[np.int64]:
        """Relevant columns among the first 0, 1, ..., p; ties go to the earlier column."""
        centred = self.X - self.X.mean(axis=0)
        norms = np.sqrt((centred**2).sum(axis=0))
        strength = np.abs((self.y - self.y.mean()) @ centred) / np.where(norms > 0, norms, np.inf)
        ranked = self.truth[np.argsort(-strength, kind="stable")]
        return np.concatenate([[0], np.cumsum(ranked)])

    def f1(self, sizes: Array) -> Array:
        """F1 of the first columns, as many as `sizes` (k,) says; returns (k,).

        The yardstick for selection: as many columns as a method chose.
        """
        sizes = sizes.astype(int)
        return np.asarray(2 * self._hits[sizes] / (sizes + np.count_nonzero(self.truth)))
