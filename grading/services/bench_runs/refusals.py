"""What a bench run refuses."""

from rebattery.errors import RuleViolation


class RunClosed(RuleViolation):
    """The run is closed: nothing can be changed in it."""

    code = "run_closed"


class RunChanged(RuleViolation):
    """Somebody else has changed the head of this run since you opened it. Nothing was changed."""

    code = "run_changed"


class CellChanged(RuleViolation):
    """Somebody else has changed this cell meanwhile. Nothing was changed."""

    code = "cell_changed"


class RowRecorded(RuleViolation):
    """This row is recorded: a newer result takes its place, nothing edits it."""

    code = "row_recorded"


class RowGone(RuleViolation):
    """This row is no longer in the run."""

    code = "row_gone"


class FieldUnknown(RuleViolation):
    """No such field belongs to a run of this kind."""

    code = "field_unknown"


class TooManyRows(RuleViolation):
    """A run holds at most 5,000 packs. Nothing was added."""

    code = "too_many_rows"


class RowsNotReady(RuleViolation):
    """Some rows are not ready. Nothing was recorded."""

    code = "rows_not_ready"


class NothingToUndo(RuleViolation):
    """There is nothing to take back."""

    code = "nothing_to_undo"


class HeadUnreadable(RuleViolation):
    """The head cannot be read. Nothing was changed."""

    code = "head_unreadable"
