"""Draw one figure: its table, PDF and PNG."""

import importlib
from inspect import signature
from pathlib import Path

import pandas as pd

from regclaims.figures.style import save
from regclaims.job import job

with job(globals()) as run:
    figure = importlib.import_module(f"regclaims.figures.{run.params.module}")
    # Of a table that is large a module says which columns and rows it wants.
    reads = getattr(figure, "READS", {})
    names = list(signature(figure.table).parameters)
    known = {"titles": run.params.titles} if "titles" in names else {}
    tables = {
        name: pd.read_csv(path)
        if Path(path).suffix == ".csv"
        else pd.read_parquet(path, **reads.get(name, {}))
        for name, path in zip((n for n in names if n not in known), run.input, strict=True)
    }
    data = figure.table(**tables, **known)
    with figure.draw(data) as drawn:
        save(drawn, data, run.output.pdf, run.output.png, run.output.csv)
