"""Put the shards together: fits, stability and paths of all cells, and the table of cells."""

import shutil
from pathlib import Path

import pandas as pd

from regclaims.evidence.cells import cells_from_fits, cells_from_stability
from regclaims.io import write_parquet
from regclaims.job import job

with job(globals()) as run:
    folder = Path(str(run.output.fits))
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    for name, part in zip(run.params.names, run.input.fits, strict=True):
        shutil.copyfile(part, folder / f"{name}.parquet")
        tables.append(cells_from_fits(pd.read_parquet(part)))
    for part in run.input.stability:
        tables.append(cells_from_stability(pd.read_parquet(part), run.params.replicates))
    write_parquet(run.output.cells, pd.concat(tables, ignore_index=True))
    for name in ("stability", "paths"):
        joined = pd.concat(map(pd.read_parquet, getattr(run.input, name)), ignore_index=True)
        write_parquet(getattr(run.output, name), joined)
