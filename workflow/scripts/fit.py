"""Draw the data of a shard, fit one family of methods to them, and measure every fit."""

import pandas as pd

from regclaims.evidence.methods import settings
from regclaims.evidence.replicates import fit_shard
from regclaims.evidence.shards import Shard
from regclaims.evidence.tables import TABLES, writing
from regclaims.io import write_csv
from regclaims.job import job
from regclaims.solvers.threads import one_thread

with job(globals()) as run, one_thread():
    with writing({name: getattr(run.output, name) for name in TABLES}) as writer:
        times = fit_shard(Shard(**run.params.shard), settings(run.params.settings), writer)
    write_csv(run.output.times, pd.DataFrame(times))
