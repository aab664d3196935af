"""Fill the templates: one file of HTML with its style, its script and its drawings.

Everything is escaped where it is put in; only what `svg` has made, and the style sheet and script
of this folder, are taken as they are. A policy in the page lets these two run by their hash, and
nothing else load or run.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from regclaims.claims.in_words import places_in_words
from regclaims.config.coding import Coded
from regclaims.page import texts
from regclaims.page.effects import axis_of_table
from regclaims.page.view import Section
from regclaims.report.claims import WHY

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Run:
    """What the page says of the run.

    Attributes
    ----------
    study : str
    seed : int
    smoke : bool
        Its numbers only illustrate the machinery.
    provenance : mapping
        As in the paper.
    datasets : mapping
        Titles by name.
    """

    study: str
    seed: int
    smoke: bool
    provenance: Mapping[str, object]
    datasets: Mapping[str, str]


def render(run: Run, sections: Sequence[Section], coding: Sequence[Coded]) -> str:
    """Write the page.

    Parameters
    ----------
    run : Run
    sections : sequence of Section
    coding : sequence of Coded
        All sentences of the articles.

    Returns
    -------
    str
        HTML.
    """
    style, script = asset("page.css"), asset("page.js")
    claims = {view.name: view for section in sections for view in section.claims}
    return (
        _environment()
        .get_template("page.html")
        .render(
            run=run,
            sections=sections,
            claims=claims,
            articles=_articles(coding),
            counts=Counter(view.row["verdict"] for view in claims.values()),
            unregistered=all(
                view.row["registered"] == "not registered" for view in claims.values()
            ),
            axis=axis_of_table(),
            style=style,
            script=script,
            policy=_policy(style, script),
        )
    )


def asset(name: str) -> Markup:
    """Read a text of the templates' folder that goes into the page as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def assets_hash() -> str:
    """Hash templates, style and script: what makes the page besides Python code and data."""
    whole = hashlib.sha256()
    for path in sorted(TEMPLATES.iterdir()):
        whole.update(f"{path.name}\n".encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": texts.number,
        "exact": texts.exact,
        "opening": texts.opening,
        "percent": texts.percent,
        "p_value": texts.p_value,
        "alternative": texts.alternative,
    }
    environment.globals |= {
        "interval": texts.interval,
        "count": texts.count,
        "missing": texts.missing,
        "places": places_in_words,
        "WHY": WHY,
        "VERDICTS": texts.VERDICTS,
        "STATES": texts.STATES,
    }
    return environment


def _articles(coding: Sequence[Coded]) -> dict[str, list[Coded]]:
    found: dict[str, list[Coded]] = {}
    for coded in coding:
        found.setdefault(coded.article, []).append(coded)
    return found


def _policy(style: str, script: str) -> str:
    """Allow this style and this script, and pictures written into the page; nothing else."""
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src {_source(style)}",
            f"script-src {_source(script)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
