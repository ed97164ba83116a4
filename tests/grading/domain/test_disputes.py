"""When a result can be disputed, and what upholding a dispute brings, state by state."""

import pytest

from grading.domain.disputes import DISPUTABLE, REMEDY_WORDS, Remedy, obstacle, remedy
from intake.domain.lifecycle import TRANSITIONS, Move, Status

BENCH = (Status.RECEIVED, Status.INSPECTED, Status.TESTED)


class TestObstacle:
    @pytest.mark.parametrize("status", Status)
    def test_is_gone_where_a_pack_rests_on_its_decision(self, status):
        found = obstacle(status=status, has_decision=True, has_open_dispute=False, answered=0)

        assert (found == "") == (status in DISPUTABLE)

    @pytest.mark.parametrize("status", DISPUTABLE)
    def test_names_what_stands_in_the_way(self, status):
        assert "no decision" in obstacle(
            status=status, has_decision=False, has_open_dispute=False, answered=0
        )
        assert "disputed already" in obstacle(
            status=status, has_decision=True, has_open_dispute=True, answered=0
        )

    @pytest.mark.parametrize(("answered", "is_refused"), [(0, False), (1, False), (2, True), (3, True)])
    def test_comes_with_the_second_answer(self, answered, is_refused):
        found = obstacle(status=Status.GRADED, has_decision=True, has_open_dispute=False, answered=answered)

        assert ("answered twice" in found) == is_refused


class TestRemedy:
    @pytest.mark.parametrize(
        ("status", "is_safety", "expected"),
        [
            (Status.GRADED, False, Remedy.RETEST),
            (Status.IN_REVIEW, False, Remedy.RETEST),
            (Status.REJECTED, False, Remedy.RETEST),
            (Status.REJECTED, True, Remedy.INSPECTION),
            (Status.IN_REVIEW, True, Remedy.INSPECTION),
            (Status.QUARANTINED, False, Remedy.INSPECTION),
            (Status.QUARANTINED, True, Remedy.INSPECTION),
            *((status, safety, Remedy.UNDER_WAY) for status in BENCH for safety in (True, False)),
            (Status.ANNOUNCED, False, None),
            (Status.MISSING, False, None),
            (Status.WITHDRAWN, False, None),
        ],
    )
    def test_is_what_the_state_allows(self, status, is_safety, expected):
        assert remedy(status=status, is_in_force=True, is_safety=is_safety) == expected

    @pytest.mark.parametrize("status", Status)
    def test_is_nothing_more_once_a_newer_decision_stands(self, status):
        assert remedy(status=status, is_in_force=False, is_safety=True) == Remedy.SUPERSEDED

    def test_has_words_for_each(self):
        assert set(REMEDY_WORDS) == set(Remedy)


class TestMoves:
    def test_take_a_reject_back_only_by_a_dispute_for_a_bad_instrument_or_with_its_override(self):
        from_there = {move for move, row in TRANSITIONS.items() if Status.REJECTED in row.sources}
        leaving = {move for move in from_there if TRANSITIONS[move].target not in ("returned", "recycled")}
        # A reviewer's own step, right after it, before anybody was told.
        taken_back = {Move.UNDO_REVIEW, Move.UNDO_REJECT}

        by_right = {Move.RETEST_DISPUTED, Move.REOPEN_DISPUTED, Move.SUSPEND, Move.END_OVERRIDE}
        assert leaving - taken_back == by_right
        assert all(TRANSITIONS[move].needs_reason for move in leaving)
