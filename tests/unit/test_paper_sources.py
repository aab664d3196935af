"""The paper's sources: no number is typed, no input is missing, plain ASCII."""

import re
from pathlib import Path

import pytest

PAPER = Path(__file__).parents[2] / "paper"
SOURCES = sorted(path for path in PAPER.rglob("*.tex") if path.name != "preamble.tex")

# Mathematics and names, not results; what remains must hold no digit.
CONSTANTS = [
    r"L[12]\b",
    r"\\frac\{1(-\\alpha)?\}\{2n?\}",
    r"\\(alpha|RcNorm\{b\})(=[01]|_1|\^2)",
    r"\\RcNorm\{[^}]*\}\^2",
    r"2?\\(sigma|beta)\^2",
    r"p<5n|1/J\b",
    r"n/2|b_0|1\+\\lambda_2|\\lambda_2=|\\pi\^2/3",
    r"P\(y=1|=1/\(1\+e|\(1-\\gamma\)",
    r"[mnu]-(u\+)?1",
    r"1-\\alpha",
    r"#\d|\\RcClaim\}\[4\]|\\RcPlaced\}\[5\]",
    r"\\vspace\{5pt\}|\\setlength\{\\tabcolsep\}\{4pt\}|\\arraystretch\}\{(1(\.05)?|0\.93)\}",
    r"\\cite[tp]\{[^}]*\}",
    r"\\textsf\{[a-z0-9-]+\}",
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_number_is_typed(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), start=1):
        rest = line.split("%")[0] if line.startswith("%") else line
        for constant in CONSTANTS:
            rest = re.sub(constant, "", rest)
        assert not re.search(r"\d", rest), f"{path.name}:{number}: {line}"


def test_every_source_is_used() -> None:
    text = "\n".join(path.read_text(encoding="ascii") for path in SOURCES)
    used = set(re.findall(r"\\input\{([a-z-]+)\}", text))
    assert {path.stem for path in PAPER.rglob("*.tex")} - {"main"} <= used
