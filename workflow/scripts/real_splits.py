"""Fit and test every method on some of the random splits of one real data set."""

from regclaims.datasets import load_files
from regclaims.datasets.splitting import parts_of_splits
from regclaims.evidence.methods import settings
from regclaims.evidence.real import contenders, fit_splits
from regclaims.io import write_parquet
from regclaims.job import job
from regclaims.keys import cell_key

with job(globals()) as run:
    name, dataset = run.params.name, run.params.dataset
    data = load_files(dataset, run.input, name)
    protocol, chosen = dataset["protocol"], settings(run.params.settings)
    found = fit_splits(
        data,
        protocol,
        contenders(data.task, protocol, chosen),
        chosen,
        parts_of_splits(protocol["splits"])[int(run.params.part)],
        seed=run.params.seed,
        key=cell_key({"dataset": name}),
    )
    write_parquet(run.output.splits, found.tested)
    write_parquet(run.output.coefs, found.coefs)
