"""Intake cannot ask grading how long a step can be taken back; the two say the same."""

from grading.domain.undoing import TELL_AFTER, UNDO_WINDOW
from intake.domain.dispositions import SETTLES_AFTER


def test_nothing_leaves_before_a_step_stands():
    assert SETTLES_AFTER == TELL_AFTER > UNDO_WINDOW
