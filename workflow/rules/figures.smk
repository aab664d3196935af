"""Figures: each with its data.

reads   results/*.parquet, the paths of one real data set
writes  results/figures/<figure>.pdf, .png and .csv
"""

# Figure: its module in regclaims.figures, and the tables that it takes, in their order.
FIGURES = {
    "paths": ("paths", lambda: [real_file(STUDY.path_figure, "paths")]),
    "zero-share": ("zero_share", lambda: ["results/paths.parquet", "results/population.parquet"]),
    "stability": ("stability", lambda: ["results/stability.parquet", "results/population.parquet"]),
    "risk": ("risk", lambda: ["results/cells.parquet", "results/population.parquet"]),
}


def figure_code(figure):
    """Hash the code of one figure; the others may change."""
    return code("figure.py") + code_hash(PACKAGE / "figures" / f"{FIGURES[figure][0]}.py")


rule figure:
    """Draw one figure: its table, PDF and PNG."""
    input:
        lambda wildcards: FIGURES[wildcards.figure][1](),
    output:
        pdf="results/figures/{figure}.pdf",
        png="results/figures/{figure}.png",
        csv="results/figures/{figure}.csv",
    params:
        module=lambda wildcards: FIGURES[wildcards.figure][0],
        code=lambda wildcards: figure_code(wildcards.figure),
    log:
        f"{LOGS}/figure-{{figure}}.log",
    benchmark:
        f"{TIMES}/figure-{{figure}}.tsv"
    conda:
        CONDA
    script:
        "../scripts/figure.py"
