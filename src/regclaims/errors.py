"""Errors that say what is wrong with what was given: inputs, or data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: where it stands, and what was expected there.

    Parameters
    ----------
    file : str
        The file, as the user named it.
    place : str
        Key, or column and row.
    message : str
        What was expected, and what was found.
    """

    file: str
    place: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.place}" if self.place else self.file
        return f"{where}: {self.message}"


class InputError(ValueError):
    """An input that cannot be used, with all its problems at once.

    Parameters
    ----------
    problems : iterable of Problem
        At least one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnfitError(ValueError):
    """Data that a method cannot be fitted to, as where a class has no rows.

    Of a study's replicate it is a finding, and counted; any other error is a fault of ours.
    """
