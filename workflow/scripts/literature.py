"""Compare our fits with published medians and findings, and print the comparison."""

import pandas as pd

from regclaims.designs import Scenario
from regclaims.io import write_csv, write_text
from regclaims.job import job
from regclaims.literature.study import FITS, run

with job(globals()) as job_:
    fits = {
        name: pd.concat([pd.read_parquet(path, columns=FITS) for path in job_.input[name]])
        for name in ("zou_hastie", "hastie")
    }
    cells = {name: [Scenario(spec) for spec in specs] for name, specs in job_.params.cells.items()}
    tables, page = run(
        job_.params.published,
        zou_hastie_fits=fits["zou_hastie"],
        zou_hastie_cells=cells["zou_hastie"],
        hastie_fits=fits["hastie"],
        hastie_cells=cells["hastie"],
        hastie_seed=job_.params.seed,
    )
    for name in ("medians", "orders", "findings", "summary"):
        write_csv(job_.output[name], tables[name])
    write_text(job_.output.report, page)
    print(page)
