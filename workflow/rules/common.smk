"""The study: its configuration, checked before any job, and what the rules derive from it.

reads   config (a study), config/claims/*.yaml, config/datasets/*.yaml
gives   STUDY, REGISTRY, SHARDS and a few functions
"""

import os
import shlex
import sys
import time
from pathlib import Path

from regclaims.config import Study, load_registry
from regclaims.config.base import validate
from regclaims.config.loading import read_yaml
from regclaims.errors import InputError
from regclaims.provenance import PACKAGE, code_hash, versions

ROOT = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parent.parent
if ROOT.is_relative_to(Path.cwd()):
    # Inputs are known by their path: a relative one survives a move of the folder.
    ROOT = ROOT.relative_to(Path.cwd())


def or_end(load):
    """Return what `load` does; if an input of it is wrong, say so and end here, before any job."""
    try:
        return load()
    except InputError as error:
        print(error, file=sys.stderr)
        print("Nothing was run. Mend the lines above and start again.", file=sys.stderr)
        sys.exit(2)


def own_study():
    """Read the study by itself."""
    for file in workflow.configfiles:
        read_yaml(Path(file))  # Snakemake takes the last of two equal keys; this refuses them
    return validate(Study, config, STUDY_FILE)


def require_installed():
    """End here if the package that jobs would import is not the one in this folder."""
    source = ROOT / "src" / "regclaims"
    if not source.is_dir() or source.resolve() == PACKAGE:
        return
    for path in (*source.rglob("*.py"), *source.rglob("templates/*")):
        installed = PACKAGE / path.relative_to(source)
        if not installed.is_file() or installed.read_bytes() != path.read_bytes():
            print(f"{path}: differs from the installed package: run make env", file=sys.stderr)
            sys.exit(2)


def require_writable():
    """End here, before hours of work, if results could not be kept."""
    folder = Path("results") if Path("results").is_dir() else Path()
    if not os.access(folder, os.W_OK):
        print(f"{folder}: cannot be written to; make it so and start again", file=sys.stderr)
        sys.exit(2)


require_installed()
require_writable()
STUDY_FILE = str(workflow.configfiles[-1]) if workflow.configfiles else "config"
STUDY = or_end(own_study)

# A study that is wrong is told before what follows is loaded, which takes a second.
from regclaims.claims.checks import check_citations, check_together
from regclaims.claims.registration import (
    check_registered,
    design_hash,
    read_deviations,
    read_registration,
    registered_rules,
    status,
    study_hash,
)
from regclaims.config.coding import read_coding
from regclaims.config.allotment import load_allotment
from regclaims.config.literature import Literature, spoken_of
from regclaims.config.loading import load, load_study
from regclaims.datasets import load_files
from regclaims.designs.cells import cells
from regclaims.evidence.packing import folder, replicates, sections, settings_of, shards
from regclaims.job import failures
from regclaims.keys import cell_id, digest

SCRIPTS = ROOT / "workflow" / "scripts"
CONDA = "../../environment.yml"
BEGUN = time.time()
WORK = "results/work"
LOGS = "results/volatile/logs"
TIMES = "results/volatile/benchmarks"

# Snakemake puts this path into a script's command as it is: one with a blank would be two words.
if os.path.exists(sys.executable):  # not yet quoted
    sys.executable = shlex.quote(sys.executable)

# BLAS reads these when it is loaded. Its results differ in the last bits between one and two
# threads, so every job has one; Snakemake runs as many jobs as there are cores.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"


def load_all():
    """Read what stands beside the study, and check all of it together."""
    registry = load_registry(
        (ROOT / "config" / "claims").glob("*.yaml"),
        (ROOT / "config" / "datasets").glob("*.yaml"),
    )
    for name, dataset in registry.datasets.items():
        if dataset.path and name not in STUDY.real.leave_out:
            taken = dataset.model_dump() | {"protocol": STUDY.real.protocol(dataset)}
            files = [ROOT / path for path in (dataset.path, dataset.features) if path]
            load_files(taken, files, name)
    check_together(STUDY, registry, STUDY_FILE)
    check_citations(registry, ROOT / "paper" / "references.bib")
    population = cells(STUDY)
    allotment = load_allotment(STUDY, ROOT, [cell_id(cell.spec) for cell in population])
    coding = read_coding(ROOT / "config" / "coding.csv", registry.claims)
    lock = read_registration(ROOT / "config" / "registration.json")
    deviations = read_deviations(ROOT / "config" / "deviations.yaml")
    check_registered(lock, deviations, STUDY, registry, allotment)
    return registry, population, allotment, lock, deviations, coding


def load_literature():
    """Read what was published, and the designs on which it is compared."""
    published = load(Literature, ROOT / "config" / "literature.yaml")
    designs = {name: load_study(ROOT / "config" / f"{name}.yaml") for name in ("zou-hastie", "htt")}
    chosen = spoken_of(designs["htt"], published.hastie)
    return published, {"zou_hastie": designs["zou-hastie"], "hastie": chosen}


def code(script):
    """Hash the code that a script runs: rules depend on it."""
    return code_hash(SCRIPTS / script)


REGISTRY, CELLS, ALLOTMENT, LOCK, DEVIATIONS, CODING = or_end(load_all)
SHARDS = {shard.key: shard for shard in shards(STUDY, ALLOTMENT)}
# Shards of this study and of others that a rule may ask for; a key says all that a shard is.
ALL_SHARDS = dict(SHARDS)
VERSIONS = versions()
# What draws and fits depend on; a new matplotlib re-runs none of them.
NUMERICS = {name: VERSIONS[name] for name in ("numpy", "scipy", "numba", "scikit-learn")}


SETTINGS = sections(STUDY)
# By the hash that names their folders, settings of all shards.
ALL_SETTINGS = {}


onerror:
    for line in failures(Path(LOGS), since=BEGUN):
        print(line, file=sys.stderr)
    print("Mend what the lines above say and start again: what is done stays.", file=sys.stderr)


wildcard_constraints:
    shard="[0-9a-f]{16}",
    settings="[0-9a-f]{16}",
    family="[a-z0-9.-]+",
    dataset="[a-z0-9][a-z0-9_-]*",
    part="[0-9]+",
    figure="(?!page-)[a-z0-9-]+",
    experiment="[a-z0-9-]+",
