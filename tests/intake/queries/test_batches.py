from datetime import date

import pytest

from grading.queries.batch_results import totals_of
from intake.domain.batches import BatchState, state_of
from intake.domain.lifecycle import NOT_HERE, Status
from intake.models import Batch
from intake.queries.batches import (
    OVERDUE,
    batches_for,
    in_state,
    missing_of,
    overview_of,
    story_of,
    with_state,
)
from intake.queries.receipts import receipt_of
from intake.queries.receiving import docks
from intake.services import attachments
from intake.services.arrivals import expect_batch
from intake.services.receiving import close_batch, receive_many
from intake.services.withdrawing import withdraw_batch
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.factories import AT, make_actor, make_batch, make_person
from tests.intake.sending import make_attachment, take_in

STATUSES = [
    ["announced"], ["announced", "withdrawn"], ["announced", "received"], ["received"],
    ["graded", "withdrawn"], ["withdrawn"], ["rejected", "announced"], ["quarantined"],
]  # fmt: skip


def state(batch):
    return with_state(Batch.objects.filter(pk=batch.pk)).get().state


class TestWithState:
    @pytest.mark.parametrize("statuses", STATUSES, ids="+".join)
    def test_says_what_the_table_says(self, db, statuses):
        batch = make_batch(packs=[{"status": status} for status in statuses])
        known = {Status(status) for status in statuses}

        said = state_of(
            closed_at=None,
            cancelled_at=None,
            has_arrived=bool(known - {*NOT_HERE}),
            has_waiting=Status.ANNOUNCED in known,
        )

        assert state(batch) == said

    def test_walks_with_the_batch(self, db):
        batch = make_batch(packs=[{"serial": "RB-1"}, {"serial": "RB-2"}, {"serial": "RB-3"}])
        seen = [state(batch)]
        for serials in (["RB-1"], ["RB-2"]):
            receive_many(batch_id=batch.pk, serials=serials, actor=SYSTEM, at=AT)
            seen.append(state(batch))
        close_batch(batch_id=batch.pk, actor=SYSTEM, at=AT)
        seen.append(state(batch))
        # A pack that comes late is received into its closed batch.
        receive_many(batch_id=batch.pk, serials=["RB-3"], actor=SYSTEM, at=AT)

        assert [*seen, state(batch)] == ["announced", "arriving", "arriving", "closed", "closed"]

    def test_is_cancelled_when_nothing_comes(self, db):
        batch = make_batch(packs=2)

        withdraw_batch(batch_id=batch.pk, reason="Sold.", actor=SYSTEM, at=AT)

        assert state(batch) == "cancelled"


class TestInState:
    def test_keeps_each_batch_in_one_state(self, db):
        for statuses in STATUSES:
            make_batch(packs=[{"status": status} for status in statuses])
        viewer, today = make_person(Role.AUDITOR), AT.date()

        counts = [in_state(batches_for(viewer=viewer), s, today=today).count() for s in BatchState]

        assert sum(counts) == len(STATUSES)

    def test_finds_what_is_overdue(self, db):
        late, punctual, arrived, _ = (make_batch() for _ in range(4))
        for batch in (late, arrived):
            expect_batch(batch_id=batch.pk, expected_on=date(2026, 11, 21), actor=SYSTEM, at=AT)
        expect_batch(batch_id=punctual.pk, expected_on=date(2026, 11, 22), actor=SYSTEM, at=AT)
        receive_many(batch_id=arrived.pk, serials=[arrived.packs.get().serial], actor=SYSTEM, at=AT)

        found = in_state(with_state(Batch.objects.all()), OVERDUE, today=date(2026, 11, 22))

        assert list(found) == [late]


