"""Put everything that was decided in one file."""

import pandas as pd

from regclaims.claims.record import record, schema
from regclaims.io import write_json
from regclaims.job import job

with job(globals()) as run:
    names = ("verdicts", "strict", "decisions", "real", "known_beta")
    tables = {name: pd.read_csv(getattr(run.input, name)) for name in names}
    tables["robustness"] = pd.read_parquet(run.input.robustness)
    found = record(run.params.study, run.params.seed, run.params.rarely, tables)
    write_json(run.output.verdicts, found)
    write_json(run.output.schema, schema())
