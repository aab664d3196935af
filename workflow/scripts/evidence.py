"""Put the shards together, a shard at a time: memory does not grow with their number."""

import shutil
from pathlib import Path

from regclaims.evidence.tables import failures, join
from regclaims.io import replacing, write_csv
from regclaims.job import job

with job(globals()) as run:
    folder = Path(str(run.output.fits))
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in zip(run.params.names, run.input.fits, strict=True):
        shutil.copyfile(part, folder / f"{name}.parquet")
    write_csv(run.output.failures, failures(run.input.fits))
    for name in ("stability", "paths", "cells"):
        with replacing(getattr(run.output, name)) as part:
            join(name, getattr(run.input, name), part)
