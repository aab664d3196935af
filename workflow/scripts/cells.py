"""Put real data sets beside the synthetic cells."""

import pandas as pd

from regclaims.io import write_parquet
from regclaims.job import job

with job(globals()) as run:
    tables = [pd.read_parquet(path) for path in (run.input.synthetic, *run.input.real)]
    write_parquet(run.output[0], pd.concat(tables, ignore_index=True))
