"""What a TeX log says, in lines that a person can act on."""

from __future__ import annotations

import re
from typing import Final

from regclaims.errors import Problem

OVERFULL_POINTS: Final = 2.0
"""A line that is this much too long, in TeX points, is not seen."""


class TexError(RuntimeError):
    """No PDF could be made; the message is one line with file, line and reason.

    Parameters
    ----------
    message : str
    lacks_package : bool
        Whether this TeX misses a package or a font, so that another one may do.
    """

    def __init__(self, message: str, *, lacks_package: bool = False) -> None:
        super().__init__(message)
        self.lacks_package = lacks_package


_ERROR: Final = re.compile(r"^(?:error: )?(?:\./)?([^:\n]+\.\w+):(\d+): (.+)\n+(.*)$", re.MULTILINE)
_LACKS: Final = re.compile(
    r"File `[^']+\.(sty|cls|def|fd|clo)' not found|TFM\) file not found|can't find the format file"
)


def fatal_error(log: str, name: str) -> TexError:
    """The first error in a log, on one line.

    Parameters
    ----------
    log : str
    name : str
        The document, for a log that does not say where.

    Returns
    -------
    TexError
    """
    lacks = bool(_LACKS.search(log))
    said = [line.lstrip("! ") for line in log.splitlines() if line.startswith(("!", "error:"))]
    if found := _ERROR.search(log):
        file, line, what, context = found.groups()
        what = said[0] if said and what == "Emergency stop." else what  # it stopped for a reason
        command = re.search(r"\\[A-Za-z@]+\s*$", context)
        detail = f" {command[0].strip()}" if command and what.startswith("Undefined") else ""
        return TexError(f"{file}:{line}: {what.rstrip('.')}{detail}", lacks_package=lacks)
    return TexError(f"{name}: {(said or ['TeX failed'])[0]}", lacks_package=lacks)


_WARNINGS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"LaTeX Warning: ((?:Reference|Citation) [`'].+?' .*?undefined)(?: on input line (\d+))?",
        r"LaTeX Warning: (Label [`'].+?' multiply defined)()",
        r"LaTeX Warning: (Float too large for page by .*?pt) on input line (\d+)",
        r"pdfTeX warning \(dest\): (name\{.+?\} has been referenced but does not exist)()",
        r"(Missing character: .+)()",
        r"(Overfull \\[hv]box \([\d.]+pt too (?:wide|high)\)).*?(?:lines? (\d+))?(?:--\d+)?$",
    )
)


def find_problems(log: str) -> list[Problem]:
    """What a TeX log complains of and a reader would see, without doubles.

    Parameters
    ----------
    log : str
        With lines that are not broken (``max_print_line``).

    Returns
    -------
    list of Problem
        In the order of the log.
    """
    problems: dict[Problem, None] = {}
    files: list[str] = []
    for text in log.splitlines():
        for pattern in _WARNINGS:
            if (found := pattern.search(text)) and not _is_slight(found[1]):
                file = next((name for name in reversed(files) if name.startswith("./")), "")
                place = f"line {found[2]}" if found[2] else ""
                problems[Problem(file[2:] or "the document", place, found[1])] = None
        _follow_files(text, files)
    return list(problems)


def _is_slight(message: str) -> bool:
    width = re.match(r"Overfull \\[hv]box \(([\d.]+)pt", message)
    return bool(width) and float(width[1] if width else 0) <= OVERFULL_POINTS


def _follow_files(text: str, files: list[str]) -> None:
    """Keep the stack of open files: TeX prints `(name` where it opens one, `)` where it closes."""
    for opened, closed in re.findall(r"\(([^\s()]*)|(\))", text):
        if not closed:
            files.append(opened)
        elif files:
            files.pop()
