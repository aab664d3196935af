"""Fit every method to known coefficients on the columns of one real data set."""

import pandas as pd

from regclaims.datasets import load_files
from regclaims.evidence.known_beta import fit_known_beta, scenarios
from regclaims.evidence.methods import settings
from regclaims.evidence.tables import TABLES, writing
from regclaims.io import write_parquet
from regclaims.job import job
from regclaims.solvers.threads import one_thread

with job(globals()) as run, one_thread():
    name, section = run.params.name, run.params.section
    cells = scenarios(load_files(run.params.dataset, run.input, name), name, section)
    chosen = settings(run.params.settings)
    with writing({table: getattr(run.output, table) for table in TABLES}) as writer:
        for scenario in cells:
            fit_known_beta(scenario, section, chosen, run.params.seed, writer)
    write_parquet(run.output.population, pd.DataFrame([cell.describe() for cell in cells]))
