"""What people do on the pages of a tour, step by step; each works with and without JavaScript."""

import re
from collections.abc import Mapping

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from intake.domain.hazards import QUESTIONS
from intake.models import Pack
from tests.browser.scanner import burst
from tests.factories import PASSWORD
from tests.intake.pictures import jpeg

HEADINGS = (
    "Pack serial;Make;Model;Chemistry;Nominal energy (kWh);Rated capacity (Ah);Nominal voltage (V);"
    "SOH (%);SOH method;Accident;DDR status;Received as"
)


def manifest(*rows: str) -> dict[str, object]:
    """Return a file of a German office: semicolons, decimal commas, Windows-1252."""
    return {
        "name": "Rückläufer.csv",
        "mimeType": "text/csv",
        "buffer": "\r\n".join([HEADINGS, *rows, ""]).encode("cp1252"),
    }


def row(serial: str, *, chemistry: str = "LFP", soh: str = "78,5", status: str = "none") -> str:
    return f"{serial};Nissan;Leaf;{chemistry};40,0;115,0;350;{soh};BMS;no;{status};product"


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def send(page: Page, file: dict[str, object]) -> None:
    page.goto(reverse("batch_upload"))
    page.get_by_label("Manifest", exact=True).set_input_files(file)
    page.get_by_role("button", name="Send and check").click()
    expect(page.get_by_role("heading", level=1, name=str(file["name"]))).to_be_visible()


def scan(page: Page, code: str) -> None:
    """Let a scanner type while the focus is on the heading."""
    page.get_by_role("heading", level=1).click()
    burst(page, code)


def scan_again_at_once(page: Page, code: str) -> None:
    """Scan the code that was scanned last, at once even when this machine is busy."""
    page.evaluate(
        "code => sessionStorage.setItem('last-scan', JSON.stringify({code, at: Date.now() + 10000}))", code
    )
    scan(page, code)


def type_in(page: Page, code: str) -> None:
    """Receive a pack by hand."""
    page.get_by_label("Scan or type a serial").fill(code)
    page.get_by_role("button", name="Receive", exact=True).click()


def answer_all(page: Page) -> None:
    """Answer "no" to every question of the inspection, confirm the serial, and measure."""
    answers = {question.code: "no" for question in QUESTIONS} | {"identity": "yes"}
    for code, answer in answers.items():
        page.locator(f"label:has(input[name={code}][value={answer}])").click()
    page.get_by_label("Isolation resistance").fill("512,5")
    page.get_by_label("Pack voltage").fill("350,4")


def add_label_photo(page: Page) -> None:
    photo = {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    page.get_by_label("Rating label", exact=True).set_input_files(photo)


def finish_inspection(page: Page) -> None:
    page.get_by_role("button", name="Finish inspection").click()


def bench_form(page: Page, kind: str) -> Locator:
    return page.locator(f"form[action$='/bench/{kind}/']")


def record_capacity(page: Page, *, ah: str, instrument: int) -> None:
    form = bench_form(page, "capacity")
    form.get_by_label("Instrument").select_option(str(instrument))
    form.get_by_label("Method").select_option(index=1)
    form.get_by_label("Reference: what 100 % means").select_option("nameplate:ah")
    values = {
        "Measured charge": ah, "C-rate": "0,33", "Temperature": "25,1",
        "Voltage at the start": "398,4", "Voltage at the end": "301,2",
    }  # fmt: skip
    _fill(form, values)
    form.get_by_role("group", name="Did the test end").get_by_label("Yes").check()
    form.get_by_role("button", name="Record capacity test").click()


def record_resistance(page: Page, *, mohm: str, instrument: int) -> None:
    form = bench_form(page, "resistance")
    form.get_by_label("Instrument").select_option(str(instrument))
    form.get_by_label("Method").select_option("dc_pulse")
    form.get_by_label("Baseline").select_option("pack_datasheet")
    values = {
        "Internal resistance": mohm, "State of charge": "50,0", "Temperature": "25,0",
        "Pulse length, in": "10,0", "Pulse current": "120,5",
        "Data sheet resistance": "60,0", "Data sheet pulse length": "10,0",
        "Data sheet state of charge": "50,0", "Data sheet temperature": "25,0",
    }  # fmt: skip
    _fill(form, values)
    form.get_by_role("button", name="Record resistance test").click()


def _fill(form: Locator, values: Mapping[str, str]) -> None:
    for label, value in values.items():
        form.get_by_label(re.compile(f"^{label}")).fill(value)


def open_step(page: Page, title: str) -> Locator:
    """Unfold one step of a review and return its form."""
    page.locator("#decide summary").filter(has_text=title).click()
    return page.locator("#decide details[open] form")


def give_reason(form: Locator, code: str, words: str) -> None:
    form.get_by_label("Reason", exact=True).select_option(code)
    form.get_by_label("In your words").fill(words)


def open_pack(page: Page, name: str, serial: str) -> Pack:
    """Open the page ``name`` of the pack with this serial, and return the pack."""
    pack = Pack.objects.get(serial=serial)
    page.goto(reverse(name, args=[pack.pk]))
    return pack
