"""Decide every claim, in its charitable and its strict reading."""

import pandas as pd

from regclaims.claims.controls import all_right
from regclaims.claims.evidence import read_evidence
from regclaims.claims.real import read_data_sets
from regclaims.claims.registration import list_deviations
from regclaims.claims.robustness import shares_that_agree
from regclaims.claims.verdicts import find, take_verdicts
from regclaims.io import write_csv, write_parquet
from regclaims.job import job

with job(globals()) as run:
    registry, bars = run.params.registry, run.params.bars
    real = read_data_sets(
        run.params.datasets,
        run.input.real_splits,
        run.input.real_stability,
        run.input.real_about,
        run.input.real_flags,
    )
    population, evidence = read_evidence(
        run.input, run.params.experiments, registry | run.params.before, run.params.max_at_end, real
    )
    before = {f"{name} as registered": claim for name, claim in run.params.before.items()}
    findings = find(registry | before, evidence)
    courts = {
        reading: take_verdicts(registry, bars, population, findings, reading)
        for reading in ("charitable", "strict")
    }
    shares = shares_that_agree(pd.read_parquet(run.input.robustness))
    verdicts = courts["charitable"].verdicts
    verdicts["robustness"] = verdicts["claim_id"].map(shares)
    verdicts["registered"] = verdicts["claim_id"].map(run.params.status)
    verdicts["controls_ok"] = all_right(pd.read_csv(run.input.controls))
    write_csv(run.output.verdicts, verdicts)
    deviations = list_deviations(
        run.params.deviations,
        verdicts,
        take_verdicts(before, bars, population, findings, "charitable").verdicts
        if before
        else None,
    )
    write_csv(run.output.deviations, deviations)
    write_csv(run.output.strict, courts["strict"].verdicts)
    details = [court.details.assign(reading=name) for name, court in courts.items()]
    write_csv(run.output.details, pd.concat(details))
    contrasts = pd.concat([court.contrasts for court in courts.values()], ignore_index=True)
    write_parquet(run.output.contrasts, contrasts)
