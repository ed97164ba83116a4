"""Decision tables that chemistries get of their own, and that are taken away when none follows them."""

import copy
from collections.abc import Mapping
from typing import Any

from grading.domain.policy_table import Row, blank_row, chemistries_of, rows_of, table_names
from grading.domain.soh import SOH_MAX_PERCENT
from rebattery.errors import RuleViolation


class TableInUse(RuleViolation):
    """A chemistry follows this table. Choose another for it first."""

    code = "policy_table_in_use"


UNKNOWN = "UNKNOWN"
"""What is not known follows a rule, never a table."""


def may_have_own_table(document: Mapping[str, Any], code: str) -> bool:
    """Tell whether a chemistry can get a table that is named by its code."""
    return code != UNKNOWN and code not in document["class_rules"] and code not in table_names(document)


def with_own_tables(document: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with a table for each chemistry that is to be judged by one of its own.

    It begins as a copy of the table that judged the chemistry in ``before``, and the overlays of that table
    hold for it too, so that nothing changes by it; without one it begins with a row that holds every pack.
    """
    made = copy.deepcopy(dict(document))
    for code, entry in made["chemistry_classes"].items():
        if entry["treat_as"] != code or not may_have_own_table(made, code):
            continue
        former = before["chemistry_classes"][code]["treat_as"]
        made["bands"] += [{**row, "class": code} for row in rows_of(made, former) or [holding_row()]]
        for overlay in made["overlays"]:
            if overlay["classes"] is not None and former in overlay["classes"]:
                overlay["classes"].append(code)
    return made


def holding_row() -> Row:
    """Return the one row of a table that holds every pack."""
    end = {"hi": str(SOH_MAX_PERCENT), "hi_incl": True}
    return blank_row(None) | end | {"grade": "H", "route": "hold", "code": "NO_RULE_YET"}


def is_followed(document: Mapping[str, Any], name: str) -> bool:
    """Tell whether some chemistry is judged by a table."""
    return bool(chemistries_of(document, name))


def without_table(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the document without a table that no chemistry follows.

    :raises TableInUse: when one follows it, or an overlay is for it alone: that would come to hold for all.
    """
    if is_followed(document, name):
        raise TableInUse
    made = copy.deepcopy(dict(document))
    made["bands"] = [row for row in made["bands"] if row["class"] != name]
    for overlay in made["overlays"]:
        if overlay["classes"] == [name]:
            raise TableInUse(f"The overlay {overlay['code']} is for this table alone. Change it first.")
        if overlay["classes"] is not None:
            overlay["classes"] = [each for each in overlay["classes"] if each != name]
    return made
