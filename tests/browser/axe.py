"""What axe and a narrow screen find wrong with a page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page

AXE = Path(__file__).with_name("vendor") / "axe.min.js"
LEVELS = ("serious", "critical")
OF_COLORS = ("color-contrast", "link-in-text-block")


def faults_of(page: Page, *rules: str) -> list[tuple[str, str]]:
    """Return rule and first element of each fault that keeps people out; all rules unless some are named."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    page.wait_for_load_state()  # after a click the next page may be there in part only
    try:
        found = _run(page, options)
    except Error:  # a page that was left while axe looked at it says nothing about the one that came
        page.wait_for_load_state()
        found = _run(page, options)
    return [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found if fault["impact"] in LEVELS]


def overflow_of(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    # Two frames, for the layout may still be that of the former size.
    return page.evaluate(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>"
        " done(Math.max(0, document.scrollingElement.scrollWidth - innerWidth)))))"
    )


def _run(page: Page, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    return page.evaluate("async options => (await axe.run(options)).violations", options)
