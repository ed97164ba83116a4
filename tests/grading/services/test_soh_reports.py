"""Reported states of health: kinds of their own that never grade."""

from datetime import timedelta
from decimal import Decimal

import pytest

from grading.models import SohReport
from grading.queries.evidence import evidence_for
from grading.services.soh_reports import ReportsRefused, SohReportInput, record_soh_reports
from intake.services.lifecycle import MoveRefused
from rebattery.audit.trail import entry_of, events_of
from tests.evidence import make_inspected, make_tested
from tests.factories import AT, balance, make_actor, make_pack, make_person
from tests.procedures import make_procedure

pytestmark = pytest.mark.django_db
READ_AT = AT + timedelta(hours=1)
NOW = AT + timedelta(hours=2)
KINDS = ["bms", "telematics", "pulse_screen", "soce"]


@pytest.fixture
def actor():
    return make_actor(make_person("warehouse", name="Otto"))


def report(pack, **fields) -> SohReportInput:
    values = {"pack_id": pack.pk, "kind": "bms", "value_percent": Decimal("81.5"), "read_at": READ_AT}
    return SohReportInput(**values | fields)


def recorded(actor, *rows) -> list[SohReport]:
    return record_soh_reports(rows=rows, actor=actor, at=NOW)


def refused(actor, *rows) -> dict[str, str]:
    with pytest.raises(ReportsRefused) as refusal:
        recorded(actor, *rows)
    return refusal.value.fields


class TestRecordSohReports:
    def test_stores_it_and_tells_the_trail(self, actor):
        pack = make_pack()

        [made] = recorded(actor, report(pack, tool=" LeafSpy ", firmware="5.1"))

        balance()
        stored = SohReport.objects.get()
        assert (stored, stored.tool, stored.person_label) == (made, "LeafSpy", "Otto")
        event = events_of(subject_type="soh_report", subject_id=made.pk).get()
        assert entry_of(event).sentence == (
            "Otto noted a reported SOH of 81.5 % (Battery management system)."
        )
        assert (event.pack_id, event.supplier_id) == (pack.pk, pack.supplier_id)

    def test_keeps_kinds_apart_and_supersedes_each_by_its_own(self, actor):
        pack = make_pack()
        recorded(actor, *(report(pack, kind=kind) for kind in KINDS))

        recorded(actor, report(pack, value_percent=Decimal(90), read_at=READ_AT + timedelta(seconds=1)))

        balance()
        standing = dict(SohReport.objects.filter(superseded_by=None).values_list("kind", "value_percent"))
        assert standing == dict.fromkeys(KINDS, Decimal("81.5")) | {"bms": Decimal(90)}
        assert SohReport.objects.count() == 5

    @pytest.mark.parametrize("seconds", [0, -1])
    def test_of_an_older_reading_needs_a_reason(self, actor, seconds):
        pack = make_pack()
        recorded(actor, report(pack))
        older = {"read_at": READ_AT + timedelta(seconds=seconds)}

        assert set(refused(actor, report(pack, **older))) == {"reason"}
        recorded(actor, report(pack, **older, reason="Typed wrongly"))

        balance()
        assert SohReport.objects.filter(superseded_by=None).count() == 1

    def test_changes_no_evidence(self, actor):
        [pack] = make_tested()
        before = evidence_for(pack_ids=[pack.pk])[pack.pk]

        recorded(actor, *(report(pack, kind=kind, value_percent=Decimal(5)) for kind in KINDS))

        assert evidence_for(pack_ids=[pack.pk])[pack.pk] == before

    def test_writes_a_set_with_as_many_queries_as_one(self, actor, django_assert_num_queries):
        packs = make_inspected(30)
        for count in (1, 29):
            rows = [report(packs.pop()) for _ in range(count)]
            with django_assert_num_queries(7):
                recorded(actor, *rows)

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({"kind": "guess"}, {"kind"}),
            ({"value_percent": None}, {"value_percent"}),
            ({"value_percent": Decimal("105.01")}, {"value_percent"}),
            ({"value_percent": Decimal("-0.01")}, {"value_percent"}),
            ({"value_percent": Decimal("80.001")}, {"value_percent"}),
            ({"value_percent": Decimal("NaN")}, {"value_percent"}),
            ({"read_at": None}, {"read_at"}),
            ({"read_at": NOW + timedelta(seconds=1)}, {"read_at"}),
            ({"firmware": "x" * 61}, {"firmware"}),
            ({"tool": "x" * 121, "kind": ""}, {"tool", "kind"}),
        ],
    )
    def test_names_every_fault_at_once(self, actor, fields, named):
        assert set(refused(actor, report(make_pack(), **fields))) == named
        assert not SohReport.objects.exists()

    @pytest.mark.parametrize(
        "fields", [{"value_percent": Decimal(0)}, {"value_percent": Decimal(105)}, {"read_at": NOW}]
    )
    def test_takes_the_ends(self, actor, fields):
        assert recorded(actor, report(make_pack(), **fields))

    def test_takes_a_screens_procedure_for_a_screen_only(self, actor):
        pack, screen, other = make_pack(), make_procedure("quick-screen"), make_procedure()

        assert set(refused(actor, report(pack, procedure_id=screen.pk))) == {"procedure_id"}
        wrong = report(pack, kind="pulse_screen", procedure_id=other.pk)
        assert set(refused(actor, wrong)) == {"procedure_id"}
        [made] = recorded(actor, report(pack, kind="pulse_screen", procedure_id=screen.pk))
        assert made.procedure == screen

    @pytest.mark.rule(21)
    def test_records_none_of_a_set_with_a_fault(self, actor):
        good, withdrawn = make_pack(), make_pack(status="withdrawn")

        fields = refused(actor, report(good), report(withdrawn), report(good, kind="soce", tool="x" * 200))

        assert set(fields) == {"rows.1.pack_id", "rows.2.tool"}
        assert set(refused(actor, report(good), report(good))) == {"rows.0.pack_id", "rows.1.pack_id"}
        with pytest.raises(MoveRefused):
            recorded(actor, report(good), SohReportInput(
                pack_id=0, kind="bms", value_percent=Decimal(80), read_at=READ_AT
            ))  # fmt: skip
        assert not SohReport.objects.exists()
