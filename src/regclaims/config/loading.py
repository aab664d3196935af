"""Read configuration files, and say everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from regclaims.config.base import Model, validate
from regclaims.config.claims import Claim, Group
from regclaims.config.datasets import Dataset
from regclaims.config.study import Study
from regclaims.errors import InputError, Problem


class _UniqueKeys(yaml.SafeLoader):
    """YAML's safe loader, refusing a key that is given twice (the first would be lost)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping whose keys are all different."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


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
        raise InputError([Problem(str(path), where, f"is not YAML: {error.problem}")]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise InputError([Problem(str(path), "", f"is not YAML: {first}")]) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError([Problem(str(path), "", f"cannot be read: {reason}")]) from None


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
    return Registry(groups, loaded)


def _load_all(
    model: type[Model], paths: Iterable[Path], problems: list[Problem]
) -> dict[str, Model]:
    loaded = {}
    for path in sorted(paths):
        try:
            loaded[path.stem] = load(model, path)
        except InputError as error:
            problems += error.problems
    return loaded


def _repeated(groups: dict[str, Group]) -> list[Problem]:
    first: dict[str, str] = {}
    problems = []
    for file, group in groups.items():
        for name in group.claims:
            if name in first:
                problems.append(
                    Problem(f"{file}.yaml", f"claims.{name}", f"also stands in {first[name]}.yaml")
                )
            first.setdefault(name, file)
    return problems
