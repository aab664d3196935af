"""Figures: each with its data.

reads   results/*.parquet, the paths and means of each real data set
writes  results/figures/<figure>.pdf, .png and .csv
        results/figures/page-<dataset>.pdf, .png and .csv
"""


rule figure:
    """Draw one figure: its table, PDF and PNG."""
    input:
        lambda wildcards: FIGURES[wildcards.figure][1](),
    output:
        pdf="results/figures/{figure}.pdf",
        png=report(
            "results/figures/{figure}.png",
            caption="../report/figure.rst",
            category="Figures",
            labels=shown,
        ),
        csv="results/figures/{figure}.csv",
    log:
        f"{LOGS}/figure-{{figure}}.log",
    benchmark:
        f"{TIMES}/figure-{{figure}}.tsv"
    conda:
        CONDA
    params:
        module=lambda wildcards: FIGURES[wildcards.figure][0],
        titles=lambda wildcards: titles(wildcards.figure),
        code=lambda wildcards: figure_code(wildcards.figure),
    script:
        "../scripts/figure.py"


rule data_page:
    """Draw the page of one real data set."""
    input:
        lambda wildcards: [real_file(wildcards.dataset, kind) for kind in ("paths", "cells")],
    output:
        pdf="results/figures/page-{dataset}.pdf",
        png=report(
            "results/figures/page-{dataset}.png",
            caption="../report/data-page.rst",
            category="Real data",
            labels={"data set": "{dataset}"},
        ),
        csv="results/figures/page-{dataset}.csv",
    log:
        f"{LOGS}/figure-page-{{dataset}}.log",
    benchmark:
        f"{TIMES}/figure-page-{{dataset}}.tsv"
    conda:
        CONDA
    params:
        module="data_page",
        code=code("figure.py") + code_hash(PACKAGE / "figures" / "data_page.py"),
    script:
        "../scripts/figure.py"
