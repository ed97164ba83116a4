"""A real browser for the tests of this folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from rebattery.accounts.roles import Role
from tests.browser import chromium
from tests.factories import make_person
from tests.stack import WebServer

AXE = Path(__file__).with_name("vendor") / "axe.min.js"
SIZES = {"desk": (1280, 800), "tablet": (800, 1180)}


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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def session_cookie(web_server: WebServer, client) -> dict[str, str]:
    client.force_login(make_person(Role.WAREHOUSE))
    [cookie] = [morsel for name, morsel in client.cookies.items() if "session" in name]
    return {"name": cookie.key, "value": cookie.value, "url": web_server.url}


@pytest.fixture
def open_page(browser: Browser, web_server: WebServer, session_cookie) -> Iterator:
    contexts = []

    def open_at(size: str = "desk", theme: str = "light", *, path: str = "/styleguide/", **options) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            base_url=web_server.url,
            **options,
        )
        contexts.append(context)
        context.add_cookies([session_cookie])
        # An init script is not stopped by the page's own content policy.
        context.add_init_script(AXE.read_text())
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on(
            "request",
            lambda request: page.said.append(request.url) if web_server.url not in request.url else None,
        )
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()
