"""Put cells with known coefficients on real data, and real data sets, beside the synthetic."""

import pandas as pd

from regclaims.io import write_parquet
from regclaims.job import job

with job(globals()) as run:
    tables = [pd.read_parquet(run.input.synthetic)]
    tables += [pd.read_parquet(path).assign(source="semi") for path in run.input.semi]
    tables += [pd.read_parquet(path) for path in run.input.real]
    write_parquet(run.output[0], pd.concat(tables, ignore_index=True))
