"""Real data: read, check, describe."""

from regclaims.datasets.imputing import column_means, impute
from regclaims.datasets.loading import Loaded, examine, load_dataset, load_files
from regclaims.datasets.splitting import Sizes, fitting_protocol, split_sizes
from regclaims.datasets.terms import leading_terms

__all__ = [
    "Loaded",
    "Sizes",
    "column_means",
    "examine",
    "fitting_protocol",
    "impute",
    "leading_terms",
    "load_dataset",
    "load_files",
    "split_sizes",
]
