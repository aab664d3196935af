"""Evidence: the shards put together.

reads   the fits of all shards, the splits of all real data sets
writes  results/fits.parquet/      one file a shard and family; one row a fit
        results/stability.parquet  jackknifed stability of cells
        results/paths.parquet      means along the path
        results/cells.parquet      one row per cell, method, tuning and metric
"""


rule evidence:
    """Put the shards together, and average replicates within cells."""
    input:
        fits=fitted("fits"),
        stability=fitted("stability"),
        paths=fitted("paths"),
    output:
        fits=directory("results/fits.parquet"),
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
        names=[f"{shard}-{family}" for shard in SHARDS for family in FAMILIES],
        replicates=STUDY.replicates,
        code=code("evidence.py"),
    script:
        "../scripts/evidence.py"


rule cells:
    """Put real data sets beside the synthetic cells."""
    input:
        synthetic=SYNTHETIC_CELLS,
        splits=real("splits"),
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
