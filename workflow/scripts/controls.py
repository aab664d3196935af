"""Decide what is known, and stop where that comes out wrong."""

from regclaims.claims.controls import check_controls, decide_controls, measure_controls
from regclaims.io import write_csv
from regclaims.job import job

with job(globals()) as run:
    table = decide_controls(measure_controls(run.params.seed, run.params.replicates))
    check_controls(table)
    write_csv(run.output[0], table)
