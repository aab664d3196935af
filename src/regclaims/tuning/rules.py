"""Rules that choose a lambda by an error: that of validation, of folds, or the exact risk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regclaims.errors import UnfitError
from regclaims.vocabulary import Array


def smallest(errors: Array) -> int:
    """Choose the largest lambda with the smallest error.

    Parameters
    ----------
    errors : (k,)
        By lambda, decreasing. Where one is not finite, its fit is left out.

    Raises
    ------
    UnfitError
        If nothing is left to choose.
    """
    left = np.where(np.isfinite(errors), errors, np.inf)
    if not np.isfinite(left).any():
        raise UnfitError("none of the fits is certified")
    return int(np.argmin(left))


def best_of(paths: Sequence[Array]) -> tuple[int, int]:
    """Choose a path and a lambda together, by the smallest error of several paths.

    Parameters
    ----------
    paths : sequence of (k,) arrays
        Errors as for `smallest`; paths may differ in length. Of equal errors the first path has it,
        then the larger lambda.

    Returns
    -------
    path, lambda : int
        The path's place in `paths`, and that of lambda on it.

    Raises
    ------
    UnfitError
        If no path has a fit to choose.
    """
    at = smallest(np.concatenate(paths))
    ends = np.cumsum([len(errors) for errors in paths])
    which = int(np.searchsorted(ends, at, side="right"))
    return which, int(at - (ends[which] - len(paths[which])))
