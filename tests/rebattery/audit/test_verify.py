"""verify() finds what somebody with the highest rights changed behind the trail's back."""

import psycopg
import pytest
from django.core.management import call_command
from django.db import transaction

from intake.models import Manifest
from rebattery.actor import SYSTEM
from rebattery.audit.record import Event, record
from rebattery.audit.verify import verify
from tests.factories import AT, make_batch, make_person, make_supplier

GUARDS = {
    "intake_pack": ("audit_insert", "audit_update", "audit_delete"),
    "audit_event": ("audit_no_change",),
}


def tamper(superuser, statement: str) -> None:
    """Do what an intruder with a superuser's rights does: switch the guards off, change, switch them on."""
    switches = [(table, name) for table, names in GUARDS.items() for name in names]
    for table, name in switches:
        superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    superuser.execute(statement)
    for table, name in switches:
        superuser.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


@pytest.fixture
def trail(committed_db):
    make_batch(make_supplier("ACME"), packs=3)
    make_person("auditor")


class TestVerify:
    def test_finds_no_gap_in_an_honest_trail(self, trail, capsys):
        assert list(verify()) == []
        call_command("verify_trail")
        assert "The trail holds" in capsys.readouterr().out

    def test_holds_no_early_event_against_a_column_that_is_derived_by_now(self, trail):
        manifest = Manifest.objects.get()
        before = {"refusal": ""}
        with transaction.atomic():
            Manifest.objects.filter(pk=manifest.pk).update(refusal="Mend it.", error_count=3)
            event = Event(
                code="manifest.refused",
                subject_id=manifest.pk,
                subject_label=manifest.file_name,
                before=before,
                after={"refusal": "Mend it.", "error_count": 3},
                facts={"why": "Mend it."},
            )
            record(events=[event], actor=SYSTEM, at=AT)
        Manifest.objects.filter(pk=manifest.pk).update(error_count=0)

        assert list(verify()) == []

    @pytest.mark.rule(16)
    @pytest.mark.parametrize(
        ("tampering", "finding"),
        [
            (
                "UPDATE intake_pack SET status = 'graded' WHERE id = (SELECT min(id) FROM intake_pack)",
                "status is 'graded'",
            ),
            ("DELETE FROM intake_pack WHERE id = (SELECT min(id) FROM intake_pack)", "has no such row"),
            ("DELETE FROM audit_event WHERE event_type = 'batch.announced'", "no event tells of it"),
            (
                'UPDATE audit_event SET after = \'{"status": "rejected"}\''
                " WHERE event_type = 'pack.announced'",
                "says 'rejected'",
            ),
        ],
    )
    def test_finds_and_names_tampering(self, trail, superuser_connection, tampering, finding):
        tamper(superuser_connection, tampering)
        assert [sentence for sentence in verify() if finding in sentence]
        with pytest.raises(SystemExit, match="gap"):
            call_command("verify_trail")

    @pytest.mark.rule(16)
    @pytest.mark.parametrize(
        ("statement", "finding"),
        [
            ("DROP TRIGGER audit_update ON intake_pack", "audit_update of intake_pack is missing"),
            (
                "ALTER TABLE audit_event DISABLE TRIGGER audit_no_change",
                "audit_no_change of audit_event is missing",
            ),
            ("GRANT DELETE ON audit_event TO rb_app", "may DELETE the trail"),
        ],
    )
    def test_finds_a_guard_that_was_taken_away(self, trail, superuser_connection, statement, finding):
        superuser_connection.execute(statement)
        assert [sentence for sentence in verify() if finding in sentence]


class TestOwner:
    """The migration role owns the tables, and still cannot rewrite the trail with ordinary statements."""

    @pytest.mark.parametrize(
        "statement",
        ["UPDATE audit_event SET reason = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"],
    )
    def test_is_refused(self, committed_db, owner_connection, statement):
        make_supplier()
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            owner_connection.execute(statement)
