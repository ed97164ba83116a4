"""Browser windows of signed-in people, which note all that a page says or asks for elsewhere."""

from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from rebattery.accounts.models import User
from tests.browser.axe import AXE

SIZES = {"desk": (1280, 800), "tablet": (800, 1180)}
OUR_OWN = ("data:", "blob:")
PATIENCE_MS = 15_000
"""How long a step or an expectation waits on a machine that has much else to do."""


class Windows:
    """All windows of one test; ``url`` is the address of the web server."""

    def __init__(self, browser: Browser, url: str):
        self.browser, self.url = browser, url
        self.contexts: list[BrowserContext] = []

    def open(
        self,
        person: User | None,
        size: str = "desk",
        theme: str = "light",
        *,
        path: str = "/",
        **options: Any,
    ) -> Page:
        """Open a window of its own for ``person``; ``page.said`` collects what should stay empty."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, base_url=self.url, **options
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        if person:
            context.add_cookies([self._session_of(person)])
        # An init script is not stopped by the page's own content policy.
        context.add_init_script(AXE.read_text())
        page = context.new_page()
        self._listen(page)
        page.goto(path)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _listen(self, page: Page) -> None:
        page.said = []
        page.on("console", lambda message: page.said.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: page.said.append(f"{page.url}: {error}"))
        page.on("request", lambda request: self._is_elsewhere(request.url) and page.said.append(request.url))

    def _is_elsewhere(self, url: str) -> bool:
        return not url.startswith((f"{self.url}/", *OUR_OWN))

    def _session_of(self, person: User) -> Any:
        client = Client()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        return {"name": name, "value": client.cookies[name].value, "url": self.url}
