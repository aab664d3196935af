"""Words that several tables share, and the type of an array of numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CONVERGED = "converged"
FAILED = "failed"
"""Status of a fit by its certificate."""

SCREENING = "screening"
EVIDENCE = "evidence"
"""Role of a replicate: to tell which cells are informative, or to count."""
