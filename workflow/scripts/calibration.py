"""Try the verdict rule itself on contrasts whose truth is planted."""

import pandas as pd

from regclaims.claims.calibration import PART, calibrate, centred_contrasts
from regclaims.claims.evidence import ALWAYS, batches
from regclaims.io import write_parquet
from regclaims.job import job

with job(globals()) as run:
    population = pd.read_parquet(run.input.population).set_index("cell_id")
    columns = dict.fromkeys([*ALWAYS, PART["metric"]])
    noise = centred_contrasts(batches(run.input.fits, list(population.index), columns))
    found = calibrate(noise, population, **run.params.options, seed=run.params.seed)
    write_parquet(run.output[0], found)
