"""What files of results refuse."""

from rebattery.errors import RuleViolation


class NotClean(RuleViolation):
    """Some rows have errors. Nothing was recorded."""

    code = "results_not_clean"


class WrongState(RuleViolation):
    """This file of results cannot be changed any more."""

    code = "wrong_state"


class NotThisWorkbook(RuleViolation):
    """This workbook does not belong to this file as it stands. Nothing was changed."""

    code = "not_this_workbook"
