"""Write the data sets for glmnet: `python tests/reference/glmnet/make_inputs.py`.

Columns: `w` weights, `y` a continuous and `z` a binary response, `x1` to `xp`. Values have six
significant digits, so that R and Python read the same numbers and the files stay small.
"""

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def correlated(rng, n, p, rho):
    """Return rows of a Gaussian AR(1) process."""
    columns = np.abs(np.subtract.outer(np.arange(p), np.arange(p)))
    return rng.standard_normal((n, p)) @ np.linalg.cholesky(rho**columns).T


def equicorrelated(rng, n, p, rho):
    shared = np.sqrt(rho) * rng.standard_normal((n, 1))
    return shared + np.sqrt(1 - rho) * rng.standard_normal((n, p))


def binary(rng, n, p):
    """Return columns of 0 and 1 with between a twentieth and a half of ones."""
    return (rng.random((n, p)) < np.linspace(0.05, 0.5, p)).astype(float)


def scaled(rng, n, p):
    """Return columns whose spreads run from 1e-3 to 1e3, two spreads away from 0."""
    spreads = rng.permutation(np.logspace(-3, 3, p))
    return spreads * (correlated(rng, n, p, 0.5) + 2)


def weights(rng, n):
    """Return weights of which a sixth is zero; their mean is not 1."""
    drawn = rng.gamma(2.0, 1.5, n)
    drawn[rng.permutation(n)[: n // 6]] = 0.0
    return drawn


def write(file, rng, X, w):
    """Draw both responses and write the data set."""
    n, p = X.shape
    spread = X.std(axis=0)
    signal = ((X - X.mean(axis=0)) / spread)[:, : min(p, 5)] @ [2.0, -1.5, 1.0, 0.0, 0.5]
    signal = signal / signal.std()
    y = 4 * (signal + rng.standard_normal(n)) - 7
    z = rng.random(n) < 1 / (1 + np.exp(-(1.5 * signal + 0.3)))
    header = ",".join(["w", "y", "z", *(f"x{j + 1}" for j in range(p))])
    np.savetxt(file, np.column_stack([w, y, z, X]), "%.6g", ",", header=header, comments="")


def main():
    """Write every data set, each from a seed of its own."""
    designs = {
        "tall": lambda rng: (correlated(rng, 100, 10, 0.5), np.ones(100)),
        "wide": lambda rng: (correlated(rng, 30, 80, 0.5), np.ones(30)),
        "collinear": lambda rng: (equicorrelated(rng, 60, 8, 0.99), np.ones(60)),
        "binary": lambda rng: (binary(rng, 120, 9), np.ones(120)),
        "scales": lambda rng: (scaled(rng, 90, 10), np.ones(90)),
        "weighted": lambda rng: (correlated(rng, 80, 12, 0.8) + 1, weights(rng, 80)),
        "weighted_wide": lambda rng: (correlated(rng, 40, 50, 0.8) + 1, weights(rng, 40)),
    }
    for seed, (name, draw) in enumerate(designs.items()):
        rng = np.random.default_rng(seed)
        write(HERE / f"{name}.csv", rng, *draw(rng))


if __name__ == "__main__":
    main()
