"""A real browser for the tests of this folder."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from rebattery.accounts.roles import Role
from tests.browser import chromium
from tests.browser.windows import PATIENCE_MS, Windows
from tests.factories import make_person
from tests.stack import WebServer


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running Chromium; skips when there is none, and fails for that in CI."""
    program = chromium.find()
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(chromium.MISSING, pytrace=False)
        pytest.skip(chromium.MISSING)
    # Playwright runs an event loop in this thread, where Django would refuse all queries of a test.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def windows(browser: Browser, web_server: WebServer) -> Iterator[Windows]:
    windows = Windows(browser, web_server.url)
    yield windows
    windows.close()


@pytest.fixture
def open_page(windows: Windows) -> Callable[..., Page]:
    """Open windows of one warehouse worker."""
    worker = make_person(Role.WAREHOUSE)

    def open_at(size: str = "desk", theme: str = "light", *, path: str = "/styleguide/", **options) -> Page:
        return windows.open(worker, size, theme, path=path, **options)

    return open_at
