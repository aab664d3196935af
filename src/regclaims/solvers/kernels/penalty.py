"""The Elastic Net penalty in one coordinate, l1 |b| + l2/2 b^2."""

from __future__ import annotations

from regclaims.solvers.kernels.compiling import kernel


@kernel
def soft_threshold(u, l1):
    """Return the proximal operator of l1 |.| at u."""
    if u > l1:
        return u - l1
    if u < -l1:
        return u + l1
    return 0.0


@kernel
def subdifferential_distance(gradient, b, l1, l2):
    """Return how far `gradient` is from the penalty's subdifferential at b."""
    if b > 0:
        return abs(gradient - l2 * b - l1)
    if b < 0:
        return abs(gradient - l2 * b + l1)
    return max(abs(gradient) - l1, 0.0)
