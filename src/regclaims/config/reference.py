"""The reference page of all configuration files, made from the models themselves.

``python -m regclaims.config.reference`` prints it; it ships as `docs/configuration.md`.
"""

from __future__ import annotations

import inspect
import json
import re
import types
import typing
from collections.abc import Iterator, Sequence
from typing import Any

import annotated_types
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from regclaims.config.base import Strict, models_in
from regclaims.config.claims import BARS, Group
from regclaims.config.datasets import Dataset
from regclaims.config.literature import Literature
from regclaims.config.study import Study

STUDY = """\
name: small
seed: 1729
replicates: 12
population:
  - shapes: [[100, 10], [50, 200]]  # 100 rows and 10 columns; 50 rows and 200 columns
    correlations: [independent, {kind: blocks, size: 5, rho: 0.9}]
    densities: [0.05, 0.5]
    snrs: [1.22]
    cross_validation: [ridge, lasso]
"""

DATASET = """\
title: Yields of wheat
source: file
path: data/wheat.csv
target: yield
drop: [plot]
licence: CC0-1.0
citation: unknown
about: Forty plots of wheat with six soil measurements each; the response is the yield in kg.
"""

CLAIMS = """\
title: Zeros
order: 9
claims:
  l1-has-zeros:
    statement: L1 models have zero coefficients.
    sources:
      - {article: A, section: Mechanics, sentence: 4}
    origin: article
    unit: fit
    estimand: share of tuned lasso fits with at least one coefficient equal to 0.0, less one half
    comparator: half of the fits
    reading: In three cells of four, more than half of the fits have a zero.
    strict_reading: In every cell more than half of the fits have one.
    conventions:
      null_fits: undefined
      ties: a coefficient is zero if it equals 0.0
      undefined: the estimand is of the other fits; a cell where these are less than half is open
    data_budget: n rows to fit, n rows to choose lambda
    margin_reason: default for shares
    rule:
      bar: plain
      parts:
        - &has-zero
          metric: has_zero
          method: lasso
          tuning: validation
          versus: 0.5
          scale: difference
          direction: above
          margin: 0.05
          non_null: true
    strict_rule:
      bar: always
      parts: [*has-zero]
"""

LITERATURE = """\
bootstrap: {resamples: 1000, seed: 1, level: 0.95}
zou_hastie:
  source: zou2005
  place: Table 2
  quantity: median of the squared error
  checked: in the printed article
  tolerance: 0.02
  replications: 50
  methods:
    ridge: {label: ridge regression}
    lasso: {label: lasso}
  examples:
    one:
      about: three of eight coefficients are not zero
      n_samples: 20
      n_features: 8
      n_relevant: 3
      sigma: 3
      signal_variance: 21.25
      medians:
        ridge: {median: 4.5, se: 0.5}
        lasso: {median: 3.1, se: 0.3}
hastie:
  source: hastie2020
  replicates: 50
  findings:
    low-snr:
      statement: At low signal-to-noise ratios the lasso predicts better than best subset selection.
      place: abstract
      checked: in the printed article
      n_samples: 100
      n_features: 10
      snr: [0.05, 0.15]
      a: lasso
      b: best-subset
      metric: rr
      expected: below
"""

FILES: tuple[tuple[str, type[Strict], str, str], ...] = (
    (
        "A study",
        Study,
        "`config/<name>.yaml`: one file says everything that is chosen. Run it with "
        "`snakemake --configfile config/<name>.yaml`; without one, `config/study.yaml` is run.",
        STUDY,
    ),
    (
        "A data set",
        Dataset,
        "`config/datasets/<name>.yaml`: one file per data set; each joins every study. "
        "`regclaims check-dataset config/datasets/<name>.yaml` loads its data and says what is "
        "wrong with them.",
        DATASET,
    ),
    (
        "Claims",
        Group,
        "`config/claims/<group>.yaml`: one file per group of claims. A part that two rules share "
        "may be written once and referred to (`&has-zero`, `*has-zero`).",
        CLAIMS,
    ),
    (
        "Published results",
        Literature,
        "`config/literature.yaml`: what others published, and what of it our own runs are held "
        "against, by `snakemake literature`. No verdict depends on it.",
        LITERATURE,
    ),
)
"""Kinds of configuration files: heading, model, what they are, and the smallest one that works."""

HEAD = """\
# Configuration

All choices stand in YAML files of four kinds, each with its own section here:

{contents}

A key without a default must be given; a key that is not listed is an error. Names of files become
part of paths, so they are made of `a`-`z`, `0`-`9`, `-` and `_`. `regclaims check-config` lists
everything that is wrong, one line each, before anything runs.

This page is made from the models in `src/regclaims/config`. Do not edit it; run
`python -m regclaims.config.reference > docs/configuration.md`.
"""

LONG = 60


