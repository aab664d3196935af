"""Real: every method on every real data set.

reads   config/datasets/<dataset>.yaml, and the files that it names
writes  results/work/real/<dataset>-<settings>/  splits-<part>.parquet  one row a fit
                                                 coefs-<part>.parquet   their coefficients
                                                 paths.parquet          coefficients along the paths
                                                 about.parquet          size and collinearity
                                                 splits.parquet         the parts put together
                                                 stability.parquet      jackknifed, over the splits
                                                 cells.parquet          means and their errors
                                                 flags.parquet          whether it is saturated
        results/work/known-beta/<dataset>-<settings>/  fits, stability, paths, cells, population
        results/known-beta-verdicts.csv, -contrasts.parquet, -population.parquet
"""

REAL = f"{WORK}/real/{{dataset}}-{{settings}}"


rule real_splits:
    """Fit and test every method on some of the random splits of one real data set."""
    input:
        data_file,
    output:
        splits=f"{REAL}/splits-{{part}}.parquet",
        coefs=f"{REAL}/coefs-{{part}}.parquet",
    log:
        f"{LOGS}/real-{{dataset}}-{{settings}}-{{part}}.log",
    benchmark:
        f"{TIMES}/real-{{dataset}}-{{settings}}-{{part}}.tsv"
    conda:
        CONDA
    params:
        name="{dataset}",
        part="{part}",
        dataset=lambda wildcards: real_settings(wildcards.dataset)["dataset"],
        settings=SETTINGS,
        seed=STUDY.seed,
        code=code("real_splits.py"),
        versions=NUMERICS,
    script:
        "../scripts/real_splits.py"


rule real_paths:
    """Trace coefficients along the paths of one real data set, and describe it."""
    input:
        data_file,
    output:
        paths=f"{REAL}/paths.parquet",
        about=f"{REAL}/about.parquet",
    log:
        f"{LOGS}/real-paths-{{dataset}}-{{settings}}.log",
    benchmark:
        f"{TIMES}/real-paths-{{dataset}}-{{settings}}.tsv"
    conda:
        CONDA
    params:
        name="{dataset}",
        dataset=lambda wildcards: real_settings(wildcards.dataset)["dataset"],
        settings=SETTINGS,
        seed=STUDY.seed,
        code=code("real_paths.py"),
        versions=NUMERICS,
    script:
        "../scripts/real_paths.py"


rule real_data:
    """Put the splits of one real data set together: means, stability, saturation."""
    input:
        splits=lambda wildcards: real_parts(wildcards, "splits"),
        coefs=lambda wildcards: real_parts(wildcards, "coefs"),
        about=f"{REAL}/about.parquet",
    output:
        splits=f"{REAL}/splits.parquet",
        stability=f"{REAL}/stability.parquet",
        cells=f"{REAL}/cells.parquet",
        flags=f"{REAL}/flags.parquet",
    log:
        f"{LOGS}/real-data-{{dataset}}-{{settings}}.log",
    benchmark:
        f"{TIMES}/real-data-{{dataset}}-{{settings}}.tsv"
    conda:
        CONDA
    params:
        name="{dataset}",
        code=code("real_data.py"),
    script:
        "../scripts/real_data.py"


rule known_beta:
    """Fit every method to known coefficients on the columns of one real data set."""
    input:
        data_file,
    output:
        **{table: f"{KNOWN_BETA}/{table}.parquet" for table in KNOWN_BETA_TABLES},
    log:
        f"{LOGS}/known-beta-{{dataset}}-{{settings}}.log",
    benchmark:
        f"{TIMES}/known-beta-{{dataset}}-{{settings}}.tsv"
    priority: 1000
    conda:
        CONDA
    params:
        name="{dataset}",
        dataset=lambda wildcards: known_beta_settings(wildcards.dataset)["dataset"],
        section=KNOWN_BETA_SECTION,
        settings=SETTINGS,
        seed=STUDY.seed,
        code=code("known_beta.py"),
        versions=NUMERICS,
    script:
        "../scripts/known_beta.py"


rule known_beta_verdicts:
    """Decide every claim about a population on the cells with known coefficients."""
    input:
        **{table: known_beta(table) for table in KNOWN_BETA_TABLES if table != "paths"},
    output:
        verdicts="results/known-beta-verdicts.csv",
        contrasts="results/known-beta-contrasts.parquet",
        population="results/known-beta-population.parquet",
    log:
        f"{LOGS}/known-beta-verdicts.log",
    benchmark:
        f"{TIMES}/known-beta-verdicts.tsv"
    conda:
        CONDA
    params:
        registry=population_claims(),
        bars=BARS,
        max_at_end=STUDY.tuning.max_at_end,
        code=code("known_beta_verdicts.py"),
    script:
        "../scripts/known_beta_verdicts.py"
