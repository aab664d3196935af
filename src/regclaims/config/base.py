"""What all parts of a configuration share: strictness, names, and problems in plain words."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from regclaims.errors import InputError, Problem

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
"""A name that may become part of a path: small letters, digits, ``-`` and ``_``."""

Line = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""Some text, not empty."""

EXPECTED = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key",
    "string_pattern_mismatch": "must begin with a-z or 0-9 and hold only those, '-' and '_'",
}


class Strict(BaseModel):
    """A part of a configuration: frozen, and no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=Strict)


def place(location: tuple[int | str, ...]) -> str:
    """Write where a value stands as ``population[0].shapes[2]``."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def in_words(error: ErrorDetails) -> str:
    """Say what was expected instead, and what stood there."""
    message = EXPECTED.get(error["type"], error["msg"].removeprefix("Value error, "))
    if error["type"] in ("missing", "extra_forbidden"):
        return message
    return f"{message[:1].lower()}{message[1:]}; found {_short(error['input'])}"


def validate(model: type[Model], data: Any, file: str) -> Model:
    """Turn plain data into `model`, or raise `InputError` with every problem in it.

    Parameters
    ----------
    model : type
        The model to build.
    data : object
        Plain data, as YAML gives it.
    file : str
        Named in the problems.

    Raises
    ------
    InputError
        If anything in `data` does not fit.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise InputError(Problem(file, place(e["loc"]), in_words(e)) for e in found) from None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
