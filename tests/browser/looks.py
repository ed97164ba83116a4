"""Pages held against every size and theme."""

import os
from itertools import product
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.axe import OF_COLORS, faults_of, overflow_of
from tests.browser.windows import SIZES

THEMES = ("light", "dark")


def assert_fine(page: Page, name: str, *rules: str) -> None:
    """Expect that the page keeps nobody out, fits on desk and tablet, and has said nothing.

    :param rules: of axe; all, unless some are named.
    """
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        assert not overflow_of(page), f"{name} is too wide for the {size}"
        assert not faults_of(page, *rules), name
    assert page.said == []


def assert_all_fine(page: Page, *addresses: str) -> None:
    """Expect it of what stands at each address, loaded in each theme, which only changes colors."""
    for theme, address in product(THEMES, addresses):
        page.emulate_media(color_scheme=theme)
        page.goto(address)
        assert_fine(page, f"{address} in {theme}", *(OF_COLORS if theme == "dark" else ()))


def keep(page: Page, name: str) -> None:
    """Keep a picture of the page in the folder of SHOTS, where somebody wants to look at it."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
