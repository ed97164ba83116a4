"""The trail: what its filters keep, one event in full, and its exports."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grading.services import decisions
from grading.web import trail
from intake.services import receiving
from rebattery.accounts.roles import Role
from rebattery.actor import Actor
from rebattery.audit.trail import events
from tests.evidence import make_tested, publish_seed
from tests.factories import AT, make_actor, make_batch, make_pack, make_person
from tests.grading import cast

pytestmark = pytest.mark.django_db
STAFF = [role for role in Role.values if role != Role.SUPPLIER]


@pytest.fixture
def auditor(client):
    client.force_login(make_person(Role.AUDITOR))


def found(client, address: str) -> list[str]:
    """Return the types of the events that the list shows, oldest first."""
    page = client.get(f"/trail/{address}").context["page"]
    return [event.event_type for event in reversed(page.rows)]


class TestAccess:
    @pytest.mark.parametrize(
        "address", ["/trail/", "/trail/?export=jsonl", "/trail/?export=csv", "/trail/1/"]
    )
    def test_a_supplier_is_refused(self, client, address):
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get(address).status_code == 403

    @pytest.mark.parametrize("role", STAFF)
    def test_all_staff_read_it(self, client, role):
        client.force_login(make_person(role))

        assert client.get("/trail/").status_code == 200

    def test_an_unknown_event_is_not_found(self, client, auditor):
        assert client.get("/trail/0/").status_code == 404

    @pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
    def test_nothing_can_be_written(self, client, auditor, method):
        count = events().count()

        getattr(client, method)("/trail/")

        assert events().count() == count


class TestFilters:
    @pytest.fixture
    def pack(self, auditor):
        pack = make_pack()
        by = make_actor(make_person(name="Ines Prüfer"))
        by = Actor(kind=by.kind, id=by.id, person_id=by.person_id, label=by.label, request_id="req-1")
        at = AT + timedelta(days=1)
        receiving.receive(batch_id=pack.batch_id, code=pack.serial, nonce=None, actor=by, at=at)
        return pack

    def test_by_pack_tell_its_whole_story(self, client, pack):
        make_pack()

        told = found(client, f"?pack={pack.serial.lower()}")

        assert told == ["pack.announced", "pack.received", "scan.recorded"]

    @pytest.mark.parametrize(
        ("query", "types"),
        [
            ("type=pack.received", {"pack.received"}),
            ("subject=scan", {"scan.recorded"}),
            ("actor=prüf", {"pack.received", "scan.recorded"}),
            ("request=req-1", {"pack.received", "scan.recorded"}),
            ("since=2026-11-21", {"pack.received", "scan.recorded"}),
            ("since=2026-11-21&until=2026-11-21", {"pack.received", "scan.recorded"}),
            ("since=2026-11-22", set()),
            ("since=soon", set()),
            ("until=2026-02-30", set()),
            ("since=2026-11-21&until=9999-12-31", {"pack.received", "scan.recorded"}),
            ("pack=unknown", set()),
            ("type=unknown", set()),
            ("job=unknown", set()),
            ("transaction=1%3B", set()),
            ("transaction=99999999999999999999", set()),
            pytest.param(f"transaction={'9' * 5_000}", set(), id="endless transaction"),
        ],
    )
    def test_keep_what_they_say(self, client, pack, query, types):
        assert set(found(client, f"?{query}")) == types

    def test_until_holds_its_whole_day(self, client, pack):
        assert "pack.received" not in found(client, "?until=2026-11-20")
        assert "pack.received" in found(client, "?until=2026-11-21")

    def test_say_when_nothing_fits(self, client, pack):
        assert "No event fits these filters." in client.get("/trail/?pack=unknown").text


class TestEvent:
    def test_shows_who_when_why_before_and_after(self, client, auditor):
        publish_seed()
        cast.rejected()
        event = events().get(event_type="pack.rejected")

        text = client.get(reverse("trail_event", args=[event.pk])).text

        assert "in_review" in text and "rejected" in text
        assert cast.WHY.text in text
        assert event.actor_label in text
        assert "by the database role rb_app" in text

    def test_leads_to_all_that_was_committed_with_it(self, client, auditor):
        publish_seed()
        cast.rejected()
        event = events().get(event_type="pack.rejected")

        context = client.get(reverse("trail_event", args=[event.pk])).context

        assert "review.confirmed" in [entry.event_type for entry in context["together"]]
        assert context["count"] == len(context["together"])
        url = f"?transaction={event.transaction_id}"
        assert set(found(client, url)) == {entry.event_type for entry in context["together"]}

    def test_is_named_among_many_that_were_committed_with_it(self, client, auditor, monkeypatch):
        monkeypatch.setattr(trail, "TOGETHER", 3)
        publish_seed()
        make_tested(6)  # in one transaction with all the rest of this test
        ids = sorted(events().values_list("pk", flat=True))

        for place in (0, len(ids) // 2, len(ids) - 1):
            response = client.get(reverse("trail_event", args=[ids[place]]))
            shown = [entry.id for entry in response.context["together"]]
            assert ids[place] in shown and len(shown) == 3
            assert shown == sorted(shown, reverse=True)
            assert f"{len(ids)} in one transaction" in response.text
            assert 'aria-current="true">This event' in response.text

    def test_leads_to_the_same_job(self, client, auditor):
        publish_seed()
        [pack] = make_tested()
        job = Actor(kind="task", id=None, person_id=None, label="Grading", job_id="job-7")
        decisions.grade(pack_ids=[pack.pk], actor=job, at=AT + timedelta(days=1))
        event = events().get(event_type="pack.graded")

        text = client.get(reverse("trail_event", args=[event.pk])).text

        assert "/trail/?job=job-7" in text
        assert set(found(client, "?job=job-7")) == {"decision.made", "pack.graded"}

    def test_escapes_what_others_wrote(self, client, auditor):
        pack = make_pack()
        actor = Actor(kind="user", id=1, person_id=1, label="<script>alert(1)</script>")
        receiving.receive(batch_id=pack.batch_id, code=pack.serial, nonce=None, actor=actor, at=AT)
        event = events().get(event_type="pack.received")

        assert "<script>alert" not in client.get(reverse("trail_event", args=[event.pk])).text
        assert "<script>alert" not in client.get("/trail/").text


class TestExport:
    def test_as_json_lines_holds_every_event_whole_and_in_order(self, client, auditor):
        make_batch(packs=60)

        response = client.get("/trail/?type=pack.announced&export=jsonl")
        lines = [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]

        assert len(lines) == 60
        assert [line["id"] for line in lines] == sorted(line["id"] for line in lines)
        assert lines[0]["after"] == {"status": "announced"}
        assert lines[0]["at"].startswith("2026-11-20T09:00:00")
        assert {field.attname for field in events().model._meta.fields} == set(lines[0])

    def test_as_csv_holds_the_sentences(self, client, auditor):
        pack = make_pack()

        text = b"".join(client.get(f"/trail/?pack={pack.serial}&export=csv").streaming_content).decode()

        assert f"Announced in batch {pack.batch.number}" in text


class TestQueries:
    def test_are_as_many_for_fifty_as_for_one(self, client, auditor):
        make_pack()
        client.get("/trail/")
        with CaptureQueriesContext(connection) as for_one:
            client.get("/trail/")
        make_batch(packs=80)

        with CaptureQueriesContext(connection) as for_fifty:
            client.get("/trail/")

        assert len(for_fifty) == len(for_one)
