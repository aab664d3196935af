"""Put the splits of one real data set together: means, stability, saturation."""

import pandas as pd

from regclaims.evidence.resampled import cells_of_splits, saturated, stability_of_splits
from regclaims.io import write_parquet
from regclaims.job import job

with job(globals()) as run:
    name = run.params.name
    about = pd.read_parquet(run.input.about).iloc[0]
    tested = pd.concat(map(pd.read_parquet, run.input.splits), ignore_index=True)
    coefs = pd.concat(map(pd.read_parquet, run.input.coefs), ignore_index=True)
    stability = stability_of_splits(tested, coefs, int(about["n_features"]))
    write_parquet(run.output.splits, tested.assign(dataset=name))
    write_parquet(run.output.stability, stability.assign(dataset=name))
    write_parquet(run.output.cells, cells_of_splits(tested, stability, name))
    flags = {"dataset": name, "saturated": saturated(tested, about["task"])}
    write_parquet(run.output.flags, pd.DataFrame([flags]))
