"""Draw one figure: its table, PDF and PNG."""

import importlib

import pandas as pd

from regclaims.figures.style import save
from regclaims.job import job

with job(globals()) as run:
    figure = importlib.import_module(f"regclaims.figures.{run.params.module}")
    data = figure.table(*[pd.read_parquet(path) for path in run.input])
    with figure.draw(data) as drawn:
        save(drawn, data, run.output.pdf, run.output.png, run.output.csv)