def page() -> str:
    """Return the reference page as Markdown."""
    contents = [
        f"- [{heading}](#{_anchor(heading)}): {about.partition(':')[0]}"
        for heading, _, about, _ in FILES
    ]
    sections = [HEAD.format(contents="\n".join(contents))]
    for heading, model, about, example in FILES:
        sections.append(f"## {heading}\n\n{about} The smallest one that works:\n")
        sections.append(f"```yaml\n{example}```\n")
        sections += [_section(part, first=part is model) for part in _with_parts(model)]
    return "\n".join(sections)


def _with_parts(model: type[Strict]) -> list[type[Strict]]:
    """List a model and those in its fields, each once, an inner one after its outer one."""
    found = [model]
    for part in found:
        for field in part.model_fields.values():
            found += [inner for inner in models_in(field.annotation) if inner not in found]
    return found


def _section(model: type[Strict], *, first: bool) -> str:
    """Write a table of a model's keys, and below it the defaults that are too long for it."""
    lines = [] if first else [f"### {_title(model)}", "", *_about(model), ""]
    lines += ["| key | what it is | value | default |", "|---|---|---|---|"]
    fields = model.model_fields.items()
    lines += [_row(name, field) for name, field in fields]
    for name, field in fields:
        if _is_long(field):
            lines += ["", f"Default of `{name}`:", "", "```yaml", *_yaml(field.default), "```"]
    return "\n".join([*lines, ""])


def _about(model: type[Strict]) -> list[str]:
    return (inspect.getdoc(model) or "").splitlines()


def _row(name: str, field: FieldInfo) -> str:
    description = field.description or ""
    if "bar" in name and all(bar in description for bar in BARS):
        description += " " + _bars()
    cells = [f"`{name}`", description, _value(field.annotation, field.metadata), _default(field)]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _bars() -> str:
    shares = [f"`{bar}` {100 * share:.0f} %" for bar, share in BARS.items() if share]
    return f"In shares of cells: {', '.join(shares)} (of fits); `existence` one cell."


def _title(model: type[Strict]) -> str:
    """Write a class's name as words: ``LambdaFloor`` is ``Lambda floor``."""
    return re.sub(r"(?<=[a-z])([A-Z])", r" \1", model.__name__).capitalize()


def _anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


def _value(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """Say in plain words what a value must be."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _value(arguments[0], [*_flat(arguments[1:]), *metadata])
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (types.UnionType, typing.Union):
        kinds = [a for a in arguments if a is not type(None)]
        return " or ".join(_value(kind, metadata) for kind in kinds)
    if origin is list:
        return f"list of {_how_many(metadata)}: {_value(arguments[0])}"
    if origin is tuple:
        return "[" + ", ".join(_value(argument) for argument in arguments) + "]"
    if origin is dict:
        return f"mapping from {_value(arguments[0])} to {_value(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return f"[{_title(annotation)}](#{_anchor(_title(annotation))})"
    return _plain(annotation, metadata)


def _flat(metadata: Sequence[Any]) -> Iterator[Any]:
    for item in metadata:
        yield from item.metadata if isinstance(item, FieldInfo) else [item]


def _how_many(metadata: Sequence[Any]) -> str:
    for item in metadata:
        match item:
            case annotated_types.MinLen(min_length=least):
                return "one or more" if least == 1 else f"{least} or more"
            case annotated_types.MaxLen(max_length=most):
                return f"at most {most}"
    return "any number"


def _plain(annotation: Any, metadata: Sequence[Any]) -> str:
    if annotation is bool:
        return "`true` or `false`"
    if annotation is str:
        patterned = any(isinstance(m, StringConstraints) and m.pattern for m in metadata)
        return "name (`a`-`z`, `0`-`9`, `-`, `_`)" if patterned else "text"
    bounds = []
    for item in metadata:
        match item:
            case annotated_types.Ge(ge=low):
                bounds.append(f"at least {_number(low)}")
            case annotated_types.Gt(gt=low):
                bounds.append(f"above {_number(low)}")
            case annotated_types.Le(le=high):
                bounds.append(f"at most {_number(high)}")
            case annotated_types.Lt(lt=high):
                bounds.append(f"below {_number(high)}")
    kind = "whole number" if annotation is int else "number"
    return " ".join([kind, " and ".join(bounds)]).strip()


def _number(value: Any) -> str:
    return f"2^{int(value).bit_length() - 1}" if value > 10**9 else f"{value:,}"


def _is_long(field: FieldInfo) -> bool:
    return isinstance(field.default, list) and len(json.dumps(_data(field.default))) > LONG


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "must be given"
    if value is None:
        return "none"
    if isinstance(value, BaseModel):
        return "its defaults"
    return "see below" if _is_long(field) else f"`{json.dumps(_data(value))}`"


def _data(value: Any) -> Any:
    if isinstance(value, list):
        return [_data(item) for item in value]
    return value.model_dump(exclude_none=True) if isinstance(value, BaseModel) else value


def _yaml(values: list[Any]) -> Iterator[str]:
    """Write a list as YAML, an entry a line."""
    for value in values:
        yield "- " + json.dumps(_data(value)).replace('"', "")


if __name__ == "__main__":
    print(page(), end="")
