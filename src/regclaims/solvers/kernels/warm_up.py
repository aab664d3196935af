"""Compile every kernel with the types that the solvers pass, by small paths."""

from __future__ import annotations

from typing import Any

import numpy as np


def warm_up() -> None:
    """Solve a small problem of every kind."""
    # Here and not above: importing the solvers must not be part of importing the kernels.
    from scipy import sparse

    from regclaims.solvers import gaussian_path, logistic_path

    rng = np.random.default_rng(0)
    y = np.arange(12.0) % 5
    for X in (rng.standard_normal((12, 4)), rng.standard_normal((12, 60))):
        for data in (X, sparse.csr_array(X)):
            for l1_ratio in (1.0, 0.05):
                options: dict[str, Any] = {
                    "l1_ratio": l1_ratio,
                    "lambda_min_ratio": 1e-3,
                    "n_lambdas": 20,
                }
                gaussian_path(data, y, **options)
                logistic_path(data, (y > 2).astype(float), **options)
