"""Fit: every method on every replicate of every cell.

reads   nothing: a shard's data are drawn from its cells' keys
writes  results/work/<family>-<shard>/<settings>/fits.parquet       one row a fit
                                                 stability.parquet  jackknifed, one row a measure
                                                 paths.parquet      means along the path
                                                 cells.parquet      means over replicates
                                                 times.csv          what each cell took
"""


rule fit:
    """Draw the data of a shard, fit one family of methods to them, and measure every fit."""
    output:
        fits=f"{SHARD}/fits.parquet",
        stability=f"{SHARD}/stability.parquet",
        paths=f"{SHARD}/paths.parquet",
        cells=f"{SHARD}/cells.parquet",
        # By a clock: for `regclaims plan`, and no result.
        times=f"{SHARD}/times.csv",
    log:
        f"{LOGS}/fit-{{family}}-{{shard}}-{{settings}}.log",
    benchmark:
        f"{TIMES}/fit-{{family}}-{{shard}}-{{settings}}.tsv"
    # Costly shards first, so that no core waits for the last one.
    priority: lambda wildcards: round(ALL_SHARDS[wildcards.shard].cost)
    conda:
        CONDA
    params:
        shard=lambda wildcards: ALL_SHARDS[wildcards.shard].plain,
        settings=lambda wildcards: ALL_SETTINGS[wildcards.settings],
        code=code("fit.py"),
        versions=NUMERICS,
    script:
        "../scripts/fit.py"
