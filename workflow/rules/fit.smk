"""Fit: every method family on every shard.

reads   results/work/<shard>/draws.npz
writes  results/work/<shard>/<settings>/<family>-fits.parquet       one row a fit
        results/work/<shard>/<settings>/<family>-stability.parquet  jackknifed, one row a left-out
        results/work/<shard>/<settings>/<family>-paths.parquet      means along the path
"""


rule fit:
    """Fit one family of methods to one shard, and measure every fit."""
    input:
        draws=f"{WORK}/{{shard}}/draws.npz",
    output:
        fits=f"{WORK}/{{shard}}/{{settings}}/{{family}}-fits.parquet",
        stability=f"{WORK}/{{shard}}/{{settings}}/{{family}}-stability.parquet",
        paths=f"{WORK}/{{shard}}/{{settings}}/{{family}}-paths.parquet",
    log:
        f"{LOGS}/fit-{{shard}}-{{settings}}-{{family}}.log",
    benchmark:
        f"{TIMES}/fit-{{shard}}-{{settings}}-{{family}}.tsv"
    # Fits before draws, so that few draws lie on the disk at a time; costly shards first.
    priority: lambda wildcards: 10 * SHARDS[wildcards.shard].cost
    conda:
        CONDA
    params:
        shard=lambda wildcards: SHARDS[wildcards.shard].draws,
        settings=SETTINGS,
        cross_validated=lambda wildcards: SHARDS[wildcards.shard].cross_validated,
        family="{family}",
        code=code("fit.py"),
        versions=NUMERICS,
    script:
        "../scripts/fit.py"
