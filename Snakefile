"""regclaims: popular claims about L1, L2 and Elastic Net regularization, put on trial.

The stages follow one another as they are listed; each file opens with what it reads and writes.
"""

from snakemake.utils import min_version

min_version("9.18")

# A study is one file: given with --configfile, by the workflow that includes this one, or this.
if not config:

    configfile: "config/study.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/files.smk"


rule all:
    """Run the study, write report and page, and sum up every file in a manifest."""
    input:
        # Each by name, so that a result that is gone is made again.
        lambda wildcards: ALL_RESULTS,
        "results/manifest.json",


include: "workflow/rules/simulate.smk"
include: "workflow/rules/fit.smk"
include: "workflow/rules/real.smk"
include: "workflow/rules/mechanisms.smk"
include: "workflow/rules/evidence.smk"
include: "workflow/rules/verdicts.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/page.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/literature.smk"
