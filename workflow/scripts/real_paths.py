"""Trace coefficients along the paths of one real data set, and describe it."""

import pandas as pd

from regclaims.datasets import load_files
from regclaims.evidence.bands import path_bands
from regclaims.evidence.methods import settings
from regclaims.evidence.real import contenders
from regclaims.io import write_parquet
from regclaims.job import job
from regclaims.keys import cell_key

with job(globals()) as run:
    name, dataset = run.params.name, run.params.dataset
    data = load_files(dataset, run.input, name)
    protocol, chosen = dataset["protocol"], settings(run.params.settings)
    bands = path_bands(
        data,
        protocol,
        contenders(data.task, protocol, chosen),
        chosen,
        seed=run.params.seed,
        key=cell_key({"dataset": name}),
    )
    write_parquet(run.output.paths, bands)
    write_parquet(run.output.about, pd.DataFrame([{"dataset": name} | data.describe()]))
