"""The start page: every figure of every role equals the rows behind its link."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grading.queries.home import Figure
from grading.services import decisions, regrading
from grading.services.reviews import hold
from intake.models import InspectionDraft, Manifest, ManifestState
from intake.services import receiving
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from rebattery.audit.record import Event, record
from rebattery.dates import day_in_words
from tests.evidence import make_reviews, make_tested, publish_seed
from tests.factories import (
    make_actor,
    make_batch,
    make_instrument,
    make_pack,
    make_pack_type,
    make_person,
)
from tests.grading import cast
from tests.grading.regrading import order
from tests.grading.services.disputes.acts import dispute
from tests.grading.services.reviews.acts import WHY
from tests.grading.web.tiles import Tiles

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    """Something behind every figure, and nothing twice as many as another by design."""
    publish_seed()
    packs = [made() for made in cast.STATES.values()]
    make_tested(2)
    supplier = packs[0].supplier
    dispute(make_reviews(supplier=supplier)[0].pack)
    for state in (ManifestState.REFUSED, ManifestState.FAILED, ManifestState.QUEUED):
        manifest = make_batch(supplier).manifest
        Manifest.objects.filter(pk=manifest.pk).update(state=state)
        _touched(manifest)
    InspectionDraft.objects.create(pack=cast.received(), saved_at=timezone.now(), saved_by="Test")
    make_instrument(calibrated_to_date=timezone.now().date())
    make_instrument(is_active=False)
    make_pack_type(unconfirmed_fields="mass_kg")
    # What moved today moved today.
    for _ in range(2):
        pack = make_pack(supplier)
        receiving.receive(
            batch_id=pack.batch_id, code=pack.serial, nonce=None, actor=make_actor(), at=timezone.now()
        )
    return supplier


def _touched(manifest: Manifest) -> None:
    event = Event(
        code="manifest.refused",
        subject_id=manifest.pk,
        subject_label=manifest.file_name,
        supplier_id=manifest.supplier_id,
        after={},
        facts={"why": "Test"},
    )
    record(events=[event], actor=SYSTEM, at=timezone.now())


def person_for(role: str, supplier):
    return make_person(role, supplier=supplier if role == Role.SUPPLIER else None)


def rows_behind(client, url: str) -> int:
    """Count the rows of a list over all its pages."""
    count, seen = 0, set()
    while url not in seen:
        seen.add(url)
        response = client.get(url)
        assert response.status_code == 200
        page = response.context["page"]
        count += len(page.rows)
        url = response.wsgi_request.path + page.next_url if page.next_url else url
    return count


class TestFigures:
    @pytest.mark.parametrize(
        ("role", "acted_on"),
        [
            (
                Role.WAREHOUSE,
                {
                    "open batches at the dock",
                    "packs to inspect",
                    "inspections begun",
                    "packs to test",
                    "instruments not usable today",
                },
            ),
            (
                Role.REVIEWER,
                {"decisions to review", "overrides wait for a second person", "disputes to answer"},
            ),
            (
                Role.ADMINISTRATOR,
                {
                    "files refused or failed",
                    "pack types with unconfirmed facts",
                    "packs waiting for their grade",
                },
            ),
            (Role.AUDITOR, {"files waiting to be read", "packs received"}),
            (
                Role.SUPPLIER,
                {"packs received", "files refused or failed", "disputes wait for our answer"},
            ),
        ],
    )
    def test_equal_the_rows_behind_their_links(self, client, world, role, acted_on):
        client.force_login(person_for(role, world))

        tiles = Tiles(client.get("/").text).found

        behind = {label: rows_behind(client, url) for label, (_, url) in tiles.items()}
        assert behind == {label: number for label, (number, _) in tiles.items()}
        shown = {label for label, number in behind.items() if number}
        assert all({words, Figure(words, 1, "packs", {}).label} & shown for words in acted_on)

    def test_count_a_pack_graded_again_once_and_say_so(self, client):
        publish_seed()
        now = timezone.now()
        packs = make_tested(3)
        decisions.grade_waiting(actor=SYSTEM, now=lambda: now)
        regrading.run(grading_run_id=order(packs[:2], at=now).pk, actor=SYSTEM, now=lambda: now)
        client.force_login(make_person(Role.AUDITOR))

        tiles = Tiles(client.get("/").text).found

        assert {words: tiles[words][0] for words in ("pack graded", "packs graded again by request")} == {
            "pack graded": 1,
            "packs graded again by request": 2,
        }
        page = client.get(tiles["packs graded again by request"][1])
        assert {row.pk for row in page.context["page"].rows} == {pack.pk for pack in packs[:2]}
        assert f"graded again by request since {day_in_words(now.date())}, 00:00 UTC" in page.text

    def test_leave_out_the_reviews_that_somebody_put_aside(self, client):
        publish_seed()
        _, held = make_reviews(2)
        person, now = make_person(Role.REVIEWER), timezone.now()
        later = now.date() + timedelta(days=7)
        put = {"case_id": held.pk, "version": held.version, "until": later, "why": WHY}
        hold(**put, actor=make_actor(person), at=now)
        client.force_login(person)

        number, url = Tiles(client.get("/").text).found["decision to review"]

        assert (number, rows_behind(client, url)) == (1, 1)

    @pytest.mark.parametrize("role", Role.values)
    def test_are_zero_and_quiet_on_an_empty_house(self, client, role):
        client.force_login(make_person(role))

        html = client.get("/").text

        assert {number for number, _ in Tiles(html).found.values()} == {0}
        assert "tile-stop" not in html and "tile-wait" not in html
        assert "No batch yet." in html


class TestSupplier:
    @pytest.mark.rule(5)
    def test_counts_their_own_only(self, client, world):
        client.force_login(make_person(Role.SUPPLIER))

        html = client.get("/").text

        assert {number for number, _ in Tiles(html).found.values()} == {0}

    def test_reads_no_staff_name_and_no_staff_words(self, client):
        publish_seed()
        pack = cast.overridden()
        client.force_login(make_person(Role.SUPPLIER, supplier=pack.supplier))

        main = client.get("/").text.split("<main")[1]

        assert cast.SECRET not in main
        for internal in ("Machine room", "Moved today", "/dock/", "/review/", "/trail/", "instrument"):
            assert internal not in main

    def test_reads_what_became_of_their_packs(self, client):
        pack = make_pack()
        now = timezone.now() - timedelta(minutes=1)
        receiving.receive(batch_id=pack.batch_id, code=pack.serial, nonce=None, actor=make_actor(), at=now)
        client.force_login(make_person(Role.SUPPLIER, supplier=pack.supplier))

        html = client.get("/").text

        assert "Received at our dock." in html
        assert pack.batch.number in html

    def test_counts_one_in_the_singular(self, client):
        client.force_login(make_person(Role.SUPPLIER, supplier=make_pack().supplier))

        tiles = Tiles(client.get("/").text).found

        assert tiles["pack announced, on their way to us"][0] == 1

    def test_news_lead_to_what_they_are_about(self, client):
        manifest = make_batch().manifest
        Manifest.objects.filter(pk=manifest.pk).update(state=ManifestState.REFUSED)
        _touched(manifest)
        client.force_login(make_person(Role.SUPPLIER, supplier=manifest.supplier))

        news = client.get("/").text.split("<h2>News</h2>")[1]

        assert f'<a class="code" href="/manifests/{manifest.pk}/">{manifest.file_name}</a>' in news


class TestFiles:
    @pytest.fixture
    def row_of(self, client):
        """Return whether a file in a state, of an age in days, is among those that need its supplier."""

        def is_listed(state, days):
            manifest = make_batch().manifest
            Manifest.objects.filter(pk=manifest.pk).update(
                state=state, received_at=timezone.now() - timedelta(days=days)
            )
            _touched(manifest)
            client.force_login(make_person(Role.SUPPLIER, supplier=manifest.supplier))
            html = client.get("/").text
            return "Files that need you" in html and f'href="/manifests/{manifest.pk}/"' in html

        return is_listed

    @pytest.mark.parametrize(
        ("state", "days", "is_listed"),
        [
            (ManifestState.QUEUED, 0, True),
            (ManifestState.QUEUED, 40, True),
            (ManifestState.REFUSED, 29, True),
            (ManifestState.REFUSED, 31, False),
            (ManifestState.FAILED, 29, True),
            (ManifestState.FAILED, 31, False),
        ],
    )
    def test_are_those_waiting_and_those_refused_lately(self, row_of, state, days, is_listed):
        assert row_of(state, days) is is_listed


class TestFigure:
    @pytest.mark.parametrize(
        ("plural", "singular"),
        [
            ("open batches at the dock", "open batch at the dock"),
            ("overrides wait for a second person", "override waits for a second person"),
            ("pack types with unconfirmed facts", "pack type with unconfirmed facts"),
            ("files refused or failed", "file refused or failed"),
        ],
    )
    def test_names_one_in_the_singular(self, plural, singular):
        labels = [Figure(plural, number, "packs", {}).label for number in (0, 1, 2)]

        assert labels == [plural, singular, plural]


class TestQueries:
    @pytest.mark.parametrize("role", Role.values)
    def test_are_as_many_with_much_as_with_little(self, client, role):
        publish_seed()
        supplier = make_batch().supplier
        make_instrument()
        client.force_login(person_for(role, supplier))
        client.get("/")
        with CaptureQueriesContext(connection) as little:
            client.get("/")
        for _ in range(5):
            make_batch(supplier, packs=3)
        make_tested(3)

        with CaptureQueriesContext(connection) as much:
            client.get("/")

        assert len(much) == len(little)
        assert len(little) <= 22
