"""Check claims against the study: whether all that they ask for will be there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from regclaims.added import METHODS as ADDED
from regclaims.config.base import validate
from regclaims.config.claims import REAL, Arm, Part, Rule
from regclaims.config.datasets import is_sparse
from regclaims.config.loading import Registry
from regclaims.config.real_rules import RealArm, RealPart
from regclaims.config.study import Study
from regclaims.errors import InputError, Problem
from regclaims.evidence.names import (
    LASSO,
    LOGISTIC,
    METRICS,
    NULL,
    OLS,
    RIDGE,
    method_names,
    metrics_of,
    net,
)
from regclaims.evidence.tuning_rules import rules
from regclaims.mechanisms.experiments import EXPERIMENTS, TUNING
from regclaims.metrics.variance import MEASURES

TABLES = {"fits": METRICS, "stability": tuple(MEASURES)}
"""What the population is measured by, by table."""


def check_together(study: Study, registry: Registry, file: str) -> None:
    """Check what concerns more than one file.

    Parameters
    ----------
    study : Study
    registry : Registry
    file : str
        The study's file, named in problems.

    Raises
    ------
    InputError
        With all problems: a claim or a grid that asks for a metric, method or tuning that does not
        exist, or a study that names a data set that does not.
    """
    problems = []
    taken = sorted(registry.datasets.keys() - set(study.real.leave_out))
    if study.path_figure not in taken:
        known = ", ".join(taken) or "none"
        message = f"must be a data set that the study takes ({known}); found {study.path_figure!r}"
        problems.append(Problem(file, "path_figure", message))
    problems += [Problem(file, *problem) for problem in _cross_validated(study)]
    problems += [Problem(file, *problem) for problem in _left_out(study, registry)]
    problems += [Problem(file, *problem) for problem in _deciding(study, registry)]
    problems += [Problem(file, *problem) for problem in _not_added(study)]
    problems += [Problem(file, *problem) for problem in _known_beta(study, registry)]
    real = _real_methods(study, registry)
    for group, claims in registry.groups.items():
        own = f"config/claims/{group}.yaml"
        for name, claim in claims.claims.items():
            for key in ("rule", "strict_rule"):
                found = _rule(getattr(claim, key), study, real, f"claims.{name}.{key}")
                problems += [Problem(own, *problem) for problem in found]
            for i, part in enumerate(claim.real_rule.parts if claim.real_rule else ()):
                here = f"claims.{name}.real_rule.parts[{i}]"
                problems += [Problem(own, *problem) for problem in _real_arms(part, real, here)]
    if problems:
        raise InputError(problems)


def check_citations(registry: Registry, bibliography: Path) -> None:
    """Check that every data set's citation is in the bibliography, or ``unknown``.

    Parameters
    ----------
    registry : Registry
    bibliography : Path
        A BibTeX file.

    Raises
    ------
    InputError
        With a problem for each citation that is not there.
    """
    text = bibliography.read_text(encoding="utf-8")
    known = {"unknown", *re.findall(r"^@\w+\{([^,\s]+),", text, flags=re.MULTILINE)}
    problems = [
        Problem(
            f"config/datasets/{name}.yaml",
            "citation",
            f"must be a key of {bibliography.name}, or unknown; found {dataset.citation!r}",
        )
        for name, dataset in registry.datasets.items()
        if dataset.citation not in known
    ]
    if problems:
        raise InputError(problems)


def _not_added(study: Study) -> Iterator[tuple[str, str]]:
    for i, name in enumerate(study.methods.added):
        if name not in ADDED:
            known = ", ".join(ADDED) or "none yet"
            place = f"methods.added[{i}]"
            yield place, f"must be a module of regclaims.added.methods ({known}); found {name!r}"


def _known_beta(study: Study, registry: Registry) -> Iterator[tuple[str, str]]:
    tables = {
        name
        for name, dataset in registry.datasets.items()
        if name not in study.real.leave_out and not is_sparse(dataset.path or "")
    }
    for i, name in enumerate(study.known_beta.datasets):
        if name not in tables:
            known = ", ".join(sorted(tables)) or "none"
            place = f"known_beta.datasets[{i}]"
            yield place, f"must be a table that the study takes ({known}); found {name!r}"


def _deciding(study: Study, registry: Registry) -> Iterator[tuple[str, str]]:
    taken = registry.datasets.keys() - set(study.real.leave_out)
    for i, name in enumerate(study.real.decides):
        if name not in taken:
            known = ", ".join(sorted(taken)) or "none"
            place = f"real.decides[{i}]"
            yield place, f"must be a data set that the study takes ({known}); found {name!r}"


def _left_out(study: Study, registry: Registry) -> Iterator[tuple[str, str]]:
    for i, name in enumerate(study.real.leave_out):
        if name not in registry.datasets:
            known = ", ".join(sorted(registry.datasets)) or "none"
            place = f"real.leave_out[{i}]"
            yield place, f"must be a data set of config/datasets ({known}); found {name!r}"


def _cross_validated(study: Study) -> Iterator[tuple[str, str]]:
    known = [name for name in _methods(study) if "cv-min" in _tunings(name, study)]
    for i, grid in enumerate(study.population):
        for j, chosen in enumerate(grid.cross_validation):
            place = f"population[{i}].cross_validation[{j}]"
            if grid.response == "logistic":
                yield place, "must be left out: logistic methods are tuned by validation alone"
            for k, name in enumerate(chosen.methods):
                if name not in known or name == "elastic-net":
                    offered = ", ".join(name for name in known if name != "elastic-net")
                    yield f"{place}.methods[{k}]", f"must be one of {offered}; found {name!r}"


def _methods(study: Study) -> tuple[str, ...]:
    names = method_names(study.methods)
    return tuple(name for family in names.values() for name in family)


def _tunings(method: str, study: Study) -> tuple[str, ...]:
    """List the rules by which a method is tuned where it is cross-validated."""
    return rules(method, not method.startswith(LOGISTIC), (method,))


def _rule(rule: Rule, study: Study, real: Sequence[str], place: str) -> Iterator[tuple[str, str]]:
    for i, part in enumerate(rule.parts):
        here = f"{place}.parts[{i}]"
        if part.evidence == REAL:
            yield from _real_part(part, real, here)
            continue
        if part.evidence not in (*TABLES, *EXPERIMENTS):
            known = ", ".join((*TABLES, REAL, *EXPERIMENTS))
            yield f"{here}.evidence", f"must be one of {known}; found {part.evidence!r}"
            continue
        versus = part.versus if isinstance(part.versus, Arm) else part
        for key, value, arm in (
            ("metric", part.metric, part),
            ("versus_metric", part.versus_metric, versus),
        ):
            metrics = _metrics(part.evidence, arm.method)
            if value is not None and value not in metrics:
                yield f"{here}.{key}", f"must be one of {', '.join(metrics)}; found {value!r}"
        yield from _levels(part, f"{here}.where")
        yield from _arm(part, part, study, here)
        if isinstance(part.versus, Arm):
            yield from _arm(part.versus, part, study, f"{here}.versus")


def _levels(part: Part, place: str) -> Iterator[tuple[str, str]]:
    """Hold `where` to the levels of its experiment; other evidence has none, and is refused it."""
    levels = EXPERIMENTS[part.evidence].levels if part.evidence in EXPERIMENTS else ()
    for name in part.where:
        if name not in levels:
            yield place, f"must choose by one of {', '.join(levels)}; found {name!r}"


def _metrics(evidence: str, method: str) -> tuple[str, ...]:
    """List what is measured of a method: classes have metrics of their own."""
    if evidence == "fits":
        return metrics_of("logistic" if method.startswith(LOGISTIC) else "linear")
    return TABLES.get(evidence) or EXPERIMENTS[evidence].metrics


def _real_part(part: Part, real: Sequence[str], place: str) -> Iterator[tuple[str, str]]:
    """Hold a part on real data to what a `real_rule` may ask for."""
    try:
        plain = validate(RealPart, part.model_dump(include=set(RealPart.model_fields)), "")
    except InputError as error:
        for found in error.problems:
            yield ".".join(filter(None, (place, found.place))), found.message
    else:
        yield from _real_arms(plain, real, place)


def _real_arms(part: RealPart, real: Sequence[str], place: str) -> Iterator[tuple[str, str]]:
    arms = {place: part, f"{place}.versus": part.versus}
    for here, arm in arms.items():
        if isinstance(arm, RealArm) and arm.method not in real:
            yield f"{here}.method", f"must be one of {', '.join(real)}; found {arm.method!r}"


def _real_methods(study: Study, registry: Registry) -> list[str]:
    """Name what is fitted to real data, with the mixes of all protocols."""
    own = [dataset.protocol.l1_ratios or [] for dataset in registry.datasets.values()]
    studys = [study.methods.l1_ratios, study.methods.logistic_l1_ratios]
    ratios = sorted({ratio for some in (*studys, *own) for ratio in some})
    return [NULL, OLS, RIDGE, LASSO, *map(net, ratios)]


def _arm(arm: Arm, part: Part, study: Study, place: str) -> Iterator[tuple[str, str]]:
    experiment = EXPERIMENTS.get(part.evidence)
    methods = experiment.methods if experiment else _methods(study)
    if arm.method not in methods:
        # Which tunings it has is not known either.
        yield f"{place}.method", f"must be one of {', '.join(methods)}; found {arm.method!r}"
        return
    tunings = (TUNING,) if experiment else _tunings(arm.method, study)
    if arm.tuning not in tunings:
        yield f"{place}.tuning", f"must be one of {', '.join(tunings)}; found {arm.tuning!r}"
