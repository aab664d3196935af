"""Compare this run with the published one."""

import json
import sys
from pathlib import Path

from regclaims.errors import InputError, Problem
from regclaims.job import job
from regclaims.manifest import differences

with job(globals()) as run:
    expected = run.params.expected
    if not run.input.published:
        raise InputError([Problem(expected, "", "does not exist: no run has been published yet")])
    found, published = (
        json.loads(Path(path).read_text(encoding="utf-8"))
        for path in (run.input.manifest, run.input.published)
    )
    problems = differences(found, published, expected)
    if problems:
        raise InputError(problems)
    print(f"All {len(found['files'])} files agree with {expected}.", file=sys.stderr)
