"""Figures of the paper: each module makes a table and draws it."""
