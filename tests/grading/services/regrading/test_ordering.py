"""Ordering packs to be graded again: by a person, with a reason, all of them or none."""

from datetime import timedelta

import pytest

from grading.domain.regrading import REASONS
from grading.models import Decision, GradingRun, GradingRunPack
from grading.services import regrading, reviews
from grading.services.decisions import grade_waiting
from grading.services.regrading import RegradeRefused
from grading.services.regrading import ordering as module
from grading.services.reviews.cases import Justification
from intake.domain.lifecycle import Move
from intake.models import Pack
from intake.services.lifecycle import move_packs
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import events
from tests.evidence import GRADED_AT, make_inspected, make_reviews, make_tested, publish_seed
from tests.factories import balance, make_actor, make_person
from tests.grading.regrading import ORDERED_AT, make_graded, order, publish_stricter


@pytest.fixture
def policy(db):
    return publish_seed()


def nothing_ordered() -> bool:
    return not GradingRun.objects.filter(kind="regrade").exists() and not GradingRunPack.objects.exists()


class TestOrder:
    def test_keeps_what_was_chosen_and_why(self, policy):
        packs, newer, person = make_graded(2), publish_stricter(), make_person(Role.REVIEWER)

        run = order(packs, by=person)

        assert (run.kind, run.state, run.policy, run.pack_count) == ("regrade", "queued", newer, 2)
        assert (run.ordered_by_person_id, run.ordered_by) == (person.pk, person.name)
        assert (run.reason_code, run.reason) == ("newer_policy", "Version 2 is in force")
        assert set(run.packs.values_list("pack_id", "outcome")) == {(pack.pk, "") for pack in packs}
        event = events().get(event_type="regrade.ordered")
        assert (event.subject_id, event.person_id, event.reason) == (run.pk, person.pk, run.reason)
        assert event.facts["packs"] == 2
        assert {pack.status for pack in Pack.objects.all()} == {"graded"}
        balance()

    def test_takes_packs_in_review(self, policy):
        [case] = make_reviews()

        assert order([case.pack]).pack_count == 1

    def test_names_the_run_that_already_waits(self, policy):
        packs = make_graded(2)
        run = order(packs[:1])

        with pytest.raises(
            RegradeRefused, match=f"{packs[0].serial}: already waiting in grading run {run.pk}"
        ):
            order(packs)
        assert GradingRun.objects.filter(kind="regrade").count() == 1

    def test_names_what_is_rejected(self, policy):
        [case], [fine] = make_reviews(), make_graded()
        why = Justification(code="policy_right", text="Seen")
        person = make_actor(make_person(Role.REVIEWER))
        reviews.confirm(cases={case.pk: case.version}, why=why, actor=person, at=GRADED_AT)

        with pytest.raises(RegradeRefused, match=f"{case.pack.serial}: rejected"):
            order([case.pack, fine])
        assert nothing_ordered()

    def test_names_what_is_in_quarantine(self, policy):
        [dangerous] = make_inspected(safety="critical")

        with pytest.raises(RegradeRefused, match=f"{dangerous.serial}: in quarantine"):
            order([dangerous])

    def test_names_what_is_not_graded(self, policy):
        [tested] = make_tested()

        with pytest.raises(RegradeRefused, match=f"{tested.serial}: neither graded nor in review"):
            order([tested])

    def test_names_what_was_decided_on_since(self, policy):
        [old], seen = make_graded(), 0

        with pytest.raises(RegradeRefused, match=f"{old.serial}: decided on since"):
            order([old], seen=seen)

    def test_names_what_two_people_ask_to_override(self, policy):
        [case] = make_reviews(soh="15")
        case.pack.refresh_from_db()
        move = {"pack_ids": [case.pack_id], "actor": SYSTEM, "at": GRADED_AT, "reason": "x"}
        move_packs(move=Move.RETEST, **move)

        with pytest.raises(RegradeRefused, match="neither graded"):
            order([case.pack])

    def test_counts_further_packs_that_are_forbidden(self, policy):
        with pytest.raises(RegradeRefused, match="And 3 more"):
            order(make_tested(5))

    def test_needs_the_policy_that_the_person_saw(self, policy):
        packs = make_graded()
        publish_stricter()

        with pytest.raises(RegradeRefused, match="came into force since you looked") as refused:
            order(packs, policy_id=policy.pk)
        assert refused.value.code == "policy_changed"
        assert nothing_ordered()

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_needs_a_reason(self, policy, reason):
        with pytest.raises(ReasonMissing):
            order(make_graded(), reason=reason)

    def test_needs_a_coded_reason(self, policy):
        with pytest.raises(RegradeRefused) as refused:
            order(make_graded(), reason_code="because")
        assert set(refused.value.fields) == {"reason_code"}
        assert len(REASONS) >= 3

    def test_needs_a_person(self, policy):
        with pytest.raises(RegradeRefused, match="Only a person"):
            order(make_graded(), actor=SYSTEM)

    def test_needs_packs(self, policy):
        with pytest.raises(RegradeRefused, match="No pack is left"):
            order([], packs=Pack.objects.none())

    def test_takes_no_more_than_one_order_holds(self, policy, monkeypatch):
        monkeypatch.setattr(module, "MOST_PACKS", 1)
        with pytest.raises(RegradeRefused, match="2 packs are more than 1"):
            order(make_graded(2))

    def test_understands_what_a_filter_says(self, policy):
        packs = make_graded(2)
        chosen = Pack.objects.filter(serial__contains=packs[0].serial[2:], batch__isnull=False)

        assert order([], packs=chosen).pack_count == chosen.count()

    def test_does_not_order_by_publishing(self, policy):
        make_graded(3)
        before = decisions_of()
        publish_stricter()

        assert grade_waiting(actor=SYSTEM, now=lambda: ORDERED_AT + timedelta(days=1)) == 0
        regrading.sweep()
        assert nothing_ordered()
        assert decisions_of() == before


def decisions_of() -> list[tuple[int, int]]:
    return list(Decision.objects.order_by("pk").values_list("pk", "policy"))
