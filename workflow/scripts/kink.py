"""Take the kink out of penalties, and count zeros."""

from regclaims.io import write_parquet
from regclaims.job import job
from regclaims.mechanisms.kink import run as run_kink
from regclaims.mechanisms.kink import zero_share_by_penalty

with job(globals()) as run:
    options = (run.params.spec, run.params.seed, run.params.replicates)
    write_parquet(run.output.pairs, run_kink(*options))
    write_parquet(run.output.penalties, zero_share_by_penalty(*options))
