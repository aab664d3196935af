"""Simulate: the synthetic cells.

reads   the study's `population` section
writes  results/population.parquet  one row a cell: its factors and moderators

Data sets have no files of their own. A replicate is drawn where it is fitted, from its cell's key
and its number alone, which takes about as long as writing it once and reading it three times, and
no room; `regclaims replay FIT --data FILE` writes one down.
"""


rule population:
    """Describe every cell of the population."""
    output:
        "results/population.parquet",
    log:
        f"{LOGS}/population.log",
    benchmark:
        f"{TIMES}/population.tsv"
    conda:
        CONDA
    params:
        cells=[
            {
                "spec": cell.spec,
                "levels": list(cell.levels),
                "replicates": replicates(cell, STUDY, ALLOTMENT),
            }
            for cell in CELLS
        ],
        code=code("population.py"),
        versions=NUMERICS,
    script:
        "../scripts/population.py"
