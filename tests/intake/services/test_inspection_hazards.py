"""Hazards that do not wait, drafts of two people, and the way out of quarantine."""

from decimal import Decimal

import pytest

from intake.domain.inspection import Observation
from intake.models import Inspection, InspectionDraft, Pack
from intake.services import inspections
from intake.services.lifecycle import MoveRefused
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import events_of
from tests.factories import balance, make_actor, make_pack, make_person
from tests.intake.inspecting import LATER, NOW, full, photographed, report, status_of, submit


@pytest.fixture
def actor(db):
    return make_actor(make_person(name="Ines"))


@pytest.fixture
def pack(actor, settings, tmp_path) -> Pack:
    settings.FILES_ROOT = tmp_path
    return photographed(make_pack(serial="RB-1", status="received"), actor)


class TestReportHazard:
    def test_keeps_the_answers_so_far(self, pack, actor):
        answers = {"venting": "no", "burn": "no"}
        draft = Observation(pack_id=pack.pk, answers=answers, isolation_kohm=Decimal(9), note="dusty")
        inspections.save_draft(observation=draft, actor=actor, at=NOW)

        [made] = report(pack, "swelling", actor=actor)

        assert made.answers == {"venting": "no", "burn": "no", "swelling": "yes"}
        assert (made.isolation_kohm, made.note, made.safety) == (Decimal(9), "dusty", "damaged")
        assert status_of(pack) == "quarantined"
        assert not InspectionDraft.objects.exists()
        balance()

    def test_isolates_a_pack_that_had_passed(self, pack, actor):
        submit(full(pack), actor=actor)

        [made] = report(pack, "heating", actor=actor, at=LATER)

        assert (made.safety, made.identity_confirmed, status_of(pack)) == ("critical", True, "quarantined")

    def test_adds_to_what_was_found_before(self, pack, actor):
        report(pack, "swelling", actor=actor)

        [made] = report(pack, "smoke", actor=actor, at=LATER)

        assert [finding["code"] for finding in made.findings] == ["smoke", "swelling"]
        assert status_of(pack) == "quarantined"
        balance()

    def test_starts_afresh_after_a_re_opening(self, pack, actor):
        report(pack, "swelling", actor=actor)
        reviewer = make_actor(make_person("reviewer"))
        inspections.reopen(pack_ids=[pack.pk], reason="Not swollen.", actor=reviewer, at=LATER)

        [made] = report(pack, "water", actor=actor, at=LATER)

        assert [finding["code"] for finding in made.findings] == ["water"]

    @pytest.mark.parametrize("codes", [[], ["seal_broken"], ["nonsense"]])
    def test_wants_a_hazard(self, pack, actor, codes):
        with pytest.raises(inspections.NoHazard):
            report(pack, *codes, actor=actor)

    @pytest.mark.parametrize("status", ["announced", "missing", "withdrawn", "rejected"])
    def test_refuses_a_pack_that_is_not_in_the_building(self, actor, status):
        pack = make_pack(status=status)

        with pytest.raises(MoveRefused):
            report(pack, "smoke", actor=actor)

        assert not Inspection.objects.exists()


class TestSaveDraft:
    def test_keeps_answers_without_any_consequence(self, pack, actor):
        draft = inspections.save_draft(observation=full(pack, answers={"smoke": "yes"}), actor=actor, at=NOW)

        assert (draft.answers, draft.saved_by, draft.saved_at) == ({"smoke": "yes"}, "Ines", NOW)
        assert status_of(pack) == "received"

    def test_refuses_a_pack_that_is_inspected(self, pack, actor):
        submit(full(pack), actor=actor)

        with pytest.raises(inspections.InspectionClosed, match="RB-1 is inspected"):
            inspections.save_draft(observation=full(pack), actor=actor, at=LATER)

    @pytest.mark.rule(22)
    def test_shows_the_second_person_both_versions_and_loses_neither(self, pack, actor):
        mine = Observation(pack_id=pack.pk, answers={"burn": "no", "water": "no"}, note="mine")
        theirs = Observation(pack_id=pack.pk, answers={"burn": "yes", "smoke": "no"}, note="theirs")
        inspections.save_draft(observation=theirs, actor=actor, at=NOW)
        second = make_actor(make_person(name="Otto"))

        with pytest.raises(
            inspections.DraftChanged, match="Ines saved answers about this pack at 08:00"
        ) as refused:
            inspections.save_draft(observation=mine, actor=second, at=LATER)

        assert refused.value.fields == {
            "burn": "Ines saved at 08:00 UTC: yes",
            "note": "Ines saved at 08:00 UTC: theirs",
        }
        assert InspectionDraft.objects.get().answers == {"burn": "yes", "smoke": "no"}

    def test_takes_over_once_the_other_version_was_seen(self, pack, actor):
        inspections.save_draft(observation=full(pack), actor=actor, at=NOW)
        mine = full(pack, note="mine", seen_draft_at=NOW)

        inspections.save_draft(observation=mine, actor=make_actor(), at=LATER)

        assert InspectionDraft.objects.get().note == "mine"

    @pytest.mark.rule(22)
    def test_stops_a_pass_that_does_not_know_the_other_version(self, pack, actor):
        inspections.save_draft(observation=full(pack, answers={"burn": "yes"}), actor=actor, at=NOW)

        with pytest.raises(inspections.DraftChanged):
            submit(full(pack), actor=make_actor(), at=LATER)

        assert status_of(pack) == "received"

    def test_takes_a_pass_while_the_page_saves_a_field_of_it(self, pack, actor):
        begun = Observation(pack_id=pack.pk, answers={"burn": "no"}, isolation_kohm=Decimal(500))
        inspections.save_draft(observation=begun, actor=actor, at=NOW)

        submit(full(pack, isolation_kohm=Decimal("500.00")), actor=actor, at=LATER)

        assert status_of(pack) == "inspected"

    @pytest.mark.rule(22)
    @pytest.mark.parametrize("other", [{"answers": {"burn": "yes"}}, {"note": "seen from below"}])
    def test_shows_a_person_what_their_other_window_says(self, pack, actor, other):
        inspections.save_draft(observation=full(pack, **other), actor=actor, at=NOW)

        with pytest.raises(inspections.DraftChanged):
            submit(full(pack), actor=actor, at=LATER)

    def test_never_holds_up_a_hazard(self, pack, actor):
        inspections.save_draft(observation=full(pack, answers={"burn": "yes"}), actor=actor, at=NOW)

        [made] = submit(full(pack, answers={"smoke": "yes", "burn": "no"}), actor=make_actor(), at=LATER)

        assert [finding["code"] for finding in made.findings] == ["smoke", "burn"]


class TestReopen:
    def test_needs_another_person_than_the_inspector(self, pack, actor):
        report(pack, "burn", actor=actor)

        with pytest.raises(inspections.OwnInspection, match="RB-1"):
            inspections.reopen(pack_ids=[pack.pk], reason="Fine.", actor=actor, at=LATER)

        assert status_of(pack) == "quarantined"

    def test_needs_a_reason(self, pack, actor):
        report(pack, "burn", actor=actor)

        with pytest.raises(ReasonMissing):
            inspections.reopen(pack_ids=[pack.pk], reason=" ", actor=make_actor(), at=LATER)

    def test_sends_the_pack_back_to_a_fresh_inspection(self, pack, actor):
        report(pack, "burn", actor=actor)

        inspections.reopen(pack_ids=[pack.pk], reason="Soot, wiped off.", actor=make_actor(), at=LATER)

        assert status_of(pack) == "received"
        assert events_of(subject_type="pack", subject_id=pack.pk).last().event_type == "pack.reopened"
