"""Ask every real data set about every claim that can be tried on it."""

import pandas as pd

from regclaims.claims.real import read_data_sets, real_contrasts, real_verdicts
from regclaims.io import write_csv, write_parquet
from regclaims.job import job

KINDS = ("splits", "stability", "about", "flags")

with job(globals()) as run:
    data = read_data_sets(run.params.datasets, *(getattr(run.input, kind) for kind in KINDS))
    registry = run.params.registry
    contrasts = real_contrasts(registry, data, set(run.params.registered), run.params.max_at_end)
    write_csv(run.output.verdicts, real_verdicts(registry, run.params.bars, contrasts))
    write_parquet(run.output.contrasts, contrasts)
    splits = [each.splits for each in data.values()]
    write_parquet(run.output.splits, pd.concat(splits, ignore_index=True))
