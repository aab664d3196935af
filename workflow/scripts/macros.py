"""Write every number and table of the paper as TeX."""

from pathlib import Path

import pandas as pd

from regclaims.config import Registry, Study
from regclaims.config.claims import Group
from regclaims.config.datasets import Dataset
from regclaims.io import write_text
from regclaims.job import job
from regclaims.report.certificates import read_certificates
from regclaims.report.claims import claim_sections, verdict_table
from regclaims.report.coding import coding_numbers, coding_table, coding_totals
from regclaims.report.court import controls_table, deviations_text
from regclaims.report.data import (
    data_pages,
    data_table,
    error_table,
    real_numbers,
    real_verdict_table,
)
from regclaims.report.groups import group_summaries
from regclaims.report.numbers import Results, numbers
from regclaims.report.population import population_table
from regclaims.report.precision import precision, precision_table
from regclaims.report.second_seed import second_seed_numbers
from regclaims.report.tables import provenance_table
from regclaims.report.tex import escape, write_macros

with job(globals()) as run:
    study = Study.model_validate(run.params.study)
    registry = Registry(
        {name: Group.model_validate(group) for name, group in run.params.groups.items()},
        {name: Dataset.model_validate(data) for name, data in run.params.datasets.items()},
    )
    verdicts = pd.read_csv(run.input.verdicts)
    strict = pd.read_csv(run.input.strict)
    decisions = pd.read_csv(run.input.decisions)
    contrasts = pd.read_parquet(run.input.contrasts)
    errors = precision(contrasts, registry)
    results = Results(
        verdicts=verdicts,
        population=pd.read_parquet(
            run.input.population, columns=["replicates", "response", "twins"]
        ),
        certificates=read_certificates(run.input.fits),
        ends=pd.read_parquet(
            run.input.cells,
            filters=[("source", "==", "synthetic"), ("metric", "==", "at_grid_end")],
        ),
        failures=pd.read_csv(run.input.failures),
        errors=errors,
        figures={
            name: pd.read_csv(path)
            for name, path in zip(run.params.figures, run.input.figures, strict=True)
        },
    )
    about = pd.concat(map(pd.read_parquet, run.input.about))
    flags = pd.concat(map(pd.read_parquet, run.input.flags))
    real = pd.read_parquet(run.input.cells, filters=[("source", "==", "real")])
    tried = pd.read_csv(run.input.real_verdicts), pd.read_csv(run.input.known_beta), verdicts
    provenance = {**run.params.provenance, "seed": study.seed, **run.params.versions}
    texts = {
        "macros": write_macros(
            numbers(study, results)
            | coding_numbers(run.params.coding)
            | second_seed_numbers(pd.read_csv(run.input.second_seed))
            | real_numbers(*tried)
            | {"path-data": escape(registry.datasets[study.path_figure].title)}
        ),
        "population-table": population_table(study),
        "precision-table": precision_table(errors),
        "verdict-table": verdict_table(verdicts, strict),
        "claims": claim_sections(registry, verdicts, strict, decisions, contrasts, results.figures),
        "groups": group_summaries(registry, verdicts),
        "controls-table": controls_table(pd.read_csv(run.input.controls)),
        "deviations-text": deviations_text(pd.read_csv(run.input.deviations), verdicts),
        "coding-totals": coding_totals(run.params.coding),
        "coding-table": coding_table(run.params.coding),
        "data-table": data_table(registry.datasets, about, flags, run.params.registered),
        "error-table": error_table(registry.datasets, real),
        "real-verdict-table": real_verdict_table(*tried),
        "data-pages": data_pages(registry.datasets),
        "provenance": provenance_table(provenance),
    }
    for path in map(Path, run.output):
        write_text(path, texts[path.stem])
