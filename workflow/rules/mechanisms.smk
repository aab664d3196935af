"""Mechanisms: experiments on why things happen.

reads   the study's `mechanisms` section
writes  results/kink.parquet            zero shares of penalties with and without their kink
        results/kink-penalties.parquet  zero shares by penalty
"""


rule kink:
    """Take the kink out of penalties, leave the rest of them, and count zeros."""
    output:
        pairs="results/kink.parquet",
        penalties="results/kink-penalties.parquet",
    log:
        f"{LOGS}/kink.log",
    benchmark:
        f"{TIMES}/kink.tsv"
    conda:
        CONDA
    params:
        spec=STUDY.mechanisms.kink.model_dump(exclude={"replicates"}, exclude_none=True),
        replicates=STUDY.mechanisms.kink.replicates,
        seed=STUDY.seed,
        code=code("kink.py"),
        versions=NUMERICS,
    script:
        "../scripts/kink.py"
