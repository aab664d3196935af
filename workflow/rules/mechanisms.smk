"""Mechanisms: experiments on why things happen.

reads   the study's `mechanisms` section
writes  results/mechanisms/<experiment>.parquet  a row a cell, replicate and arm
"""


rule mechanism:
    """Run one experiment."""
    output:
        "results/mechanisms/{experiment}.parquet",
    log:
        f"{LOGS}/mechanism-{{experiment}}.log",
    benchmark:
        f"{TIMES}/mechanism-{{experiment}}.tsv"
    conda:
        CONDA
    params:
        spec=lambda wildcards: experiment_settings(wildcards.experiment),
        replicates=lambda wildcards: experiment_replicates(wildcards.experiment),
        seed=STUDY.seed,
        code=lambda wildcards: experiment_code(wildcards.experiment),
        versions=NUMERICS,
    script:
        "../scripts/mechanism.py"
