"""Every component in a real browser: accessible in both themes, on desk and tablet, by scanner and key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from rebattery.accounts.roles import Role
from tests.factories import make_person
from tests.stack import WebServer

pytestmark = pytest.mark.browser
AXE = Path(__file__).with_name("vendor") / "axe.min.js"
SIZES = {"desk": (1280, 800), "tablet": (800, 1180)}
SCANNER_MS = 5


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


class TestStyleguide:
    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_has_no_serious_accessibility_fault(self, open_page, size, theme):
        page = open_page(size, theme)

        faults = page.evaluate("async () => (await axe.run()).violations")

        assert [
            (fault["id"], fault["nodes"][0]["html"])
            for fault in faults
            if fault["impact"] in ("serious", "critical")
        ] == []

    @pytest.mark.parametrize("size", SIZES)
    def test_fits_its_screen_and_loads_nothing_from_elsewhere(self, open_page, size):
        page = open_page(size)

        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        assert page.said == []

    def test_follows_the_system_without_script(self, open_page):
        page = open_page(theme="dark", java_script_enabled=False)

        assert page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(16, 20, 23)"

    def test_gives_gloves_large_targets(self, open_page):
        page = open_page("tablet", has_touch=True, is_mobile=True)

        heights = page.locator("main .btn:visible, main .answers label").evaluate_all(
            "all => all.map(e => e.getBoundingClientRect().height)"
        )

        assert min(heights) >= 48


class TestScanner:
    def test_types_anywhere_and_lands_in_the_scan_form(self, open_page):
        page = open_page()
        page.locator("h1").click()

        page.keyboard.type("NC-24-118203\n", delay=SCANNER_MS)
        page.wait_for_url("**/scan/?code=NC-24-118203")

    def test_cannot_press_a_key_of_the_page(self, open_page):
        page = open_page()
        page.locator("h1").click()

        page.keyboard.type("rrr", delay=SCANNER_MS)
        page.wait_for_timeout(300)

        assert page.locator("#reject").is_hidden()

    def test_leaves_a_burst_to_the_box_that_has_the_focus(self, open_page):
        page = open_page()
        page.locator("#id_note").focus()

        page.keyboard.type("NC-24-118203\n", delay=SCANNER_MS)

        assert page.locator("#id_note").input_value() == "NC-24-118203\n"

    def test_says_that_a_repeat_was_ignored(self, open_page):
        page = open_page()
        page.evaluate(
            "sessionStorage.setItem('last-scan', JSON.stringify({code: 'NC-1234', at: Date.now()}))"
        )
        page.locator("h1").click()

        page.keyboard.type("NC-1234\n", delay=SCANNER_MS)

        page.get_by_text("NC-1234 was scanned just now. The repeat was ignored.").wait_for()
        assert page.url.endswith("/styleguide/")


class TestKeys:
    def test_open_a_dialog_that_escape_closes(self, open_page):
        page = open_page()
        page.locator("h1").click()

        page.keyboard.press("r")
        page.locator("#reject").wait_for(state="visible")
        assert page.locator("#reject").evaluate("e => e.matches(':modal')")
        page.keyboard.press("Escape")
        page.locator("#reject").wait_for(state="hidden")

    def test_answer_the_focused_question(self, open_page):
        page = open_page()
        page.locator("input[name=recalled][value='']").focus()

        page.keyboard.press("2")
        page.wait_for_timeout(200)

        assert page.locator("input[name=recalled][value=no]").is_checked()

    def test_walk_the_rows(self, open_page):
        page = open_page()
        page.locator("h1").click()

        page.keyboard.press("j")
        page.wait_for_timeout(200)

        assert page.evaluate("document.activeElement.closest('[data-rows]') !== null")

    def test_list_themselves(self, open_page):
        page = open_page()
        page.locator("h1").click()

        page.keyboard.press("?")

        page.locator("#key-help").get_by_text("Reject").wait_for()


class TestConfirm:
    def test_works_without_script(self, open_page):
        page = open_page(java_script_enabled=False)

        page.get_by_role("button", name="Reject").first.click()

        page.get_by_role("heading", name="Reject pack NC-24-118203?").wait_for()
