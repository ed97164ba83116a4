"""What a reviewer demands of a retest, kept at the bench by every door."""

from decimal import Decimal

import pytest

from grading.models import CapacityTest, ReviewCase
from grading.queries.bench import demands_on
from grading.services import decisions
from grading.services.reviews import order_retest
from grading.services.reviews.cases import RetestDemand
from grading.services.test_runs import (
    AnotherInstrumentNeeded,
    AnotherPersonNeeded,
    record_capacity,
    record_resistance,
)
from rebattery.actor import SYSTEM
from rebattery.audit.trail import entry_of, events_of
from tests.bench import MEASURED_AT, RECORDED_AT, capacity, resistance
from tests.evidence import GRADED_AT, finish_again, make_inspected
from tests.factories import balance, make_actor, make_instrument, make_pack_type, make_person
from tests.grading.services.reviews.acts import WHY, seen

BOTH = RetestDemand(other_instrument=True, other_person=True)


@pytest.fixture
def reviewer():
    return make_actor(make_person("reviewer", name="Rita"))


@pytest.fixture
def other():
    return make_actor(make_person("warehouse", name="Olga"))


def sent_back(instrument, actor, reviewer, demand, count=1):
    """Have packs measured and rejected by the policy, and a retest ordered."""
    packs = make_inspected(count, pack_type=make_pack_type())
    record_capacity(rows=[capacity(pack, instrument) for pack in packs], actor=actor, at=RECORDED_AT)
    decisions.grade(pack_ids=[pack.pk for pack in packs], actor=SYSTEM, at=GRADED_AT)
    cases = list(ReviewCase.objects.filter(pack__in=packs).order_by("pk"))
    order_retest(cases=seen(cases), why=WHY, actor=reviewer, at=GRADED_AT, demand=demand)
    return packs


def again(pack, instrument, **fields):
    return capacity(pack, instrument, reason="Retest", measured_at=MEASURED_AT, **fields)


class TestOrderRetest:
    def test_bars_those_behind_the_decision_and_tells_the_trail(self, instrument, actor, operator, reviewer):
        packs = sent_back(instrument, actor, reviewer, BOTH, count=2)

        balance()
        for case in ReviewCase.objects.all():
            assert (case.barred_instrument_ids, case.barred_person_ids) == ([instrument.pk], [operator.pk])
            told = events_of(subject_type="review", subject_id=case.pk).order_by("-id").first()
            assert entry_of(told).sentence == (
                "Rita ordered a retest with another instrument and by another person: Seen the pack"
            )
            assert told.after["barred_instrument_ids"] == [instrument.pk]
        assert set(demands_on(pack_ids=[pack.pk for pack in packs])) == {pack.pk for pack in packs}

    def test_bars_each_its_own(self, actor, other, reviewer):
        first, second = make_instrument(), make_instrument()
        packs = make_inspected(2, pack_type=make_pack_type())
        record_capacity(rows=[capacity(packs[0], first)], actor=actor, at=RECORDED_AT)
        record_capacity(rows=[capacity(packs[1], second)], actor=other, at=RECORDED_AT)
        decisions.grade(pack_ids=[pack.pk for pack in packs], actor=SYSTEM, at=GRADED_AT)
        order_retest(cases=seen(ReviewCase.objects.all()), why=WHY, actor=reviewer, at=GRADED_AT, demand=BOTH)

        found = demands_on(pack_ids=[pack.pk for pack in packs])

        assert [found[pack.pk].instrument_ids for pack in packs] == [{first.pk}, {second.pk}]
        assert [found[pack.pk].person_ids for pack in packs] == [{actor.person_id}, {other.person_id}]

    def test_demands_nothing_unless_it_is_asked(self, instrument, actor, reviewer):
        [pack] = sent_back(instrument, actor, reviewer, RetestDemand())

        assert demands_on(pack_ids=[pack.pk]) == {}
        record_capacity(rows=[again(pack, instrument)], actor=actor, at=RECORDED_AT)

    def test_ends_with_the_retest(self, instrument, actor, reviewer):
        [pack] = sent_back(instrument, actor, reviewer, BOTH)

        finish_again([pack])

        assert demands_on(pack_ids=[pack.pk]) == {}


class TestRecord:
    def test_refuses_a_barred_instrument_with_a_sentence(self, instrument, actor, reviewer):
        [pack] = sent_back(instrument, actor, reviewer, RetestDemand(other_instrument=True))

        with pytest.raises(AnotherInstrumentNeeded, match="wants another instrument") as refusal:
            record_capacity(rows=[again(pack, instrument)], actor=actor, at=RECORDED_AT)
        with pytest.raises(AnotherInstrumentNeeded):
            record_resistance(rows=[resistance(pack, instrument)], actor=actor, at=RECORDED_AT)

        assert list(refusal.value.fields) == ["instrument_id"]
        record_capacity(rows=[again(pack, make_instrument())], actor=actor, at=RECORDED_AT)
        balance()
        assert CapacityTest.objects.count() == 2

    @pytest.mark.rule(21)
    def test_refuses_a_barred_person_and_the_whole_set(self, instrument, actor, other, reviewer):
        [pack] = sent_back(instrument, actor, reviewer, RetestDemand(other_person=True))
        fresh = make_inspected(pack_type=make_pack_type())[0]
        rows = [again(pack, instrument), capacity(fresh, instrument)]

        with pytest.raises(AnotherPersonNeeded, match=f"{pack.serial}: the reviewer wants somebody else"):
            record_capacity(rows=rows, actor=actor, at=RECORDED_AT)
        with pytest.raises(AnotherPersonNeeded):
            record_resistance(rows=[resistance(pack, instrument)], actor=actor, at=RECORDED_AT)

        assert CapacityTest.objects.count() == 1
        record_capacity(rows=rows, actor=other, at=RECORDED_AT)

    def test_takes_no_more_queries_for_a_set(
        self, instrument, actor, other, reviewer, django_assert_max_num_queries
    ):
        packs = sent_back(instrument, actor, reviewer, BOTH, count=20)
        another = make_instrument()
        values = {"measured_capacity_ah": Decimal(100)}

        with django_assert_max_num_queries(30):
            record_capacity(rows=[again(p, another, **values) for p in packs], actor=other, at=RECORDED_AT)
