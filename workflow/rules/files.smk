"""What depends on what: the parts of the study that each stage uses, and the files it makes of them.

reads   what common.smk gives
gives   functions from shards, data sets, experiments and figures to settings and files
"""

import ast

from regclaims.claims.verdicts import RULE_FIELDS
from regclaims.config.claims import BARS
from regclaims.datasets.splitting import parts_of_splits
from regclaims.mechanisms.experiments import EXPERIMENTS

SHARD = f"{WORK}/{{family}}-{{shard}}/{{settings}}"


def shard_files(shards, study, table):
    """List the files of one table, of some shards of a study."""
    own = sections(study)
    for shard in shards.values():
        settings = settings_of(shard.family, own)
        ALL_SETTINGS[digest(settings)] = settings
    return [f"{WORK}/{folder(shard, own)}/{table}.parquet" for shard in shards.values()]


def fitted(table):
    """List the files of one table, of all shards of the study."""
    return shard_files(SHARDS, STUDY, table)


def peer_fits(name):
    """List the tables of fits to a publication's designs."""
    return shard_files(PEER_SHARDS[name], PEERS[name], "fits")


# Title, licence and citation are wording: they re-run nothing.
USED = {
    "source",
    "name",
    "path",
    "features",
    "target",
    "task",
    "positive",
    "drop",
    "missing",
    "expansion",
}

# Real data sets that the study takes: yours too.
DATASETS = {
    name: dataset for name, dataset in REGISTRY.datasets.items() if name not in STUDY.real.leave_out
}


# Those that the study names as the ones that decide: they are registered with it.
REGISTERED_DATASETS = list(STUDY.real.decides)


def real_settings(dataset):
    """Give what a data set's results depend on; its hash names their folder."""
    return {
        "name": dataset,
        "dataset": DATASETS[dataset].model_dump(include=USED)
        | {"protocol": STUDY.real.protocol(DATASETS[dataset])},
        "settings": SETTINGS,
        "seed": STUDY.seed,
    }


def real_file(dataset, kind):
    """Name a data set's file of one kind."""
    return f"{WORK}/real/{dataset}-{digest(real_settings(dataset))}/{kind}.parquet"


def real(kind, datasets=DATASETS):
    """List the files of one kind, of all data sets or of some."""
    return [real_file(dataset, kind) for dataset in datasets]


def real_parts(wildcards, kind):
    """List a data set's files of one kind, by the jobs that share its splits."""
    splits = real_settings(wildcards.dataset)["dataset"]["protocol"]["splits"]
    return [
        f"{WORK}/real/{wildcards.dataset}-{wildcards.settings}/{kind}-{part}.parquet"
        for part in range(len(parts_of_splits(splits)))
    ]


KNOWN_BETA = f"{WORK}/known-beta/{{dataset}}-{{settings}}"
KNOWN_BETA_TABLES = ("fits", "stability", "paths", "cells", "population")
KNOWN_BETA_SECTION = STUDY.known_beta.model_dump(exclude={"datasets"})


def known_beta_settings(dataset):
    """Give what known coefficients on a data set depend on; its hash names their folder."""
    return {
        "name": dataset,
        "dataset": DATASETS[dataset].model_dump(include=USED),
        "section": KNOWN_BETA_SECTION,
        "settings": SETTINGS,
        "seed": STUDY.seed,
    }


def known_beta(table):
    """List the files of one table, of all data sets that have known coefficients."""
    return [
        f"{WORK}/known-beta/{name}-{digest(known_beta_settings(name))}/{table}.parquet"
        for name in STUDY.known_beta.datasets
    ]


def data_file(wildcards):
    """Give the data set's file, and that of its terms, if it comes as files."""
    dataset = DATASETS[wildcards.dataset]
    return [str(ROOT / path) for path in (dataset.path, dataset.features) if path]


def plain_registry():
    """Give what decides the claims as plain data."""
    return {
        name: claim.model_dump() | {"group": group}
        for group, file in sorted(REGISTRY.groups.items(), key=lambda item: item[1].order)
        for name, claim in file.claims.items()
    }


def real_rules():
    """Give what real data decide of the claims as plain data."""
    return {
        name: {"group": claim["group"], "real_rule": claim["real_rule"]}
        for name, claim in plain_registry().items()
        if claim["real_rule"] is not None
    }


def unworded_registry():
    """Give what decides the claims, without a word of what they say."""
    return {
        name: {field: claim[field] for field in RULE_FIELDS}
        | {"group": claim["group"], "statement": "", "sources": []}
        for name, claim in plain_registry().items()
    }


