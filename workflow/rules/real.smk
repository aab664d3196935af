"""Real: every method on every real data set.

reads   config/datasets/<dataset>.yaml, and the file that it names
writes  results/work/real/<dataset>-<settings>/  splits.parquet   one row a split and method
                                                 paths.parquet    coefficients along the paths
                                                 about.parquet    size and collinearity
"""


# Title, licence and citation are wording: they re-run nothing.
USED = {"source", "name", "path", "target", "drop", "protocol"}


def real_settings(dataset):
    """Give what a data set's results depend on; its hash names their folder."""
    return {
        "name": dataset,
        "dataset": REGISTRY.datasets[dataset].model_dump(include=USED),
        "families": FAMILIES,
        "settings": SETTINGS,
        "seed": STUDY.seed,
    }


def real_file(dataset, kind):
    """Name a data set's file of one kind."""
    return f"{WORK}/real/{dataset}-{digest(real_settings(dataset))}/{kind}.parquet"


def real(kind):
    """List the files of one kind, of all data sets."""
    return [real_file(dataset, kind) for dataset in REGISTRY.datasets]


def data_file(wildcards):
    """Give the data set's file, if it comes as one."""
    path = REGISTRY.datasets[wildcards.dataset].path
    return [str(ROOT / path)] if path else []


rule real:
    """Fit and test every method on repeated splits of one real data set."""
    input:
        data_file,
    output:
        splits=f"{WORK}/real/{{dataset}}-{{settings}}/splits.parquet",
        paths=f"{WORK}/real/{{dataset}}-{{settings}}/paths.parquet",
        about=f"{WORK}/real/{{dataset}}-{{settings}}/about.parquet",
    params:
        name="{dataset}",
        dataset=lambda wildcards: real_settings(wildcards.dataset)["dataset"],
        families=FAMILIES,
        settings=SETTINGS,
        seed=STUDY.seed,
        code=code("real.py"),
    log:
        f"{LOGS}/real-{{dataset}}-{{settings}}.log",
    benchmark:
        f"{TIMES}/real-{{dataset}}-{{settings}}.tsv"
    conda:
        CONDA
    script:
        "../scripts/real.py"
