"""Rules that choose a lambda from a path."""

from regclaims.tuning.bounds import FreedomBounds
from regclaims.tuning.information import first_with_df, least_bic
from regclaims.tuning.rules import best_of, smallest

__all__ = ["FreedomBounds", "best_of", "first_with_df", "least_bic", "smallest"]
