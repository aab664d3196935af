"""Put real data sets beside the synthetic cells."""

import pandas as pd

from regclaims.evidence.cells import cells_from_splits
from regclaims.io import write_parquet
from regclaims.job import job

with job(globals()) as run:
    tables = [pd.read_parquet(run.input.synthetic)]
    tables += [cells_from_splits(pd.read_parquet(part)) for part in run.input.splits]
    write_parquet(run.output[0], pd.concat(tables, ignore_index=True))
