"""Which tuning rules a method is reported under; imports no solver, for checks need none."""

from __future__ import annotations

from regclaims.added import METHODS as ADDED
from regclaims.evidence.names import ADAPTIVE, NET, OLS, RELAXED, RESCALED, net

ALWAYS = ("validation", "oracle")


def rules(name: str, linear: bool, cross_validated: tuple[str, ...]) -> tuple[str, ...]:
    """List the tuning rules under which a method has a row, for every replicate.

    Parameters
    ----------
    name : str
        The method.
    linear : bool
    cross_validated : tuple of str
        Methods that are cross-validated on the cell. The adaptive lasso never is: each fold would
        need factors of its own.
    """
    if name == OLS:
        return ("none",)
    if not linear or name in (RELAXED, RESCALED):
        return ALWAYS
    if name == ADAPTIVE or name in ADDED:
        return (*ALWAYS, "bic")
    if name == NET:
        return (*ALWAYS, "bic", *(("cv-min",) if NET in cross_validated else ()))
    folds = ("cv-min", "cv-1se") if name in cross_validated else ()
    return (*ALWAYS, "bic", *folds, "matched-df")


def with_joint_net(
    cross_validated: tuple[str, ...], l1_ratios: tuple[float, ...]
) -> tuple[str, ...]:
    """Add the Elastic Net that chooses its l1_ratio, where all it chooses from are there."""
    if all(net(ratio) in cross_validated for ratio in l1_ratios):
        return (*cross_validated, NET)
    return cross_validated
