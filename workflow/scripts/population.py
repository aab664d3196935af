"""Describe every cell of the population."""

import pandas as pd

from regclaims.designs import Scenario
from regclaims.io import write_parquet
from regclaims.job import job

with job(globals()) as run:
    rows = [
        # A cell stands for several levels of density where they make the same number of columns.
        Scenario(cell["spec"]).describe() | {"density_levels": list(cell["densities"])}
        for cell in run.params.cells
    ]
    write_parquet(run.output[0], pd.DataFrame(rows))
