"""Synthetic data: correlation and signal, composed to scenarios."""

from regclaims.designs.scenario import Draw, Scenario

__all__ = ["Draw", "Scenario"]
