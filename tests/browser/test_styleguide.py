"""Every component in a real browser: accessible in both themes, on desk and tablet, by scanner and key."""

import pytest

from rebattery.accounts.roles import Role
from tests.browser.axe import faults_of
from tests.browser.scanner import burst
from tests.browser.windows import SIZES
from tests.factories import make_person

pytestmark = pytest.mark.browser


class TestStyleguide:
    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_has_no_serious_accessibility_fault(self, open_page, size, theme):
        page = open_page(size, theme)

        assert faults_of(page) == []

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

        burst(page, "NC-24-118203")
        page.wait_for_url("**/scan/?code=NC-24-118203")

    def test_cannot_press_a_key_of_the_page(self, open_page):
        page = open_page()
        page.locator("h1").click()

        page.keyboard.type("rrr", delay=5)
        page.wait_for_timeout(300)

        assert page.locator("#reject").is_hidden()

    def test_leaves_a_burst_to_the_box_that_has_the_focus(self, open_page):
        page = open_page()
        page.locator("#id_note").focus()

        burst(page, "NC-24-118203")

        assert page.locator("#id_note").input_value() == "NC-24-118203\n"

    def test_says_that_a_repeat_was_ignored(self, open_page):
        page = open_page()
        page.evaluate(
            "sessionStorage.setItem('last-scan', JSON.stringify({code: 'NC-1234', at: Date.now() + 10000}))"
        )
        page.locator("h1").click()

        burst(page, "NC-1234")

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
        assert page.locator("#key-help").get_by_text("Go to the scan field").is_visible()

    def test_leave_out_what_the_page_has_not(self, windows, committed_db):
        page = windows.open(make_person(Role.SUPPLIER), path="/batches/")
        page.locator("h1").click()

        page.keyboard.press("?")

        page.locator("#key-help").get_by_text("Show this list").wait_for()
        assert not page.locator("#key-help").get_by_text("Go to the scan field").is_visible()


class TestConfirm:
    def test_works_without_script(self, open_page):
        page = open_page(java_script_enabled=False)

        page.get_by_role("button", name="Reject").first.click()

        page.get_by_role("heading", name="Reject pack NC-24-118203?").wait_for()

    def test_with_control_count_right_after_another(self, open_page):
        page = open_page()

        page.evaluate("""() => {
            const button = document.createElement("button");
            button.dataset.key = "Ctrl+Enter";
            button.addEventListener("click", () => { button.textContent = "Recorded"; });
            document.querySelector("main").append(button);
            for (const key of [{key: "8"}, {key: "Enter", ctrlKey: true}]) {
                document.body.dispatchEvent(new KeyboardEvent("keydown", {...key, bubbles: true}));
            }
        }""")

        page.get_by_role("button", name="Recorded").wait_for()
