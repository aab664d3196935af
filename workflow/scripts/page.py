"""Write the page on which a claim is found, with everything that its verdict rests on."""

import json
from pathlib import Path

import pandas as pd

from regclaims.config.claims import Group
from regclaims.config.coding import Coded
from regclaims.io import write_text
from regclaims.job import job
from regclaims.page.render import Run, render
from regclaims.page.view import Tables, sections

with job(globals()) as run:
    groups = {name: Group.model_validate(group) for name, group in run.params.groups.items()}
    coding = [Coded(**coded) for coded in run.params.coding]
    tables = Tables(
        strict=pd.read_csv(run.input.strict),
        decisions=pd.read_csv(run.input.decisions),
        contrasts=pd.read_parquet(run.input.contrasts),
        real=pd.read_parquet(run.input.real),
        population=pd.read_parquet(run.input.population),
    )
    record = json.loads(Path(run.input.record).read_text(encoding="utf-8"))
    about = Run(
        study=record["study"],
        seed=record["seed"],
        smoke=run.params.smoke,
        provenance={**run.params.provenance, "seed": record["seed"], **run.params.versions},
        datasets=run.params.datasets,
    )
    found = sections(record, groups, tables, coding)
    write_text(run.output[0], render(about, found, coding))
