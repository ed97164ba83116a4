"""Every page of every role in a real browser: for everybody, on desk and tablet, silent and by itself.

With SHOTS=folder each page is kept there as a picture, to be looked at.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from grading.models import ReviewCase
from intake.models import Pack
from rebattery.accounts.roles import Capability, Role
from tests import database
from tests.architecture.cast import Member, make_cast
from tests.architecture.routes import Route, our_routes
from tests.browser.axe import faults_of, overflow_of
from tests.browser.windows import SIZES, Windows
from tests.factories import make_batch, make_instrument
from tests.grading.cast import STATES
from tests.grading.tester_samples import full_test
from tests.grading.testing_files import make_bench_pack, read, send
from tests.stack import WebServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SHOTS = os.environ.get("SHOTS")
FRAGMENTS = {
    "attachments_progress",
    "declaration_progress",
    "grading_run_progress",
    "manifest_progress",
    "results_file_progress",
    "tester_file_progress",
    "upload_list",
}
MADE_ELSEWHERE = {"api_docs"}
"""Swagger's own page: it keeps to our server, but its markup and the one style that it is refused are not
ours to mend."""
DEPEND_ON_LOOKS = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
"""What axe may find in another theme and size although it found nothing in the first."""
Look = tuple[Literal["light", "dark"], str, Sequence[str]]
LOOKS: Sequence[Look] = (("light", "desk", ()), ("dark", "tablet", DEPEND_ON_LOOKS))
ASKED = {
    "manifest": "?stage=check",
    "scan": "?code=NOBODY",
    "bench": "?code=NOBODY",
    "packs": "?status=graded",
    "reject_pareto": "?by=finding",
    "trail": "?subject=pack",
}
"""Lists with something asked of them; each is seen without as well."""
IN_EVERY_STATE = tuple(STATES)
OF_A_PACK: dict[Role, dict[str, tuple[str, ...]]] = {
    Role.WAREHOUSE: {
        "dock_batch": ("announced", "declared_damaged", "received", "missing"),
        "inspect_pack": ("announced", "declared_damaged", "received", "quarantined", "graded"),
        "bench_pack": ("received", "inspected", "tested", "in_review", "measured_again"),
    },
    Role.REVIEWER: {
        "pack": IN_EVERY_STATE,
        "review_case": IN_EVERY_STATE,
        "reopen_pack": ("quarantined",),
        "override_end": ("overridden",),
    },
}
"""Pages that look different for a pack in another state."""


LOOKED_AT_BY = {Role.ADMINISTRATOR: Role.REVIEWER, Role.AUDITOR: Role.REVIEWER}
"""Whose pages the reviewer sees in the second theme and size too: they show less, not something else."""


@dataclass(frozen=True)
class Found:
    """A page that somebody finds: its address, and its parts as the server wrote them."""

    path: str
    parts: tuple[str, str]


class World:
    """A database in which every role finds every kind of page, and the addresses of these pages."""

    def __init__(self) -> None:
        self.members = make_cast()
        self.packs = {state: make().pk for state, make in STATES.items()}
        make_batch(self.members["supplier"].person.supplier, packs=60)
        make_instrument(calibrated_to_date=date(2026, 2, 1))
        make_bench_pack("RB-ASKED")
        self.files = {
            "inbox": read(send("channel 3.csv", full_test(note=",inbox"))).pk,
            "asked": read(send("RB-ASKED.csv", full_test(sign=-1))).pk,
            "refused": read(send("refused.csv", b"nothing\n" * 9)).pk,
        }
        self.found: dict[str, Mapping[str, Found]] = {}
        self.looked_at: set[tuple[str, str]] = set()
        """Theme and part of a page."""

    def pages(self, role: str) -> Mapping[str, Found]:
        """Return the pages of ``role``, each with a name."""
        if role not in self.found:
            self.found[role] = dict(self._find_pages(role))
        return self.found[role]

    def news(self, page: Found, looks: Sequence[Look]) -> list[Look]:
        """Return the looks in which a part of the page was not seen yet, and note that it is now.

        What surrounds a page is the same on many pages of a role, and many pages are the same for many
        roles: a page of two parts that were both seen, byte for byte, shows nothing new.
        """
        new = [look for look in looks if SHOTS or {(look[0], part) for part in page.parts} - self.looked_at]
        self.looked_at |= {(theme, part) for theme, *_ in new for part in page.parts}
        return new

    def _find_pages(self, role: str) -> Iterator[tuple[str, Found]]:
        member = self.members[role]
        client = Client()
        client.force_login(member.person)
        found = {r.name: r.path(**member.objects) for r in our_routes() if may_see(member, r)}
        found |= {f"{name}-asked": found[name] + query for name, query in ASKED.items() if name in found}
        for name, states in OF_A_PACK.get(Role(role), {}).items():
            found |= {f"{name}-{state}": self.page_of(name, self.packs[state]) for state in states}
        if member.person.may(Capability.RECORD_TESTS):
            found |= {
                f"tester_file-{state}": reverse("tester_file", args=[key])
                for state, key in self.files.items()
            }
        for name, path in found.items():
            if path and is_page(answer := client.get(path)):
                yield name, Found(path, parts_of(answer.content.decode()))

    def page_of(self, name: str, pack_id: int) -> str:
        keys = {"dock_batch": Pack.objects.get(pk=pack_id).batch_id}
        if name == "review_case":
            keys[name] = ReviewCase.objects.filter(pack_id=pack_id).values_list("pk", flat=True).last() or 0
        return reverse(name, args=[keys.get(name, pack_id)])


def may_see(member: Member, route: Route) -> bool:
    if route.is_endpoint or route.name in FRAGMENTS:
        return False
    capability = route.view.capability
    return capability is None or member.person.may(capability)


def is_page(answer: HttpResponse) -> bool:
    """Return whether an answer shows something to look at: no download, no machine answer, no POST."""
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.status_code == 200 and is_html and "Content-Disposition" not in answer.headers


def parts_of(html: str) -> tuple[str, str]:
    """Return what a page itself shows, its title included, and what surrounds it."""
    html = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", html)  # new with every answer
    own = re.compile(r"<title>.*?</title>|<main.*</main>", re.DOTALL)
    return "".join(own.findall(html)), own.sub("", html)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """One world for all tests of this file, which only look."""
    with django_db_blocker.unblock():
        yield World()
        connections.close_all()
        database.recreate(connections["default"].settings_dict["NAME"])


@pytest.fixture
def own_windows(browser: Browser, web_process: WebServer, world: World) -> Iterator[Windows]:
    if not web_process.is_running:
        web_process.start()
    windows = Windows(browser, web_process.url)
    yield windows
    windows.close()


class TestEveryPage:
    @pytest.mark.parametrize("role", list(Role))
    def test_is_for_everybody(self, world, own_windows, role):
        pages = world.pages(role)
        seen = world.pages(LOOKED_AT_BY[role]) if role in LOOKED_AT_BY else {}
        page, faults = own_windows.open(world.members[role].person), []

        for name, found in pages.items():
            if looks := world.news(found, LOOKS[:1] if name in seen else LOOKS):
                page.goto(found.path)
                faults += [f"{name}: {fault}" for fault in looks_of(page, role, name, looks)]
            if name in MADE_ELSEWHERE:
                page.said[:] = [line for line in page.said if "Applying inline style" not in line]

        assert len(pages) >= 10
        assert not faults + page.said, "\n".join(["", *faults, *page.said])


def looks_of(page: Page, role: str, name: str, looks: Sequence[Look]) -> Iterator[str]:
    """Look at a page in each theme with its size, and tell what is wrong."""
    for theme, size, rules in looks:
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        if name not in MADE_ELSEWHERE:
            yield from (f"{theme} {rule} {element}" for rule, element in faults_of(page, *rules))
        if pixels := overflow_of(page):
            yield f"{size} {pixels} pixels too wide"
        if SHOTS:
            keep(page, Path(SHOTS) / f"{role}-{name}-{size}.png")


def keep(page: Page, file: Path) -> None:
    page.emulate_media(color_scheme="light")
    page.screenshot(path=file, full_page=True)
