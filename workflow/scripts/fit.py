"""Fit one family of methods to one shard, and measure every fit."""

import numpy as np

from regclaims.evidence.methods import family, settings
from regclaims.evidence.replicates import fit_shard
from regclaims.evidence.shards import Shard
from regclaims.io import write_parquet
from regclaims.job import job

with job(globals()) as run:
    with np.load(run.input.draws, allow_pickle=False) as archive:
        data = {name: archive[name] for name in archive.files}
    chosen = settings(run.params.settings)
    results = fit_shard(
        Shard(**run.params.shard),
        data,
        run.params.cross_validated,
        family(run.params.family, chosen.solver),
        chosen,
    )
    for name, table in results.frames().items():
        write_parquet(getattr(run.output, name), table)
