"""Simulate: what the cells are, and their data.

reads   the study's population
writes  results/population.parquet        one row a cell: its factors and moderators
        results/work/<shard>/draws.npz    data of a shard's cells; removed once they are fitted
"""


rule population:
    """Describe every cell of the population."""
    output:
        "results/population.parquet",
    log:
        f"{LOGS}/population.log",
    benchmark:
        f"{TIMES}/population.tsv"
    conda:
        CONDA
    params:
        cells=[{"spec": cell.spec, "densities": cell.densities} for cell in cells(STUDY)],
        code=code("population.py"),
        versions=NUMERICS,
    script:
        "../scripts/population.py"


rule simulate:
    """Draw the training and validation data of one shard."""
    output:
        draws=temp(f"{WORK}/{{shard}}/draws.npz"),
    log:
        f"{LOGS}/simulate-{{shard}}.log",
    benchmark:
        f"{TIMES}/simulate-{{shard}}.tsv"
    priority: lambda wildcards: SHARDS[wildcards.shard].cost
    conda:
        CONDA
    params:
        shard=lambda wildcards: SHARDS[wildcards.shard].draws,
        code=code("simulate.py"),
        versions=NUMERICS,
    script:
        "../scripts/simulate.py"
