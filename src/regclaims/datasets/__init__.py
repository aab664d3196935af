"""Real data: load, check, describe."""

from regclaims.datasets.loading import Loaded, load_dataset

__all__ = ["Loaded", "load_dataset"]
