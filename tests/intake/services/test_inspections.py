"""Inspections: no default verdict, hazards at once, two people's answers kept."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.domain.hazards import QUESTIONS
from intake.domain.inspection import IDENTITY, Observation
from intake.domain.lifecycle import Status
from intake.models import Inspection, Pack
from intake.services import inspections, photos
from intake.services.lifecycle import MoveRefused
from rebattery.audit.trail import events_of, events_of_pack
from tests.factories import _made, balance, make_actor, make_batch, make_pack, make_person
from tests.intake.inspecting import ALL_NO, LATER, NOW, full, photographed, status_of, submit
from tests.intake.pictures import jpeg


@pytest.fixture
def actor(db):
    return make_actor(make_person(name="Ines"))


@pytest.fixture
def pack(actor, settings, tmp_path) -> Pack:
    settings.FILES_ROOT = tmp_path
    return photographed(make_pack(serial="RB-1", status="received"), actor)


class TestSubmit:
    def test_passes_a_pack_that_was_looked_at_fully(self, pack, actor):
        [made] = submit(full(pack), actor=actor)

        assert (made.safety, made.identity_confirmed, made.findings) == ("ok", True, [])
        assert status_of(pack) == "inspected"
        told = [event.event_type for event in events_of_pack(pack_id=pack.pk)]
        assert told[-2:] == ["inspection.submitted", "pack.inspected"]
        balance()

    @pytest.mark.rule(3)
    @pytest.mark.parametrize("answers", [ALL_NO, ALL_NO | {IDENTITY: "no"}, {"smoke": "yes"}])
    def test_makes_no_pack_movable_whatever_it_finds(self, pack, actor, answers):
        submit(full(pack, answers=answers), actor=actor)

        assert status_of(pack) != Status.GRADED

    @pytest.mark.rule(1)
    @given(untouched=st.sets(st.sampled_from(sorted(ALL_NO)), min_size=1))
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_never_passes_while_anything_is_untouched(self, pack, actor, untouched):
        answers = {code: answer for code, answer in ALL_NO.items() if code not in untouched}

        with pytest.raises(inspections.InspectionIncomplete) as refused:
            submit(full(pack, answers=answers), actor=actor)

        assert set(refused.value.fields) == untouched
        assert status_of(pack) == "received"
        assert not Inspection.objects.exists()

    @pytest.mark.rule(1)
    def test_never_passes_an_untouched_form(self, actor):
        pack = make_pack(status="received")

        with pytest.raises(inspections.InspectionIncomplete) as refused:
            submit(Observation(pack_id=pack.pk), actor=actor)

        assert set(refused.value.fields) == {*ALL_NO, "isolation_kohm", "pack_voltage_v", "photo_label"}

    @pytest.mark.rule(2)
    @pytest.mark.parametrize("blank", ["isolation_kohm", "pack_voltage_v"])
    def test_never_passes_with_a_blank_number(self, pack, actor, blank):
        with pytest.raises(inspections.InspectionIncomplete) as refused:
            submit(full(pack, **{blank: None}), actor=actor)

        assert set(refused.value.fields) == {blank}
        assert status_of(pack) == "received"

    def test_never_passes_without_a_photo_of_the_label(self, actor, pack):
        other = make_pack(status="received")
        with pytest.raises(inspections.InspectionIncomplete) as refused:
            submit(full(other), actor=actor)

        assert set(refused.value.fields) == {"photo_label"}

    @pytest.mark.parametrize(
        ("isolation_kohm", "expected"),
        [("35.00", "inspected"), ("34.99", "quarantined"), ("0", "quarantined"), ("35.01", "inspected")],
    )
    def test_quarantines_below_100_ohm_per_volt(self, pack, actor, isolation_kohm, expected):
        submit(full(pack, isolation_kohm=Decimal(isolation_kohm)), actor=actor)

        assert status_of(pack) == expected

    @pytest.mark.parametrize(
        ("field", "value"),
        [("pack_voltage_v", "0.99"), ("pack_voltage_v", "1500.01"), ("isolation_kohm", "-0.01")],
    )
    def test_refuses_a_value_that_cannot_be_true(self, pack, actor, field, value):
        with pytest.raises(inspections.ValueOutOfRange) as refused:
            submit(full(pack, **{field: Decimal(value)}), actor=actor)

        assert set(refused.value.fields) == {field}

    @pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.code)
    def test_quarantines_for_every_hazard_even_when_the_rest_is_untouched(self, actor, question):
        pack = make_pack(status="received")
        report = Observation(pack_id=pack.pk, answers={question.code: "yes"})

        if question.safety == "ok":
            with pytest.raises(inspections.InspectionIncomplete):
                submit(report, actor=actor)
        else:
            [made] = submit(report, actor=actor)
            assert (made.safety, made.identity_confirmed) == (question.safety, False)
            assert status_of(pack) == "quarantined"

    def test_names_the_findings_as_the_reason(self, pack, actor):
        answers = ALL_NO | {"burn": "yes", "smoke": "yes"}

        submit(full(pack, answers=answers), actor=actor)

        event = events_of(subject_type="pack", subject_id=pack.pk).last()
        assert (event.event_type, event.reason_code) == ("pack.quarantined", "critical")
        assert event.reason == "Smoke or sparks; Burn marks or melted plastic"

    def test_passes_on_a_label_that_does_not_match_to_the_policy(self, pack, actor):
        [made] = submit(full(pack, answers=ALL_NO | {IDENTITY: "no"}), actor=actor)

        assert (made.identity_confirmed, status_of(pack)) == (False, "inspected")

    def test_supersedes_the_former_inspection_after_a_re_opening(self, pack, actor):
        [first] = submit(full(pack, answers=ALL_NO | {"burn": "yes"}), actor=actor)
        reviewer = make_actor(make_person("reviewer"))
        inspections.reopen(pack_ids=[pack.pk], reason="It was soot.", actor=reviewer, at=LATER)

        [second] = submit(full(pack), actor=actor, at=LATER)

        first.refresh_from_db()
        assert (first.superseded_by_id, second.superseded_by_id) == (second.pk, None)
        assert (
            events_of(subject_type="inspection", subject_id=first.pk).last().event_type
            == "inspection.superseded"
        )
        assert status_of(pack) == "inspected"
        balance()

    def test_refuses_a_pack_that_has_not_come(self, actor, pack):
        absent = photographed_as_announced(pack)

        with pytest.raises(MoveRefused):
            submit(full(absent), actor=actor)

        assert not Inspection.objects.exists()

    @pytest.mark.rule(21)
    def test_passes_none_when_one_of_many_is_not_finished(self, pack, actor):
        other = photographed(make_pack(serial="RB-2", status="received"), actor)

        with pytest.raises(inspections.InspectionIncomplete, match="RB-2"):
            submit(full(pack), full(other, isolation_kohm=None), actor=actor)

        assert not Inspection.objects.exists()
        assert status_of(pack) == "received"

    def test_takes_as_many_queries_for_40_packs_as_for_two(self, pack, actor):
        taken = []
        for count in (2, 40):
            packs = list(make_batch(packs=[{"status": "received"}] * count).packs.order_by("id"))
            ids = [p.pk for p in packs]
            photos.add(pack_ids=ids, slot="label", file_name="", content=jpeg(), actor=actor, at=NOW)
            with CaptureQueriesContext(connection) as queries:
                submit(*map(full, packs), actor=actor)
            taken.append(len(queries))
        assert taken[0] == taken[1] <= 16


def photographed_as_announced(pack: Pack) -> Pack:
    """A pack that has its photo but was never received: the state alone must refuse it."""
    announced = make_pack(status="announced")
    photo = pack.photos.get()
    photo.pk, photo.pack = None, announced
    _made(photo, "photo.added", "photo", facts={"slot": "label", "sha256": "0"})
    return announced
