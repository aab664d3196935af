"""Draw the training and validation data of one shard."""

import numpy as np

from regclaims.evidence.shards import Shard, draw_shard
from regclaims.io import replacing
from regclaims.job import job

with job(globals()) as run:
    data = draw_shard(Shard(**run.params.shard))
    with replacing(run.output.draws) as part, part.open("wb") as file:
        np.savez(file, **data)
