"""Figures: each with its data.

reads   results/*.parquet, the paths of one real data set
writes  results/figures/<figure>.pdf, .png and .csv
"""


rule figure:
    """Draw one figure: its table, PDF and PNG."""
    input:
        lambda wildcards: FIGURES[wildcards.figure][1](),
    output:
        pdf="results/figures/{figure}.pdf",
        png="results/figures/{figure}.png",
        csv="results/figures/{figure}.csv",
    log:
        f"{LOGS}/figure-{{figure}}.log",
    benchmark:
        f"{TIMES}/figure-{{figure}}.tsv"
    conda:
        CONDA
    params:
        module=lambda wildcards: FIGURES[wildcards.figure][0],
        code=lambda wildcards: figure_code(wildcards.figure),
    script:
        "../scripts/figure.py"
