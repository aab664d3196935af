"""Real data: read, check, describe."""

from regclaims.datasets.imputing import column_means, impute
from regclaims.datasets.loading import Loaded, examine, load_dataset
from regclaims.datasets.splitting import Sizes, fitting_protocol, split_sizes

__all__ = [
    "Loaded",
    "Sizes",
    "column_means",
    "examine",
    "fitting_protocol",
    "impute",
    "load_dataset",
    "split_sizes",
]
