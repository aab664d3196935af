"""Which terms of sparse text are fitted: those that the training rows use most."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def leading_terms(X: Any, max_terms: int) -> NDArray[np.intp]:
    """List the columns with an entry in the most rows, in the order of the columns.

    Parameters
    ----------
    X : (n, p) sparse array
        Training rows only, so that nothing is learnt from those held out.
    max_terms : int
        How many there are, unless p is smaller. Of ties the first columns are taken.
    """
    counts = np.asarray((X != 0).sum(axis=0)).ravel()
    return np.sort(np.argsort(-counts, kind="stable")[:max_terms])
