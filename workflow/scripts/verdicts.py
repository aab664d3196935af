"""Decide every claim, in its charitable and its strict reading."""

import pandas as pd

from regclaims.claims.verdicts import Evidence, kink_evidence, take_verdicts
from regclaims.io import write_csv, write_parquet
from regclaims.job import job

with job(globals()) as run:
    evidence = Evidence(
        population=pd.read_parquet(run.input.population).set_index("cell_id"),
        fits=pd.read_parquet(run.input.fits),
        stability=pd.read_parquet(run.input.stability),
        kink=kink_evidence(pd.read_parquet(run.input.kink)),
    )
    courts = {
        reading: take_verdicts(run.params.registry, run.params.bars, evidence, reading)
        for reading in ("charitable", "strict")
    }
    write_csv(run.output.verdicts, courts["charitable"].verdicts)
    write_csv(run.output.strict, courts["strict"].verdicts)
    details = [court.details.assign(reading=name) for name, court in courts.items()]
    write_csv(run.output.details, pd.concat(details))
    contrasts = pd.concat([court.contrasts for court in courts.values()], ignore_index=True)
    write_parquet(run.output.contrasts, contrasts)
