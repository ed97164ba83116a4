"""What a retest is to repeat before its pack is known again."""

from datetime import timedelta

import pytest

from grading.domain.reasons import IR, SOH
from grading.queries.policies import compiled, policy_in_force
from grading.queries.retests import evidence_at_bench
from grading.services.decisions import complete_where_settled, lack_for, missing_for
from grading.services.reviews import order_retest
from grading.services.reviews.cases import RetestDemand
from intake.models import Pack
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, add_capacity, add_resistance, make_inspected, make_reviews, publish_seed
from tests.factories import make_actor, make_instrument, make_person
from tests.grading.services.disputes.acts import answer, dispute
from tests.grading.services.reviews.acts import WHY, seen

LATER = GRADED_AT + timedelta(hours=1)
OTHER_MEANS = RetestDemand(other_instrument=True)


@pytest.fixture
def reviewer(db):
    publish_seed()
    return make_actor(make_person("reviewer"))


def sent_back(reviewer, demand=None, **evidence):
    [case] = make_reviews(**evidence)
    extra = {"demand": demand} if demand else {}
    order_retest(cases=seen([case]), why=WHY, actor=reviewer, at=GRADED_AT, **extra)
    return Pack.objects.get(pk=case.pack_id)


def known(pack):
    policy = compiled(policy_in_force(at=LATER))
    return evidence_at_bench(policy=policy, packs=[Pack.objects.get(pk=pack.pk)], at=LATER)[pack.pk]


def completed(pack):
    return complete_where_settled(pack_ids=[pack.pk], actor=SYSTEM, at=LATER) == [pack.pk]


class TestEvidenceAtBench:
    def test_leaves_out_what_is_to_be_repeated(self, reviewer):
        pack = sent_back(reviewer, soh="74", ratio="2.0")
        assert (known(pack).soh_percent, known(pack).ir_ratio) == (None, None)
        lack = lack_for(pack_id=pack.pk, at=LATER)
        assert {SOH, IR} <= set(lack.facts)
        assert "a bench measurement of SOH" in missing_for(pack_id=pack.pk, at=LATER)
        assert not completed(pack)

    def test_takes_the_old_results_back_once_a_new_one_is_there(self, reviewer):
        pack = sent_back(reviewer, soh="74", ratio="2.0")
        add_capacity([pack], "73", at=LATER)
        assert (known(pack).soh_percent, known(pack).ir_ratio) == (73, 2)
        assert completed(pack)

    def test_repeats_every_test_that_other_means_are_demanded_for(self, reviewer):
        pack = sent_back(reviewer, OTHER_MEANS, soh="74", ratio="2.0")
        other = make_instrument()
        add_capacity([pack], "73", at=LATER, instrument=other)
        assert (known(pack).soh_percent, known(pack).ir_ratio) == (73, None)
        assert not completed(pack)
        add_resistance([pack], "1.9", at=LATER, instrument=other)
        assert completed(pack)

    def test_repeats_no_test_that_cannot_change_the_route(self, reviewer):
        pack = sent_back(reviewer, OTHER_MEANS, soh="74", ratio="2.0")
        add_capacity([pack], "15", at=LATER, instrument=make_instrument())
        assert completed(pack)

    def test_is_whole_where_nobody_sent_the_pack_back(self, reviewer):
        packs = make_inspected(chemistry="LFP")
        add_capacity(packs, "74")
        assert known(packs[0]).soh_percent == 74

    def test_waits_for_an_upheld_dispute_too(self, reviewer):
        [case] = make_reviews()
        answer(dispute(case.pack), reviewer)
        assert known(case.pack).soh_percent is None


class TestCompleteWhereSettled:
    def test_leaves_to_a_reviewer_what_no_test_can_find(self, reviewer):
        """Whether a chemistry is known is nothing that the bench could wait for."""
        packs = make_inspected(chemistry="unknown")
        add_capacity(packs, "70", weakest_soh_percent=60, weakest_kind="cell", ended_by_cell_limit=False)
        assert not completed(packs[0])
        add_resistance(packs, "1.2")
        assert completed(packs[0])
