"""Page: where a reader finds a sentence, its verdict, and what the verdict rests on.

reads   results/verdicts.json, results/{strict,decisions}.csv, results/population.parquet,
        results/{contrasts,real-contrasts}.parquet
writes  results/index.html  one file with all it needs: no network, no other file
"""

from regclaims.page.render import assets_hash


rule page:
    """Write the page to explore the claims."""
    input:
        record="results/verdicts.json",
        strict="results/strict.csv",
        decisions="results/decisions.csv",
        contrasts="results/contrasts.parquet",
        real="results/real-contrasts.parquet",
        population="results/population.parquet",
    output:
        report(
            "results/index.html",
            caption="../report/page.rst",
            category="Claims",
            labels={"file": "page to search"},
        ),
    log:
        f"{LOGS}/page.log",
    benchmark:
        f"{TIMES}/page.tsv"
    conda:
        CONDA
    params:
        smoke=STUDY.smoke,
        groups=rules.numbers.params.groups,
        datasets={name: dataset.title for name, dataset in DATASETS.items()},
        coding=rules.numbers.params.coding,
        provenance=rules.numbers.params.provenance,
        versions=VERSIONS,
        code=code("page.py"),
        assets=assets_hash(),
    script:
        "../scripts/page.py"
