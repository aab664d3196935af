"""Decide every claim about a population on the cells with known coefficients."""

import pandas as pd

from regclaims.claims.verdicts import Evidence, find, take_verdicts
from regclaims.io import write_csv, write_parquet
from regclaims.job import job

with job(globals()) as run:
    tables = {
        name: [pd.read_parquet(path) for path in getattr(run.input, name)]
        for name in ("population", "fits", "stability", "cells")
    }
    if tables["population"]:
        population = pd.concat(tables["population"], ignore_index=True)
        cells = pd.concat(tables["cells"], ignore_index=True)
        stability = {"stability": tables["stability"]}
        evidence = Evidence(cells, tables["fits"], stability, run.params.max_at_end)
        registry = run.params.registry
        court = take_verdicts(
            registry,
            run.params.bars,
            population.set_index("cell_id"),
            find(registry, evidence),
            "charitable",
            dependent=True,
        )
        verdicts, contrasts = court.verdicts, court.contrasts
    else:
        population = contrasts = pd.DataFrame({"cell_id": []}, dtype=str)
        verdicts = pd.DataFrame(columns=["claim_id", "verdict"])
    write_csv(run.output.verdicts, verdicts)
    write_parquet(run.output.contrasts, contrasts)
    write_parquet(run.output.population, population)
