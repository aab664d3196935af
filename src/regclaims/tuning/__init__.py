"""Rules that choose a lambda from a path."""

from regclaims.tuning.bounds import FreedomBounds
from regclaims.tuning.information import first_with_df, least_bic
from regclaims.tuning.rules import Choice, at_df, best_of, choice, choose, smallest

__all__ = [
    "Choice",
    "FreedomBounds",
    "at_df",
    "best_of",
    "choice",
    "choose",
    "first_with_df",
    "least_bic",
    "smallest",
]
