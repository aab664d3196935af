"""Run one mechanism experiment."""

from regclaims.io import write_parquet
from regclaims.job import job
from regclaims.mechanisms.experiments import EXPERIMENTS

with job(globals()) as run:
    experiment = EXPERIMENTS[run.wildcards.experiment]
    table = experiment.run(run.params.spec, run.params.seed, run.params.replicates)
    write_parquet(run.output[0], table)
