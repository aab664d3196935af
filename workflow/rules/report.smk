"""Report: numbers and tables as TeX, then the paper.

reads   the tables of all stages, results/figures/, paper/
writes  results/work/report/*.tex  generated: macros, tables, a paragraph per claim
        results/report.pdf
"""

from dataclasses import asdict

from regclaims.provenance import commit

GENERATED = [
    "macros",
    "population-table",
    "precision-table",
    "verdict-table",
    "claims",
    "groups",
    "controls-table",
    "deviations-text",
    "coding-totals",
    "coding-table",
    "data-table",
    "error-table",
    "real-verdict-table",
    "data-pages",
    "provenance",
]
PAPER = sorted((ROOT / "paper").rglob("*.tex"))
BIBLIOGRAPHY = ROOT / "paper" / "references.bib"


rule numbers:
    """Write every number and table of the paper as TeX."""
    input:
        verdicts="results/verdicts.csv",
        strict="results/strict.csv",
        decisions="results/decisions.csv",
        contrasts="results/contrasts.parquet",
        controls="results/controls.csv",
        deviations="results/deviations.csv",
        population="results/population.parquet",
        fits="results/fits.parquet",
        failures="results/failures.csv",
        cells="results/cells.parquet",
        about=real("about"),
        flags=real("flags"),
        real_verdicts="results/real-verdicts.csv",
        second_seed="results/second-seed.csv",
        known_beta="results/known-beta-verdicts.csv",
        figures=expand("results/figures/{figure}.csv", figure=FIGURES),
    output:
        expand("results/work/report/{name}.tex", name=GENERATED),
    log:
        f"{LOGS}/numbers.log",
    benchmark:
        f"{TIMES}/numbers.tsv"
    conda:
        CONDA
    params:
        # What was not given stays so: a grid refuses what does not apply to it, defaults included.
        study=STUDY.model_dump(mode="json", exclude_unset=True),
        groups={name: group.model_dump() for name, group in REGISTRY.groups.items()},
        datasets={name: data.model_dump() for name, data in DATASETS.items()},
        registered=REGISTERED_DATASETS,
        figures=list(FIGURES),
        coding=[asdict(row) for row in CODING],
        provenance={
            "last commit to change inputs": commit(ROOT),
            "configuration": study_hash(STUDY, REGISTRY, ALLOTMENT),
            "claims": digest(plain_registry()),
        },
        versions=VERSIONS,
        code=code("macros.py"),
    script:
        "../scripts/macros.py"


rule report:
    """Typeset the paper."""
    input:
        paper=list(map(str, PAPER)),
        bibliography=str(BIBLIOGRAPHY),
        generated=rules.numbers.output,
        figures=expand("results/figures/{figure}.pdf", figure=FIGURES),
        pages=expand("results/figures/page-{dataset}.pdf", dataset=DATASETS),
    output:
        report(
            "results/report.pdf",
            caption="../report/paper.rst",
            category="Paper",
            labels={"file": "paper"},
        ),
    log:
        f"{LOGS}/report.log",
        tex=f"{LOGS}/report-tex.log",
    benchmark:
        f"{TIMES}/report.tsv"
    conda:
        CONDA
    params:
        code=code("report.py"),
    script:
        "../scripts/report.py"
