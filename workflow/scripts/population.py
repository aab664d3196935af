"""Describe every cell of the population."""

import pandas as pd

from regclaims.designs import Scenario
from regclaims.io import write_parquet
from regclaims.job import job

with job(globals()) as run:
    rows = [
        # A cell stands for several combinations of levels where they are equal in law.
        Scenario(cell["spec"]).describe()
        | {"levels": cell["levels"], "replicates": cell["replicates"]}
        for cell in run.params.cells
    ]
    write_parquet(run.output[0], pd.DataFrame(rows))
