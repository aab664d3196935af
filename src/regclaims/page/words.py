"""What a rule looks at, in words, and which figures and tables show it."""

from __future__ import annotations

from collections.abc import Mapping

from regclaims.config.claims import REAL, Arm, Rule
from regclaims.config.real_rules import RealPart
from regclaims.figures.names import TUNINGS, method_name
from regclaims.mechanisms.experiments import TUNING
from regclaims.page.texts import exact
from regclaims.report.precision import METRICS

NO_FIGURE: tuple[str, ...] = ()
METRIC_FIGURES = {
    "zero_share": ("zero-share",),
    "has_zero": ("zero-share",),
    "irrelevant_zeroed": ("zero-share",),
    "f1": ("support-by-factor",),
    "top_share": ("support-by-factor",),
    "rr": ("risk-by-factor", "bias-variance"),
    "scale_free_variance": ("stability",),
    "prediction_variance": ("bias-variance",),
}
"""Figures on what a claim about the population measures; those of an experiment have its name."""


def figures_of(rule: Rule, figures: Mapping[str, str]) -> list[str]:
    """List the figures that show what a rule looks at."""
    found: dict[str, None] = {}
    for part in rule.parts:
        own = figures.get(part.evidence)
        for name in [own] if own else METRIC_FIGURES.get(part.metric, NO_FIGURE):
            found[name] = None
    return list(found)


def arm_in_words(arm: Arm, metric: str) -> str:
    """Name what is measured, of which method, tuned how."""
    tuned = "" if arm.tuning == TUNING else f", {TUNINGS.get(arm.tuning, arm.tuning)}"
    return f"the {_metric(metric)} of {method_name(arm.method)}{tuned}"


def _metric(name: str) -> str:
    return METRICS.get(name, name.replace("_", " "))


def contrast_in_words(part: RealPart) -> str:
    """Say what a contrast on real data compares, in short."""
    versus = part.versus
    other = exact(versus) if isinstance(versus, float | int) else method_name(versus.method)
    return f"{_metric(part.metric)}, {method_name(part.method)} against {other}"


def table_of(evidence: str) -> str:
    """Name the table that a contrast looks at, seen from the page."""
    files = {"fits": "fits.parquet", "stability": "stability.parquet", REAL: "real-splits.parquet"}
    return files.get(evidence, f"mechanisms/{evidence}.parquet")
