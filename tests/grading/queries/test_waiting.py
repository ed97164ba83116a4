"""What waits for grading, as the sweep sees it."""

from datetime import timedelta

import pytest

from grading.models import Decision
from grading.queries.waiting import is_grading_waiting, packs_waiting_for_grade
from grading.services.decisions import grade_waiting
from grading.services.decisions.claims import claim_next
from intake.services.inspections import report_hazard
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_inspected, make_tested, publish_seed

pytestmark = pytest.mark.django_db


class TestIsGradingWaiting:
    def test_follows_the_packs(self):
        publish_seed()
        make_inspected()
        assert not is_grading_waiting()
        make_tested()
        make_inspected(safety="damaged")
        assert is_grading_waiting()
        assert packs_waiting_for_grade() == 2
        grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)
        assert not is_grading_waiting()
        assert packs_waiting_for_grade() == 0

    def test_sees_a_second_hazard_of_a_pack_in_quarantine(self):
        publish_seed()
        packs = make_inspected(safety="damaged")
        grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)
        report_hazard(
            pack_ids=[packs[0].pk], codes=["smoke"], note="", actor=SYSTEM, at=GRADED_AT + timedelta(hours=1)
        )
        assert is_grading_waiting()
        grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT + timedelta(hours=2))
        assert Decision.objects.get(superseded_by__isnull=True).grade == "Q"
        assert not is_grading_waiting()

    def test_leaves_out_what_a_worker_is_busy_with(self):
        make_tested()
        claim_next(chunk_size=10, on=GRADED_AT.date())
        assert not is_grading_waiting()
        assert packs_waiting_for_grade() == 1
