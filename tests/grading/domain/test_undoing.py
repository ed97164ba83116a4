"""Which steps can be taken back."""

from datetime import timedelta

import pytest

from grading.domain.undoing import UNDO_WINDOW, UNDOABLE, undo_fault

MOMENT = timedelta(microseconds=1)


def fault(code="review.confirmed", *, is_own=True, is_told=False, age=UNDO_WINDOW):
    return undo_fault(code=code, who="Ann", is_own=is_own, is_told=is_told, age=age)


class TestUndoFault:
    @pytest.mark.parametrize("code", UNDOABLE)
    def test_is_none_to_the_last_moment(self, code):
        assert fault(code) == ""

    @pytest.mark.parametrize("code", sorted(set(UNDOABLE) - {"review.override_requested"}))
    def test_says_that_the_time_is_over(self, code):
        assert fault(code, age=UNDO_WINDOW + MOMENT) == "The 30 seconds for taking it back are over."

    def test_lets_a_request_that_waits_be_taken_back_later(self):
        assert fault("review.override_requested", age=timedelta(days=9)) == ""

    @pytest.mark.parametrize("code", ["", "review.opened", "review.hold_ended", "review.undone"])
    def test_says_that_there_is_nothing(self, code):
        assert fault(code) == "There is nothing to take back."

    def test_says_whose_step_it_was(self):
        assert fault(is_own=False) == "Ann took this step: only they can take it back."

    def test_says_that_the_supplier_was_told(self):
        assert "the answer to the dispute" in fault("review.retest_ordered", is_told=True)
