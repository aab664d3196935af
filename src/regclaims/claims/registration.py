"""Frozen rules: hashes that were taken before results were seen, and what departs from them.

A claim that is changed or removed afterwards keeps the next run from starting until the deviation
is written down with its reason. Claims, data and studies that are added are not registered, and the
results say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from regclaims.claims.boundary import LEAST_CELLS, SAME_LEVEL
from regclaims.claims.count_test import LEVEL, THRESHOLDS
from regclaims.claims.verdicts import RULE_FIELDS, registry_hash
from regclaims.claims.voting import CORRELATED, INFORMATIVE_RISK, PEAK, ROWS_PER_COLUMN
from regclaims.config.base import validate
from regclaims.config.claims import BARS
from regclaims.config.loading import Registry, load
from regclaims.config.registration import Deviation, Deviations, Registration
from regclaims.config.study import Study
from regclaims.errors import InputError, Problem
from regclaims.evidence.judging import MAX_OUTSIDE, MAX_UNDEFINED
from regclaims.keys import digest

COURT: Mapping[str, Any] = {
    "bars": BARS,
    "correlated": CORRELATED,
    "few columns": ROWS_PER_COLUMN,
    "peak": PEAK,
    "informative": INFORMATIVE_RISK,
    "undefined": (MAX_UNDEFINED, MAX_OUTSIDE),
    "thresholds": THRESHOLDS,
    "level": LEVEL,
    "least cells": LEAST_CELLS,
    "same level": SAME_LEVEL,
}
"""Constants that every verdict hangs on: they are registered with the study."""

WORDING = {"title", "licence", "citation", "about"}
"""What a data set's file has that decides nothing."""

STUDY = "study"
"""What a deviation calls the study itself."""

YES, NO, DEVIATES = "registered", "not registered", "deviation"


def register(study: Study, registry: Registry, allotment: Mapping[str, int]) -> Registration:
    """Take the hashes of a study and of every claim's rule.

    Parameters
    ----------
    study : Study
    registry : Registry
    allotment : mapping
        Replicates by cell, where they are not all the same.
    """
    rules = {name: _rule(claim.model_dump(mode="json")) for name, claim in registry.claims.items()}
    return Registration(
        registered=date.today(),
        study=study.name,
        study_hash=study_hash(study, registry, allotment),
        claims={name: registry_hash(rule) for name, rule in rules.items()},
        rules=rules,
    )


def study_hash(study: Study, registry: Registry, allotment: Mapping[str, int]) -> str:
    """Hash all that a study chooses: population, methods, tuning, seed, deciding data, `COURT`."""
    return digest([study.model_dump(mode="json"), *_beside(study, registry, allotment)])


def design_hash(study: Study, registry: Registry, allotment: Mapping[str, int]) -> str:
    """Hash all that a study chooses but its name and seed: what another seed has in common."""
    plain = study.model_dump(mode="json", exclude={"name", "seed"})
    return digest([plain, *_beside(study, registry, allotment)])


def _beside(study: Study, registry: Registry, allotment: Mapping[str, int]) -> list[Any]:
    """List what a study's verdicts hang on beside its file."""
    decide = {
        name: registry.datasets[name].model_dump(mode="json", exclude=WORDING)
        for name in study.real.decides
    }
    return [dict(allotment), decide, COURT]


def _rule(claim: Mapping[str, Any]) -> dict[str, Any]:
    return {name: claim[name] for name in RULE_FIELDS}


def read_registration(path: Path) -> Registration | None:
    """Read `config/registration.json`; None where nothing has been registered.

    Raises
    ------
    InputError
        If it is no registration, or a hash does not belong to its rule: it was edited.
    """
    if not path.is_file():
        return None
    try:
        lock = validate(Registration, json.loads(path.read_text(encoding="utf-8")), str(path))
    except ValueError as error:
        raise InputError([Problem(str(path), "", f"is not JSON: {error}")]) from None
    wrong = [name for name, rule in lock.rules.items() if registry_hash(rule) != lock.claims[name]]
    if wrong or lock.rules.keys() != lock.claims.keys():
        raise InputError(
            [Problem(str(path), "", f"was edited: {', '.join(wrong) or 'its claims'}")]
        )
    return lock


