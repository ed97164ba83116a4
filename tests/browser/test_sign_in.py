"""Signing in with a real browser: accessible in both themes, and no page of it talks to anyone else."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from rebattery.accounts.roles import Role
from tests.factories import PASSWORD, make_person
from tests.stack import WebServer

pytestmark = pytest.mark.browser
AXE = Path(__file__).with_name("vendor") / "axe.min.js"
OWN_PAGES = ["/accounts/2fa/", "/accounts/password/change/", "/accounts/sessions/", "/accounts/logout/"]


@pytest.mark.parametrize("theme", ["light", "dark"])
class TestSignIn:
    def test_is_accessible_on_every_page(self, browser: Browser, web_server: WebServer, theme):
        person = make_person(Role.REVIEWER)
        context = browser.new_context(color_scheme=theme, base_url=web_server.url)
        context.add_init_script(AXE.read_text())
        page = context.new_page()
        elsewhere = []
        page.on("request", lambda sent: None if web_server.url in sent.url else elsewhere.append(sent.url))

        def faults() -> list[str]:
            found = page.evaluate("async () => (await axe.run()).violations")
            return [f["id"] for f in found if f["impact"] in ("serious", "critical")]

        page.goto("/accounts/password/reset/")
        assert faults() == []
        page.goto("/accounts/login/?next=/styleguide/")
        assert faults() == []
        page.get_by_label("Email").fill(person.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Style guide").wait_for()
        for path in OWN_PAGES:
            page.goto(path)
            assert (path, faults()) == (path, [])
        assert [url for url in elsewhere if not url.startswith("data:")] == []
        context.close()
