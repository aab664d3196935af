"""Compare verdicts with those of the same study under another seed."""

from pathlib import Path

import pandas as pd

from regclaims.claims.second_seed import (
    compare_seeds,
    is_other_seed,
    nothing_compared,
    read_recorded,
    with_parts,
)
from regclaims.io import write_csv
from regclaims.job import job

with job(globals()) as run:
    files = run.input.recorded
    recorded = read_recorded(Path(files[0]).parent) if files else None
    table = nothing_compared()
    if recorded is not None and is_other_seed(recorded[0], run.params.design, run.params.seed):
        other, verdicts = recorded
        own = with_parts(pd.read_csv(run.input.verdicts), pd.read_csv(run.input.decisions))
        table = compare_seeds(own, verdicts, other.seed)
    write_csv(run.output[0], table)
