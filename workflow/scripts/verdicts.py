"""Decide every claim, in its charitable and its strict reading."""

import pandas as pd

from regclaims.claims.evidence import batches, columns_of
from regclaims.claims.real import read_data_sets
from regclaims.claims.verdicts import Evidence, find, take_verdicts
from regclaims.io import write_csv, write_parquet
from regclaims.job import job

with job(globals()) as run:
    population = pd.read_parquet(run.input.population).set_index("cell_id")
    registry, bars = run.params.registry, run.params.bars
    evidence = Evidence(
        cells=pd.read_parquet(run.input.cells),
        fits=batches(run.input.fits, population.index, columns_of(registry)),
        tables={"stability": pd.read_parquet(run.input.stability)}
        | {
            name: pd.read_parquet(path)
            for name, path in zip(run.params.experiments, run.input.experiments, strict=True)
        },
        max_at_end=run.params.max_at_end,
        real=read_data_sets(
            run.params.datasets,
            run.input.real_splits,
            run.input.real_stability,
            run.input.real_about,
            run.input.real_flags,
        ),
    )
    findings = find(registry, evidence)
    courts = {
        reading: take_verdicts(registry, bars, population, findings, reading)
        for reading in ("charitable", "strict")
    }
    write_csv(run.output.verdicts, courts["charitable"].verdicts)
    write_csv(run.output.strict, courts["strict"].verdicts)
    details = [court.details.assign(reading=name) for name, court in courts.items()]
    write_csv(run.output.details, pd.concat(details))
    contrasts = pd.concat([court.contrasts for court in courts.values()], ignore_index=True)
    write_parquet(run.output.contrasts, contrasts)
