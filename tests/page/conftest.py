"""One planted study for all tests of the page, and a browser to look at it with."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from study import Results, results

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No display, no root's sandbox, and nothing asked of the network.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def planted() -> Results:
    """All claims, decided on planted effects; to read, not to change."""
    return results()


@pytest.fixture(scope="session")
def html(planted: Results) -> str:
    """Its page."""
    return planted.page()


@pytest.fixture(scope="session")
def page_file(html: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its page as a file."""
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium with a profile of its own.

    Where there is none the tests are skipped, but fail if REGCLAIMS_BROWSER_REQUIRED is set.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = f"no browser: install chromium (looked for {', '.join(NAMES)})"
        if os.environ.get("REGCLAIMS_BROWSER_REQUIRED"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
