"""What was registered before results were seen, and what was changed afterwards."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from regclaims.config.base import Line, Name, Strict


class Registration(Strict):
    """`config/registration.json`, as `regclaims register` writes it: never edit it."""

    registered: date = Field(description="When.")
    study: str = Field(description="Name of the study.")
    study_hash: str = Field(description="Hash of all that the study chooses, its seed too.")
    claims: dict[Name, str] = Field(description="Hash of each claim's rule.")
    rules: dict[Name, dict[str, object]] = Field(
        description="What each hash stands for: all that decides a claim, none of its wording."
    )


class Deviation(Strict):
    """A registered rule that was changed or removed, and why."""

    claim: Name = Field(description="Its id, or `study` for the study itself.")
    reason: Line = Field(description="Why it had to be.")
    when: date = Field(description="When it was decided.")


class Deviations(Strict):
    """`config/deviations.yaml`."""

    deviations: list[Deviation] = Field(description="All of them.")