class TestOverviewOf:
    def test_counts_as_the_receipt_the_dock_and_the_list_do(self, db):
        packs = [
            {"serial": "RB-1", "declared_soh_percent": 80},
            {"serial": "RB-2", "declared_soh_percent": 90},
            {"serial": "RB-3", "declared_soh_percent": 10, "status": "withdrawn"},
        ]
        batch, viewer = make_batch(packs=packs), make_person(Role.AUDITOR)
        receive_many(batch_id=batch.pk, serials=["RB-1"], actor=SYSTEM, at=AT)

        listed = batches_for(viewer=viewer).get(pk=batch.pk)
        at_dock = docks(viewer=viewer).get(pk=batch.pk)
        overview, receipt = overview_of(batch=batch), receipt_of(batch=batch)

        assert (listed.arrived_count, listed.pack_count, listed.withdrawn_count) == (1, 2, 1)
        assert (at_dock.arrived_count, at_dock.total_count) == (1, 2)
        results = totals_of(batch=batch, viewer=viewer)
        assert overview.pack_count == receipt.pack_count == results.packs == 2
        assert overview.total_kwh == receipt.total_kwh == listed.total_kwh == 80
        assert (overview.mean_declared_soh_percent, overview.with_declared_soh) == (85, 2)
        assert sum(part.count for part in overview.by_chemistry) == 2
        assert {part.code: part.count for part in overview.by_status}["withdrawn"] == 1


def sentences(batch, viewer):
    return [entry.sentence for entry in story_of(batch=batch, viewer=viewer)]


class TestStoryOf:
    @pytest.fixture(autouse=True)
    def files_root(self, settings, tmp_path):
        settings.FILES_ROOT = tmp_path

    def test_tells_of_documents_without_a_pack(self, db):
        batch = make_batch(packs=[{"serial": "RB-1"}])
        own, number = make_person(Role.SUPPLIER, supplier=batch.supplier), batch.number
        wrong, right = (make_attachment(batch, name) for name in ("wrong.pdf", "right.pdf"))
        take_in(batch, "bad.html", b"<html>")
        take_in(make_batch(batch.supplier), "elsewhere.pdf")
        staff = make_actor(make_person(Role.ADMINISTRATOR, name="Ada Inside"))
        attachments.withdraw(attachment_id=wrong.pk, reason="Not this one.", actor=make_actor(own), at=AT)
        attachments.assign(attachment_id=right.pk, serial="RB-1", actor=staff, at=AT)

        told = sentences(batch, own)

        assert told[:2] == [
            "The document right.pdf was assigned to pack RB-1.",
            "The document wrong.pdf was withdrawn.",
        ]
        assert story_of(batch=batch, viewer=own)[1].reason == "Not this one."
        assert f"The file wrong.pdf reached us for batch {number}." in told
        assert "The file wrong.pdf was taken in: 1 added, 1 without a pack, 0 left out." in told
        assert any(line.startswith("The file bad.html was refused: ") for line in told)
        assert "Ada Inside" not in str(told) and "elsewhere" not in str(told)
        to_staff = sentences(batch, make_person(Role.AUDITOR))
        assert "Ada Inside assigned the document right.pdf to pack RB-1." in to_staff

    def test_tells_the_newest_about_documents_and_all_of_the_batch(self, db, monkeypatch):
        monkeypatch.setattr("intake.queries.document_story.SHOWN", 3)
        batch = make_batch()
        for name in ("a.pdf", "b.pdf"):
            make_attachment(batch, name)

        told = sentences(batch, make_person(Role.SUPPLIER, supplier=batch.supplier))

        about_documents = [line for line in told if ".pdf" in line]
        assert [line.split()[2] for line in about_documents] == ["b.pdf", "b.pdf", "a.pdf"]
        assert f"Batch {batch.number} was announced with 1 pack." in told


class TestMissingOf:
    def test_names_what_a_batch_was_closed_without(self, db):
        batch = make_batch(packs=[{"serial": f"RB-{number}"} for number in range(4)])
        receive_many(batch_id=batch.pk, serials=["RB-1"], actor=SYSTEM, at=AT)
        close_batch(batch_id=batch.pk, actor=SYSTEM, at=AT)

        assert [pack.serial for pack in missing_of(batch=batch, limit=2)] == ["RB-0", "RB-2"]
