"""Evidence: the shards put together.

reads   the tables of all shards, the means of all real data sets
writes  results/fits.parquet/      one file a shard; one row a fit
        results/stability.parquet  jackknifed stability of cells
        results/paths.parquet      means, bias and variance along the path
        results/failures.csv       every fit without metrics, and why
        results/cells.parquet      one row per cell, method, tuning and metric
"""


rule evidence:
    """Put the shards together, a shard at a time."""
    input:
        fits=fitted("fits"),
        stability=fitted("stability"),
        paths=fitted("paths"),
        cells=fitted("cells"),
    output:
        fits=directory("results/fits.parquet"),
        failures="results/failures.csv",
        stability="results/stability.parquet",
        paths="results/paths.parquet",
        cells=SYNTHETIC_CELLS,
    log:
        f"{LOGS}/evidence.log",
    benchmark:
        f"{TIMES}/evidence.tsv"
    conda:
        CONDA
    params:
        names=[f"{shard.family}-{key}" for key, shard in SHARDS.items()],
        code=code("evidence.py"),
    script:
        "../scripts/evidence.py"


rule cells:
    """Put cells with known coefficients on real data, and real data sets, beside the synthetic."""
    input:
        synthetic=SYNTHETIC_CELLS,
        semi=known_beta("cells"),
        real=real("cells"),
    output:
        "results/cells.parquet",
    log:
        f"{LOGS}/cells.log",
    benchmark:
        f"{TIMES}/cells.tsv"
    conda:
        CONDA
    params:
        code=code("cells.py"),
    script:
        "../scripts/cells.py"
