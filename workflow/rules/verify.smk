"""Verify: what a run has written, and whether another run gives the same.

reads   all results
writes  results/manifest.json  sha256 of every file, and where they come from

`snakemake verify` compares them with results/published, which `regclaims publish` writes.
"""

PUBLISHED = "results/published"

# What a run is to leave behind.
ALL_RESULTS = [
    "results/report.pdf",
    "results/index.html",
    "results/population.parquet",
    "results/fits.parquet",
    "results/failures.csv",
    "results/stability.parquet",
    "results/paths.parquet",
    "results/cells.parquet",
    *[experiment_file(name) for name in EXPERIMENTS],
    "results/verdicts.csv",
    "results/strict.csv",
    "results/decisions.csv",
    "results/contrasts.parquet",
    "results/verdicts.json",
    "results/verdicts.schema.json",
    "results/second-seed.csv",
    "results/deviations.csv",
    "results/robustness.parquet",
    "results/calibration.parquet",
    "results/controls.csv",
    "results/real-splits.parquet",
    "results/real-verdicts.csv",
    "results/real-contrasts.parquet",
    "results/known-beta-population.parquet",
    "results/known-beta-verdicts.csv",
    "results/known-beta-contrasts.parquet",
    *expand("results/figures/page-{dataset}.{kind}", dataset=DATASETS, kind=["pdf", "png", "csv"]),
    *expand("results/figures/{figure}.{kind}", figure=FIGURES, kind=["pdf", "png", "csv"]),
]


rule manifest:
    """Sum up every file of the run."""
    input:
        ALL_RESULTS,
    output:
        "results/manifest.json",
    log:
        f"{LOGS}/manifest.log",
    benchmark:
        f"{TIMES}/manifest.tsv"
    conda:
        CONDA
    params:
        provenance={
            **rules.numbers.params.provenance,
            "study": STUDY.name,
            "seed": STUDY.seed,
            "smoke": STUDY.smoke,
            "design": design_hash(STUDY, REGISTRY, ALLOTMENT),
        },
        versions=VERSIONS,
        code=code("manifest.py"),
    script:
        "../scripts/manifest.py"


rule verify:
    """Compare this run with the published one: same bits, same verdicts, or what differs."""
    input:
        manifest="results/manifest.json",
    log:
        f"{LOGS}/verify.log",
    # No benchmark: Snakemake takes it for an output, and would compare only once.
    conda:
        CONDA
    params:
        published=PUBLISHED,
        registry=plain_registry(),
        code=code("verify.py"),
    script:
        "../scripts/verify.py"
