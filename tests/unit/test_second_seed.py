"""The same study under another seed: what is recorded, compared, and said in the paper."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regclaims.claims.second_seed import (
    COLUMNS,
    compare_seeds,
    is_other_seed,
    nothing_compared,
    read_recorded,
)
from regclaims.cli import main
from regclaims.errors import InputError
from regclaims.report.second_seed import NONE, second_seed_numbers

FOLDER = Path("data/second-seed")


@pytest.fixture
def other(small_run):
    """A run of the same study under seed 2718, in a folder of its own; ours is back in place."""
    small_run.seed = 2718

    def edit(table):
        table.loc[table["claim_id"] == "l1-most-zero", "verdict"] = "refuted"
        table["effect"] -= 0.1
        return table

    small_run.change("verdicts.csv", edit)
    shutil.copytree(small_run.results, "other/results")
    small_run.seed = 1729
    small_run.write()
    return small_run


def compared(run):
    recorded = read_recorded(FOLDER)
    assert recorded is not None
    run_there, table = recorded
    return compare_seeds(run.verdicts().assign(part=0), table, run_there.seed)


def test_a_recorded_run_is_compared_claim_by_claim(other, capsys):
    assert main(["second-seed", "--record", "other/results"]) == 0
    assert "66 verdicts of study, seed 2718" in capsys.readouterr().out
    found = compared(other)
    assert list(found) == COLUMNS
    assert len(found) == 66
    changed = found[found["changed"]]
    assert changed["claim_id"].tolist() == ["l1-most-zero"]
    assert changed["other_verdict"].tolist() == ["refuted"]
    # Standard errors of .05 on either side.
    assert found["difference_in_se"].to_numpy() == pytest.approx(0.1 / (0.05 * np.sqrt(2)))
    assert main(["second-seed"]) == 0
    told = capsys.readouterr().out
    assert "Seed 1729 here, 2718 there: 1 of 66 verdicts changes" in told
    assert "l1-most-zero: supported here, refuted there" in told


def test_a_claim_with_another_rule_is_not_compared(other):
    main(["second-seed", "--record", "other/results"])
    verdicts = other.verdicts().assign(part=0)
    verdicts.loc[0, "registry_hash"] = "0" * 16
    run_there, table = read_recorded(FOLDER)
    assert len(compare_seeds(verdicts, table, run_there.seed)) == 65


def test_effects_of_two_parts_are_not_compared(other):
    main(["second-seed", "--record", "other/results"])
    verdicts = other.verdicts().assign(part=0)
    verdicts.loc[0, "part"] = 1
    run_there, table = read_recorded(FOLDER)
    found = compare_seeds(verdicts, table, run_there.seed)
    assert found.loc[0, ["difference", "se", "difference_in_se"]].isna().all()
    assert found.loc[1:, "difference_in_se"].notna().all()
    assert not found.loc[0, "changed"]  # verdicts are compared all the same


def test_another_seed_of_another_study_is_none(other):
    main(["second-seed", "--record", "other/results"])
    run_there, _ = read_recorded(FOLDER)
    assert is_other_seed(run_there, run_there.design, 1729)
    assert not is_other_seed(run_there, run_there.design, 2718)
    assert not is_other_seed(run_there, "another", 1729)
    assert not is_other_seed(None, run_there.design, 1729)


def test_where_nothing_is_recorded_the_command_says_so(small_run, capsys):
    assert read_recorded(FOLDER) is None
    assert main(["second-seed"]) == 2
    assert "data/second-seed: holds no run" in capsys.readouterr().err


def test_a_smoke_run_is_not_recorded(small_run, capsys):
    small_run.smoke = True
    small_run.sum_up()
    assert main(["second-seed", "--record", "results"]) == 2
    assert "is a smoke run" in capsys.readouterr().err
    assert not FOLDER.exists()


def test_verdicts_that_were_changed_are_not_recorded(small_run, capsys):
    (small_run.results / "verdicts.csv").write_text("claim_id\n")
    assert main(["second-seed", "--record", "results"]) == 2
    assert "is not the file that results/manifest.json lists" in capsys.readouterr().err


def test_the_run_itself_is_not_another_seed(small_run, capsys):
    assert main(["second-seed", "--record", "results"]) == 0
    assert main(["second-seed"]) == 2
    assert "is not the study in results under another seed" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["run.json", "verdicts.csv"])
def test_a_damaged_record_is_named(other, name):
    main(["second-seed", "--record", "other/results"])
    (FOLDER / name).write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="data/second-seed"):
        read_recorded(FOLDER)


def table(*changed, claims=4):
    rows = [
        {
            "claim_id": f"claim-{i}",
            "verdict": "supported",
            "other_verdict": "refuted" if i in changed else "supported",
            "changed": i in changed,
            "difference_in_se": -2.5 if i == 1 else 0.5,
            "other_seed": 2718,
        }
        for i in range(claims)
    ]
    return pd.DataFrame(rows).reindex(columns=COLUMNS)


FARTHEST = (
    r" The effect that moves farthest, that of \textsf{claim-1}, differs by 2.5 standard errors."
)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ((), "none of the 4 verdicts changes."),
        ((2,), r"one of the 4 verdicts changes: \textsf{claim-2} (supported here, refuted there)."),
        (
            (0, 3),
            r"2 of the 4 verdicts change: \textsf{claim-0} (supported here, refuted there) and "
            r"\textsf{claim-3} (supported here, refuted there).",
        ),
    ],
)
def test_the_sentence_counts_in_good_grammar(changed, said):
    numbers = second_seed_numbers(table(*changed))
    assert numbers["second-seed"] == f"Under a second seed (2718) {said}{FARTHEST}"
    short = re.split("[:.]", said)[0]
    assert numbers["second-seed-short"] == f"Under a second seed (2718) {short}."


def test_three_changes_are_listed_with_commas():
    sentence = second_seed_numbers(table(0, 1, 2))["second-seed"]
    assert "refuted there), " in sentence
    assert "refuted there) and " in sentence


def test_without_a_second_seed_the_sentence_says_so(tmp_path):
    numbers = second_seed_numbers(nothing_compared())
    assert numbers == {"second-seed": NONE, "second-seed-short": ""}
    # As the paper's script reads it.
    nothing_compared().to_csv(tmp_path / "x.csv", index=False)
    assert second_seed_numbers(pd.read_csv(tmp_path / "x.csv"))["second-seed"] == NONE
