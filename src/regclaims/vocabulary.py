"""Words that several tables share, and the type of an array of numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CONVERGED = "converged"
NOT_UNIQUE = "not unique"
FAILED = "failed"
"""Status of a fit by its certificate."""

CERTIFIED = (CONVERGED, NOT_UNIQUE)
"""An optimal fit; where it is not the only one, its zeros are one choice among others."""

SCREENING = "screening"
EVIDENCE = "evidence"
"""Role of a replicate: to tell which cells are informative, or to count."""

MAX_COLUMNS = 12
"""Of best subset, which looks at all 2^p of them. Here, as a configuration that only knows this
limit would else import the solvers."""
