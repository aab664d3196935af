"""Frozen rules, and what departs from them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from regclaims.claims import registration
from regclaims.claims.registration import (
    check_registered,
    list_deviations,
    read_deviations,
    read_registration,
    register,
    registered_rules,
    status,
)
from regclaims.claims.verdicts import registry_hash
from regclaims.cli import main
from regclaims.config import load_registry
from regclaims.config.claims import BARS
from regclaims.config.loading import load_study
from regclaims.config.registration import Deviation
from regclaims.errors import InputError

ROOT = Path(__file__).parents[2]
CLAIM = "l1-most-zero"


@pytest.fixture(scope="module")
def study():
    return load_study(ROOT / "config" / "smoke.yaml")


@pytest.fixture(scope="module")
def registry():
    config = ROOT / "config"
    return load_registry(config.glob("claims/*.yaml"), config.glob("datasets/*.yaml"))


@pytest.fixture
def lock(study, registry):
    return register(study, registry, {})


def changed(registry, **changes):
    """The registry with one claim changed; None takes it away."""
    groups = {}
    for name, group in registry.groups.items():
        claims = dict(group.claims)
        if CLAIM in claims:
            claims[CLAIM] = claims[CLAIM].model_copy(update=changes)
            if not changes:
                del claims[CLAIM]
        groups[name] = group.model_copy(update={"claims": claims})
    return replace(registry, groups=groups)


def with_margin(registry, margin=0.2):
    rule = registry.claims[CLAIM].rule
    part = rule.parts[0].model_copy(update={"margin": margin})
    return changed(registry, rule=rule.model_copy(update={"parts": [part]}))


def told(lock, study, registry, deviations=()):
    with pytest.raises(InputError) as stopped:
        check_registered(lock, deviations, study, registry, {})
    return [str(problem) for problem in stopped.value.problems]


def deviation(claim=CLAIM):
    return Deviation(claim=claim, reason="the margin was a slip", when="2026-11-26")


def test_nothing_registered_asks_nothing(study, registry):
    check_registered(None, (), study, registry, {})
    assert set(status(None, study, registry, {}).values()) == {"not registered"}
    assert registered_rules(None, registry) == {}


def test_the_hash_is_that_of_the_verdicts(lock, registry):
    assert lock.claims[CLAIM] == registry_hash(registry.claims[CLAIM].model_dump())


def test_what_is_as_registered_passes_through_the_file(tmp_path, lock, study, registry):
    path = tmp_path / "registration.json"
    path.write_text(json.dumps(lock.model_dump(mode="json")))
    again = read_registration(path)
    assert again == lock
    check_registered(again, (), study, registry, {})
    assert set(status(again, study, registry, {}).values()) == {"registered"}


def test_wording_may_change(lock, study, registry):
    other = changed(registry, statement="Other words.", reading="In other words.")
    check_registered(lock, (), study, other, {})


def test_a_changed_rule_needs_a_reason(lock, study, registry):
    other = with_margin(registry)
    (line,) = told(lock, study, other)
    assert CLAIM in line
    assert "registered with another rule" in line
    assert "config/deviations.yaml" in line
    check_registered(lock, [deviation()], study, other, {})
    assert status(lock, study, other, {})[CLAIM] == "deviation"
    before = registered_rules(lock, other)
    assert before[CLAIM]["rule"]["parts"][0]["margin"] == 0.05
    assert before[CLAIM]["statement"]
    assert before[CLAIM]["group"] == "zeros"


def test_a_removed_claim_needs_one_too(lock, study, registry):
    other = changed(registry)
    (line,) = told(lock, study, other)
    assert "is gone" in line
    check_registered(lock, [deviation()], study, other, {})


def test_a_changed_study_needs_one_too(lock, study, registry):
    other = study.model_copy(update={"replicates": study.replicates + 1})
    (line,) = told(lock, other, registry)
    assert line.startswith("config/claims: study: differs")
    check_registered(lock, [deviation("study")], other, registry, {})
    assert set(status(lock, other, registry, {}).values()) == {"deviation"}
    # Another study is another study.
    check_registered(lock, (), other.model_copy(update={"name": "mine"}), registry, {})


def test_constants_of_the_court_and_protocols_that_decide_are_registered(
    lock, study, registry, monkeypatch
):
    monkeypatch.setitem(registration.COURT, "bars", {**BARS, "plain": 0.7})
    assert told(lock, study, registry)[0].startswith("config/claims: study: differs")
    monkeypatch.undo()
    name = study.real.decides[0]
    dataset = registry.datasets[name]
    longer = dataset.protocol.model_copy(update={"splits": dataset.protocol.splits + 1})
    for update, same in (({"protocol": longer}, False), ({"title": "Other words."}, True)):
        datasets = registry.datasets | {name: dataset.model_copy(update=update)}
        other = replace(registry, datasets=datasets)
        standing = set(status(lock, study, other, {}).values())
        assert standing == ({"registered"} if same else {"deviation"})


def test_a_deviation_that_is_none_is_refused(lock, study, registry):
    (line,) = told(lock, study, registry, [deviation()])
    assert "there is no deviation" in line


def test_what_is_added_is_not_registered(lock, study, registry):
    fewer = lock.model_copy(
        update={
            "claims": {k: v for k, v in lock.claims.items() if k != CLAIM},
            "rules": {k: v for k, v in lock.rules.items() if k != CLAIM},
        }
    )
    check_registered(fewer, (), study, registry, {})
    found = status(fewer, study, registry, {})
    assert found.pop(CLAIM) == "not registered"
    assert set(found.values()) == {"registered"}


def test_an_edited_lock_is_noticed(tmp_path, lock):
    path = tmp_path / "registration.json"
    data = lock.model_dump(mode="json")
    data["rules"][CLAIM]["rule"]["parts"][0]["margin"] = 0.2
    path.write_text(json.dumps(data))
    with pytest.raises(InputError, match="was edited: l1-most-zero"):
        read_registration(path)
    path.write_text("{")
    with pytest.raises(InputError, match="is not JSON"):
        read_registration(path)


def test_deviations_are_read(tmp_path):
    path = tmp_path / "deviations.yaml"
    assert read_deviations(path) == ()
    path.write_text(
        f"deviations:\n- claim: {CLAIM}\n  reason: the margin was a slip\n  when: 2026-11-26\n"
    )
    assert read_deviations(path) == (deviation(),)
    path.write_text(f"deviations:\n- claim: {CLAIM}\n")
    with pytest.raises(InputError, match="reason"):
        read_deviations(path)


def test_both_verdicts_are_listed():
    now = pd.DataFrame({"claim_id": [CLAIM], "verdict": ["refuted"]})
    then = pd.DataFrame({"claim_id": [f"{CLAIM} as registered"], "verdict": ["supported"]})
    plain = [deviation().model_dump(mode="json"), deviation("study").model_dump(mode="json")]
    table = list_deviations(plain, now, then).set_index("claim_id")
    assert table.loc[CLAIM, ["verdict", "registered_verdict"]].tolist() == ["refuted", "supported"]
    assert pd.isna(table.loc["study", "verdict"])
    assert list_deviations([], now, None).empty


def test_the_command_writes_once(tmp_path, monkeypatch, capsys):
    import shutil

    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "config" / "registration.json").unlink(missing_ok=True)
    monkeypatch.chdir(tmp_path)
    assert main(["register", "config/smoke.yaml"]) == 0
    assert "claims, study smoke" in capsys.readouterr().out
    assert read_registration(Path("config/registration.json")).study == "smoke"
    assert main(["register", "config/smoke.yaml"]) == 2
    assert "exists" in capsys.readouterr().err
