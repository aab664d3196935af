"""Read configuration files, and say everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from regclaims.config.base import Model, Name, validate
from regclaims.config.claims import Claim, Group
from regclaims.config.datasets import Dataset
from regclaims.config.study import Study
from regclaims.errors import InputError, Problem

NAME = TypeAdapter(Name)


class _UniqueKeys(yaml.SafeLoader):
    """YAML's safe loader, refusing a key that is given twice (the first would be lost)."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Compose a mapping whose keys are all different; what is merged in may be overridden."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            name = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else id(key)
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key.value!r} is given twice", key.start_mark
                )
            seen.add(name)
        return node


@dataclass(frozen=True)
class Registry:
    """All claims, by group file, and all real data sets, by name."""

    groups: dict[str, Group]
    datasets: dict[str, Dataset]

    @property
    def claims(self) -> dict[str, Claim]:
        """Claims by id, in the order of the report."""
        ordered = sorted(self.groups.values(), key=lambda group: group.order)
        return {name: claim for group in ordered for name, claim in group.claims.items()}


def read_yaml(path: Path) -> Any:
    """Read one YAML file without executing anything.

    Raises
    ------
    InputError
        If the file cannot be read, or is not YAML.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _UniqueKeys)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InputError([Problem(str(path), where, f"is not YAML: {_words(error)}")]) from None
    except UnicodeDecodeError as error:
        message = f"must be text in UTF-8; byte {error.start + 1} is not"
        raise InputError([Problem(str(path), "", message)]) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError([Problem(str(path), "", f"cannot be read: {reason}")]) from None
    except RecursionError:
        raise InputError([Problem(str(path), "", "is nested too deeply")]) from None
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError) as error:
        # PyYAML lets what goes wrong inside a value through: a 13th month, `!!bool maybe`.
        first = str(error).partition("\n")[0]
        raise InputError([Problem(str(path), "", f"is not YAML: {first}")]) from None


def _words(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "unreadable"
    if "\\t" in problem:
        return "a tab; indent with spaces"
    if problem.startswith("could not determine a constructor for the tag"):
        return f"tag {problem.split()[-1]} is not allowed; only plain values are"
    if problem == "but found another document":
        return "a second document begins here; a file holds one"
    return problem


def load(model: type[Model], path: Path) -> Model:
    """Read one YAML file as `model`; see `read_yaml` and `validate` for what is raised."""
    return validate(model, read_yaml(path), str(path))


def load_study(path: Path) -> Study:
    """Read a study's configuration."""
    return load(Study, path)


def load_registry(claims: Iterable[Path], datasets: Iterable[Path]) -> Registry:
    """Read the files of claims and data sets, and collect the problems of all of them.

    Parameters
    ----------
    claims, datasets : iterable of Path
        YAML files; a file's stem is the name of the group or data set.

    Raises
    ------
    InputError
        With the problems of every file.
    """
    problems: list[Problem] = []
    groups = _load_all(Group, claims, problems)
    loaded = _load_all(Dataset, datasets, problems)
    problems += _repeated(groups)
    if problems:
        raise InputError(problems)
    return Registry(
        {path.stem: group for path, group in groups.items()},
        {path.stem: dataset for path, dataset in loaded.items()},
    )


def _load_all(
    model: type[Model], paths: Iterable[Path], problems: list[Problem]
) -> dict[Path, Model]:
    loaded = {}
    for path in sorted(paths):
        try:
            loaded[path] = load(model, path)
        except InputError as error:
            problems += error.problems
        problems += _misnamed(path)
    return loaded


def _misnamed(path: Path) -> list[Problem]:
    """Check that the file's stem, which becomes part of paths, is a name."""
    try:
        NAME.validate_python(path.stem)
    except ValidationError:
        message = "its name must be of a-z, 0-9, '-' and '_', 60 at most, and end in .yaml"
        return [Problem(str(path), "", message)]
    return []


def _repeated(groups: dict[Path, Group]) -> list[Problem]:
    first: dict[str, Path] = {}
    problems = []
    for file, group in groups.items():
        for name in group.claims:
            if name in first:
                message = f"also stands in {first[name]}"
                problems.append(Problem(str(file), f"claims.{name}", message))
            first.setdefault(name, file)
    return problems
