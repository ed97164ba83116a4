"""Receiving at the dock: every scan is a record, every pack is received once."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from intake.models import Batch, Pack, Scan
from intake.services import receiving
from intake.services.lifecycle import MoveRefused
from rebattery.audit.trail import events_of, events_of_pack
from tests.factories import AT, balance, make_actor, make_batch, make_pack, make_person
from tests.together import at_once

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NONCE = uuid.UUID(int=7)


@pytest.fixture
def batch(db) -> Batch:
    return make_batch(packs=[{"serial": "RB-1"}, {"serial": "RB-2"}, {"serial": "RB-3"}])


@pytest.fixture
def actor(db):
    return make_actor(make_person(name="Wanda"))


def scan(batch, code, actor, *, nonce=None, at=NOW):
    return receiving.receive(batch_id=batch.pk, code=code, nonce=nonce, actor=actor, at=at)


def receive_all(batch, serials, actor):
    return receiving.receive_many(batch_id=batch.pk, serials=serials, actor=actor, at=NOW)


def codes_of(pack) -> list[str]:
    return [event.event_type for event in events_of_pack(pack_id=pack.pk)]


class TestReceive:
    def test_receives_an_expected_pack_and_says_so_in_the_trail(self, batch, actor):
        made = scan(batch, "RB-1", actor)

        pack = Pack.objects.get(serial="RB-1")
        assert (made.outcome, made.pack, made.person_label) == ("received", pack, "Wanda")
        assert (pack.status, pack.status_at) == ("received", NOW)
        assert codes_of(pack) == ["pack.announced", "pack.received", "scan.recorded"]
        balance()

    @pytest.mark.parametrize("typed", ["rb-1", " RB-1\r\n", "ＲＢ-１", "RB\u200b-1", "RB - 1"])
    def test_matches_the_serial_as_the_scanner_or_a_person_types_it(self, batch, actor, typed):
        assert scan(batch, typed, actor).outcome == "received"

    def test_says_already_for_a_second_scan_and_leaves_the_pack_alone(self, batch, actor):
        scan(batch, "RB-1", actor)
        version = Pack.objects.get(serial="RB-1").version

        again = scan(batch, "RB-1", actor, at=NOW + timedelta(minutes=1))

        assert again.outcome == "already"
        assert Pack.objects.get(serial="RB-1").version == version
        assert Scan.objects.count() == 2

    def test_records_a_code_that_nobody_announced(self, batch, actor):
        made = scan(batch, "STRANGER", actor)

        assert (made.outcome, made.pack, made.code) == ("unexpected", None, "STRANGER")
        [event] = events_of(subject_type="scan", subject_id=made.pk)
        assert event.facts["outcome"] == f"not expected in this batch (batch {batch.number})"

    def test_receives_nothing_that_belongs_to_another_batch(self, batch, actor):
        other = make_pack(serial="RB-9")

        made = scan(batch, "RB-9", actor)

        other.refresh_from_db()
        assert (made.outcome, made.pack, other.status) == ("unexpected", other, "announced")

    def test_points_to_no_pack_when_two_suppliers_use_the_same_serial(self, batch, actor):
        make_pack(serial="RB-9"), make_pack(serial="RB-9")

        assert scan(batch, "RB-9", actor).pack is None

    def test_refuses_a_withdrawn_pack_and_records_the_scan(self, actor):
        batch = make_batch(packs=[{"serial": "RB-1", "status": "withdrawn"}])

        assert scan(batch, "RB-1", actor).outcome == "refused"
        assert Pack.objects.get(serial="RB-1").status == "withdrawn"

    def test_receives_a_pack_that_comes_after_its_batch_was_closed(self, batch, actor):
        receiving.close_batch(batch_id=batch.pk, actor=actor, at=NOW)

        assert scan(batch, "RB-1", actor).outcome == "received"

    @pytest.mark.parametrize("blank", ["", "  ", "\u200b\r\n"])
    def test_takes_no_blank_scan(self, batch, actor, blank):
        with pytest.raises(receiving.NothingScanned):
            scan(batch, blank, actor)

        assert not Scan.objects.exists()

    @pytest.mark.parametrize("code", ["RB1", "R" * 41, "RB 1 ", "RB-1?", "RÄ-1", "<b>RB</b>"])
    def test_records_nothing_that_cannot_be_a_serial(self, batch, actor, code):
        with pytest.raises(receiving.NotASerial) as refused:
            scan(batch, code, actor)

        assert refused.value.fields["code"] == (
            f"“{code.strip()}” is not a serial: 4 to 40 letters, digits or . / _ -. Scan again."
        )
        assert not Scan.objects.exists()

    @pytest.mark.parametrize("code", ["RB-9", "R" * 40])
    def test_records_whatever_can_be_one(self, batch, actor, code):
        assert scan(batch, code, actor).outcome == "unexpected"

    @pytest.mark.rule(18)
    def test_receives_once_when_the_queue_is_replayed(self, batch, actor):
        queue = [("RB-1", uuid.UUID(int=1)), ("RB-2", uuid.UUID(int=2)), ("STRANGER", uuid.UUID(int=3))]

        first = [scan(batch, code, actor, nonce=nonce).pk for code, nonce in queue]
        second = [
            scan(batch, code, actor, nonce=nonce, at=NOW + timedelta(hours=1)).pk for code, nonce in queue
        ]

        assert first == second
        assert Scan.objects.count() == 3
        assert codes_of(Pack.objects.get(serial="RB-1")).count("pack.received") == 1

    def test_keeps_two_codes_apart_that_one_page_sent_with_one_nonce(self, batch, actor):
        outcomes = [scan(batch, code, actor, nonce=NONCE).outcome for code in ("RB-1", "RB-2")]

        assert outcomes == ["received", "received"]


class TestReceiveAtTheSameMoment:
    @pytest.mark.rule(18)
    @pytest.mark.parametrize("nonces", [(NONCE, NONCE), (None, None)])
    def test_receives_once_when_two_deliveries_race(self, committed_db, nonces):
        batch = make_batch(packs=[{"serial": "RB-1"}])

        outcomes = at_once(lambda nonce: scan(batch, "RB-1", make_actor(), nonce=nonce).outcome, nonces)

        assert sorted(outcomes) == (["received"] * 2 if nonces[0] else ["already", "received"])
        assert Scan.objects.filter(outcome="received").count() == 1
        assert codes_of(Pack.objects.get()).count("pack.received") == 1


class TestReceiveMany:
    def test_receives_all(self, batch, actor):
        scans = receiving.receive_many(
            batch_id=batch.pk, serials=["RB-1", "rb-2", "RB-1"], actor=actor, at=NOW
        )

        assert [s.code for s in scans] == ["RB-1", "RB-2"]
        assert Pack.objects.filter(status="received").count() == 2
        balance()

    @pytest.mark.rule(21)
    def test_changes_nothing_and_names_the_serial_that_is_not_in_the_batch(self, batch, actor):
        with pytest.raises(receiving.NotInBatch, match="RB-8"):
            receive_all(batch, ["RB-1", "RB-8"], actor)

        assert not Pack.objects.filter(status="received").exists()
        assert not Scan.objects.exists()

    @pytest.mark.rule(21)
    def test_changes_nothing_and_names_the_pack_that_is_here_already(self, batch, actor):
        scan(batch, "RB-2", actor)

        with pytest.raises(MoveRefused, match="RB-2 is received"):
            receive_all(batch, ["RB-1", "RB-2"], actor)

        assert Pack.objects.get(serial="RB-1").status == "announced"

    def test_takes_as_many_queries_for_200_packs_as_for_two(self, actor):
        small, large = make_batch(packs=2), make_batch(packs=200)
        serials = {b.pk: list(b.packs.values_list("serial", flat=True)) for b in (small, large)}

        taken = []
        for batch in (small, large):
            with CaptureQueriesContext(connection) as queries:
                receive_all(batch, serials[batch.pk], actor)
            taken.append(len(queries))

        assert taken[0] == taken[1] <= 12


class TestCloseBatch:
    def test_makes_missing_what_has_not_come_and_tells_it(self, batch, actor):
        scan(batch, "RB-1", actor)

        closed = receiving.close_batch(batch_id=batch.pk, actor=actor, at=NOW)

        assert closed.closed_at == NOW
        assert list(batch.packs.order_by("id").values_list("status", flat=True)) == [
            "received",
            "missing",
            "missing",
        ]
        assert codes_of(Pack.objects.get(serial="RB-2"))[-1] == "pack.missing"
        event = events_of(subject_type="batch", subject_id=batch.pk).last()
        assert (event.event_type, event.facts) == ("batch.closed", {"received": 1, "missing": 2})
        balance()

    def test_counts_no_withdrawn_pack_as_missing_or_received(self, actor):
        batch = make_batch(packs=[{"status": "withdrawn"}, {}])

        receiving.close_batch(batch_id=batch.pk, actor=actor, at=NOW)

        assert events_of(subject_type="batch", subject_id=batch.pk).last().facts == {
            "received": 0,
            "missing": 1,
        }

    def test_refuses_a_closed_batch(self, batch, actor):
        receiving.close_batch(batch_id=batch.pk, actor=actor, at=AT)

        with pytest.raises(receiving.BatchClosed, match="2026-11-20 09:00 UTC"):
            receiving.close_batch(batch_id=batch.pk, actor=actor, at=NOW)
