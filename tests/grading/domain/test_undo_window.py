"""How long a step can be taken back, and from when on something of it leaves."""

from datetime import timedelta

from grading.domain.undoing import UNDO_WINDOW
from intake.domain.dispositions import SETTLES_AFTER


def test_nothing_leaves_before_a_step_stands():
    assert timedelta(seconds=30) == UNDO_WINDOW
    assert SETTLES_AFTER == 2 * UNDO_WINDOW > UNDO_WINDOW
