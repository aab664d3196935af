"""Verdicts: every claim, decided by the rule that was fixed beforehand.

reads   results/{population,cells,stability}.parquet, results/fits.parquet/, results/mechanisms/,
        config/claims/*.yaml
writes  results/verdicts.csv       one row a claim: the charitable reading, which decides
        results/strict.csv         the same columns for the strict reading
        results/decisions.csv      p-values of the test and its mirror, cells that did not vote
        results/contrasts.parquet  what each cell says on each part of each claim
"""


rule verdicts:
    """Decide every claim, in its charitable and its strict reading."""
    input:
        population="results/population.parquet",
        fits="results/fits.parquet",
        cells=SYNTHETIC_CELLS,
        stability="results/stability.parquet",
        experiments=[experiment_file(name) for name in EXPERIMENTS],
    output:
        verdicts="results/verdicts.csv",
        strict="results/strict.csv",
        details="results/decisions.csv",
        contrasts="results/contrasts.parquet",
    log:
        f"{LOGS}/verdicts.log",
    benchmark:
        f"{TIMES}/verdicts.tsv"
    conda:
        CONDA
    params:
        experiments=list(EXPERIMENTS),
        registry=plain_registry(),
        bars=BARS,
        max_at_end=STUDY.tuning.max_at_end,
        code=code("verdicts.py"),
    script:
        "../scripts/verdicts.py"
