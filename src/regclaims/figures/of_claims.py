"""Which figures show what a claim is decided by; it draws nothing, so that asking is quick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from regclaims.config.claims import POPULATION, REAL, Claim, Part
from regclaims.mechanisms.experiments import EXPERIMENTS

OF_METRIC: Mapping[tuple[str, str], str] = {
    ("zero_share", "validation"): "zero-share",
    ("rr", "validation"): "risk-by-factor",
    ("rr", "oracle"): "bias-variance",
    ("f1", "validation"): "support-by-factor",
    ("scale_free_variance", "validation"): "stability",
    ("scale_free_variance", "matched-df"): "stability",
}
"""Figure of a metric of the population, by how lambda is chosen."""

MAPS = ("map-correlation-shape", "map-density-snr")
"""Figures that show a choice of claims by name, made by the results: their data says which."""


def figures_of(claim: Claim) -> list[str]:
    """List the figures in which a claim's contrasts can be seen.

    Parameters
    ----------
    claim : Claim

    Returns
    -------
    list of str
        Names of figures, as in ``results/figures``; those that show all claims, and `MAPS`, are
        not among them.
    """
    found = (name for part in claim.rule.parts for name in _figures_of_part(part))
    return list(dict.fromkeys(found))


def _figures_of_part(part: Part) -> Iterator[str]:
    if part.evidence == REAL:
        yield "real-data"
    elif part.evidence in POPULATION:
        if (part.metric, part.tuning) in OF_METRIC:
            yield OF_METRIC[part.metric, part.tuning]
    else:
        # The figure of an experiment has the name of its section.
        yield EXPERIMENTS[part.evidence].section.replace("_", "-")
