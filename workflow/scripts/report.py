"""Typeset the paper; anything that TeX complains about is an error."""

from pathlib import Path
from tempfile import TemporaryDirectory

from regclaims.errors import InputError
from regclaims.job import job
from regclaims.report.bibliography import typeset
from regclaims.report.engine import compile_pdf

with job(globals()) as run, TemporaryDirectory() as folder:
    sources = [Path(path) for path in [*run.input.paper, *run.input.generated]]
    references = typeset([Path(run.input.bibliography)], sources)
    citations = Path(folder) / "citations.tex"
    citations.write_text(references.definitions, encoding="utf-8")
    bibliography = Path(folder) / "bibliography.tex"
    bibliography.write_text(references.bibliography, encoding="utf-8")
    main = next(path for path in sources if path.name == "main.tex")
    inputs = [path for path in sources if path != main]
    inputs += [citations, bibliography, *map(Path, [*run.input.figures, *run.input.pages])]
    problems = compile_pdf(main, inputs, Path(run.output[0]), log=Path(run.log.tex))
    if problems:
        Path(run.output[0]).unlink()
        raise InputError(problems)
