"""Approving a declaration: what follows, as one, with its trail."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from grading.models import CapacityTest, DeclaredPack, InstrumentDeclaration, ResistanceTest, ReviewCase
from grading.queries.bench import demands_on, retest_reason_of
from grading.queries.evidence import evidence_for
from grading.queries.instruments import standing_of
from grading.services.declarations import DeclarationRefused
from intake.domain.separation import OWN_PROPOSAL, OWN_RESULTS
from intake.models import Pack
from rebattery.audit.models import Event
from rebattery.audit.trail import entry_of
from rebattery.notices.models import Notice
from tests.evidence import TESTED_AT, add_capacity, make_inspected, publish_seed
from tests.factories import balance, make_instrument, make_person, make_supplier
from tests.grading.declaring import APPROVED_AT, SINCE, WHY, approve, make_measured, propose


@pytest.fixture(autouse=True)
def policy(db):
    publish_seed()


@pytest.fixture
def bad():
    return make_instrument(code="CY-1")


def status(pack):
    return Pack.objects.get(pk=pack.pk).status


def fate(pack):
    return DeclaredPack.objects.get(pack=pack).fate


class TestApproveDeclaration:
    @pytest.mark.rule(14)
    def test_suspends_every_pack_that_rests_on_its_results(self, bad):
        graded, other = make_measured(2, with_=bad), make_measured(1, with_=make_instrument())
        tested = make_measured(1, with_=bad, is_graded=False)
        [flagged] = make_measured(1, with_=bad, soh="78", chemistry="NMC")
        assert [status(pack) for pack in (*graded, *tested, flagged)] == [
            "graded", "graded", "tested", "in_review",
        ]  # fmt: skip

        done = approve(propose(bad))

        assert done.state == "done" and done.result_count == 4
        assert {status(pack) for pack in (*graded, *tested, flagged)} == {"inspected"}
        assert status(other[0]) == "graded"
        assert set(CapacityTest.objects.filter(invalidated_by=done).values_list("pack_id", flat=True)) == {
            pack.pk for pack in (*graded, *tested, flagged)
        }
        assert not ResistanceTest.objects.filter(invalidated_by__isnull=False).exists()
        balance()

    def test_makes_the_instrument_unusable(self, bad):
        approve(propose(bad))

        found = standing_of(instrument=bad, on=APPROVED_AT.date())
        assert found.fault == f"Declared bad since 20 Nov 2026: {WHY}"
        assert found.since == SINCE.date()
        assert found.kind == "failed"

    def test_takes_invalidated_results_out_of_the_evidence(self, bad):
        [pack] = make_measured(with_=bad)
        assert evidence_for(pack_ids=[pack.pk])[pack.pk].soh_percent is not None

        approve(propose(bad))

        found = evidence_for(pack_ids=[pack.pk])[pack.pk]
        assert found.soh_percent is None and found.ir_ratio is not None
        assert "capacity_test_id" not in found.sources

    def test_closes_open_reviews(self, bad):
        make_measured(with_=bad, soh="78", chemistry="NMC")
        case = ReviewCase.objects.get()

        approve(propose(bad))

        case.refresh_from_db()
        assert (case.state, case.closed_by, case.reason) == ("superseded", "Rita", WHY)
        told = Event.objects.get(event_type="review.suspended")
        assert entry_of(told).sentence == f"The review was closed, because CY-1 was declared bad: {WHY}"

    def test_tells_the_trail_of_every_row_that_changed(self, bad):
        make_measured(2, with_=bad)
        before = Event.objects.latest("id").pk

        approve(propose(bad))

        told = Event.objects.filter(id__gt=before).exclude(subject_type="person").order_by("event_type", "id")
        assert [event.event_type for event in told] == [
            "capacity_test.invalidated", "capacity_test.invalidated",
            "decision.suspended", "decision.suspended",
            "instrument_declaration.approved", "instrument_declaration.carried_out",
            "instrument_declaration.proposed", "pack.suspended", "pack.suspended",
        ]  # fmt: skip
        balance()

    def test_demands_another_instrument_and_says_why(self, bad):
        [pack] = make_measured(with_=bad)

        approve(propose(bad))

        assert demands_on(pack_ids=[pack.pk])[pack.pk].instrument_ids == {bad.pk}
        viewer = make_person("warehouse")
        assert retest_reason_of(pack=pack, viewer=viewer) == f"CY-1 was declared bad: {WHY}"

    def test_leaves_what_was_measured_before(self, bad):
        at_the_moment = make_measured(with_=bad, test={"measured_at": SINCE})
        just_before = make_measured(with_=bad, test={"measured_at": SINCE - timedelta(microseconds=1)})

        approve(propose(bad))

        assert [status(pack) for pack in (*at_the_moment, *just_before)] == ["inspected", "graded"]

    @pytest.mark.rule(14)
    @pytest.mark.parametrize(
        ("state", "becomes"),
        [("quarantined", "quarantined"), ("inspected", "at_bench")],
    )
    def test_leaves_other_packs_where_they_are_and_says_so(self, bad, state, becomes):
        [pack] = make_inspected(safety="critical" if state == "quarantined" else "ok")
        add_capacity([pack], "74", instrument=bad)

        approve(propose(bad))

        assert (status(pack), fate(pack)) == (state, becomes)
        assert CapacityTest.objects.get(pack=pack).invalidated_by_id

    def test_leaves_packs_whose_touched_result_was_superseded(self, bad):
        [pack] = make_inspected(chemistry="LFP")
        add_capacity([pack], "74", instrument=bad)
        add_capacity([pack], "75", instrument=make_instrument())

        approve(propose(bad))

        assert fate(pack) == "untouched"
        assert evidence_for(pack_ids=[pack.pk])[pack.pk].soh_percent == 75

    def test_keeps_the_mark_of_an_earlier_declaration(self, bad):
        [pack] = make_measured(with_=bad)
        first = approve(propose(bad, since_at=TESTED_AT))

        second = approve(propose(bad))

        assert second.state == "done"
        assert CapacityTest.objects.get(pack=pack).invalidated_by_id == first.pk
        balance()

    def test_tells_each_supplier_once_in_plain_words(self, bad):
        suppliers = [make_supplier(), make_supplier()]
        serials = ["RB-A", "RB-B", "RB-C"]
        for serial, supplier in zip(serials, [suppliers[0], suppliers[0], suppliers[1]], strict=True):
            make_measured(with_=bad, supplier=supplier, serial=serial)

        approve(propose(bad))

        notices = Notice.objects.filter(topic="results_withdrawn").order_by("supplier_id")
        assert [notice.title for notice in notices] == [
            "Results of 2 packs do not count any more", "Results of pack RB-C do not count any more",
        ]  # fmt: skip
        assert "not graded: RB-A, RB-B." in notices[0].text
        assert not any(word in notices[0].text for word in ("CY-1", "Rita", "Otto", "shunt"))

    def test_wants_a_second_person(self, bad):
        otto = make_person("reviewer", name="Otto")
        declaration = propose(bad, by=otto)

        with pytest.raises(DeclarationRefused, match=OWN_PROPOSAL):
            approve(declaration, by=otto)

        with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
            InstrumentDeclaration.objects.filter(pk=declaration.pk).update(
                state="queued", settled_at=APPROVED_AT, settled_by_person_id=otto.pk
            )

    @pytest.mark.rule(4)
    def test_wants_somebody_who_did_not_measure_with_it(self, bad):
        rita = make_person("reviewer", name="Rita")
        [pack] = make_measured(with_=bad, by=rita)
        declaration = propose(bad)

        with pytest.raises(DeclarationRefused, match=OWN_RESULTS):
            approve(declaration, by=rita)
        assert status(pack) == "graded"

        approve(declaration, by=make_person("administrator"))
        declaration.refresh_from_db()
        assert declaration.measured_by_person_ids == [rita.pk]
        with pytest.raises(IntegrityError, match="own_measurement"), transaction.atomic():
            InstrumentDeclaration.objects.filter(pk=declaration.pk).update(settled_by_person_id=rita.pk)

    def test_happens_once(self, bad):
        declaration = approve(propose(bad))

        with pytest.raises(DeclarationRefused, match="Rita was first: it is approved"):
            approve(declaration, by=make_person("administrator"))

    def test_stays_for_ever(self, bad):
        declaration = approve(propose(bad))

        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute(
                "SELECT has_table_privilege('rb_app', 'grading_instrumentdeclaration', 'DELETE'),"
                " has_column_privilege('rb_app', 'grading_instrumentdeclaration', 'reason', 'UPDATE'),"
                " has_column_privilege('rb_app', 'grading_capacitytest', 'soh_percent', 'UPDATE'),"
                " has_column_privilege('rb_app', 'grading_capacitytest', 'invalidated_by_id', 'UPDATE')"
            )
            assert cursor.fetchone() == (False, False, False, True)
        assert declaration.done_at == APPROVED_AT
