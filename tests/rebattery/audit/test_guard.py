"""The commit guard, tried by every door that the application's role has."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from intake.models import Pack, Supplier
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event as EventRow
from rebattery.audit.record import Event, ReasonMissing, record
from tests.factories import AT, balance, make_batch, make_supplier

pytestmark = pytest.mark.django_db


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def tell(supplier: Supplier, code: str = "supplier.changed") -> None:
    record(
        events=[Event(code=code, subject_id=supplier.pk, subject_label=supplier.code)], actor=SYSTEM, at=AT
    )


class TestSilentChange:
    """A change of a guarded table without its event cannot commit."""

    @pytest.fixture
    def supplier(self):
        supplier = make_supplier("ACME")
        make_batch(supplier, packs=3)
        balance()
        return supplier

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(
                lambda s: Supplier.objects.create(code="NEW", name="New", created_at=AT), id="create"
            ),
            pytest.param(
                lambda s: Supplier.objects.bulk_create([Supplier(code="N", name="N", created_at=AT)]),
                id="bulk_create",
            ),
            pytest.param(lambda s: Supplier.objects.filter(pk=s.pk).update(name="Other"), id="update"),
            pytest.param(lambda s: Pack.objects.update(status="graded"), id="update of a set"),
            pytest.param(
                lambda s: Pack.objects.bulk_update(
                    [Pack(pk=p.pk, row=9) for p in Pack.objects.all()], ["row"]
                ),
                id="bulk_update",
            ),
            pytest.param(
                lambda s: execute("UPDATE intake_pack SET declared_soh_percent = 99"), id="raw update"
            ),
            pytest.param(lambda s: execute("DELETE FROM intake_pack"), id="raw delete"),
            pytest.param(
                lambda s: execute(
                    "INSERT INTO intake_supplier (code, name, country, is_active, created_at)"
                    " VALUES ('N', 'N', '', true, now())"
                ),
                id="raw insert",
            ),
        ],
    )
    def test_is_refused(self, supplier, change):
        with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
            change(supplier)
            balance()

    def test_is_refused_when_hidden_behind_a_told_one(self, supplier):
        with pytest.raises(IntegrityError, match="2 row changes"), transaction.atomic():
            for name in ("First", "Second"):
                Supplier.objects.filter(pk=supplier.pk).update(name=name)
            tell(supplier)
            balance()

    def test_is_refused_when_the_event_tells_of_another_row(self, supplier):
        other = make_supplier("OTHER")
        with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
            Supplier.objects.filter(pk=supplier.pk).update(name="Changed")
            tell(other)
            balance()

    def test_of_the_key_is_refused_at_once(self, supplier):
        with pytest.raises(DatabaseError, match="key of a row"), transaction.atomic():
            execute("UPDATE intake_supplier SET id = id + 1000")

    def test_that_changes_nothing_owes_nothing(self, supplier):
        Supplier.objects.filter(pk=supplier.pk).update(code="ACME")
        balance()

    def test_of_a_silent_column_owes_nothing(self, supplier):
        execute("UPDATE accounts_user SET last_login = now()")
        balance()


class TestToldChange:
    def test_commits(self):
        supplier = make_supplier()
        Supplier.objects.filter(pk=supplier.pk).update(name="Changed")
        tell(supplier)
        balance()

    def test_may_happen_twice_with_two_events(self):
        supplier = make_supplier()
        for name in ("First", "Second"):
            Supplier.objects.filter(pk=supplier.pk).update(name=name)
            tell(supplier)
        balance()

    def test_is_undone_with_its_savepoint(self):
        supplier = make_supplier()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Supplier.objects.filter(pk=supplier.pk).update(name="Changed")
            raise ZeroDivisionError
        balance()


class TestPhantomEvent:
    def test_is_refused(self):
        supplier = make_supplier()
        balance()
        with pytest.raises(IntegrityError, match="0 row changes"), transaction.atomic():
            tell(supplier)
            balance()


@pytest.mark.rule(15)
class TestApplicationRole:
    """The role of the running application can append to the trail and read it, nothing else."""

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_event SET reason = 'x'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
            "INSERT INTO audit_event (transaction_id) VALUES (1)",
            "INSERT INTO audit_event (recorded_at) VALUES (now())",
            "INSERT INTO audit_event (id) OVERRIDING SYSTEM VALUE VALUES (1)",
            "DELETE FROM audit_unsealed",
            "DELETE FROM audit_ledger",
            "DELETE FROM audit_guarded",
            "DROP TABLE audit_event",
            "ALTER TABLE audit_event DISABLE TRIGGER ALL",
            "ALTER TABLE intake_pack DISABLE TRIGGER ALL",
            "DROP TRIGGER audit_update ON intake_pack",
            "TRUNCATE intake_pack CASCADE",
            "SET session_replication_role = replica",
            "SET ROLE rb_owner",
            "SELECT audit_unguard('intake_pack')",
            "CREATE TABLE mine (id int)",
            "UPDATE grading_decision SET grade = 'A'",
            "DELETE FROM grading_capacitytest",
            "UPDATE grading_policyversion SET document = '{}'",
            "DELETE FROM intake_inspection",
        ],
    )
    def test_is_refused(self, statement):
        make_supplier()
        with pytest.raises(DatabaseError, match="permission denied|must be owner"), transaction.atomic():
            execute(statement)

    def test_every_append_is_stamped_by_the_database(self):
        make_supplier()
        event = EventRow.objects.latest("id")
        assert event.database_user == "rb_app"
        assert event.recorded_at is not None
        assert event.transaction_id > 0

    def test_every_event_waits_for_the_seal(self):
        make_supplier()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_event e JOIN audit_unsealed u ON u.event_id = e.id")
            assert cursor.fetchone()[0] == EventRow.objects.count() > 0


class TestReason:
    def test_is_demanded_where_a_person_judged(self):
        supplier = make_supplier()
        event = Event(code="pack.rejected", subject_id=1, subject_label="x", reason="  ")
        with pytest.raises(ReasonMissing):
            record(events=[event], actor=SYSTEM, at=AT)
        assert supplier.pk
