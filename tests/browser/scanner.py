"""A barcode scanner: it types a code and Enter, 5 ms from key to key, however busy this machine is."""

import time

from playwright.sync_api import Page

SCANNER_S = 0.005


def burst(page: Page, code: str) -> None:
    """Type ``code`` and Enter as a scanner does, wherever the focus is.

    The keys carry the times of a scanner: our own typing stretches them when the machine is busy, and
    the page would rightly take that for a person.
    """
    keyboard = page.context.new_cdp_session(page)
    at = time.time()
    for number, key in enumerate([*code, "Enter"]):
        press = {"key": key, "timestamp": at + number * SCANNER_S}
        press |= {"windowsVirtualKeyCode": 13, "text": "\r"} if key == "Enter" else {"text": key}
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **press})
        if key != "Enter":  # which may have left the page
            keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key})
