"""Real: every method on every real data set.

reads   config/datasets/<dataset>.yaml, and the file that it names
writes  results/work/real/<dataset>-<settings>/  splits.parquet   one row a split and method
                                                 paths.parquet    coefficients along the paths
                                                 about.parquet    size and collinearity
"""


rule real:
    """Fit and test every method on repeated splits of one real data set."""
    input:
        data_file,
    output:
        splits=f"{WORK}/real/{{dataset}}-{{settings}}/splits.parquet",
        paths=f"{WORK}/real/{{dataset}}-{{settings}}/paths.parquet",
        about=f"{WORK}/real/{{dataset}}-{{settings}}/about.parquet",
    log:
        f"{LOGS}/real-{{dataset}}-{{settings}}.log",
    benchmark:
        f"{TIMES}/real-{{dataset}}-{{settings}}.tsv"
    conda:
        CONDA
    params:
        name="{dataset}",
        dataset=lambda wildcards: real_settings(wildcards.dataset)["dataset"],
        settings=SETTINGS,
        seed=STUDY.seed,
        code=code("real.py"),
        versions=NUMERICS,
    script:
        "../scripts/real.py"
