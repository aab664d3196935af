"""Metrics that were added: a module each."""
