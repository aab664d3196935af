"""Verdicts: every claim, decided by the rule that was fixed beforehand.

reads   results/{population,cells,stability}.parquet, results/fits.parquet/, results/mechanisms/,
        the splits of all real data sets, config/claims/*.yaml, config/registration.json
writes  results/verdicts.csv       one row a claim: the charitable reading, which decides
        results/strict.csv         the same columns for the strict reading
        results/robustness.parquet one row a claim and registered alternative
        results/verdicts.json      everything, under results/verdicts.schema.json
        results/controls.csv       what is known, decided first: a wrong verdict stops the run
        results/deviations.csv     registered rules that were changed, with both verdicts
        results/calibration.parquet errors and power of the verdict rule
        results/second-seed.csv    which verdicts change under another seed
        results/decisions.csv      p-values of the test and its mirror, cells that did not vote
        results/contrasts.parquet  what each cell says on each part of each claim
        results/real-verdicts.csv  one row a claim that has a real_rule: what real data say
        results/real-contrasts.parquet  what each data set says on each part of each claim
        results/real-splits.parquet  one row a fit: every method on every split of every data set
"""

EVIDENCE = {
    "population": "results/population.parquet",
    "fits": "results/fits.parquet",
    "cells": SYNTHETIC_CELLS,
    "stability": "results/stability.parquet",
    "experiments": [experiment_file(name) for name in EXPERIMENTS],
}


rule controls:
    """Decide what is known beforehand; stop where that comes out wrong."""
    output:
        "results/controls.csv",
    log:
        f"{LOGS}/controls.log",
    benchmark:
        f"{TIMES}/controls.tsv"
    conda:
        CONDA
    params:
        seed=STUDY.seed,
        replicates=10,
        code=code("controls.py"),
        versions=NUMERICS,
    script:
        "../scripts/controls.py"


rule robustness:
    """Take every verdict again under every registered alternative."""
    input:
        **EVIDENCE,
    output:
        "results/robustness.parquet",
    log:
        f"{LOGS}/robustness.log",
    benchmark:
        f"{TIMES}/robustness.tsv"
    conda:
        CONDA
    params:
        experiments=list(EXPERIMENTS),
        registry=unworded_registry(),
        bars=BARS,
        max_at_end=STUDY.tuning.max_at_end,
        code=code("robustness.py"),
    script:
        "../scripts/robustness.py"


rule calibration:
    """Try the verdict rule itself on contrasts whose truth is planted."""
    input:
        population="results/population.parquet",
        fits="results/fits.parquet",
    output:
        "results/calibration.parquet",
    log:
        f"{LOGS}/calibration.log",
    benchmark:
        f"{TIMES}/calibration.tsv"
    conda:
        CONDA
    params:
        options=STUDY.calibration.model_dump(),
        seed=STUDY.seed,
        code=code("calibration.py"),
    script:
        "../scripts/calibration.py"


rule verdicts:
    """Decide every claim, in its charitable and its strict reading."""
    input:
        **EVIDENCE,
        robustness="results/robustness.parquet",
        controls="results/controls.csv",
        # Of the data sets that decide: a new one re-runs no verdict.
        real_splits=real("splits", REGISTERED_DATASETS),
        real_stability=real("stability", REGISTERED_DATASETS),
        real_about=real("about", REGISTERED_DATASETS),
        real_flags=real("flags", REGISTERED_DATASETS),
    output:
        verdicts=report(
            "results/verdicts.csv",
            caption="../report/verdicts.rst",
            category="Claims",
            labels={"file": "verdicts"},
        ),
        strict="results/strict.csv",
        details="results/decisions.csv",
        deviations="results/deviations.csv",
        contrasts="results/contrasts.parquet",
    log:
        f"{LOGS}/verdicts.log",
    benchmark:
        f"{TIMES}/verdicts.tsv"
    conda:
        CONDA
    params:
        experiments=list(EXPERIMENTS),
        datasets=REGISTERED_DATASETS,
        registry=plain_registry(),
        # Rules that were registered and changed: their verdicts are given too.
        before=registered_rules(LOCK, REGISTRY),
        status=status(LOCK, STUDY, REGISTRY, ALLOTMENT),
        deviations=[deviation.model_dump(mode="json") for deviation in DEVIATIONS],
        bars=BARS,
        max_at_end=STUDY.tuning.max_at_end,
        code=code("verdicts.py"),
    script:
        "../scripts/verdicts.py"


SECOND_SEED = ROOT / "data" / "second-seed"


rule second_seed:
    """Compare verdicts with those of the same study under another seed, if one was recorded."""
    input:
        verdicts="results/verdicts.csv",
        decisions="results/decisions.csv",
        recorded=sorted(map(str, SECOND_SEED.glob("*.*"))),
    output:
        "results/second-seed.csv",
    log:
        f"{LOGS}/second-seed.log",
    benchmark:
        f"{TIMES}/second-seed.tsv"
    conda:
        CONDA
    params:
        seed=STUDY.seed,
        design=design_hash(STUDY, REGISTRY, ALLOTMENT),
        code=code("second_seed.py"),
    script:
        "../scripts/second_seed.py"


rule real_verdicts:
    """Ask every real data set about every claim that can be tried on it."""
    input:
        splits=real("splits"),
        stability=real("stability"),
        about=real("about"),
        flags=real("flags"),
    output:
        verdicts="results/real-verdicts.csv",
        contrasts="results/real-contrasts.parquet",
        splits="results/real-splits.parquet",
    log:
        f"{LOGS}/real-verdicts.log",
    benchmark:
        f"{TIMES}/real-verdicts.tsv"
    conda:
        CONDA
    params:
        datasets=list(DATASETS),
        registry=real_rules(),
        registered=REGISTERED_DATASETS,
        max_at_end=STUDY.tuning.max_at_end,
        bars=BARS,
        code=code("real_verdicts.py"),
    script:
        "../scripts/real_verdicts.py"


rule record:
    """Put everything that was decided in one file, with its schema."""
    input:
        verdicts="results/verdicts.csv",
        strict="results/strict.csv",
        decisions="results/decisions.csv",
        robustness="results/robustness.parquet",
        real="results/real-verdicts.csv",
        known_beta="results/known-beta-verdicts.csv",
    output:
        verdicts="results/verdicts.json",
        schema="results/verdicts.schema.json",
    log:
        f"{LOGS}/record.log",
    benchmark:
        f"{TIMES}/record.tsv"
    conda:
        CONDA
    params:
        study=STUDY.name,
        seed=STUDY.seed,
        rarely=[
            name for name, claim in plain_registry().items() if claim["rule"]["bar"] == "rarely"
        ],
        code=code("record.py"),
    script:
        "../scripts/record.py"
