"""What becomes of decisions and rejects that rest on an instrument that was declared bad."""

from datetime import timedelta

import pytest

from grading.models import Decision, DeclaredPack, ReviewCase
from grading.queries.decisions import decision_in_force
from grading.queries.declaration_radius import radius_of
from grading.queries.declarations import Scope
from grading.services import decisions, reviews
from grading.services.reviews import confirm, override_approve, override_request
from grading.services.reviews.cases import Justification
from grading.services.test_runs import record_capacity
from intake.models import Pack
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from rebattery.audit.trail import entry_of
from tests.bench import capacity
from tests.evidence import GRADED_AT, add_capacity, make_inspected, publish_seed
from tests.factories import balance, make_actor, make_instrument, make_person
from tests.grading.declaring import APPROVED_AT, WHY, approve, make_measured, propose

LATER = APPROVED_AT + timedelta(hours=1)
SEEN = Justification(code="policy_right", text="Seen the pack")


@pytest.fixture(autouse=True)
def policy(db):
    publish_seed()


@pytest.fixture
def bad():
    return make_instrument(code="CY-1")


def current(pack):
    return Decision.objects.get(pack=pack, superseded_by__isnull=True)


def found(pack):
    return Pack.objects.get(pk=pack.pk).status, DeclaredPack.objects.get(pack=pack).fate


def confirm_all():
    actor = make_actor(make_person("reviewer"))
    for case in ReviewCase.objects.filter(state="open"):
        confirm(cases={case.pk: case.version}, why=SEEN, actor=actor, at=GRADED_AT)


def override(grade):
    """Let two people override the one decision that waits for a review."""
    case = ReviewCase.objects.get(state="open")
    asked = override_request(
        case_id=case.pk,
        version=case.version,
        grade=grade,
        why=SEEN,
        scope=reviews.Scope(code="any_use"),
        actor=make_actor(make_person("reviewer")),
        at=GRADED_AT,
    )
    second = make_actor(make_person("reviewer"))
    override_approve(case_id=asked.pk, version=asked.version, why=SEEN, actor=second, at=GRADED_AT)


class TestSuspendsDecisions:
    @pytest.mark.rule(14)
    def test_takes_them_out_of_force_with_their_trail(self, bad):
        [pack] = make_measured(with_=bad)
        [other] = make_measured(with_=make_instrument())

        done = approve(propose(bad))

        assert current(pack).suspended_by_id == done.pk
        assert current(pack).is_suspended and not current(pack).is_in_force
        assert decision_in_force(pack_id=pack.pk) is None
        assert current(other).is_in_force
        told = Event.objects.get(event_type="decision.suspended")
        assert entry_of(told).sentence.endswith(f" is suspended, because CY-1 was declared bad: {WHY}")
        assert (told.pack_id, told.subject_id) == (pack.pk, current(pack).pk)
        balance()

    def test_until_new_tests_are_decided_on(self, bad):
        [pack] = make_measured(with_=bad)
        approve(propose(bad))
        [suspended] = Decision.objects.filter(pack=pack)
        row = capacity(pack, make_instrument(), measured_at=APPROVED_AT)
        record_capacity(rows=[row], actor=SYSTEM, at=LATER)

        decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=LATER)

        suspended.refresh_from_db()
        assert current(pack).is_in_force
        assert not suspended.is_suspended and suspended.suspended_by_id

    def test_counts_them_apart(self, bad):
        make_measured(2, with_=bad)
        declaration = propose(bad)
        before = radius_of(scope=Scope.of(declaration))

        after = radius_of(scope=Scope.of(approve(declaration)))

        assert (before.decisions_in_force, before.decisions_suspended) == (2, 0)
        assert (after.decisions_in_force, after.decisions_suspended) == (0, 2)

    def test_those_of_two_people_too(self, bad):
        [pack] = make_measured(with_=bad, soh="78", chemistry="NMC")
        override("B")
        assert (current(pack).kind, current(pack).is_in_force) == ("override", True)

        approve(propose(bad))

        assert current(pack).is_suspended
        assert found(pack) == ("inspected", "retest")
        balance()


class TestRejects:
    @pytest.mark.rule(14)
    def test_go_back_to_the_bench_when_a_result_behind_them_does_not_count(self, bad):
        [pack] = make_measured(with_=bad, soh="78", chemistry="NMC")
        confirm_all()
        assert Pack.objects.get(pk=pack.pk).status == "rejected"

        approve(propose(bad))

        assert found(pack) == ("inspected", "retest")
        assert current(pack).is_suspended
        balance()

    @pytest.mark.rule(14)
    def test_stay_when_the_pack_is_dangerous(self, bad):
        [pack] = make_inspected(safety="critical")
        add_capacity([pack], "74", instrument=bad)
        decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT)
        assert current(pack).grade == "Q"
        confirm_all()

        approve(propose(bad))

        assert found(pack) == ("rejected", "rejected")
        assert current(pack).is_in_force
        balance()
