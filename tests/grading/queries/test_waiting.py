"""What waits for grading, as the sweep sees it."""

import pytest

from grading.queries.waiting import is_grading_waiting, packs_waiting_for_grade
from grading.services.decisions import grade_waiting
from grading.services.decisions.claims import claim_next
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

    def test_leaves_out_what_a_worker_is_busy_with(self):
        make_tested()
        claim_next(chunk_size=10)
        assert not is_grading_waiting()
        assert packs_waiting_for_grade() == 1
