"""How many coefficients are zero. A zero is a coefficient that equals ``0.0``."""

from __future__ import annotations

import numpy as np

from regclaims.vocabulary import Array


def sparsity(coef: Array) -> dict[str, float]:
    """Describe the zeros of one fit.

    Parameters
    ----------
    coef : (p,)

    Returns
    -------
    dict
        ``n_nonzero``: count; ``zero_share``: share of the p coefficients that equal 0.0;
        ``has_zero``: 1 if there is any, else 0; ``smallest_nonzero``: smallest magnitude that is
        not zero, undefined (NaN) in a null fit.
    """
    nonzero = np.abs(coef[coef != 0.0])
    zero_share = 1 - len(nonzero) / len(coef)
    return {
        "n_nonzero": float(len(nonzero)),
        "zero_share": zero_share,
        "has_zero": float(zero_share > 0),
        "smallest_nonzero": float(nonzero.min()) if len(nonzero) else np.nan,
    }
