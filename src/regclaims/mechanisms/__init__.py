"""Experiments that isolate one mechanism behind a claim at a time."""
