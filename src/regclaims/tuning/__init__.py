"""Rules that choose a lambda from a path."""

from regclaims.tuning.rules import Choice, at_df, choose, smallest

__all__ = ["Choice", "at_df", "choose", "smallest"]
