"""The page on using the package as a library runs, from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "library.md"


def test_the_page_runs_and_says_what_it_promises(capsys):
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.S | re.M)
    assert len(blocks) == 5
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    told = capsys.readouterr().out
    assert "coefficients are exactly zero" in told
    # Few strong signals are the lasso's, many weak ones ridge's: both are seen.
    assert "holds" in told
    assert "reversed" in told
    assert re.search(r"supported: p = \d\.\d{3}; refuted: p = \d\.\d{3}", told)
