"""Leases on waiting packs: poison ends alone in review, zombies write nothing."""

import uuid

import pytest

from grading.models import Decision, GradingClaim, ReviewCase
from grading.services.decisions import grade_waiting
from grading.services.decisions import grading as runs
from grading.services.decisions.claims import MAX_ATTEMPTS, claim_next
from grading.services.decisions.runs import join_run
from intake.models import Pack
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, leave_claims, make_inspected, make_tested, publish_seed
from tests.factories import balance


@pytest.fixture
def policy(db):
    return publish_seed()


def run() -> int:
    return grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)


def status_of(pack: Pack) -> str:
    return Pack.objects.get(pk=pack.pk).status


class TestPoison:
    def test_ends_alone_in_review(self, policy):
        # No inspection can have this outcome: building the evidence fails.
        [poison] = make_inspected(safety="odd")
        packs = make_tested(10)
        assert run() == 11
        assert {status_of(pack) for pack in packs} == {"graded"}
        case = ReviewCase.objects.get(pack=poison)
        assert (case.rule, case.decision.kind, case.decision.grade) == ("GRADING_FAILED", "failed", "H")
        assert "ValueError" in case.decision.evidence["failure"]
        assert "ValueError" not in case.decision.reasons[0]["sentence"]
        assert run() == 0
        balance()

    def test_that_kills_workers_is_given_to_a_person(self, policy):
        [poison], [sound] = make_tested(), make_tested()
        leave_claims([poison], attempts=MAX_ATTEMPTS)
        assert run() == 2
        assert ReviewCase.objects.get(pack=poison).rule == "GRADING_FAILED"
        assert status_of(sound) == "graded"
        assert not GradingClaim.objects.exists()
        balance()

    @pytest.mark.parametrize(("attempts", "size"), [(0, 200), (1, 100), (2, 10), (3, 1)])
    def test_is_claimed_with_fewer_and_fewer_others(self, policy, attempts, size):
        packs = make_tested(200)
        if attempts:
            leave_claims(packs, attempts=attempts)
        claim = claim_next(chunk_size=1000, on=GRADED_AT.date())
        assert len(claim.pack_ids) == size
        assert set(
            GradingClaim.objects.filter(lease_token=claim.token).values_list("attempts", flat=True)
        ) == {attempts + 1}


class TestClaim:
    def test_is_respected_until_it_lapses(self, policy):
        make_tested(2)
        assert len(claim_next(chunk_size=1, on=GRADED_AT.date()).pack_ids) == 1
        assert run() == 1

    def test_of_a_zombie_worker_writes_nothing(self, policy):
        [pack] = make_tested()
        claim = claim_next(chunk_size=1, on=GRADED_AT.date())
        GradingClaim.objects.update(lease_token=uuid.uuid4())
        run_id = join_run(version=policy, actor=SYSTEM, at=GRADED_AT)
        job = runs._Job(policy, run_id, SYSTEM, GRADED_AT)
        assert runs._grade_claimed(job, claim.token, claim.pack_ids, GRADED_AT) == 0
        assert not Decision.objects.exists()

    def test_is_forgotten_when_its_pack_no_longer_waits(self, policy):
        leave_claims(make_inspected(), attempts=1)
        run()
        assert not GradingClaim.objects.exists()