def population_claims():
    """Give the claims that are decided by contrasts in cells."""
    return {
        name: claim for name, claim in plain_registry().items() if claim["kind"] == "population"
    }


def section(experiment):
    """Give the section of an experiment."""
    return getattr(STUDY.mechanisms, EXPERIMENTS[experiment].section)


def experiment_settings(experiment):
    """Give what an experiment depends on, less its replicates."""
    return section(experiment).model_dump(exclude={"replicates"}, exclude_none=True)


def experiment_replicates(experiment):
    """Give the replicates of an experiment."""
    return section(experiment).replicates


def experiment_code(experiment):
    """Hash the code of one experiment; the others may change."""
    name = EXPERIMENTS[experiment].module
    return code("mechanism.py") + code_hash(PACKAGE / "mechanisms" / f"{name}.py")


def experiment_file(experiment):
    """Name the table of an experiment."""
    return f"results/mechanisms/{experiment}.parquet"


# Figures and verdicts of synthetic cells use these: a new data set re-runs none of them.
SYNTHETIC_CELLS = f"{WORK}/synthetic-cells.parquet"

# What a map of regions is drawn from.
REGIONS = [
    "results/verdicts.csv",
    "results/decisions.csv",
    "results/contrasts.parquet",
    "results/population.parquet",
]

# Figure: its module in regclaims.figures, and the tables that it takes, in their order.
FIGURES = {
    "paths": ("paths", lambda: [real_file(STUDY.path_figure, "paths")]),
    "calibration": ("calibration", lambda: ["results/calibration.parquet"]),
    "verdict-overview": (
        "verdict_overview",
        lambda: ["results/verdicts.csv", "results/strict.csv", "results/decisions.csv"],
    ),
    "map-correlation-shape": ("map_correlation_shape", lambda: REGIONS),
    "map-density-snr": ("map_density_snr", lambda: REGIONS),
    "multiverse": ("multiverse", lambda: ["results/robustness.parquet"]),
    "real-data": (
        "real_data",
        lambda: ["results/real-splits.parquet", "results/real-contrasts.parquet"],
    ),
    "zero-share": ("zero_share", lambda: ["results/paths.parquet", "results/population.parquet"]),
    "stability": ("stability", lambda: ["results/stability.parquet", "results/population.parquet"]),
    "risk-by-factor": ("risk_by_factor", lambda: [SYNTHETIC_CELLS, "results/population.parquet"]),
    "support-by-factor": (
        "support_by_factor",
        lambda: [SYNTHETIC_CELLS, "results/population.parquet"],
    ),
    "bias-variance": (
        "bias_variance",
        lambda: ["results/paths.parquet", "results/population.parquet"],
    ),
    "identities": ("identities", lambda: [experiment_file("identities")]),
    "shrinkage": ("shrinkage", lambda: [experiment_file("shrinkage")]),
    "small-weights": ("small_weights", lambda: [experiment_file("small-weights")]),
    "weight-decay": ("weight_decay", lambda: [experiment_file("weight-decay")]),
    "priors": ("priors", lambda: [experiment_file("priors")]),
    "duality": ("duality", lambda: [experiment_file("duality")]),
    "geometry": ("geometry", lambda: [experiment_file("geometry")]),
    "kink": ("kink", lambda: [experiment_file("by-penalty")]),
    "least-norm": ("least_norm", lambda: [experiment_file("least-norm")]),
    "optimizers": ("optimizers", lambda: [experiment_file("optimizers")]),
    "disturbances": ("disturbances", lambda: [experiment_file("disturbances")]),
    "data-sparsity": ("data_sparsity", lambda: [experiment_file("data-sparsity")]),
    "two-stages": ("two_stages", lambda: [experiment_file("two-stages")]),
    "twins": ("twins", lambda: [experiment_file("twins")]),
    "evenness": ("evenness", lambda: [experiment_file("evenness")]),
    "optimism": ("optimism", lambda: [experiment_file("optimism")]),
    "cost": ("cost", lambda: [experiment_file("cost")]),
}


def titles(figure):
    """Name the data sets for the figure that shows all of them."""
    return {name: data.title for name, data in DATASETS.items()} if figure == "real-data" else {}


def figure_code(figure):
    """Hash the code of one figure; the others may change."""
    return code("figure.py") + code_hash(PACKAGE / "figures" / f"{FIGURES[figure][0]}.py")


def shown(wildcards):
    """Label a figure for `snakemake --report`, by what its module says that it draws."""
    path = PACKAGE / "figures" / f"{FIGURES[wildcards.figure][0]}.py"
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return {"figure": wildcards.figure, "shows": words.partition("\n")[0]}
