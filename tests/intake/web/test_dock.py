"""The dock's pages: scan, see what came of it, close a batch."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intake.models import Batch, Pack, Scan
from intake.services.arrivals import put_expected
from tests.factories import AT, make_actor, make_batch, make_pack, make_person


@pytest.fixture
def batch(db) -> Batch:
    return make_batch(packs=[{"serial": "RB-1"}, {"serial": "RB-2"}, {"serial": "RB-3"}])


@pytest.fixture
def warehouse(client, db):
    client.force_login(make_person(name="Wanda"))
    return client


def scan(client, batch, code, **data):
    return client.post(reverse("dock_batch", args=[batch.pk]), {"code": code, **data}, follow=True)


def expected_on(batch, day):
    put_expected(batch, day, make_actor(), AT)


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


class TestWhoMayBeAtTheDock:
    @pytest.mark.parametrize("role", ["supplier", "reviewer", "administrator", "auditor"])
    def test_only_the_warehouse_may(self, client, batch, role):
        client.force_login(make_person(role))
        pages = [
            reverse("dock"),
            reverse("dock_batch", args=[batch.pk]),
            reverse("dock_close", args=[batch.pk]),
        ]

        assert [client.get(page).status_code for page in pages] == [403] * 3
        assert [client.post(page, {"code": "RB-1"}).status_code for page in pages[1:]] == [403] * 2
        assert not Scan.objects.exists()

    def test_sends_strangers_to_the_sign_in(self, client, batch):
        assert client.get(reverse("dock_batch", args=[batch.pk])).status_code == 302


class TestDock:
    def test_lists_open_batches_with_their_counts(self, warehouse, batch):
        scan(warehouse, batch, "RB-1")
        scan(warehouse, batch, "STRANGER")

        response = warehouse.get(reverse("dock"))

        [shown] = response.context["page"].rows
        counts = (shown.expected_count, shown.arrived_count, shown.unexpected_count, shown.missing_count)
        assert counts == (2, 1, 1, 0)
        assert "1 of 3" in text_of(response)

    def test_keeps_closed_batches_apart(self, warehouse, batch):
        warehouse.post(reverse("dock_close", args=[batch.pk]))

        assert warehouse.get(reverse("dock")).context["page"].rows == []
        assert warehouse.get(reverse("dock"), {"closed": "1"}).context["page"].rows == [batch]

    def test_says_when_packs_are_expected_and_which_are_overdue(self, warehouse, batch):
        made = [batch, *(make_batch(packs=2) for _ in range(3))]
        today = timezone.now().date()
        for late, days in ((made[0], 5), (made[1], -1), (made[2], 0)):
            expected_on(late, today + timedelta(days=days))

        page = warehouse.get(reverse("dock"), {"sort": "expected_order"})

        shown = [(row, row.is_overdue) for row in page.context["page"].rows]
        assert shown == [(made[1], True), (made[2], False), (made[0], False), (made[3], False)]
        assert text_of(page).count("Overdue") == 1 and text_of(page).count("not stated") == 1
        assert "To arrive Arrived Unexpected Missing" in text_of(page)
        scan(warehouse, made[1], made[1].packs.first().serial)
        scan(warehouse, made[1], made[1].packs.last().serial)
        assert "Overdue" not in text_of(warehouse.get(reverse("dock")))  # all of it is here

    def test_takes_as_many_queries_for_20_batches_as_for_two(self, warehouse):
        warehouse.get(reverse("dock"))
        taken = []
        for count in (2, 18):
            for _ in range(count):
                make_batch(packs=3)
            with CaptureQueriesContext(connection) as queries:
                warehouse.get(reverse("dock"))
            taken.append(len(queries))

        assert taken[0] == taken[1]


class TestDockBatch:
    def test_receives_what_is_scanned_and_says_so_in_large_letters(self, warehouse, batch):
        response = scan(warehouse, batch, "rb-1")

        assert Pack.objects.get(serial="RB-1").status == "received"
        assert 'data-scan-result="ok"' in response.content.decode()
        assert "Received RB-1 1 of 3 arrived." in text_of(response)

    def test_says_when_and_by_whom_a_pack_was_received_before(self, warehouse, batch):
        scan(warehouse, batch, "RB-1")

        response = scan(warehouse, batch, "RB-1")

        assert 'data-scan-result="already"' in response.content.decode()
        assert re.search(
            r"Already here RB-1 Received by Wanda, \d{4}-\d\d-\d\d \d\d:\d\d UTC", text_of(response)
        )

    def test_says_that_a_code_is_unexpected(self, warehouse, batch):
        response = scan(warehouse, batch, "STRANGER")

        assert 'data-scan-result="warning"' in response.content.decode()
        assert "Nobody announced this code" in text_of(response)

    def test_says_in_which_batch_a_pack_is_expected(self, warehouse, batch):
        other = make_pack(serial="RB-9")

        response = scan(warehouse, batch, "RB-9")

        assert f"It is expected in batch {other.batch.number}" in text_of(response)
        assert reverse("dock_batch", args=[other.batch_id]) in response.content.decode()

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"ddr_status": "critical"}, "Declared critical"),
            ({"ddr_status": "damaged"}, "Declared damaged"),
            ({"declared": {"accident_flag": True}}, "From an accident"),
        ],
    )
    def test_stops_for_a_hazard_that_the_supplier_declared(self, warehouse, fields, said):
        batch = make_batch(packs=[{"serial": "RB-1", **fields}])

        response = scan(warehouse, batch, "RB-1")

        pack = Pack.objects.get()
        assert pack.status == "received"
        assert 'data-scan-result="stop"' in response.content.decode()
        assert f"The supplier says: {said}." in text_of(response)
        assert reverse("inspect_pack", args=[pack.pk]) in response.content.decode()
        assert "Triage RB-1 now" in text_of(response)

    def test_receives_once_when_one_form_is_sent_twice(self, warehouse, batch):
        nonce = str(uuid.uuid4())

        scan(warehouse, batch, "RB-1", nonce=nonce)
        again = scan(warehouse, batch, "RB-1", nonce=nonce)

        assert Scan.objects.count() == 1
        assert 'data-scan-result="ok"' in again.content.decode()

    def test_gives_every_form_its_own_nonce(self, warehouse, batch):
        page = reverse("dock_batch", args=[batch.pk])
        nonces = {warehouse.get(page).context["form"]["nonce"].value() for _ in range(2)}

        assert len(nonces) == 2

    @pytest.mark.parametrize("code", ["", "   ", "\u200b", "x" * 201, "RB1", "no?"])
    def test_says_what_is_wrong_with_a_scan_that_is_none(self, warehouse, batch, code):
        response = scan(warehouse, batch, code)

        assert response.status_code == 200
        assert 'role="alert" id="scan-errors"' in response.content.decode()

    @pytest.mark.parametrize("name", ["expected", "arrived", "unexpected", "missing", "nonsense"])
    def test_shows_each_of_the_four_lists(self, warehouse, batch, name):
        scan(warehouse, batch, "RB-1")
        scan(warehouse, batch, "STRANGER")
        scan(warehouse, batch, "STRANGER")
        expected = {"arrived": ["RB-1"], "unexpected": ["STRANGER"], "missing": []}.get(
            name, ["RB-2", "RB-3"]
        )

        response = warehouse.get(reverse("dock_batch", args=[batch.pk]), {"list": name})

        assert [row["cells"][0][1] for row in response.context["rows"]] == expected
        assert [count for _, _, count in response.context["lists"]] == [2, 1, 1, 0]

    @pytest.mark.parametrize("value", ["x", "-1", "99999999999999999999", "٣"])
    def test_shows_no_tile_for_a_scan_that_is_not_there(self, warehouse, batch, value):
        response = warehouse.get(reverse("dock_batch", args=[batch.pk]), {"scan": value})

        assert response.context["tile"] is None

    def test_shows_no_tile_of_another_batch(self, warehouse, batch):
        other = make_batch(packs=[{"serial": "RB-7"}])
        scan(warehouse, other, "RB-7")

        response = warehouse.get(reverse("dock_batch", args=[batch.pk]), {"scan": Scan.objects.get().pk})

        assert response.context["tile"] is None

    def test_takes_as_many_queries_for_60_packs_as_for_six(self, warehouse):
        warehouse.get(reverse("dock"))
        taken = []
        for count in (6, 60):
            batch = make_batch(packs=count)
            with CaptureQueriesContext(connection) as queries:
                warehouse.get(reverse("dock_batch", args=[batch.pk]))
            taken.append(len(queries))

        assert taken[0] == taken[1]


class TestDockClose:
    def test_names_every_pack_that_would_be_missing_before_it_closes(self, warehouse, batch):
        scan(warehouse, batch, "RB-1")

        asked = text_of(warehouse.get(reverse("dock_close", args=[batch.pk])))

        assert "2 packs have not arrived" in asked
        assert "RB-2 RB-3" in asked
        assert Batch.objects.get(pk=batch.pk).closed_at is None

    def test_counts_a_single_absent_pack_in_words(self, warehouse):
        batch = make_batch(packs=1)

        assert "1 pack has not arrived" in text_of(warehouse.get(reverse("dock_close", args=[batch.pk])))

    def test_closes_and_says_what_is_missing(self, warehouse, batch):
        scan(warehouse, batch, "RB-1")

        told = text_of(warehouse.post(reverse("dock_close", args=[batch.pk]), follow=True))

        assert f"Batch {batch.number} closed: 1 of 3 packs arrived, 2 missing." in told
        assert Pack.objects.filter(status="missing").count() == 2

    def test_refuses_a_second_closing_in_words(self, warehouse, batch):
        warehouse.post(reverse("dock_close", args=[batch.pk]))

        again = warehouse.post(reverse("dock_close", args=[batch.pk]))

        assert "was closed on" in text_of(again)


class TestScan:
    def test_is_not_for_suppliers(self, client, db):
        client.force_login(make_person("supplier"))

        assert client.get(reverse("scan"), {"code": "RB-1"}).status_code == 403

    def test_leads_to_the_only_pack_with_the_serial(self, warehouse):
        pack = make_pack(serial="RB-1")

        response = warehouse.get(reverse("scan"), {"code": " rb-1\n"})

        assert (response.status_code, response["Location"]) == (302, reverse("pack", args=[pack.pk]))

    def test_offers_a_choice_when_suppliers_share_a_serial(self, warehouse):
        packs = [make_pack(serial="RB-1"), make_pack(serial="RB-1")]

        response = warehouse.get(reverse("scan"), {"code": "RB-1"})

        assert all(reverse("pack", args=[pack.pk]) in response.content.decode() for pack in packs)

    def test_opens_a_batch_at_the_dock_by_its_number(self, warehouse, batch):
        response = warehouse.get(reverse("scan"), {"code": batch.number.lower()})

        assert response["Location"] == reverse("dock_batch", args=[batch.pk])

    @pytest.mark.parametrize("code", ["NOBODY", "<script>", "x" * 5000, ""])
    def test_says_that_nothing_is_known(self, warehouse, code):
        response = warehouse.get(reverse("scan"), {"code": code})

        assert response.status_code == 200
        assert "<script>" not in response.content.decode().split("<main", 1)[1]
