"""What an upheld dispute demands of its retest, kept at the bench."""

import pytest
from django.db import transaction

from grading.models import CapacityTest, ReviewCase
from grading.queries.bench import Demand, demands_on
from grading.services import decisions, reviews
from grading.services.disputes import answer_dispute
from grading.services.disputes.answering import AnswerRefused
from grading.services.reviews.cases import RetestDemand
from grading.services.test_runs import AnotherInstrumentNeeded, AnotherPersonNeeded, record_capacity
from rebattery.actor import SYSTEM
from rebattery.audit.trail import entry_of, events_of
from rebattery.notices.models import Notice
from tests.bench import MEASURED_AT, RECORDED_AT, capacity
from tests.evidence import GRADED_AT, make_inspected, publish_seed
from tests.factories import balance, make_actor, make_instrument, make_pack_type, make_person
from tests.grading.cast import LATER
from tests.grading.services.disputes.acts import dispute
from tests.grading.services.reviews.acts import WHY, seen

pytestmark = pytest.mark.django_db
BOTH = RetestDemand(other_instrument=True, other_person=True)


@pytest.fixture
def ann():
    return make_actor(make_person("reviewer", name="Ann"))


@pytest.fixture
def instrument():
    return make_instrument()


@pytest.fixture
def actor():
    return make_actor(make_person("warehouse", name="Olga"))


@pytest.fixture
def pack(instrument, actor):
    """A pack that was measured, and that the policy sent to review."""
    publish_seed()
    [made] = make_inspected(1, pack_type=make_pack_type())
    record_capacity(rows=[capacity(made, instrument)], actor=actor, at=RECORDED_AT)
    decisions.grade(pack_ids=[made.pk], actor=SYSTEM, at=GRADED_AT)
    made.refresh_from_db()
    return made


def confirmed(pack):
    """Have the policy's word on a pack confirmed, so that no review of it is open."""
    case = ReviewCase.objects.get(pack=pack)
    reviews.confirm(cases=seen([case]), why=WHY, actor=make_actor(make_person("reviewer")), at=GRADED_AT)


def uphold(found, ann, demand=BOTH, outcome="upheld"):
    return answer_dispute(
        dispute_id=found.pk, outcome=outcome, text="We measure again.", actor=ann, at=LATER, demand=demand
    )


class TestAnswerDispute:
    @pytest.mark.parametrize("is_open", [True, False], ids=["in_review", "rejected"])
    def test_bars_those_behind_the_decision(self, pack, instrument, actor, ann, is_open):
        if not is_open:
            confirmed(pack)
        found = uphold(dispute(pack), ann)

        balance()
        found.refresh_from_db()
        assert found.retest_barred_instrument_ids == [instrument.pk]
        assert found.retest_barred_person_ids == [actor.person_id]
        assert demands_on(pack_ids=[pack.pk]) == {
            pack.pk: Demand(
                instrument_ids=frozenset([instrument.pk]), person_ids=frozenset([actor.person_id])
            )
        }

    def test_tells_the_trail_and_the_supplier(self, pack, ann):
        confirmed(pack)
        found = uphold(dispute(pack), ann)

        words = "a retest is ordered with another instrument and by another person"
        told = events_of(subject_type="dispute", subject_id=found.pk).order_by("-id").first()
        assert entry_of(told).sentence == f"Ann upheld the dispute, {words}: We measure again."
        assert words in Notice.objects.latest("pk").text

    def test_is_kept_at_the_bench_until_testing_is_finished(self, pack, instrument, actor, ann):
        confirmed(pack)
        uphold(dispute(pack), ann)
        other = make_actor(make_person("warehouse"))
        again = {"reason": "Retest", "measured_at": MEASURED_AT}

        with pytest.raises(AnotherInstrumentNeeded), transaction.atomic():
            record_capacity(rows=[capacity(pack, instrument, **again)], actor=other, at=RECORDED_AT)
        with pytest.raises(AnotherPersonNeeded), transaction.atomic():
            record_capacity(rows=[capacity(pack, make_instrument(), **again)], actor=actor, at=RECORDED_AT)
        record_capacity(rows=[capacity(pack, make_instrument(), **again)], actor=other, at=RECORDED_AT)

        assert CapacityTest.objects.filter(pack=pack).count() == 2
        pack.refresh_from_db()
        assert pack.status == "tested"
        assert demands_on(pack_ids=[pack.pk]) == {}

    def test_demands_nothing_unless_it_is_asked(self, pack, ann):
        confirmed(pack)
        found = uphold(dispute(pack), ann, RetestDemand())

        assert found.remedy_words == "a retest is ordered"
        assert demands_on(pack_ids=[pack.pk]) == {}

    def test_refuses_a_demand_without_a_retest(self, pack, ann):
        found = dispute(pack)

        with pytest.raises(AnswerRefused, match="A rejected dispute brings no retest"), transaction.atomic():
            uphold(found, ann, outcome="rejected")

        found.refresh_from_db()
        assert found.state == "open"

    def test_refuses_a_demand_where_an_inspection_follows(self, ann):
        publish_seed()
        [damaged] = make_inspected(safety="damaged")
        decisions.grade(pack_ids=[damaged.pk], actor=SYSTEM, at=GRADED_AT)

        with pytest.raises(AnswerRefused, match="a fresh inspection is ordered"), transaction.atomic():
            uphold(dispute(damaged), ann)

        damaged.refresh_from_db()
        assert damaged.status == "quarantined"
        balance()
