"""Ask every real data set about every claim that can be tried on it."""

import pandas as pd

from regclaims.claims.real import DataSet, real_contrasts, real_verdicts
from regclaims.io import write_csv, write_parquet
from regclaims.job import job

with job(globals()) as run:
    names = run.params.datasets
    kinds = ("splits", "stability", "about", "flags")
    files = zip(names, *(getattr(run.input, kind) for kind in kinds), strict=True)
    data = {}
    for name, *paths in files:
        splits, stability, about, flags = map(pd.read_parquet, paths)
        saturated = bool(flags["saturated"].iloc[0])
        data[name] = DataSet(name, splits, stability, about.iloc[0].to_dict(), saturated)
    registry = run.params.registry
    contrasts = real_contrasts(registry, data, set(run.params.registered), run.params.max_at_end)
    write_csv(run.output.verdicts, real_verdicts(registry, run.params.bars, contrasts))
    write_parquet(run.output.contrasts, contrasts)
    splits = [each.splits for each in data.values()]
    write_parquet(run.output.splits, pd.concat(splits, ignore_index=True))
