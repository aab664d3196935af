"""Take every verdict again under every registered alternative."""

from regclaims.claims.evidence import read_evidence
from regclaims.claims.robustness import multiverse, robustness
from regclaims.io import write_parquet
from regclaims.job import job

with job(globals()) as run:
    registry = run.params.registry
    population, evidence = read_evidence(
        run.input, run.params.experiments, multiverse(registry), run.params.max_at_end
    )
    found = robustness(registry, run.params.bars, population, evidence)
    write_parquet(run.output[0], found)
