"""Publishing and retiring procedures."""

import copy
from datetime import timedelta

import pytest
from django.db import connection

from grading.domain.procedure import ProcedureInvalid, shipped_document
from grading.models import ProcedureVersion
from grading.queries.procedures import next_version, pickable, previous_of
from grading.services.procedures import (
    ProcedureExists,
    ProcedureKindChanged,
    ProcedureRetired,
    publish,
    retire,
)
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import events_of
from tests.factories import AT, balance, make_actor

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=1)


def document(code="iso12405-capacity", **changes):
    return copy.deepcopy(shipped_document(code)) | changes


def published(**changes):
    return publish(document=document(**changes), actor=make_actor(), at=AT)


class TestPublish:
    def test_stores_the_document_and_writes_the_trail(self):
        version = published()

        stored = ProcedureVersion.objects.get()
        assert (stored.code, stored.version, stored.kind) == ("iso12405-capacity", 1, "capacity")
        assert stored.document == document()
        (event,) = events_of(subject_type="procedure", subject_id=version.pk)
        assert event.event_type == "procedure.published"
        assert event.after["sha256"] == stored.sha256
        balance()

    def test_the_same_again_changes_nothing(self):
        assert published() == published()
        assert ProcedureVersion.objects.count() == 1

    def test_refuses_a_taken_version(self):
        published()

        with pytest.raises(ProcedureExists, match="iso12405-capacity v1"):
            published(title="Another")

    def test_takes_the_next_version(self):
        first, second = published(), published(version=2, title="Another")

        assert previous_of(version=second) == first and previous_of(version=first) is None
        assert next_version(code="iso12405-capacity") == 3
        assert next_version(code="not-yet") == 1

    def test_a_procedure_keeps_its_kind(self):
        published()
        other = document("hppc-pulses") | {"code": "iso12405-capacity", "version": 2}

        with pytest.raises(ProcedureKindChanged, match="capacity procedure"):
            publish(document=other, actor=make_actor(), at=AT)

    def test_refuses_an_unsound_one_with_every_fault(self):
        with pytest.raises(ProcedureInvalid) as refused:
            published(title="", sources=[])

        assert len(refused.value.faults) == 2
        assert not ProcedureVersion.objects.exists()

    def test_the_application_cannot_edit_what_was_published(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_column_privilege('rb_app', 'grading_procedureversion', 'document', 'UPDATE'),"
                " has_table_privilege('rb_app', 'grading_procedureversion', 'DELETE'),"
                " has_column_privilege('rb_app', 'grading_procedureversion', 'retired_at', 'UPDATE')"
            )
            assert cursor.fetchone() == (False, False, True)


class TestRetire:
    def test_takes_it_off_what_can_be_picked(self):
        version = published()
        assert pickable(kinds=["capacity"]) == [version]

        retire(procedure_id=version.pk, reason="Replaced", actor=make_actor(), at=LATER)

        assert pickable(kinds=["capacity"]) == []
        assert events_of(subject_type="procedure", subject_id=version.pk).last().reason == "Replaced"
        balance()

    def test_brings_the_version_before_back(self):
        first, second = published(), published(version=2, title="Another")
        assert pickable(kinds=["capacity"]) == [second]

        retire(procedure_id=second.pk, reason="A slip", actor=make_actor(), at=LATER)

        assert pickable(kinds=["capacity"]) == [first]

    def test_needs_a_reason(self):
        with pytest.raises(ReasonMissing):
            retire(procedure_id=published().pk, reason="", actor=make_actor(), at=LATER)

    def test_only_once(self):
        version = published()
        retire(procedure_id=version.pk, reason="Replaced", actor=make_actor(), at=LATER)

        with pytest.raises(ProcedureRetired):
            retire(procedure_id=version.pk, reason="Replaced", actor=make_actor(), at=LATER)
