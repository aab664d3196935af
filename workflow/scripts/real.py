"""Fit and test every method on repeated splits of one real data set."""

from pathlib import Path

import pandas as pd

from regclaims.datasets import load_dataset
from regclaims.evidence.methods import path_methods, settings
from regclaims.evidence.real import path_bands, split_dataset
from regclaims.io import write_parquet
from regclaims.job import job
from regclaims.keys import cell_key

with job(globals()) as run:
    name, dataset = run.params.name, run.params.dataset
    file = Path(str(run.input[0])) if dataset["source"] == "file" else None
    data = load_dataset(dataset, file, name)
    chosen = settings(run.params.settings)
    methods = path_methods(chosen.l1_ratios, chosen.solver)
    options = {"seed": run.params.seed, "key": cell_key({"dataset": name})}
    splits = split_dataset(data, dataset["protocol"], methods, chosen, name=name, **options)
    write_parquet(run.output.splits, splits)
    bands = path_bands(data, methods, chosen, resamples=dataset["protocol"]["halves"], **options)
    write_parquet(run.output.paths, bands)
    write_parquet(run.output.about, pd.DataFrame([{"dataset": name} | data.describe()]))
