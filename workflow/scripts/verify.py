"""Compare this run with the published one."""

import sys
from pathlib import Path

from regclaims.errors import InputError
from regclaims.job import job
from regclaims.verification.tables import rounded
from regclaims.verification.verify import verify

with job(globals()) as run:
    loose = rounded(run.params.registry)
    results = Path(run.input.manifest).parent
    found = verify(results, Path(run.params.published), loose)
    # To the log, and to the screen: a pass may have to say that bits differ.
    for stream in (sys.stderr, sys.stdout):
        print(*found.notes, sep="\n", file=stream)
    if not found.passed:
        raise InputError(found.problems)
