"""Sum up every file of the run."""

from regclaims.io import write_json
from regclaims.job import job
from regclaims.manifest import manifest

with job(globals()) as run:
    write_json(
        run.output[0], manifest(map(str, run.input), run.params.provenance, run.params.versions)
    )
