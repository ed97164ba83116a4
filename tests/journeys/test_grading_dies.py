"""Grading by processes that are killed at each stage of their work."""

import subprocess
import sys

import pytest
from django.core.management import call_command
from django.utils import timezone

from grading.models import Decision, GradingClaim, GradingRun, ReviewCase
from grading.services import decisions
from intake.models import Pack
from rebattery.actor import SYSTEM
from rebattery.embedded import commands
from rebattery.embedded.state import ROOT
from tests.evidence import make_tested, publish_seed
from tests.grading.ending import DAY_AFTER, graded, publish_terms
from tests.journeys.dying_grader import STAGES

CHUNK = 10
PACKS = 80


def die_at(*stages: str, work: str = "grade") -> None:
    """Let one grader after the other die; their leases lapse at once."""
    command = [sys.executable, "-m", "tests.journeys.dying_grader", work, str(CHUNK), *stages]
    environment = commands.environment() | {"LEASE_SECONDS": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == list(stages), done.stderr


@pytest.mark.usefixtures("committed_db")
class TestGradersKilledAtAStage:
    def test_leave_all_or_nothing_of_a_chunk_and_the_next_one_decides_each_pack_once(self):
        publish_seed()
        make_tested(PACKS // 2)
        make_tested(PACKS // 2, soh="15")

        die_at("claimed", "judging", "written")
        assert not Decision.objects.exists()
        assert Pack.objects.filter(status="tested").count() == PACKS
        assert GradingClaim.objects.count() == 3 * CHUNK

        die_at("committed")
        assert Decision.objects.count() == CHUNK

        die_at(*STAGES)  # the packs that nobody had yet come first
        assert Decision.objects.count() == 2 * CHUNK
        decisions.grade_waiting(actor=SYSTEM, now=timezone.now, chunk_size=CHUNK)
        self.assert_whole()

    def assert_whole(self):
        assert not GradingClaim.objects.exists()
        assert Decision.objects.count() == PACKS
        assert set(Decision.objects.values_list("kind", flat=True)) == {"policy"}
        assert len(set(Decision.objects.values_list("pack", flat=True))) == PACKS
        graded = Pack.objects.filter(status="graded")
        assert graded.count() == ReviewCase.objects.filter(state="open").count() == PACKS // 2
        assert set(graded.values_list("pk", flat=True)) == set(
            Decision.objects.filter(grade="B").values_list("pack", flat=True)
        )
        call_command("verify_trail")
        call_command("replay_decisions")


@pytest.mark.usefixtures("committed_db")
class TestExpiriesKilledAtAStage:
    def test_leave_all_or_nothing_of_a_chunk_and_the_next_one_ends_each_grade_once(self):
        publish_terms()
        graded(PACKS // 2)

        die_at("claimed", "judging", "written", work="expire")
        assert Decision.objects.count() == PACKS // 2
        assert GradingClaim.objects.count() == 3 * CHUNK

        die_at("committed", work="expire")
        assert Decision.objects.filter(superseded_by=None, rule="GRADE_EXPIRED").count() == CHUNK

        # None of the packs killed a worker, so none may go to a person for it.
        for _ in range(3):
            decisions.expire(actor=SYSTEM, now=lambda: DAY_AFTER, chunk_size=CHUNK)
        self.assert_whole()

    def assert_whole(self):
        assert not GradingClaim.objects.exists()
        assert Decision.objects.count() == PACKS
        ended = Decision.objects.filter(superseded_by=None, rule="GRADE_EXPIRED", kind="policy")
        assert ended.count() == len(set(ended.values_list("pack", flat=True))) == PACKS // 2
        assert Pack.objects.filter(status="in_review").count() == PACKS // 2
        assert set(GradingRun.objects.filter(kind="expiry").values_list("state", flat=True)) == {"done"}
        call_command("verify_trail")
        call_command("replay_decisions")
