"""What all parts of a configuration share: strictness, names, and problems in plain words."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from regclaims.errors import InputError, Problem

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
"""A name that may become part of a path: small letters, digits, ``-`` and ``_``."""

Line = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""Some text, not empty."""

Place = tuple[int | str, ...]

MAPPING = "be a mapping (lines of 'key: value')"

MUST = {
    "string_type": "be text (in quotes, if it looks like something else)",
    "string_too_short": "be text that is not empty",
    "string_too_long": "have {max_length} characters at most",
    "string_pattern_mismatch": "begin with a-z or 0-9 and hold only those, '-' and '_'",
    "int_type": "be a whole number",
    "int_parsing": "be a whole number",
    "int_from_float": "be a whole number",
    "float_type": "be a number",
    "float_parsing": "be a number",
    "finite_number": "be a finite number",
    "bool_type": "be true or false",
    "bool_parsing": "be true or false",
    "greater_than": "be above {gt}",
    "greater_than_equal": "be {ge} or more",
    "less_than": "be below {lt}",
    "less_than_equal": "be {le} or less",
    "literal_error": "be {expected}",
    "list_type": "be a list",
    "tuple_type": "be a list",
    "dict_type": MAPPING,
    "model_type": MAPPING,
    "invalid_key": "have text as its key",
    "too_short": "have {min_length} or more entries",
    "too_long": "have {max_length} entries at most",
    "recursion_loop": "not refer to itself",
}
"""What a value must, by pydantic's type of error."""


class Strict(BaseModel):
    """A part of a configuration: frozen, and no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=Strict)


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
    if not isinstance(data, dict):
        found = "it is empty" if data is None else f"found {_short(data)}"
        raise InputError([Problem(file, "", f"must {MAPPING}; {found}")])
    try:
        return model.model_validate(data)
    except ValidationError as error:
        told = list(_problems(model, data, error.errors(include_url=False)))
        raise InputError(Problem(file, where, message) for where, message in told) from None


def place(location: Place) -> str:
    """Write where a value stands as ``population[0].shapes[2]``."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def models_in(annotation: Any) -> Iterator[type[Strict]]:
    """Find the models in a type, e.g. ``Arm`` in ``list[Arm] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def _problems(
    model: type[Strict], data: dict[Any, Any], errors: Sequence[ErrorDetails]
) -> Iterator[tuple[str, str]]:
    """Give the place and the words of each error; a value's alternatives are told together."""
    told: dict[tuple[Place, bool], list[ErrorDetails]] = {}
    for error in errors:
        key = error["loc"][-1:] == ("[key]",)
        told.setdefault((_in_data(error, data), key), []).append(error)
    for (location, key), several in told.items():
        first = several[0]
        inside = any(p[: len(location)] == location and p != location for p, _ in told)
        if first["type"] == "extra_forbidden":
            yield place(location), _unknown(model, location)
        elif key:
            yield place(location[:-1]), f"key {location[-1]!r} must {_must(first)}"
        elif not (inside and len(first["loc"]) > len(location)):
            # Otherwise the alternative that was meant says what is wrong inside it.
            yield place(location), _in_words(several)


def _in_data(error: ErrorDetails, data: Any) -> Place:
    """Find where the data are wrong: pydantic also names the alternative that it tried."""
    location: list[int | str] = []
    for part in error["loc"]:
        try:
            data = data[part]
        except (TypeError, KeyError, IndexError):
            continue
        location.append(part)
    if error["type"] == "missing":
        location.append(error["loc"][-1])
    return tuple(location)


def _in_words(errors: Sequence[ErrorDetails]) -> str:
    """Say what was expected instead, and what stood there."""
    first = errors[0]
    if first["type"] == "missing":
        return "is missing"
    if first["type"] == "value_error":
        # From a validator of ours, which has said all of it.
        return first["msg"].removeprefix("Value error, ")
    expected = ", or ".join(dict.fromkeys(_must(error).removeprefix("be ") for error in errors))
    verb = "be " if _must(first).startswith("be ") else ""
    return f"must {verb}{expected}; found {_short(first['input'])}"


def _must(error: ErrorDetails) -> str:
    if error["type"] in MUST:
        context = error.get("ctx", {}).items()
        whole = {k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in context}
        return MUST[error["type"]].format(**whole)
    return error["msg"].lower().removeprefix("input should ")


def _unknown(model: type[Strict], location: Place) -> str:
    """Say that a key is unknown, and which one was perhaps meant."""
    models = [model]
    for part in location[:-1]:
        fields = [m.model_fields[part] for m in models if part in m.model_fields]
        models = [inner for field in fields for inner in models_in(field.annotation)] or models
    known = sorted({name for m in models for name in m.model_fields})
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    if near:
        return f"is not a known key; did you mean {near[0]}?"
    return f"is not a known key; the keys here are {', '.join(known)}"


_BRIEF = reprlib.Repr()
_BRIEF.maxstring = _BRIEF.maxother = 60
_BRIEF.maxlevel = 2


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = _BRIEF.repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