def read_deviations(path: Path) -> tuple[Deviation, ...]:
    """Read `config/deviations.yaml`; none where there is no such file."""
    return tuple(load(Deviations, path).deviations) if path.is_file() else ()


def check_registered(
    lock: Registration | None,
    deviations: Iterable[Deviation],
    study: Study,
    registry: Registry,
    allotment: Mapping[str, int],
) -> None:
    """Hold claims and study against what was registered.

    A study of another name is not the registered one, and only its claims are looked at.

    Raises
    ------
    InputError
        With every registered rule that was changed or removed without a deviation, by field, and
        every deviation that is none.
    """
    if lock is None:
        return
    explained = {deviation.claim for deviation in deviations}
    departed = dict(_departures(lock, registry))
    if study.name == lock.study and study_hash(study, registry, allotment) != lock.study_hash:
        departed[STUDY] = "differs from what was registered"
    problems = [
        Problem("config/claims", name, f"{what}; write why in config/deviations.yaml, or undo it")
        for name, what in departed.items()
        if name not in explained
    ]
    problems += [
        Problem("config/deviations.yaml", name, "is as registered: there is no deviation")
        for name in sorted(explained - departed.keys())
        if name != STUDY or study.name == lock.study
    ]
    if problems:
        raise InputError(problems)


def _departures(lock: Registration, registry: Registry) -> Iterator[tuple[str, str]]:
    """Yield registered claims that are no longer what they were, and in which fields."""
    claims = registry.claims
    for name, rule in lock.rules.items():
        if name not in claims:
            yield name, "was registered, and is gone"
            continue
        own = _rule(claims[name].model_dump(mode="json"))
        changed = [field for field in RULE_FIELDS if own[field] != rule.get(field)]
        if changed:
            yield name, f"was registered with another {' and '.join(changed)}"


def status(
    lock: Registration | None, study: Study, registry: Registry, allotment: Mapping[str, int]
) -> dict[str, str]:
    """Tell of each claim whether its verdict is that of a registered rule in a registered study.

    Returns
    -------
    dict
        By claim: ``registered``, ``deviation`` (of the rule, or of the study), or ``not
        registered``: added later, or tried by another study.
    """
    if lock is None or study.name != lock.study:
        return dict.fromkeys(registry.claims, NO)
    changed = study_hash(study, registry, allotment) != lock.study_hash
    departed = dict(_departures(lock, registry))
    return {
        name: NO if name not in lock.claims else DEVIATES if changed or name in departed else YES
        for name in registry.claims
    }


def registered_rules(lock: Registration | None, registry: Registry) -> dict[str, dict[str, Any]]:
    """Return the registered rules of claims that deviate: their verdicts are reported beside."""
    if lock is None:
        return {}
    departed = dict(_departures(lock, registry))
    return {
        name: {**group.claims[name].model_dump(), **lock.rules[name], "group": group_name}
        for group_name, group in registry.groups.items()
        for name in group.claims
        if name in departed
    }


def list_deviations(
    deviations: Sequence[Mapping[str, Any]],
    verdicts: pd.DataFrame,
    before: pd.DataFrame | None,
) -> pd.DataFrame:
    """List every deviation with the verdict of the rule that stands and of the registered one.

    Parameters
    ----------
    deviations : sequence of mapping
        `config.registration.Deviation` as plain data.
    verdicts : DataFrame
        By the rules that stand.
    before : DataFrame or None
        By the registered rules of claims that deviate, named ``"<claim> as registered"``.

    Returns
    -------
    DataFrame
        ``claim_id, when, reason, verdict, registered_verdict``; a verdict is missing where the
        claim is gone, or where it is the study that deviates.
    """
    now = verdicts.set_index("claim_id")["verdict"]
    then = pd.Series(dtype=object) if before is None else before.set_index("claim_id")["verdict"]
    rows = [
        {
            "claim_id": deviation["claim"],
            "when": deviation["when"],
            "reason": deviation["reason"],
            "verdict": now.get(deviation["claim"]),
            "registered_verdict": then.get(f"{deviation['claim']} as registered"),
        }
        for deviation in deviations
    ]
    columns = ["claim_id", "when", "reason", "verdict", "registered_verdict"]
    return pd.DataFrame(rows, columns=columns)
