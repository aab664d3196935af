"""What a rule looks at, in words, and which table shows it."""

from __future__ import annotations

from regclaims.config.claims import REAL, Arm
from regclaims.config.real_rules import RealPart
from regclaims.figures.names import TUNINGS, method_name
from regclaims.mechanisms.experiments import TUNING
from regclaims.page.texts import exact
from regclaims.report.precision import METRICS


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
